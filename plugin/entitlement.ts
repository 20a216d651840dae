/**
 * Whether a pub may run: a free plan, the operator's grant, or a subscription that is paid. Pure; what follows from a
 * `no`, and when, is decide-dues.ts.
 */
import { isGood } from '../protocol/evolve-money'
import type { FeedId, Millis, PubId } from '../protocol/ids'
import type { DuesReason } from '../protocol/messages/dues'
import { type GrantMessage, grantKey } from '../protocol/messages/grant'
import type { SubscriptionStatus } from '../protocol/messages/payment'
import type { Plan } from '../protocol/plan'
import type { PubFact, State } from '../protocol/state'
import type { PaymentFact, Told } from '../protocol/state-money'
import type { World } from './look'
import { planOf } from './policy'

/** `until`: when it is known to be over by itself; null: nobody has said that it will be. */
export type Entitlement =
  | { ok: true; why: 'billing-off' | 'free-plan' | 'grant' | 'paid' | 'trial'; until: Millis | null }
  | { ok: false; reason: DuesReason }

type Known = Pick<World, 'state' | 'now' | 'policy'>

/** Billing is on while a bridge is admitted. */
export function isBillingOn(state: State): boolean {
  for (const bridge of state.provider.money.bridges.values()) if (bridge.status === 'admitted') return true
  return false
}

/**
 * What a pub's right to run stands on now. Facts made with a test key count like others: which key there is, the operator
 * chose. A plan that is no longer offered has no price to ask for: a pub that was ever paid for goes on by its
 * subscription, any other costs nothing, and the operator is told (`isUnoffered`).
 */
export function entitlementOf(world: Known, pub: PubFact): Entitlement {
  const { state, now, policy } = world
  if (!isBillingOn(state)) return { ok: true, why: 'billing-off', until: null }
  const plan = planOf(policy, pub.record.plan)
  const paidOnce = paymentsOf(state, pub.pub).some((one) => one.goodSince !== null)
  if (plan === null ? !paidOnce : plan.price === null) return { ok: true, why: 'free-plan', until: null }
  const grants = grantsFor(state, pub)
  const given = grants.filter((one) => holds(one, now))
  if (given.length > 0) return { ok: true, why: 'grant', until: latest(given.map(endOf)) }
  const best = bestPaymentOf(state, pub.pub)
  if (best !== null && isGood(best.content.status)) {
    const why = best.content.status === 'trialing' ? 'trial' : 'paid'
    return { ok: true, why, until: best.content.cancelAt }
  }
  const givenUntil = latest(grants.map(endOf)) ?? now
  if (best === null || best.goodSince === null)
    return { ok: false, reason: grants.length > 0 ? 'grant-over' : 'never' }
  if (givenUntil > best.statusSince) return { ok: false, reason: 'grant-over' }
  return { ok: false, reason: REASONS[best.content.status] ?? 'unpaid' }
}

/** True when somebody's new pub of this plan needs no payment. */
export function costsNothing(world: Known, owner: FeedId, plan: Plan): boolean {
  const { state, now } = world
  if (!isBillingOn(state) || plan.price === null) return true
  const told = state.provider.money.grants.get(grantKey({ kind: 'owner', owner }))
  return told !== undefined && holds(told, now)
}

/** True when a pub costs nothing only because its plan is offered no more; the operator has to look at it. */
export function isUnoffered(world: Known, pub: PubFact): boolean {
  const { state, policy } = world
  if (!isBillingOn(state) || planOf(policy, pub.record.plan) !== null) return false
  return !paymentsOf(state, pub.pub).some((one) => one.goodSince !== null)
}

/** The subscriptions of a pub, oldest first. */
export function paymentsOf(state: State, pub: PubId): PaymentFact[] {
  const { payments, paymentsOfPub } = state.provider.money
  return (paymentsOfPub.get(pub) ?? []).flatMap((id) => payments.get(id) ?? [])
}

/**
 * The subscription that counts: the one in the best state; of two that are good the one that goes on longer, else the
 * older one; of two that are not the one that was good last. Null where nobody has ever begun to pay.
 */
export function bestPaymentOf(state: State, pub: PubId): PaymentFact | null {
  let best: PaymentFact | null = null
  for (const one of paymentsOf(state, pub)) if (best === null || isBetter(one, best)) best = one
  return best
}

function isBetter(one: PaymentFact, than: PaymentFact): boolean {
  const [a, b] = [rank(one), rank(than)]
  if (a !== b) return a < b
  if (!isGood(one.content.status)) return one.statusSince > than.statusSince
  const end = ({ content }: PaymentFact): Millis => content.cancelAt ?? Number.POSITIVE_INFINITY
  return end(one) === end(than) ? one.firstSequence < than.firstSequence : end(one) > end(than)
}

/** Lower is better. One that was never good comes last: nobody was served for it. */
function rank({ content, goodSince }: PaymentFact): number {
  if (goodSince === null) return RANKS.length
  return isGood(content.status) ? -1 : RANKS.indexOf(content.status)
}

/** After the good ones; a trial is as good as a payment. */
const RANKS: SubscriptionStatus[] = [
  'past_due',
  'unpaid',
  'paused',
  'canceled',
  'incomplete_expired',
  'incomplete',
]

/** `paused` is a trial that ended without means to pay: Stripe does not try any more, as with `unpaid`. */
const REASONS: Partial<Record<SubscriptionStatus, DuesReason>> = {
  past_due: 'past-due',
  canceled: 'canceled',
  incomplete_expired: 'canceled',
}

/** Grants of the pub, and of the owner it counts for: any other could be made an owner of everybody's. */
function grantsFor(state: State, pub: PubFact): Told<GrantMessage>[] {
  const { grants } = state.provider.money
  const [owner] = pub.record.owners
  const keys = [grantKey({ kind: 'pub', pub: pub.pub })]
  if (owner !== undefined) keys.push(grantKey({ kind: 'owner', owner }))
  return keys.flatMap((key) => grants.get(key) ?? [])
}

function holds({ content }: Told<GrantMessage>, now: Millis): boolean {
  return content.given && (content.until === null || now <= content.until)
}

/** The last moment of a grant; one that was taken back is over since then. */
function endOf({ content, at }: Told<GrantMessage>): Millis | null {
  return content.given ? content.until : at
}

function latest(times: (Millis | null)[]): Millis | null {
  let last = Number.NEGATIVE_INFINITY
  for (const time of times) {
    if (time === null) return null
    last = Math.max(last, time)
  }
  return last
}
