/** The hubs as their operator sees them. */
import type { FeedId } from '../protocol/ids'
import type { HubView } from '../protocol/rpc'
import type { State } from '../protocol/state'
import { reservedBytesOf } from './query'

/** The fleet as the operator sees it. */
export function hubViews(state: State, connected: ReadonlySet<FeedId>): HubView[] {
  return [...state.provider.hubs.values()].map((record) => {
    const capacity = state.authors.get(record.hub)?.capacity ?? null
    let pubs = 0
    for (const id of state.byHub.get(record.hub) ?? [])
      if (state.provider.pubs.get(id)?.record.status === 'live') pubs += 1
    return {
      hub: record.hub,
      label: record.label,
      status: record.status,
      connected: connected.has(record.hub),
      engine: capacity?.engine ?? null,
      host: capacity?.host ?? null,
      memoryBytes: capacity?.memoryBytes ?? 0,
      reservedBytes: reservedBytesOf(state, record.hub),
      pubs,
      https: capacity?.https === 'yes',
    }
  })
}
