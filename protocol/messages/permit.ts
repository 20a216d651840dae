/**
 * `buttcloud/permit`, provider → self, by the operator: so many more suspensions or ends than the daily cap may happen
 * within a day of this message.
 *
 * Example: {"type":"buttcloud/permit","v":1,"what":"suspensions","count":20}
 */
import { type Check, literal, type Of, oneOf, shape, whole } from '../check'

export const PERMIT_KINDS = ['suspensions', 'ends'] as const
/** More than any fleet has pubs. */
export const PERMIT_COUNT_MAX = 100_000

const check = shape({
  type: literal('buttcloud/permit'),
  v: literal(1),
  what: oneOf(...PERMIT_KINDS),
  count: whole(1, PERMIT_COUNT_MAX),
})
export type PermitMessage = Of<typeof check>
export const checkPermit: Check<PermitMessage> = check

/** Builds a permit. */
export function buildPermit(fields: Omit<PermitMessage, 'type' | 'v'>): PermitMessage {
  return { type: 'buttcloud/permit', v: 1, ...fields }
}
