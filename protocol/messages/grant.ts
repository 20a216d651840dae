/**
 * `buttcloud/grant`, provider → self, by the operator: all pubs of somebody, or one pub, need not be paid for. Whole
 * state per target; the highest sequence wins.
 *
 * Example: {"type":"buttcloud/grant","v":1,"target":{"kind":"owner","owner":"@…"},"until":null,"given":true}
 */
import {
  type Check,
  type Checked,
  feedId,
  flag,
  literal,
  nullable,
  type Of,
  oneOf,
  pubId,
  shape,
  whole,
} from '../check'
import type { FeedId, PubId } from '../ids'

export type GrantTarget = { kind: 'owner'; owner: FeedId } | { kind: 'pub'; pub: PubId }

const ownerTarget = shape({ kind: literal('owner'), owner: feedId })
const pubTarget = shape({ kind: literal('pub'), pub: pubId })
const target: Check<GrantTarget> = (value, field): Checked<GrantTarget> => {
  const kind = shape({ kind: oneOf('owner', 'pub') })(value, field)
  if (!kind.ok) return kind
  return kind.value.kind === 'owner' ? ownerTarget(value, field) : pubTarget(value, field)
}

const check = shape({
  type: literal('buttcloud/grant'),
  v: literal(1),
  target,
  /** The last moment it holds; null: until it is taken back. */
  until: nullable(whole(0, Number.MAX_SAFE_INTEGER)),
  /** False: taken back. */
  given: flag,
})
export type GrantMessage = Of<typeof check>
export const checkGrant: Check<GrantMessage> = check

/** Under which the grants of one target are known. */
export function grantKey(one: GrantTarget): string {
  return one.kind === 'owner' ? one.owner : one.pub
}

/** Builds a grant. */
export function buildGrant(fields: Omit<GrantMessage, 'type' | 'v'>): GrantMessage {
  return { type: 'buttcloud/grant', v: 1, ...fields }
}
