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
import { placedElsewhere } from './decide-moves'
import { isNowhereYet } from './export-rights'
import { endingOn, hubCalled, labelOf } from './fleet-view'
import type { MovingFacts } from './look'
import { machineOf } from './machine-records'
import { leaseLeftMs } from './moving'
import { movingViewOf } from './on-the-way'
import type { Policy } from './policy'
import { identityOf } from './query'
import { pubCalled } from './restore'
import { type Need, needOfPub, Places } from './schedule'
import { fleetWords as words } from './words-fleet'
import { machineWords } from './words-machines'

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
  const feed = identityOf(state, pub, moving.keyFeedOf(pub.pub))
  return { ok: true, record: placedElsewhere(record, hub, feed, { why: 'asked', by }, world.policy) }
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
  if (movingViewOf(state, pub) !== null && waited >= 0 && waited < MOVE_RETRY_AFTER_MS)
    return words.onItsWay(name, label)
  const feed = identityOf(state, pub, moving.keyFeedOf(pub.pub))
  if (feed === null || moving.keyOpens(pub.pub)) return null
  return moving.keyFeedOf(pub.pub) === null ? words.noKey(name) : words.keyOffline(name)
}

function named(world: MoveWorld, pub: PubFact, wanted: string): FeedId | { ok: false; why: string } {
  const { state } = world
  const { name, hub: own } = pub.record
  const found = hubCalled(state, wanted)
  if (!found.ok) return found
  const { hub, label } = found.record
  if (hub === own) return no(words.thereAlready(name, label))
  const why = placesOf(world).whyNotOn(hub, needOf(world, pub), ruledOutFor(world, pub))
  return why === null ? hub : no(words.noRoom(name, why))
}

/** Where there is room by the policy of placing, other than where it is. */
function bestElsewhere(world: MoveWorld, pub: PubFact): FeedId | { ok: false; why: string } {
  const { hub: own, name } = pub.record
  const others = [...world.state.provider.hubs.values()].filter(
    ({ hub, status }) => hub !== own && status !== 'retired',
  )
  if (others.length === 0) return no(words.noOther)
  const found = placesOf(world).find(needOf(world, pub), ruledOutFor(world, pub))
  return found.ok ? found.hub : no(words.noRoom(name, found.why))
}

const placesOf = ({ state, policy, connected }: MoveWorld): Places => new Places({ state, policy, connected })

const needOf = ({ state, policy }: MoveWorld, pub: PubFact): Need => needOfPub(state, policy, pub)

/** Its own hub, and those that are not there to take it now. */
function ruledOutFor({ state, policy, connected, moving }: MoveWorld, pub: PubFact): Map<FeedId, string> {
  const ruledOut = new Map<FeedId, string>()
  for (const [hub, { status }] of state.provider.hubs) {
    const isThere = connected.has(hub) && moving.heard.has(hub) && leaseLeftMs(moving, policy.moving, hub) > 0
    if (status === 'admitted' && !isThere) ruledOut.set(hub, 'is away')
  }
  return ruledOut.set(pub.record.hub, 'is where it is now')
}

/** The record of a hub as this operator wants it; null where it is so. */
export function hubDeed(
  state: State,
  connected: ReadonlySet<FeedId>,
  { hub: wanted, status }: AdminHubSetRequest,
  { now, policy }: { now: Millis; policy: Pick<Policy, 'retentionMs'> },
  by: FeedId | null = null,
): { ok: true; say: HubMessage | null } | { ok: false; why: string } {
  const found = hubCalled(state, wanted)
  if (!found.ok) return found
  const { record } = found
  if (record.status === status) return { ok: true, say: null }
  if (record.status === 'retired') return no(words.retired(record.label))
  const machine = machineOf(state, record.hub)?.content
  if (
    machine !== undefined &&
    machine.status !== 'wanted' &&
    (status === 'admitted' || status === 'cordoned')
  )
    return no(machineWords.leaves(record.label))
  if (status === 'retired') {
    const left = liveOn(state, record.hub)
    if (left.length > 0) return no(words.notEmpty(record.label, left))
    // One that is away for good would never say it.
    const ending = connected.has(record.hub) ? endingOn(state, record.hub) : []
    if (ending.length > 0) return no(words.stillEnding(record.label, ending))
    const only = connected.has(record.hub) ? onlyHere(state, record.hub, now - policy.retentionMs) : []
    if (only.length > 0) return no(words.onlyCopy(record.label, only))
  }
  return { ok: true, say: buildHub({ ...record, status, by }) }
}

function liveOn(state: State, hub: FeedId): string[] {
  return [...(state.byHub.get(hub) ?? [])].flatMap((id) => {
    const record = state.provider.pubs.get(id)?.record
    return record?.status === 'live' ? [record.name] : []
  })
}

/** Names of pubs that ran here last: they were down when they left, and their data is nowhere else while this hub keeps it. */
function onlyHere(state: State, hub: FeedId, since: Millis): string[] {
  return [...(state.authors.get(hub)?.feeds.keys() ?? [])].flatMap((id) => {
    const pub = state.provider.pubs.get(id)
    return pub !== undefined && pub.placed.at > since && isNowhereYet(state, pub) ? [pub.record.name] : []
  })
}
