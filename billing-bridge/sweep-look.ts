/**
 * Which differences that a sweep found are worth telling: what a webhook should have told by then. One that happened a moment
 * ago was only on its way; whether it then came, the next sweep sees.
 */
import type { Millis } from '../protocol/ids'
import { SWEEP_ALLOWANCE_MS } from '../protocol/limits-bridge'

/** A change that was found while its webhook may have been under way. */
export interface Look {
  subscription: string
  /** Events that tell of it. */
  events: readonly string[]
  /** When it was found, by Stripe's clock. */
  at: Millis
}

export interface Changes {
  /** Subscriptions of which this sweep told something new. */
  changed: readonly string[]
  /** By subscription: events since lookSince, delivered or not. */
  recent: ReadonlyMap<string, readonly string[]>
  /** Of earlier sweeps. */
  waiting: readonly Look[]
  /** All events that are not delivered now. */
  undelivered: ReadonlySet<string>
  time: Millis
}

/** From when on what happened may still be on its way. */
export function lookSince(time: Millis): Millis {
  return time - SWEEP_ALLOWANCE_MS
}

/** What is late, each subscription once, and what waits for the next look. */
export function judgeChanges({ changed, recent, waiting, undelivered, time }: Changes): {
  late: string[]
  waiting: Look[]
} {
  const late = new Set<string>()
  const next: Look[] = []
  for (const look of waiting) {
    if (look.at > lookSince(time)) next.push(look)
    else if (look.events.some((event) => undelivered.has(event))) late.add(look.subscription)
  }
  for (const subscription of changed) {
    const events = recent.get(subscription)
    if (events === undefined) late.add(subscription)
    else next.push({ subscription, events, at: time })
  }
  return { late: [...late], waiting: next }
}
