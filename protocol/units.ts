/** Figures as people read them. */
import type { Millis } from './ids'

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const

/** Bytes: `63 MB`, `1.2 GB`. One of each is 1024 of the one before. */
export function bytesText(bytes: number): string {
  let value = bytes
  let unit = 0
  // What would be rounded to 1024 of one unit is one of the next.
  while (Math.round(value) >= 1024 && unit < UNITS.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${value < 9.95 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`
}

const SECOND_MS = 1_000
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

/** A long span in its two largest units: `3 days 4 h`, `5 h 12 min`, `40 s`. */
export function durationText(milliseconds: Millis): string {
  const ms = Math.max(0, milliseconds)
  if (ms < MINUTE_MS) return `${Math.floor(ms / SECOND_MS)} s`
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`
  if (ms < DAY_MS) return `${Math.floor(ms / HOUR_MS)} h ${Math.floor((ms % HOUR_MS) / MINUTE_MS)} min`
  const days = Math.floor(ms / DAY_MS)
  return `${days} ${days === 1 ? 'day' : 'days'} ${Math.floor((ms % DAY_MS) / HOUR_MS)} h`
}

/** A share of one: `0.4 %`, `12 %`. */
export function percentText(share: number): string {
  const percent = share * 100
  return `${percent < 9.95 ? percent.toFixed(1) : Math.round(percent)} %`
}
