/** How long what is not paid for goes on, in one place. Operators may lengthen each of these in config.json. */
import type { Millis } from '../protocol/ids'
import type { DuesReason } from '../protocol/messages/dues'

const DAY_MS = 24 * 3_600_000

export interface DuesPolicy {
  /**
   * From the first promise to the stop of the container. After a failed payment Stripe tries again for two weeks by
   * default (docs.stripe.com, Smart Retries: 8 tries within 2 weeks), so `past-due` is longer than that. `leaving` ends
   * with what is paid and needs none.
   */
  graceMs: Record<Exclude<DuesReason, 'leaving'>, Millis>
  /** A second word comes this long before the stop. */
  remindMs: Millis
  /** From the stop to the end. The volume is kept for the retention time after that. */
  suspendedMs: Millis
  /** Warnings come this long before the end. */
  lastWeekMs: Millis
  lastDayMs: Millis
  /** So many pubs may be suspended, or ended, within a day; the rest waits for the operator's permit. */
  suspensionsPerDayMax: number
  endsPerDayMax: number
}

export const DEFAULT_DUES: DuesPolicy = {
  graceMs: {
    'past-due': 21 * DAY_MS,
    unpaid: 3 * DAY_MS,
    canceled: 3 * DAY_MS,
    never: 14 * DAY_MS,
    'grant-over': 7 * DAY_MS,
  },
  remindMs: 2 * DAY_MS,
  suspendedMs: 30 * DAY_MS,
  lastWeekMs: 7 * DAY_MS,
  lastDayMs: DAY_MS,
  suspensionsPerDayMax: 5,
  endsPerDayMax: 5,
}
