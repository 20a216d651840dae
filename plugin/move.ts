/**
 * `admin move`, and what the operator makes of a hub: the message that says it, or why not. A planned move asks for more
 * than `restore` does (plugin/restore.ts): the former hub is there and ends its run, and the new one is there to take it.
 */
import type { FeedId, Millis } from '../protocol/ids'
import { MOVE_RETRY_AFTER_MS } from '../protocol/limits-moving'
import { buildHub, type HubMessage } from '../protocol/messages/hub'
import type { PubMessage } from '../protocol/messages/pub'
import type { AdminHubSetRequest, AdminMoveRequest } from '../protocol/rpc-fleet'
import type { PubFact, State } from '../protocol/state'
import { isThere, placedElsewhere } from './decide-moves'
import { endingOn, hubCalled, labelOf } from './fleet-view'
import type { MovingFacts } from './look'
import { leaseLeftMs } from './moving'
import type { Policy } from './policy'
import { feedOf, reservedBytesFor } from './query'
import { pubCalled } from './restore'
import { roomOn, takenBy } from './schedule'
import { fleetWords as words } from './words-fleet'

export interface MoveWorld {
  state: State
  policy: Policy
  now: Millis
  connected: ReadonlySet<FeedId>
  moving: MovingFacts
}

export type Moved = { ok: true; record: PubMessage } | { ok: false; why: string }

const no = (why: string): { ok: false; why: string } => ({ ok: false, why })

/** The record that places the pub elsewhere, said by this operator. */
export function moved(world: MoveWorld, wish: AdminMoveRequest, by: FeedId): Moved {
  const { state, moving } = world
  const pub = pubCalled(state, wish.pub)
  if (pub === null) return no(words.noSuchPub(wish.pub))
  const { record } = pub
  const why = whyNotNow(world, pub)
  if (why !== null) return no(why)
  const hub = wish.hub === null ? bestElsewhere(world, pub) : named(world, pub, wish.hub)
  if (typeof hub !== 'string') return hub
  const feed = feedOf(state, pub) ?? moving.keyFeedOf(pub.pub)
  return { ok: true, record: placedElsewhere(record, hub, feed, { why: 'asked', by }) }
}

/** Why it can't leave where it is; null where it can. */
function whyNotNow({ state, policy, now, connected, moving }: MoveWorld, pub: PubFact): string | null {
  const { record } = pub
  const { name } = record
  const label = labelOf(state, record.hub)
  if (record.status === 'ended') return words.ended(name)
  if (state.provider.answers.get(pub.pub as string as PubMessage['answers'])?.final !== true)
    return words.beingMade(name)
  if (moving.isWaitedFor(pub.pub)) return words.waitedFor(name)
  if (state.provider.hubs.get(record.hub)?.status !== 'retired') {
    const isSilent = !connected.has(record.hub) || leaseLeftMs(moving, policy.moving, record.hub) <= 0
    if (isSilent) return words.silent(name, label)
  }
  const waited = now - pub.placed.at
  if (isOnItsWay(state, pub) && waited >= 0 && waited < MOVE_RETRY_AFTER_MS)
    return words.onItsWay(name, label)
  const feed = feedOf(state, pub) ?? moving.keyFeedOf(pub.pub)
  if (feed === null || moving.keyOpens(pub.pub)) return null
  return moving.keyFeedOf(pub.pub) === null ? words.noKey(name) : words.keyOffline(name)
}

/** It was placed elsewhere and is not there yet. */
export function isOnItsWay(state: State, pub: PubFact): boolean {
  return state.provider.moves.get(pub.pub)?.epoch === pub.record.epoch && !isThere(state, pub)
}

function named(world: MoveWorld, pub: PubFact, wanted: string): FeedId | { ok: false; why: string } {
  const { state } = world
  const { name, hub: own } = pub.record
  const found = hubCalled(state, wanted)
  if (!found.ok) return found
  const { hub, label } = found.record
  if (hub === own) return no(words.thereAlready(name, label))
  const why = whyNotOn(world, pub, hub)
  return typeof why === 'string' ? no(words.noRoom(name, why)) : hub
}

/** The one with most room, other than its own. */
function bestElsewhere(world: MoveWorld, pub: PubFact): FeedId | { ok: false; why: string } {
  const reasons: string[] = []
  let best: { hub: FeedId; room: number } | null = null
  for (const [hub, { status }] of world.state.provider.hubs) {
    if (hub === pub.record.hub || status === 'retired') continue
    const room = whyNotOn(world, pub, hub)
    if (typeof room === 'string') reasons.push(room)
    else if (best === null || room > best.room) best = { hub, room }
  }
  if (best !== null) return best.hub
  return no(reasons.length === 0 ? words.noOther : words.noRoom(pub.record.name, reasons.join(', ')))
}

/** Room on a hub that is there; else why it does not take the pub. */
function whyNotOn(
  { state, policy, connected, moving }: MoveWorld,
  pub: PubFact,
  hub: FeedId,
): number | string {
  const room = roomOn(state, takenBy(state), hub, reservedBytesFor(state, pub))
  if (typeof room === 'string') return room
  const isThere = connected.has(hub) && moving.heard.has(hub) && leaseLeftMs(moving, policy.moving, hub) > 0
  return isThere ? room : `${labelOf(state, hub)} is away`
}

/** The record of a hub as the operator wants it; null where it is so. */
export function hubDeed(
  state: State,
  connected: ReadonlySet<FeedId>,
  { hub: wanted, status }: AdminHubSetRequest,
): { ok: true; say: HubMessage | null } | { ok: false; why: string } {
  const found = hubCalled(state, wanted)
  if (!found.ok) return found
  const { record } = found
  if (record.status === status) return { ok: true, say: null }
  if (record.status === 'retired') return no(words.retired(record.label))
  if (status === 'retired') {
    const left = liveOn(state, record.hub)
    if (left.length > 0) return no(words.notEmpty(record.label, left))
    // One that is away for good would never say it.
    const ending = connected.has(record.hub) ? endingOn(state, record.hub) : []
    if (ending.length > 0) return no(words.stillEnding(record.label, ending))
  }
  return { ok: true, say: buildHub({ ...record, status }) }
}

function liveOn(state: State, hub: FeedId): string[] {
  return [...(state.byHub.get(hub) ?? [])].flatMap((id) => {
    const record = state.provider.pubs.get(id)?.record
    return record?.status === 'live' ? [record.name] : []
  })
}
