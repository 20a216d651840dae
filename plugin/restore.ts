/**
 * `admin restore`: the operator's word that a pub's former run is gone. Its record gets the next epoch, which shuts every
 * earlier run out of the write-ahead for good, and a hub; orders follow from the record. A pub that is not where its
 * key can be had from is left as it is.
 */
import type { FeedId } from '../protocol/ids'
import type { PubMessage } from '../protocol/messages/pub'
import type { AdminRestoreRequest } from '../protocol/rpc-escrow'
import type { PubFact, State } from '../protocol/state'
import { placedElsewhere } from './decide-moves'
import type { Policy } from './policy'
import { identityOf, observationOf } from './query'
import { needOfPub, Places } from './schedule'
import { restoreWords as words } from './words-restore'

/** What of a pub's key is known on this machine. */
export interface KeyFact {
  /** The feed that it belongs to; null where none is in escrow. */
  feed: FeedId | null
  /** Whether a hub could be given it now. */
  opens: boolean
}

export interface RestoreWorld {
  state: State
  policy: Policy
  connected: ReadonlySet<FeedId>
  /** The operator who says it; null where that is not known. */
  by?: FeedId | null
  keyOf(pub: PubFact): KeyFact
}

export type Restored = { ok: true; record: PubMessage; label: string } | { ok: false; why: string }

/** The record to be published, or why not, as a sentence for the operator. */
export function restored(world: RestoreWorld, wish: AdminRestoreRequest): Restored {
  const { state, connected } = world
  const pub = pubCalled(state, wish.pub)
  if (pub === null) return refused(words.noSuchPub(wish.pub))
  const { record } = pub
  if (record.status === 'ended') return refused(words.ended(record.name))
  const up = observationOf(state, pub)?.phase === 'up' && connected.has(record.hub)
  if (up && !wish.sure) return refused(words.isUp(record.name, labelOf(state, record.hub)))
  const hub = hubFor(world, pub, wish.hub)
  if (typeof hub === 'string') return refused(hub)
  const key = world.keyOf(pub)
  const feed = identityOf(state, pub, key.feed)
  // A pub without a feed has never started, and gets its key where it starts first. Its own hub may have it still.
  if (feed !== null && hub.id !== record.hub && !key.opens)
    return refused(key.feed === null ? words.noKey(record.name) : words.keyOffline(record.name))
  return {
    ok: true,
    record:
      hub.id === record.hub
        ? { ...record, epoch: record.epoch + 1, feed }
        : placedElsewhere(record, hub.id, feed, { why: 'restored', by: world.by ?? null }, world.policy),
    label: labelOf(state, hub.id),
  }
}

/** A pub by its name or id, also one that has ended; null where there is none. */
export function pubCalled(state: State, wanted: string): PubFact | null {
  const named = state.names.get(wanted)
  for (const pub of state.provider.pubs.values())
    if (pub.pub === (wanted as string) || pub.pub === named) return pub
  return null
}

/** The hub that was named; else the pub's own while it is there and not retired; else the one with most room among those that are. */
function hubFor(world: RestoreWorld, pub: PubFact, wanted: string | null): { id: FeedId } | string {
  const { state, policy, connected } = world
  const places = new Places({ state, policy, connected })
  const { hub: own, name } = pub.record
  const need = needOfPub(state, policy, pub)
  const isRetired = state.provider.hubs.get(own)?.status === 'retired'
  if (wanted === null && connected.has(own) && !isRetired) return { id: own }
  if (wanted !== null) {
    const found = [...state.provider.hubs.values()].filter(
      (one) => one.hub === wanted || one.label === wanted,
    )
    const [only] = found
    if (only === undefined) return words.noSuchHub(wanted, labelsOf(state))
    if (found.length > 1) return words.manyHubs(wanted)
    if (only.hub === own)
      return only.status === 'admitted' ? { id: own } : words.noRoom(name, `${only.label} is ${only.status}`)
    const why = places.whyNotOn(only.hub, need)
    return why === null ? { id: only.hub } : words.noRoom(name, why)
  }
  const found = places.find(need)
  if (!found.ok) return words.noRoom(name, found.why)
  return found.connected ? { id: found.hub } : words.noneThere(name)
}

function labelOf(state: State, hub: FeedId): string {
  return state.provider.hubs.get(hub)?.label ?? hub
}

function labelsOf(state: State): string[] {
  return [...state.provider.hubs.values()].map((one) => one.label)
}

function refused(why: string): Restored {
  return { ok: false, why }
}
