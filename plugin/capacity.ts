/** What the operator sees of room and of trouble, over all hubs. */
import type { FeedId, Millis } from '../protocol/ids'
import type { CapacityView, FleetIncidentView, FleetPubView, HubRoomView } from '../protocol/rpc-desk'
import type { State } from '../protocol/state'
import { incidentsOf, viewOfIncident } from './incidents'
import type { Policy } from './policy'
import { hubViews, type Ledger, occupies, reservedBytesFor, viewOf } from './query'
import { bytesLeftOn, takenBy } from './schedule'

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
  { plans }: Policy,
  { connected, goneSince, since }: Attendance,
): CapacityView {
  const taken = takenBy(state)
  const hubs = hubViews(state, connected).map((view): HubRoomView => {
    const left = Math.max(0, bytesLeftOn(state, taken, view.hub))
    return {
      ...view,
      awaySince: view.connected ? null : (goneSince.get(view.hub) ?? since),
      diskBytes: state.authors.get(view.hub)?.capacity?.diskBytes ?? 0,
      promisedDiskBytes: promisedDiskOn(state, view.hub),
      room: plans.map(({ name, size }) => ({
        plan: name,
        count: view.status === 'admitted' ? Math.floor(left / size.reservedBytes) : 0,
      })),
    }
  })
  const sizes = plans.map(({ name, size: { reservedBytes, diskBytes } }) => ({
    plan: name,
    reservedBytes,
    diskBytes,
  }))
  return { hubs, plans: sizes }
}

function promisedDiskOn(state: State, hub: FeedId): number {
  let bytes = 0
  for (const id of state.byHub.get(hub) ?? []) {
    const pub = state.provider.pubs.get(id)
    if (pub !== undefined && occupies(state, pub)) bytes += pub.record.size.diskBytes
  }
  return bytes
}

/** All pubs, those that have ended too. */
export function fleetPubs(state: State, ledger: Ledger): FleetPubView[] {
  return [...state.provider.pubs.values()].map((pub) => ({
    ...viewOf(state, pub, ledger),
    hub: pub.record.hub,
    reservedBytes: occupies(state, pub) ? reservedBytesFor(state, pub) : 0,
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
