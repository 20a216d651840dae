/**
 * `buttcloud/op`, provider → hub: one deed with a result, done to a pub that runs. Deeds are idempotent: the hub does one
 * again when it does not know how it went.
 *
 * invite   Puts an invite into the pub's table. The provider makes the invite's key pair from its own secret and the
 *          request's key, so the seed is on no feed towards the hub and is the same after a crash. These ops are the
 *          invite ledger's *issued* side.
 * revoke   Takes an invite out of the pub's table. It is void for the provider from this op on, whatever the hub does:
 *          `after` is the last sequence of the pub's feed that was committed by then, and uses up to there stand.
 * contact  The pub publishes that it follows, blocks or does neither to a feed; nothing where its feed says so already.
 *
 * Example: {"type":"buttcloud/op","v":1,"op":"%request…","hub":"@…","pub":"%…","kind":"invite",
 *           "invite":{"key":"@…","uses":1,"tag":"c2hvcnQ…"}}
 *          {"type":"buttcloud/op","v":1,"op":"%request…","hub":"@…","pub":"%…","kind":"revoke",
 *           "revoke":{"key":"@…","after":7}}
 *          {"type":"buttcloud/op","v":1,"op":"%request…","hub":"@…","pub":"%…","kind":"contact",
 *           "contact":{"feed":"@…","following":true,"blocking":false}}
 */
import {
  type Check,
  type Checked,
  feedId,
  flag,
  inviteKey,
  literal,
  messageId,
  type Of,
  oneOf,
  pubId,
  shape,
  text,
  whole,
} from '../check'
import { INVITE_USES_MAX } from '../limits'

const frame = {
  type: literal('buttcloud/op'),
  v: literal(1),
  /** Key of the request that caused it: one op per request. */
  op: messageId,
  hub: feedId,
  pub: pubId,
}

const inviteOp = shape({
  ...frame,
  kind: literal('invite'),
  invite: shape({
    key: inviteKey,
    uses: whole(1, INVITE_USES_MAX),
    /** Secret between provider, hub and pub: what the pub publishes about a use is a keyed hash with it. */
    tag: text(64),
  }),
})
const revokeOp = shape({
  ...frame,
  kind: literal('revoke'),
  revoke: shape({
    key: inviteKey,
    /** Head of the pub's feed at that moment; 0 where it has none. A provider that lost its copy gets those uses back. */
    after: whole(0, Number.MAX_SAFE_INTEGER),
  }),
})
const contactOp = shape({
  ...frame,
  kind: literal('contact'),
  /** As a `contact` message says it; both false takes back what was said before. */
  contact: shape({ feed: feedId, following: flag, blocking: flag }),
})

export type InviteOp = Of<typeof inviteOp>
export type RevokeOp = Of<typeof revokeOp>
export type ContactOp = Of<typeof contactOp>
export type OpMessage = InviteOp | RevokeOp | ContactOp

/** Reads an op of any kind. */
export const checkOp: Check<OpMessage> = (value, field): Checked<OpMessage> => {
  const kind = shape({ kind: oneOf('invite', 'revoke', 'contact') })(value, field)
  if (!kind.ok) return kind
  switch (kind.value.kind) {
    case 'invite':
      return inviteOp(value, field)
    case 'revoke':
      return revokeOp(value, field)
    case 'contact':
      return contactOp(value, field)
  }
}

type Fields<T> = T extends OpMessage ? Omit<T, 'type' | 'v'> : never

/** Builds an op for one hub. */
export function buildOp<T extends Fields<OpMessage>>(fields: T): T & { type: 'buttcloud/op'; v: 1 } {
  return { type: 'buttcloud/op', v: 1, ...fields }
}
