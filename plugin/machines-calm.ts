/** Whether the fleet is so that it can be judged: nothing is rented or given back while hubs may only be late. Pure. */
import type { Millis } from '../protocol/ids'
import { MACHINE_CALM_MS } from '../protocol/limits-machines'
import type { State } from '../protocol/state'
import type { MovingFacts } from './look'
import { leaseLeftMs, silenceMaxMs, stormLeftMs, stormOf } from './moving'
import type { Policy } from './policy'
import { machineWords as words } from './words-machines'

export interface CalmWorld {
  state: State
  policy: Policy
  now: Millis
  moving: MovingFacts | undefined
  /** Since when this provider hears its hubs; undefined: for long. */
  currentSince: Millis | undefined
}

/** Why not now, and when to look again; null where all is calm. */
export function unsettledBy(world: CalmWorld): { why: string; againInMs: Millis | null } | null {
  const { state, policy, now, moving, currentSince } = world
  if (moving === undefined) return { why: words.starting, againInMs: null }
  const lease = silenceMaxMs(policy.moving)
  const sinceMs = currentSince === undefined ? lease : now - currentSince
  // Before all hubs had a lease's time to be heard, nobody knows who is there.
  if (sinceMs >= 0 && sinceMs < lease) return { why: words.starting, againInMs: lease - sinceMs }
  for (const [hub, { status, label }] of state.provider.hubs) {
    if (status === 'retired') continue
    const leftMs = leaseLeftMs(moving, policy.moving, hub)
    if (leftMs > 0) {
      if (!moving.heard.has(hub)) return { why: words.starting, againInMs: leftMs }
      continue
    }
    const calmMs = Math.max(leftMs + MACHINE_CALM_MS, stormLeftMs(moving, policy.moving, hub))
    if (calmMs > 0) return { why: words.fellSilent(label), againInMs: calmMs }
    const storm = stormOf(state, moving, policy.moving, hub)
    if (storm !== null) return { why: words.storm(storm.silent, storm.of), againInMs: MACHINE_CALM_MS }
  }
  return null
}
