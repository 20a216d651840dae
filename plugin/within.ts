/** How limits per minute, hour or day count what is on the feed. */
import type { Millis } from '../protocol/ids'

/**
 * True for what was within so long before now. What a clock that was set wrongly has dated ahead is not: it would count
 * until that date.
 */
export function isWithin(at: Millis, spanMs: Millis, now: Millis): boolean {
  return at > now - spanMs && at <= now
}
