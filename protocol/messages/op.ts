/**
 * `buttcloud/op`, provider → hub: one deed with a result. Here: put an invite into the pub's table.
 * The provider makes the invite's key pair from its own secret and the request's key, so the seed is on no feed
 * towards the hub and is the same after a crash. These ops are the invite ledger's *issued* side.
 *
 * Example: {"type":"buttcloud/op","v":1,"op":"%request…","hub":"@…","pub":"%…","kind":"invite",
 *           "invite":{"key":"@…","uses":1,"tag":"c2hvcnQ…"}}
 */
import {
  type Check,
  feedId,
  inviteKey,
  literal,
  messageId,
  type Of,
  pubId,
  shape,
  text,
  whole,
} from '../check'
import { INVITE_USES_MAX } from '../limits'

const check = shape({
  type: literal('buttcloud/op'),
  v: literal(1),
  /** Key of the request that caused it: one op per request. */
  op: messageId,
  hub: feedId,
  pub: pubId,
  kind: literal('invite'),
  invite: shape({
    key: inviteKey,
    uses: whole(1, INVITE_USES_MAX),
    /** Secret between provider, hub and pub: what the pub publishes about a use is a keyed hash with it. */
    tag: text(64),
  }),
})
export type OpMessage = Of<typeof check>
export const checkOp: Check<OpMessage> = check

/** Builds an op for one hub. */
export function buildOp(fields: Omit<OpMessage, 'type' | 'v'>): OpMessage {
  return { type: 'buttcloud/op', v: 1, ...fields }
}
