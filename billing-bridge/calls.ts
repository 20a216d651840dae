/** From an owed call to what is asked of Stripe. */
import type { FeedId, Millis } from '../protocol/ids'
import { CHECKOUT_SHORTEST_MS, IDEMPOTENCY_KEPT_MS } from '../protocol/limits-bridge'
import type { BillingState, OwedCall } from '../protocol/rpc-billing'
import { METADATA, referenceOf } from './metadata'

export type CheckoutCall = Extract<OwedCall, { kind: 'checkout' }>

export interface CheckoutMeans {
  /** The present price of the plan. */
  price: string
  trialDays: number
  provider: FeedId
  /** Where people come back to, without a slash at its end. */
  publicUrl: string
}

/** What a Checkout session is made with. */
export function checkoutParams(call: CheckoutCall, means: CheckoutMeans) {
  const metadata = {
    [METADATA.provider]: means.provider,
    [METADATA.checkout]: call.checkout,
    [METADATA.pub]: call.pub,
  }
  return {
    mode: 'subscription' as const,
    client_reference_id: referenceOf(call.checkout),
    line_items: [{ price: means.price, quantity: 1 }],
    success_url: `${means.publicUrl}/paid`,
    cancel_url: `${means.publicUrl}/cancelled`,
    expires_at: Math.floor(call.expiresAt / 1_000),
    metadata,
    subscription_data: {
      // Shown to the payer, on receipts and in the portal.
      description: `The pub ${call.name}`,
      metadata,
      ...(means.trialDays > 0 ? { trial_period_days: means.trialDays } : {}),
    },
  }
}

/** Days before the first payment: none where there was a subscription before, with money of the same mode. */
export function trialDaysFor(call: CheckoutCall, plans: BillingState['plans'], live: boolean): number {
  const plan = plans.find((one) => one.name === call.plan)
  return call.trialUsed[live ? 'live' : 'test'] ? 0 : (plan?.trialDays ?? 0)
}

/** True when Stripe may have forgotten the idempotency key of a first try. */
export function mustLookFirst(call: CheckoutCall, now: Millis): boolean {
  // An hour to spare for clocks that differ.
  return now - call.askedAt > IDEMPOTENCY_KEPT_MS - 3_600_000
}

/** True when no session can be made any more that ends when it was promised to. */
export function isTooLate(call: CheckoutCall, now: Millis): boolean {
  return call.expiresAt - now < CHECKOUT_SHORTEST_MS
}

/** Calls of one lane run one after the other: what they are about is the same object. */
export function laneOf(call: OwedCall): string {
  switch (call.kind) {
    case 'checkout':
      return call.checkout
    case 'portal':
      return call.customer
    case 'cancel-later':
    case 'cancel-now':
    case 'change-plan':
      return call.subscription
    case 'expire':
      return call.session
    default:
      return forgotten(call)
  }
}

function forgotten(call: never): never {
  throw new Error(`laneOf forgot a call: ${JSON.stringify(call)}`)
}
