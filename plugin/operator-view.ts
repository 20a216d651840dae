/** Who has pubs here, as the operator sees it: joined from records, payments and what people wrote. */
import { isGood } from '../protocol/evolve-money'
import { ownerSetsOf, peopleIn } from '../protocol/evolve-operator'
import type { FeedId, Millis } from '../protocol/ids'
import type { AnnouncementMessage } from '../protocol/messages/announcement'
import type { AnnounceView, BlockView, OwnerView, SuspendView } from '../protocol/rpc-operator'
import type { PubFact, State } from '../protocol/state'
import { isStoppedAt } from './dues'
import { bestPaymentOf, entitlementOf } from './entitlement'
import type { World } from './look'
import { blockOf, haltOf } from './operator-facts'
import { countedFor, guestsOf, livePubsOf } from './owners'
import { pubsOf } from './query'
import { announcementText } from './words-operator'

type Known = Pick<World, 'state' | 'now' | 'policy'>

/** Everybody who ever gave a valid command, and whom others made an owner; who came first stands first. */
export function ownerViews(world: Known): OwnerView[] {
  const { state } = world
  const known = [...state.provider.owners, ...guestsOf(state)]
  const views = known.map((owner) => ownerView(world, owner))
  const at = ({ since }: OwnerView): Millis => since ?? Number.POSITIVE_INFINITY
  return views.sort((a, b) => (at(a) === at(b) ? 0 : at(a) - at(b)))
}

function ownerView(world: Known, owner: FeedId): OwnerView {
  const { state, policy } = world
  const live = livePubsOf(state, owner)
  const counted = countedFor(state, owner)
  const block = blockOf(state, owner)
  return {
    owner,
    pubs: live.map(({ pub, record: { name, plan, suspended, owners } }) => ({
      ...{ pub, name, plan, suspended },
      first: owners[0] === owner,
    })),
    ended: pubsOf(state, owner).length - live.length,
    quota: { used: counted.length, max: policy.pubsPerOwnerMax },
    since: state.provider.operator.ownersSince.get(owner) ?? null,
    heardAt: heardAt(state, owner),
    money: moneyOf(world, counted),
    blocked: block === null ? null : { reason: block.content.reason, at: block.at },
  }
}

function heardAt(state: State, owner: FeedId): Millis | null {
  let last: Millis | null = null
  for (const { receivedAt } of state.authors.get(owner)?.requests.values() ?? [])
    if (last === null || receivedAt > last) last = receivedAt
  return last
}

function moneyOf(world: Known, pubs: PubFact[]): OwnerView['money'] {
  const money = { free: 0, given: 0, paid: 0, owed: 0 }
  for (const pub of pubs) {
    const right = entitlementOf(world, pub)
    if (!right.ok) money.owed += 1
    else if (right.why === 'grant') money.given += 1
    else if (right.why === 'paid' || right.why === 'trial') money.paid += 1
    else money.free += 1
  }
  return money
}

/** How a pub stands that the operator has just spoken of. */
export function suspendView(state: State, { pub, record }: PubFact): SuspendView {
  const halt = haltOf(state, pub)
  const stage = state.provider.money.dues.get(pub)?.content.stage
  const payment = bestPaymentOf(state, pub)
  return {
    ...{ pub, name: record.name, owners: record.owners },
    halted: halt !== null,
    reason: halt?.content.reason ?? null,
    unpaid: stage !== undefined && isStoppedAt(stage),
    paid: payment !== null && isGood(payment.content.status),
  }
}

/** Who is blocked, the last first. */
export function blockViews(state: State): BlockView[] {
  return [...state.provider.operator.blocks.values()]
    .filter(({ content }) => content.blocked)
    .sort((a, b) => b.sequence - a.sequence)
    .flatMap(({ content }) => blockView(state, content.feed) ?? [])
}

/** The last word on one feed; null where there never was one. */
export function blockView(state: State, feed: FeedId): BlockView | null {
  const told = state.provider.operator.blocks.get(feed)
  if (told === undefined) return null
  const { blocked, reason, by } = told.content
  const pubs = livePubsOf(state, feed).map(({ record }) => record.name)
  return { feed, blocked, reason, at: told.at, by, pubs }
}

/** What an announcement would be, or was. */
export function announceView(
  { state, now }: Pick<World, 'state' | 'now'>,
  { text }: AnnouncementMessage,
  sent: boolean,
): AnnounceView {
  const sets = ownerSetsOf(state.provider.pubs.values(), now)
  return { text: announcementText(text), messages: sets.size, people: peopleIn(sets).size, sent }
}
