/** What another machine's clock shows, as far as it can be known here: its last word, carried on by a steady clock of ours. */
import type { Millis } from './ids'
import { CLOCK_UNSURE_SHARE, CLOCKS_AGREE_MS } from './limits-money'

export interface OtherClock {
  /** What it shows now, if ours has run at the right rate since it was told. */
  shows: Millis
  /** How long ago, by ours, it was told. */
  ageMs: Millis
}

/**
 * How wrong that may be. The same part of this machine drives our time of day and what carries the word on, so where it runs
 * too fast both run away together: the older a word, the less it is another clock's.
 */
function unsureMs({ ageMs }: OtherClock): Millis {
  return ageMs * CLOCK_UNSURE_SHARE
}

/** What it shows at least. */
export function earliest(one: OtherClock): Millis {
  return one.shows - unsureMs(one)
}

/** True where it shows about the same as ours, however wrongly its word was carried on. */
export function agrees(one: OtherClock, now: Millis): boolean {
  return Math.abs(one.shows - now) + unsureMs(one) <= CLOCKS_AGREE_MS
}

/** True where it shows something else than ours, however wrongly its word was carried on. */
export function gainsays(one: OtherClock, now: Millis): boolean {
  return Math.abs(one.shows - now) - unsureMs(one) > CLOCKS_AGREE_MS
}
