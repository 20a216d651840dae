/** What the operator sees of money: every pub, what it runs on, and what waits. */
import { type FeedId, isFeedId } from '../protocol/ids'
import { ALERTS_SHOWN_MAX, PAID_WAIT_MS } from '../protocol/limits-money'
import type { GrantMessage, GrantTarget } from '../protocol/messages/grant'
import { gainsays, type OtherClock } from '../protocol/other-clock'
import type { AlertView, GrantView, MoneyPubView, MoneyView, NoRoomView } from '../protocol/rpc-money'
import type { PubFact, State } from '../protocol/state'
import type { PaymentFact, Told } from '../protocol/state-money'
import { isAlive } from './billing-owed'
import { type Held, roomFor } from './decide-dues'
import { bestPaymentOf, entitlementOf, isBillingOn, isUnoffered } from './entitlement'
import type { World } from './look'
import { paymentFor, unpaidCreates } from './unpaid'

type Known = Pick<World, 'state' | 'now' | 'policy'>

/** `held` and `clocks` are known on this machine only. */
export function moneyView(
  world: Known,
  held: readonly Held[],
  clocks: readonly OtherClock[],
  owed: MoneyView['owed'] = { count: 0, since: null },
): MoneyView {
  const { state, now } = world
  const live = [...state.provider.pubs.values()].filter((pub) => pub.record.status === 'live')
  const waiting = (why: Held['why']): number => held.filter((one) => one.why === why).length
  return {
    billing: isBillingOn(state),
    clocks: {
      known: clocks.length,
      agree: clocks.filter((one) => !gainsays(one, now)).length,
    },
    caps: {
      suspensions: { left: roomFor(world, 'suspensions'), waiting: waiting('suspensions') },
      ends: { left: roomFor(world, 'ends'), waiting: waiting('ends') },
    },
    pubs: live.map((pub) => pubView(world, pub, held)),
    owed,
    charging: [...state.provider.money.payments.values()].filter(isCharged).length,
    noRoom: noRoomViews(state),
    alerts: alertViews(state),
  }
}

/** It is alive, and nobody has cancelled it. */
const isCharged = (payment: PaymentFact): boolean => isAlive(payment) && payment.content.cancelAt === null

function noRoomViews(state: State): NoRoomView[] {
  return unpaidCreates(state).flatMap((told) => {
    const { name, plan, owner } = told.content
    const since = paymentFor(state, told)?.goodSince ?? null
    return since === null ? [] : [{ name, plan, owner, until: since + PAID_WAIT_MS }]
  })
}

function alertViews({ provider }: State): AlertView[] {
  const last = [...provider.money.alerts.values()].slice(-ALERTS_SHOWN_MAX).reverse()
  return last.map(({ at, content: { kind, reference, pub } }) => {
    const name = pub === null ? null : (provider.pubs.get(pub)?.record.name ?? null)
    return { kind, reference, name, at }
  })
}

function pubView(world: Known, pub: PubFact, held: readonly Held[]): MoneyPubView {
  const { name, owners, plan, suspended } = pub.record
  const right = entitlementOf(world, pub)
  const dues = world.state.provider.money.dues.get(pub.pub)?.content
  const payment = bestPaymentOf(world.state, pub.pub)?.content
  return {
    ...{ pub: pub.pub, name, owner: owners[0] as FeedId, plan, suspended },
    unoffered: isUnoffered(world, pub),
    right: right.ok ? right.why : null,
    until: right.ok ? right.until : null,
    reason: right.ok ? null : right.reason,
    dues: dues === undefined || dues.stage === 'clear' ? null : datesOf(dues),
    waits: held.find((one) => one.pub === pub.pub)?.why ?? null,
    subscription: payment?.subscription ?? null,
    status: payment?.status ?? null,
  }
}

function datesOf({
  stage,
  since,
  suspendAt,
  endAt,
}: NonNullable<MoneyPubView['dues']>): MoneyPubView['dues'] {
  return { stage, since, suspendAt, endAt }
}

/** Everything that was ever given, newest first. */
export function grantViews(state: State): GrantView[] {
  return [...state.provider.money.grants.values()]
    .sort((a, b) => b.sequence - a.sequence)
    .map((told) => grantView(state, told))
}

/** One of them. */
export function grantView(state: State, { content, at }: Told<GrantMessage>): GrantView {
  const { target, until, given } = content
  const pub = target.kind === 'pub' ? state.provider.pubs.get(target.pub) : undefined
  const id = target.kind === 'pub' ? target.pub : target.owner
  return { kind: target.kind, id, name: pub?.record.name ?? null, until, given, at }
}

/** Whom somebody means who writes a feed id, or the name or id of a live pub; null where there is none. */
export function grantTarget(state: State, wanted: string): GrantTarget | null {
  if (isFeedId(wanted)) return { kind: 'owner', owner: wanted }
  const named = state.names.get(wanted)
  for (const { pub, record } of state.provider.pubs.values())
    if (record.status === 'live' && (pub === (wanted as string) || pub === named)) return { kind: 'pub', pub }
  return null
}
