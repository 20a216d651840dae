/**
 * `buttcloud/permit`, provider → self, by the operator: so many more suspensions or ends than the daily cap may happen
 * within a day of this message.
 *
 * Example: {"type":"buttcloud/permit","v":1,"what":"suspensions","count":20}
 */
import { type Check, literal, type Of, oneOf, shape, whole } from '../check'

const check = shape({
  type: literal('buttcloud/permit'),
  v: literal(1),
  what: oneOf('suspensions', 'ends'),
  count: whole(1, 100_000),
})
export type PermitMessage = Of<typeof check>
export const checkPermit: Check<PermitMessage> = check

/** Builds a permit. */
export function buildPermit(fields: Omit<PermitMessage, 'type' | 'v'>): PermitMessage {
  return { type: 'buttcloud/permit', v: 1, ...fields }
}
