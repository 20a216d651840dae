/** When the volume of a pub that was ordered away is removed for ever. */
import type { Millis } from '../protocol/ids'
import { NEWS_WAIT_MS } from '../protocol/limits'
import { CLOCKS_LOOK_EVERY_MS } from '../protocol/limits-money'
import type { SpecMessage } from '../protocol/messages/spec'
import { agrees, earliest } from '../protocol/other-clock'
import { recall } from './memory'
import type { Look } from './plan'
import type { Step } from './steps'

/** The step, or when to look again, or null where there is nothing to remove. */
export function purge(look: Look, spec: SpecMessage): Step | Millis | null {
  const name = look.facts.engine.volumes.get(spec.pub)
  // A retired hub is told nothing more of dates, and purges nothing.
  if (name === undefined || spec.keepUntil === null || spec.desired !== 'none') return null
  const { ordersComplete, providerSince } = look.facts
  // The last word we have may be an old one: while we were away the pub may have been put back here.
  if (!ordersComplete || providerSince === null) return null
  if (look.now < providerSince + NEWS_WAIT_MS) return providerSince + NEWS_WAIT_MS
  const { trouble, retryAt } = recall(look.memory, spec.pub)
  const waitMs = untilBothClocks(look, spec.keepUntil)
  if (waitMs > 0) return look.now + waitMs
  if (!look.facts.engine.reachable) return null
  if (trouble !== null && retryAt > look.now) return retryAt
  return { kind: 'purge', pub: spec.pub, name, keepUntil: spec.keepUntil }
}

/**
 * How long until a date has come by our clock and by the provider's, which must be about the same: a clock that was set
 * wrongly removes nothing.
 */
function untilBothClocks({ now, facts }: Look, at: Millis): Millis {
  const other = facts.providerClock
  if (other === null || !agrees(other, now)) return Math.max(at - now, CLOCKS_LOOK_EVERY_MS)
  return Math.ceil(at - Math.min(now, earliest(other)))
}
