/** What the operator sees of room and of trouble, over all hubs. */
import type { FeedId, Millis } from '../protocol/ids'
import type { Plan } from '../protocol/plan'
import type {
  CapacityView,
  FleetIncidentView,
  FleetPubView,
  HubRoomView,
  RoomView,
} from '../protocol/rpc-desk'
import type { State } from '../protocol/state'
import { hubViews } from './hub-views'
import { incidentsOf, viewOfIncident } from './incidents'
import { neverUpOf } from './never-up'
import type { Policy } from './policy'
import { type Ledger, occupies, reservedBytesFor, viewOf } from './query'
import { needOf, Places } from './schedule'

/** Who is there, and since when the others are not. */
export interface Attendance {
  connected: ReadonlySet<FeedId>
  /** Of those that were connected to this run. */
  goneSince: ReadonlyMap<FeedId, Millis>
  /** Since when this run hears its hubs: who has not come since is away at least that long. */
  since: Millis
}

/** Every hub with what is left on it, by plan; a hub that takes no pubs has no room. */
export function capacityView(
  state: State,
  policy: Policy,
  { connected, goneSince, since }: Attendance,
): CapacityView {
  const { plans } = policy
  const places = new Places({ state, policy, connected })
  const hubs = hubViews(state, connected).map((view): HubRoomView => {
    return {
      ...view,
      awaySince: view.connected ? null : (goneSince.get(view.hub) ?? since),
      diskBytes: state.authors.get(view.hub)?.capacity?.diskBytes ?? 0,
      promisedDiskBytes: promisedDiskOn(state, view.hub),
      room: plans.map((plan) => roomFor(places, view.hub, plan)),
    }
  })
  const sizes = plans.map(({ name, size: { reservedBytes, diskBytes } }) => ({
    plan: name,
    reservedBytes,
    diskBytes,
  }))
  return { hubs, plans: sizes }
}

function roomFor(places: Places, hub: FeedId, plan: Plan): RoomView {
  const need = needOf(plan, [])
  const room = places.roomOn(hub)
  const why = places.whyNotOn(hub, need)
  if (room === null || why !== null) return { plan: plan.name, count: 0, why }
  const count = Math.min(room.memoryBytes / need.memoryBytes, room.diskBytes / need.diskBytes)
  return { plan: plan.name, count: Math.floor(count), why }
}

function promisedDiskOn(state: State, hub: FeedId): number {
  let bytes = 0
  for (const id of state.byHub.get(hub) ?? []) {
    const pub = state.provider.pubs.get(id)
    if (pub !== undefined && occupies(state, pub)) bytes += pub.record.size.diskBytes
  }
  return bytes
}

export interface FleetPubsWorld {
  state: State
  policy: Policy
  now: Millis
  connected: ReadonlySet<FeedId>
}

/** All pubs, those that have ended too. */
export function fleetPubs(world: FleetPubsWorld, ledger: Ledger): FleetPubView[] {
  const { state, now } = world
  let places: Places | null = null
  const placesNow = (): Places => {
    places ??= new Places(world)
    return places
  }
  return [...state.provider.pubs.values()].map((pub) => ({
    ...viewOf(state, pub, ledger),
    hub: pub.record.hub,
    reservedBytes: occupies(state, pub) ? reservedBytesFor(state, pub) : 0,
    neverUp: neverUpOf(world, placesNow, pub, now),
  }))
}

/** The last incidents of all pubs, newest first. */
export function fleetIncidents(state: State, count: number): FleetIncidentView[] {
  const found: FleetIncidentView[] = []
  for (const pub of state.provider.pubs.values()) {
    const { name, hub } = pub.record
    const label = state.provider.hubs.get(hub)?.label ?? hub
    for (const one of incidentsOf(state, pub))
      found.push({ pub: pub.pub, name, hub: label, ...viewOfIncident(one) })
  }
  return found.sort((a, b) => b.begunAt - a.begunAt).slice(0, count)
}
