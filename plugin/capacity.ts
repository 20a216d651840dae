/** What the operator sees of room and of trouble, over all hubs. */
import type { FeedId } from '../protocol/ids'
import type { CapacityView, FleetIncidentView, HubRoomView } from '../protocol/rpc-desk'
import type { State } from '../protocol/state'
import { incidentsOf, viewOfIncident } from './incidents'
import type { Policy } from './policy'
import { hubViews, occupies } from './query'
import { bytesLeftOn, takenBy } from './schedule'

/** Every hub with what is left on it, by plan; a hub that takes no pubs has no room. */
export function capacityView(state: State, { plans }: Policy, connected: ReadonlySet<FeedId>): CapacityView {
  const taken = takenBy(state)
  const hubs = hubViews(state, connected).map((view): HubRoomView => {
    const left = Math.max(0, bytesLeftOn(state, taken, view.hub))
    return {
      ...view,
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
