/**
 * When a hub's pubs may be placed elsewhere. A lease that has run out says only that: what keeps two runs of a pub from
 * writing is the epoch (plugin/io/commits.ts). Pure; how long a hub has been silent is measured elsewhere.
 */
import type { FeedId, Millis } from '../protocol/ids'
import { LEASE_MARGIN_MS, STORM_SHARE, STORM_WINDOW_MS } from '../protocol/limits-moving'
import type { State } from '../protocol/state'
import { desiredOf } from './change'
import type { MovingFacts } from './look'
import type { MovingPolicy } from './policy'

/** So many hubs fell silent together that the trouble is more likely here. */
export interface Storm {
  silent: number
  of: number
}

/** How long a hub may be silent before its pubs may go elsewhere. */
export const silenceMaxMs = ({ leaseMs }: MovingPolicy): Millis => leaseMs + LEASE_MARGIN_MS

/** When the lease of a hub is out for sure, as milliseconds from now; 0 or less where it is. */
export function leaseLeftMs(facts: MovingFacts, policy: MovingPolicy, hub: FeedId): Millis {
  return silenceMaxMs(policy) - (facts.silence.get(hub) ?? 0)
}

/** How long after a storm a hub that fell silent in it may still come back; 0 or less where that is over. */
export function stormLeftMs(facts: MovingFacts, policy: MovingPolicy, hub: FeedId): Millis {
  const ago = facts.stormAgo?.get(hub)
  return ago === undefined ? 0 : silenceMaxMs(policy) - ago
}

/**
 * Whether this hub's silence belongs to a storm: of the hubs that could be heard shortly before it fell silent, too many
 * fell silent with it. Those that were gone for longer count on neither side, nor does a hub that was never heard in this run
 * of the provider and has no pub that shall be up: what it had has left it, so it may be gone since long before; nor one whose
 * owners were told in an earlier run that it is gone: it fell silent then, and its pubs fit nowhere since; nor
 * those that are known to be gone (`gone`).
 */
export function stormOf(
  state: State,
  facts: MovingFacts,
  policy: MovingPolicy,
  hub: FeedId,
  gone: ReadonlySet<FeedId> = new Set(),
): Storm | null {
  const own = facts.silence.get(hub) ?? 0
  let silent = 0
  let of = 0
  for (const [other, { status }] of state.provider.hubs) {
    const counts = facts.heard.has(other) || (hasRuns(state, other) && !wasGone(state, other))
    if (status === 'retired' || !counts || gone.has(other)) continue
    const silence = facts.silence.get(other) ?? 0
    if (silence > own + STORM_WINDOW_MS) continue
    of += 1
    // Who fell silent with it is out by now, or about to be.
    if (silence >= policy.leaseMs && Math.abs(silence - own) <= STORM_WINDOW_MS) silent += 1
  }
  return of > 1 && silent / of >= STORM_SHARE ? { silent, of } : null
}

function hasRuns(state: State, hub: FeedId): boolean {
  for (const id of state.byHub.get(hub) ?? []) {
    const record = state.provider.pubs.get(id)?.record
    if (record?.status === 'live' && desiredOf(record) === 'up') return true
  }
  return false
}

function wasGone(state: State, hub: FeedId): boolean {
  for (const [pub, { isOver }] of state.provider.stranded)
    if (!isOver && state.provider.pubs.get(pub)?.record.hub === hub) return true
  return false
}
