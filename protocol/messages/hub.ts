/**
 * `buttcloud/hub`, provider → hub: this feed is a hub of ours. Whole state; the highest sequence wins.
 *
 * Example: {"type":"buttcloud/hub","v":1,"hub":"@…","status":"admitted","label":"hub-1","token":"@…"}
 */
import { type Check, feedId, inviteKey, literal, nullable, type Of, oneOf, shape, text } from '../check'

const check = shape({
  type: literal('buttcloud/hub'),
  v: literal(1),
  hub: feedId,
  /**
   * admitted: pubs may be placed. cordoned: no new ones, and those that are there stay. draining: no new ones, and those
   * that are there move elsewhere. retired: it has nothing to say any more.
   */
  status: oneOf('admitted', 'cordoned', 'draining', 'retired'),
  /** What the operator calls it. */
  label: text(40),
  /** Public key of the one-time token it came with: a token on the feed is a used token. */
  token: nullable(inviteKey),
})
export type HubMessage = Of<typeof check>
export const checkHub: Check<HubMessage> = check

/** Builds a hub's record. */
export function buildHub(fields: Omit<HubMessage, 'type' | 'v'>): HubMessage {
  return { type: 'buttcloud/hub', v: 1, ...fields }
}
