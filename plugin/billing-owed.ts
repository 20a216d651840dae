/**
 * Which calls to Stripe are owed by what is on our feed, whatever anybody waits for: subscriptions and sessions of what is
 * over, and second payments. Pure, and the same at every look until the facts say that it is done.
 */
import { isGood, keptPayment } from '../protocol/evolve-money'
import type { MessageId, Millis, PubId } from '../protocol/ids'
import { OWED_CALLS_MAX } from '../protocol/limits-money'
import type { OwedCall } from '../protocol/rpc-billing'
import type { State } from '../protocol/state'
import type { MoneyFold, PaymentFact } from '../protocol/state-money'
import { bestPaymentOf, paymentsOf } from './entitlement'

/** A call and since when it is owed, by which the oldest come first. */
export interface Debt {
  call: OwedCall
  since: Millis
}

/** All that is owed by the state alone. */
export function standingDebts(state: State, now: Millis): Debt[] {
  const debts: Debt[] = []
  const { money } = state.provider
  for (const pub of money.paymentsOfPub.keys()) debts.push(...cancelsOf(state, pub))
  for (const [checkout, session] of money.sessions) {
    const { content } = session
    if (now >= content.expiresAt || !isSessionOver(state, checkout)) continue
    debts.push({
      call: { id: `expire ${content.session}`, kind: 'expire', session: content.session },
      since: session.at,
    })
  }
  return debts
}

/** What is shown to the bridge: no call twice, the oldest first, and not more at once than it can look through. */
export function owedCalls(debts: Debt[]): OwedCall[] {
  const calls = new Map<string, OwedCall>()
  for (const { call } of [...debts].sort((a, b) => a.since - b.since))
    if (!calls.has(call.id) && calls.size < OWED_CALLS_MAX) calls.set(call.id, call)
  return [...calls.values()]
}

/** Why a subscription is to end at once. */
export type EndReason = 'pub-over' | 'never-made' | 'second'

/** Why this one is to end at once; null where it may go on. */
export function endReason(state: State, payment: PaymentFact): EndReason | null {
  const { pub } = payment.content
  const fact = state.provider.pubs.get(pub)
  if (isNeverMade(state, pub)) return 'never-made'
  if (fact === undefined) return null
  if (fact.record.status === 'ended') return 'pub-over'
  const kept = keptPayment(state.provider.money, pub)
  return kept === null || kept === payment ? null : 'second'
}

/**
 * A second payment goes back, and one for what was never made or was over by then. What was paid before another one took over has been used:
 * it ends, and nothing goes back.
 */
function isRefundDue(state: State, payment: PaymentFact): boolean {
  if (payment.goodSince === null || payment.content.refunded) return false
  return payment.second || payment.late || isNeverMade(state, payment.content.pub)
}

function cancelsOf(state: State, pub: PubId): Debt[] {
  const debts: Debt[] = []
  for (const payment of paymentsOf(state, pub)) {
    const refund = isRefundDue(state, payment)
    if (isAlive(payment) ? endReason(state, payment) === null : !refund) continue
    const { subscription } = payment.content
    const id = `cancel-now ${subscription}${refund ? ' refund' : ''}`
    debts.push({ call: { id, kind: 'cancel-now', subscription, refund }, since: payment.at })
  }
  return debts
}

/** True while it may still take money. */
export function isAlive({ content }: PaymentFact): boolean {
  return content.status !== 'canceled' && content.status !== 'incomplete_expired'
}

/** True when the pub of a `create` is not there and will not be, or never came up. */
function isNeverMade(state: State, pub: PubId): boolean {
  const { provider } = state
  const request = pub as string as MessageId
  const fact = provider.pubs.get(pub)
  if (fact === undefined) return provider.answers.get(request)?.final === true
  if (fact.record.status !== 'ended') return false
  return fact.record.answers === request || provider.unsuccessful.has(request)
}

/** Nobody shall pay by this session: its pub is over, was not made in time, or is paid for otherwise. */
function isSessionOver(state: State, checkout: MessageId): boolean {
  const { money } = state.provider
  const asked = money.checkouts.get(checkout)
  if (asked === undefined) return false
  const { pub, kind } = asked.content
  if (isPaidBy(money, pub, checkout)) return false
  const fact = state.provider.pubs.get(pub)
  if (fact === undefined) return kind === 'create' && isNeverMade(state, pub)
  // Made although nobody paid by it: it was given.
  if (fact.record.status === 'ended' || kind === 'create') return true
  const best = bestPaymentOf(state, pub)
  return best !== null && isGood(best.content.status)
}

function isPaidBy(money: MoneyFold, pub: PubId, checkout: MessageId): boolean {
  return (money.paymentsOfPub.get(pub) ?? []).some(
    (id) => money.payments.get(id)?.content.checkout === checkout,
  )
}
