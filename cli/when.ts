/** Times as the person at the terminal counts them: by their own clock's zone, and how long ago. */
import type { Millis } from '../protocol/ids'
import { timeText } from './inbox'
import { ageText } from './tui/age'

const MINUTE_MS = 60_000

/** `2026-11-21 17:35:02`, by the clock on the wall of who reads it. `minutesEast`: of Greenwich, at that time. */
export function secondText(at: Millis, minutesEast: number): string {
  return new Date(at + minutesEast * MINUTE_MS).toISOString().slice(0, 19).replace('T', ' ')
}

/** `2026-11-21 17:35, 3 min ago`. `minutesEast`: of Greenwich, at that time. What lies ahead has no age. */
export function whenText(at: Millis, now: Millis, minutesEast: number): string {
  const local = timeText(at + minutesEast * MINUTE_MS).replace(/ UTC$/, '')
  return at > now + MINUTE_MS || !/\d/.test(local) ? local : `${local}, ${ageText(at, now)}`
}
