/** From Stripe's present objects to the fact that the provider publishes. */
import { oneOf } from '../protocol/check'
import type { FeedId, Millis } from '../protocol/ids'
import { SUBSCRIPTION_STATUSES } from '../protocol/messages/payment'
import { planName } from '../protocol/plan'
import type { BillingFact } from '../protocol/rpc-billing'
import { isOurs, lookupKeyOf, METADATA } from './metadata'
import { idOf, type PriceShape, type SubscriptionShape } from './shapes'

export interface Reading {
  subscription: SubscriptionShape
  /** The Checkout session that it came of; null: it came of none. */
  session: string | null
  /** The event that made us look; null: none did. */
  event: string | null
  /** When Stripe answered, by its own clock. */
  at: Millis
  /** The payer's link to their page; null: none can be made. */
  portal: string | null
}

export type Translation =
  | { kind: 'fact'; fact: BillingFact }
  /** Somebody else's on the same account of Stripe's. */
  | { kind: 'not-ours' }
  /** It bears our marks and yet came of no session: made by hand in Stripe. */
  | { kind: 'stranger' }
  /** Stripe says what this version of ours does not know. */
  | { kind: 'odd'; why: string }

const status = oneOf(...SUBSCRIPTION_STATUSES)

/** What a reading means to the provider. */
export function translate(reading: Reading, provider: FeedId): Translation {
  const { subscription, session, event, at, portal } = reading
  if (!isOurs(subscription.metadata, provider)) return { kind: 'not-ours' }
  const checkout = subscription.metadata[METADATA.checkout]
  if (session === null || checkout === undefined) return { kind: 'stranger' }
  const known = status(subscription.status, 'status')
  if (!known.ok) return { kind: 'odd', why: `its status is ${known.found}` }
  const { customer } = subscription
  return {
    kind: 'fact',
    fact: {
      ...{ subscription: subscription.id, checkout, session },
      customer: idOf(customer),
      status: known.value,
      plan: planOf(subscription),
      periodEnd: periodEndOf(subscription),
      cancelAt: cancelAtOf(subscription),
      refunded: subscription.metadata[METADATA.refunded] === 'yes',
      live: subscription.livemode,
      event,
      email: typeof customer === 'string' ? null : (customer.email ?? null),
      portal,
      ...receiptOf(subscription),
      stripeTime: at,
    },
  }
}

/** The plan whose price a subscription has; null for a price that is none of ours. */
export function planOf(subscription: SubscriptionShape): string | null {
  const prices = subscription.items.data.map((item) => item.price)
  // Two prices on one subscription are an operator's own doing, and no plan.
  return prices.length === 1 && prices[0] !== undefined ? planOfPrice(prices[0]) : null
}

/** The plan of a price, also of one that is no longer offered. */
export function planOfPrice(price: PriceShape): string | null {
  const marked = planName(price.metadata[METADATA.plan], 'plan')
  if (marked.ok) return marked.value
  const prefix = lookupKeyOf('')
  if (!price.lookup_key?.startsWith(prefix)) return null
  const named = planName(price.lookup_key.slice(prefix.length), 'plan')
  return named.ok ? named.value : null
}

function periodEndOf(subscription: SubscriptionShape): Millis | null {
  const ends = subscription.items.data.map((item) => item.current_period_end)
  return ends.length === 0 ? null : Math.max(...ends) * 1_000
}

function cancelAtOf(subscription: SubscriptionShape): Millis | null {
  if (subscription.cancel_at !== null) return subscription.cancel_at * 1_000
  return subscription.cancel_at_period_end ? periodEndOf(subscription) : null
}

/** The last receipt, where money was paid. */
function receiptOf(subscription: SubscriptionShape): Pick<BillingFact, 'receiptUrl' | 'invoice'> {
  const { latest_invoice: invoice } = subscription
  const paid =
    invoice !== null && typeof invoice !== 'string' && invoice.status === 'paid' && invoice.amount_paid > 0
  return paid
    ? { receiptUrl: invoice.hosted_invoice_url ?? null, invoice: invoice.id }
    : { receiptUrl: null, invoice: null }
}

/** True for a subscription that nothing more will happen to, but a refund. */
export function isOver(state: string): boolean {
  return state === 'canceled' || state === 'incomplete_expired'
}
