/**
 * `buttcloud/bridge`, provider → self: this key is our billing bridge's. Billing is on while one is admitted. A bridge has
 * no feed. Whole state; the highest sequence wins.
 *
 * Example: {"type":"buttcloud/bridge","v":1,"bridge":"@…","status":"admitted","label":"billing","token":"@…"}
 */
import { type Check, feedId, inviteKey, literal, nullable, type Of, oneOf, shape, text } from '../check'

const check = shape({
  type: literal('buttcloud/bridge'),
  v: literal(1),
  bridge: feedId,
  /** retired: it is answered no more. */
  status: oneOf('admitted', 'retired'),
  label: text(40),
  /** Public key of the one-time token it came with: a token on the feed is a used token. */
  token: nullable(inviteKey),
})
export type BridgeMessage = Of<typeof check>
export const checkBridge: Check<BridgeMessage> = check

/** Builds a bridge's record. */
export function buildBridge(fields: Omit<BridgeMessage, 'type' | 'v'>): BridgeMessage {
  return { type: 'buttcloud/bridge', v: 1, ...fields }
}
