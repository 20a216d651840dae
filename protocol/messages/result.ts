/**
 * `buttcloud/result`, hub → provider: the end of an op. One per op.
 *
 * Example: {"type":"buttcloud/result","v":1,"op":"%request…","pub":"%…","ok":true,"reason":null}
 */
import { type Check, flag, literal, messageId, nullable, type Of, pubId, shape, text } from '../check'

const check = shape({
  type: literal('buttcloud/result'),
  v: literal(1),
  op: messageId,
  pub: pubId,
  ok: flag,
  reason: nullable(text(300)),
})
export type ResultMessage = Of<typeof check>
export const checkResult: Check<ResultMessage> = check

/** Builds a result. */
export function buildResult(fields: Omit<ResultMessage, 'type' | 'v'>): ResultMessage {
  return { type: 'buttcloud/result', v: 1, ...fields }
}
