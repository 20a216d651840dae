/** Where a pub goes. Pure; every "no" comes with its reason. */
import type { FeedId } from '../protocol/ids'
import type { State } from '../protocol/state'
import type { Policy } from './policy'
import { occupies, reservedBytesOf } from './query'

export interface Placement {
  ok: true
  hub: FeedId
  port: number
}
export interface NoPlacement {
  ok: false
  /** One sentence for the owner, with a reason per hub. */
  why: string
}

/** What earlier decisions of the same look have already taken. */
export interface Taken {
  ports: Set<number>
  bytes: Map<FeedId, number>
}

/** Nothing taken yet but what the state says. */
export function takenBy(state: State): Taken {
  const ports = new Set<number>()
  const bytes = new Map<FeedId, number>()
  for (const pub of state.provider.pubs.values()) {
    if (!occupies(state, pub)) continue
    ports.add(pub.record.port)
    if (pub.record.webPort !== null) ports.add(pub.record.webPort)
  }
  for (const hub of state.provider.hubs.keys()) bytes.set(hub, reservedBytesOf(state, hub))
  return { ports, bytes }
}

/** Where a new pub goes, and the port it gets. Notes the room and the port in `taken`. */
export function place(
  state: State,
  policy: Policy,
  connected: ReadonlySet<FeedId>,
  taken: Taken,
  reservedBytes: number,
): Placement | NoPlacement {
  const best = bestHub(state, connected, taken, reservedBytes)
  if (!best.ok) return best
  const port = freePort(policy, taken)
  if (port === null)
    return { ok: false, why: `all ports from ${policy.portMin} to ${policy.portMax} are in use` }
  taken.bytes.set(best.hub, (taken.bytes.get(best.hub) ?? 0) + reservedBytes)
  return { ok: true, hub: best.hub, port }
}

/**
 * Spreads: the connected hub with the most room left wins; a hub that is away is only used when no connected one
 * has room, because it may be back in a moment.
 */
export function bestHub(
  state: State,
  connected: ReadonlySet<FeedId>,
  taken: Taken,
  needBytes: number,
): Pick<Placement, 'ok' | 'hub'> | NoPlacement {
  const reasons: string[] = []
  let best: { hub: FeedId; score: number } | null = null
  for (const hub of state.provider.hubs.keys()) {
    const room = roomOn(state, taken, hub, needBytes)
    if (typeof room === 'string') reasons.push(room)
    else {
      const score = connected.has(hub) ? room : room - Number.MAX_SAFE_INTEGER
      if (best === null || score > best.score) best = { hub, score }
    }
  }
  if (best !== null) return { ok: true, hub: best.hub }
  return { ok: false, why: reasons.length === 0 ? 'no server has joined yet' : reasons.join(', ') }
}

/** Memory that a hub has left for reservations, by what it offers; in bytes, negative where it offers less by now. */
export function bytesLeftOn(state: State, taken: Taken, hub: FeedId): number {
  return (state.authors.get(hub)?.capacity?.memoryBytes ?? 0) - (taken.bytes.get(hub) ?? 0)
}

/** Bytes that a hub has left for pubs, where that is enough; else why it takes none, in words. */
export function roomOn(state: State, taken: Taken, hub: FeedId, needBytes: number): number | string {
  const record = state.provider.hubs.get(hub)
  if (record === undefined) return 'no such hub has joined'
  const capacity = state.authors.get(hub)?.capacity ?? null
  const room = (capacity?.memoryBytes ?? 0) - (taken.bytes.get(hub) ?? 0)
  if (record.status !== 'admitted') return `${record.label} is ${record.status}`
  if (capacity === null) return `${record.label} has not said what it offers yet`
  return room < needBytes ? `${record.label} is full` : room
}

/** The lowest free port after this one, else the lowest of all, noted as taken; null when there is none. */
export function freePort(policy: Policy, taken: Taken, after: number = policy.portMin - 1): number | null {
  const count = policy.portMax - policy.portMin + 1
  const first = Math.max(after + 1, policy.portMin) - policy.portMin
  for (let step = 0; step < count; step += 1) {
    const port = policy.portMin + ((first + step) % count)
    if (taken.ports.has(port)) continue
    taken.ports.add(port)
    return port
  }
  return null
}
