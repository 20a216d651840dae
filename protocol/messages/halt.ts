/**
 * `buttcloud/halt`, provider → self, by the operator: a pub is stopped and kept, for another cause than money; or that is
 * over. Whole state per pub; the highest sequence wins.
 *
 * Example: {"type":"buttcloud/halt","v":1,"pub":"%…","halted":true,"reason":"it sends spam","by":"@operator…"}
 */
import { type Check, feedId, flag, literal, nullable, type Of, pubId, shape, text } from '../check'
import { REASON_CHARS_MAX } from '../limits-operator'

const check = shape({
  type: literal('buttcloud/halt'),
  v: literal(1),
  pub: pubId,
  /** False: the operator's stop is over; what is not paid for stays stopped for that. */
  halted: flag,
  /** What its owners are told; null: no reason was given. */
  reason: nullable(text(REASON_CHARS_MAX)),
  /** Who said it: the provider itself, or one of the operators its settings name. */
  by: feedId,
})
export type HaltMessage = Of<typeof check>
export const checkHalt: Check<HaltMessage> = check

/** Builds an operator's stop of a pub, or its end. */
export function buildHalt(fields: Omit<HaltMessage, 'type' | 'v'>): HaltMessage {
  return { type: 'buttcloud/halt', v: 1, ...fields }
}
