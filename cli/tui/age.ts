/** How old a fact is, in words. */
import type { Millis } from '../../protocol/ids'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** Facts come at least once a minute while the provider is there; what is younger than two is as good as now. */
export const OLD_AFTER_MS = 2 * MINUTE_MS

/** `3 min ago`; `just now` below a minute, and for clocks that disagree. */
export function ageText(at: Millis, now: Millis): string {
  const age = now - at
  if (age < MINUTE_MS) return 'just now'
  if (age < HOUR_MS) return `${Math.floor(age / MINUTE_MS)} min ago`
  if (age < 2 * DAY_MS) return `${Math.floor(age / HOUR_MS)} h ago`
  return `${Math.floor(age / DAY_MS)} days ago`
}

/** The age of what is old, else null: what is new needs no word about it. */
export function oldAge(at: Millis, now: Millis): string | null {
  return now - at >= OLD_AFTER_MS ? ageText(at, now) : null
}
