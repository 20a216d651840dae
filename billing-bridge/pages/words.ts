/** Sizes and spans as visitors read them. */
import type { Millis } from '../../protocol/ids'

const KIB = 1024
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** `192 MB`, `1.5 GB`: in powers of two, as machines are sold. */
export function sizeText(bytes: number): string {
  const units = ['MB', 'GB', 'TB']
  let value = bytes / KIB / KIB
  let unit = 0
  while (value >= KIB && unit < units.length - 1) {
    value /= KIB
    unit += 1
  }
  return `${Math.round(value * 10) / 10} ${units[unit]}`
}

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`

/** `21 days`, `36 hours`, `10 minutes`: whole units only, as promises are made. Rounded down to the minute. */
export function spanText(span: Millis): string {
  if (span >= 2 * DAY_MS && span % DAY_MS === 0) return counted(span / DAY_MS, 'day')
  if (span === DAY_MS) return '1 day'
  if (span >= HOUR_MS && span % HOUR_MS === 0) return counted(span / HOUR_MS, 'hour')
  return counted(Math.floor(span / 60_000), 'minute')
}

/** How old something is, roughly: `just now`, `5 minutes`, `3 hours`, `2 days`. */
export function ageText(age: Millis): string {
  if (age < 60_000) return 'a moment'
  if (age < HOUR_MS) return counted(Math.floor(age / 60_000), 'minute')
  if (age < 2 * DAY_MS) return counted(Math.floor(age / HOUR_MS), 'hour')
  return counted(Math.floor(age / DAY_MS), 'day')
}
