/**
 * `buttcloud/hub`, provider → hub: this feed is a hub of ours. Whole state; the highest sequence wins.
 *
 * Example: {"type":"buttcloud/hub","v":1,"hub":"@…","status":"admitted","label":"hub-1","token":"@…","by":"@…"}
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
  /** The operator who said so: who made the token, or changed the status. null: by itself, and from before 0.2. */
  by: nullable(feedId),
})
export type HubMessage = Of<typeof check>
export const checkHub: Check<HubMessage> = check

/** Builds a hub's record. */
export function buildHub(
  fields: Omit<HubMessage, 'type' | 'v' | 'by'> & Partial<Pick<HubMessage, 'by'>>,
): HubMessage {
  return { type: 'buttcloud/hub', v: 1, by: null, ...fields }
}
