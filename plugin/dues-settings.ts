/** `dues` in config.json: how long what is not paid for goes on, in days, and how much of it may end within one. */
import type { Millis } from '../protocol/ids'
import { DEFAULT_DUES, type DuesPolicy } from './dues-policy'

const DAY_MS = 24 * 3_600_000
const DAYS_MAX = 3_650
const CUTS_MAX = 100_000

/** Each setting with the least it may be. */
const DAYS = {
  // Stripe tries a failed payment again for up to two weeks by default; nobody is stopped while it still tries.
  pastDueDays: 15,
  unpaidDays: 1,
  canceledDays: 1,
  neverDays: 1,
  grantOverDays: 1,
  remindDays: 1,
  // There is a warning a week before the end.
  suspendedDays: 8,
} as const
const COUNTS = { suspensionsPerDayMax: 0, endsPerDayMax: 0 } as const
type Name = keyof typeof DAYS | keyof typeof COUNTS

/** The policy of these settings; throws a sentence for what can't be meant. */
export function duesPolicyOf(settings: unknown): DuesPolicy {
  if (settings === undefined) return DEFAULT_DUES
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings))
    throw new Error('buttcloud.dues must be an object, as described in docs/OPERATORS.md')
  const given = settings as Record<string, unknown>
  const names = [...Object.keys(DAYS), ...Object.keys(COUNTS)]
  for (const name of Object.keys(given))
    if (!names.includes(name))
      throw new Error(`buttcloud.dues.${name} is no setting; there are: ${names.join(', ')}`)
  const days = (name: keyof typeof DAYS, otherwise: Millis): Millis =>
    given[name] === undefined ? otherwise : wholeOf(name, given[name], DAYS[name], DAYS_MAX) * DAY_MS
  const count = (name: keyof typeof COUNTS, otherwise: number): number =>
    given[name] === undefined ? otherwise : wholeOf(name, given[name], COUNTS[name], CUTS_MAX)
  const { graceMs } = DEFAULT_DUES
  return {
    ...DEFAULT_DUES,
    graceMs: {
      'past-due': days('pastDueDays', graceMs['past-due']),
      unpaid: days('unpaidDays', graceMs.unpaid),
      canceled: days('canceledDays', graceMs.canceled),
      never: days('neverDays', graceMs.never),
      'grant-over': days('grantOverDays', graceMs['grant-over']),
    },
    remindMs: days('remindDays', DEFAULT_DUES.remindMs),
    suspendedMs: days('suspendedDays', DEFAULT_DUES.suspendedMs),
    suspensionsPerDayMax: count('suspensionsPerDayMax', DEFAULT_DUES.suspensionsPerDayMax),
    endsPerDayMax: count('endsPerDayMax', DEFAULT_DUES.endsPerDayMax),
  }
}

function wholeOf(name: Name, value: unknown, min: number, max: number): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value
  const why = name === 'pastDueDays' ? ', because Stripe tries a failed payment again for two weeks' : ''
  throw new Error(
    `buttcloud.dues.${name} must be a whole number from ${min} to ${max}${why}, not ${JSON.stringify(value)}`,
  )
}
