/** Whether the fleet is so that it can be judged: nothing is rented or given back while hubs may only be late. Pure. */
import type { FeedId, Millis } from '../protocol/ids'
import { MACHINE_CALM_MS, MACHINE_LASTING_MS } from '../protocol/limits-machines'
import type { MovingFacts } from './look'
import { hubOf } from './machine-records'
import type { MachineWorld } from './machines'
import type { Busy } from './machines-busy'
import { leaseLeftMs, type Storm, silenceMaxMs, stormLeftMs, stormOf } from './moving'
import { machineWords as words } from './words-machines'

/** `currentSince`: since when this provider hears its hubs; undefined: for long. */
export type CalmWorld = Pick<
  MachineWorld,
  'state' | 'policy' | 'now' | 'moving' | 'machines' | 'currentSince'
>

/** Why not now, and when to look again; null where all is calm. */
export function unsettledBy(world: CalmWorld): Busy | null {
  const { state, policy, now, moving, currentSince } = world
  if (moving === undefined) return { why: words.starting, againInMs: null }
  const lease = silenceMaxMs(policy.moving)
  const sinceMs = currentSince === undefined ? lease : now - currentSince
  // Before all hubs had a lease's time to be heard, nobody knows who is there.
  if (sinceMs >= 0 && sinceMs < lease) return { why: words.starting, againInMs: lease - sinceMs }
  const vanished = vanishedHubs(world, moving)
  for (const [hub, { status, label }] of state.provider.hubs) {
    if (status === 'retired') continue
    const leftMs = leaseLeftMs(moving, policy.moving, hub)
    if (leftMs > 0) {
      if (!moving.heard.has(hub)) return { why: words.starting, againInMs: leftMs }
      continue
    }
    const calmMs = leftMs + MACHINE_CALM_MS
    if (calmMs > 0) return { why: words.fellSilent(label), againInMs: calmMs }
    if (vanished.has(hub)) continue
    // Asked first: while one lasts, a hub with pubs always counts as one that has just been in it.
    const storm = stormOf(state, moving, policy.moving, hub, vanished)
    if (storm !== null) return heldBy(storm, moving.silence.get(hub) ?? 0)
    const stormMs = stormLeftMs(moving, policy.moving, hub)
    if (stormMs > 0) return { why: words.fellSilent(label), againInMs: stormMs }
  }
  return null
}

/** One that does not pass holds everything up for ever, and only somebody who looks can tell which side is gone. */
function heldBy({ silent, of }: Storm, silentMs: Millis): Busy {
  if (silentMs >= MACHINE_LASTING_MS)
    return { why: words.stormLasts(silent, of), againInMs: null, stuck: true }
  const againInMs = Math.min(MACHINE_CALM_MS, MACHINE_LASTING_MS - silentMs)
  return { why: words.storm(silent, of), againInMs }
}

/**
 * Hubs whose machine is on no list that the driver was asked for since they were last heard. Whoever rents it out says why they are
 * silent, and was reached from here: that is no trouble of ours.
 */
function vanishedHubs({ state, policy, machines }: CalmWorld, { silence }: MovingFacts): Set<FeedId> {
  const { listed, listedAgoMs } = machines
  const found = new Set<FeedId>()
  for (const { content } of state.provider.machines.all.values()) {
    const hub = content.driver === policy.machines.driver ? hubOf(state, content) : null
    if (hub === null || listed === null || listed.has(content.machine)) continue
    if (listedAgoMs < (silence.get(hub) ?? 0)) found.add(hub)
  }
  return found
}
