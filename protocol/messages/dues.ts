/**
 * `buttcloud/dues`, provider → self: where a pub stands that is not paid for, and the dates its owners are promised. Every
 * date is here before it counts. One message per stage; the highest sequence wins; `clear` ends it.
 *
 * Example: {"type":"buttcloud/dues","v":1,"pub":"%…","stage":"grace","reason":"past-due","since":1787000000000,
 *           "suspendAt":1788814400000,"endAt":1791406400000}
 */
import { type Check, literal, type Of, oneOf, pubId, shape, whole } from '../check'

const time = whole(0, Number.MAX_SAFE_INTEGER)

/**
 * grace      it runs on, and is stopped at `suspendAt`
 * reminded   the same, said once more
 * suspended  its container is stopped, its data is kept until `endAt` and then for the retention time
 * last-week  the same, a week before `endAt`
 * last-day   the same, a day before
 * ended      it was ended for this
 * clear      it is paid for again, given, or free
 */
export const DUES_STAGES = [
  'grace',
  'reminded',
  'suspended',
  'last-week',
  'last-day',
  'ended',
  'clear',
] as const
export type DuesStage = (typeof DUES_STAGES)[number]

/**
 * past-due     a payment failed; Stripe tries again
 * unpaid       Stripe has given up trying
 * canceled     its subscription is over
 * leaving      it was cancelled, and is over at `suspendAt`
 * never        nobody has ever paid for it: it is older than billing here
 * grant-over   it was given, and that is over
 */
export const DUES_REASONS = ['past-due', 'unpaid', 'canceled', 'leaving', 'never', 'grant-over'] as const
export type DuesReason = (typeof DUES_REASONS)[number]

const check = shape({
  type: literal('buttcloud/dues'),
  v: literal(1),
  pub: pubId,
  stage: oneOf(...DUES_STAGES),
  reason: oneOf(...DUES_REASONS),
  /** When it began. */
  since: time,
  /** When it is stopped. Never moved closer once it has been said. */
  suspendAt: time,
  /** When it ends; its volume is kept for the retention time after that. Never moved closer. */
  endAt: time,
})
export type DuesMessage = Of<typeof check>
export const checkDues: Check<DuesMessage> = check

/** Builds a pub's dues. */
export function buildDues(fields: Omit<DuesMessage, 'type' | 'v'>): DuesMessage {
  return { type: 'buttcloud/dues', v: 1, ...fields }
}
