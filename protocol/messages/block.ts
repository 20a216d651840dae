/**
 * `buttcloud/block`, provider → self, by the operator: somebody's requests are refused, and they are let in by no invite; or
 * that is over. Whole state per feed; the highest sequence wins. Never public: whom a provider blocks is nobody's business.
 *
 * Example: {"type":"buttcloud/block","v":1,"feed":"@…","blocked":true,"reason":"abuse","by":"@operator…"}
 */
import { type Check, feedId, flag, literal, nullable, type Of, shape, text } from '../check'
import { REASON_CHARS_MAX } from '../limits-operator'

const check = shape({
  type: literal('buttcloud/block'),
  v: literal(1),
  feed: feedId,
  /** False: taken back. */
  blocked: flag,
  /** What they are told; null: no reason was given. */
  reason: nullable(text(REASON_CHARS_MAX)),
  /** Who said it: the provider itself, or one of the operators its settings name. */
  by: feedId,
})
export type BlockMessage = Of<typeof check>
export const checkBlock: Check<BlockMessage> = check

/** Builds a block, or its end. */
export function buildBlock(fields: Omit<BlockMessage, 'type' | 'v'>): BlockMessage {
  return { type: 'buttcloud/block', v: 1, ...fields }
}
