/**
 * Stripe's two modes. With a test key nobody pays; with a live key it is real money. What was subscribed in test mode counts no
 * more once the key is live, and a test key that takes the place of a live one must not make anything of test money.
 */
import type { Millis } from '../protocol/ids'
import type { BillingFact, BillingState } from '../protocol/rpc-billing'
import { isOver } from './translate'

export type KnownSubscription = BillingState['subscriptions'][number]

/** Why nothing may be asked of Stripe with this key; null where all is well. */
export function mismatchOf({ subscriptions }: BillingState, live: boolean): string | null {
  const real = live ? 0 : subscriptions.filter((one) => one.live).length
  if (real === 0) return null
  return `the Stripe key is a test key, and this provider knows ${real} subscription${real === 1 ? '' : 's'} of real money: nothing is asked of Stripe, so that nobody gets a pub for test money. Put the live key back, with the secret of its webhook`
}

/** Subscriptions of test mode that still count though the key is live. */
export function testLeftovers({ subscriptions }: BillingState, live: boolean): KnownSubscription[] {
  return live ? subscriptions.filter((one) => !one.live && !isOver(one.status)) : []
}

/**
 * What a live bridge tells of a subscription of test mode, which its key can't ask about: that it is over. Owners then have
 * the usual notices and dates.
 */
export function testIsOver(known: KnownSubscription, at: Millis, refunded: boolean): BillingFact {
  const { subscription, checkout, session, customer, plan, periodEnd, cancelAt } = known
  return {
    ...{ subscription, checkout, session, customer, status: 'canceled', plan, periodEnd, cancelAt },
    ...{ refunded: known.refunded || refunded, live: false, event: null, email: null, portal: null },
    ...{ receiptUrl: null, invoice: null, stripeTime: at },
  }
}

/** Why no link can be made for a checkout: there is one of test mode already. Null where there is none. */
export function testLinkOf({ sessions }: BillingState, checkout: string, live: boolean): string | null {
  const other = sessions.find((one) => one.checkout === checkout && one.live !== live)
  if (other === undefined) return null
  return `its link was made ${other.live ? 'for real money, and the Stripe key is a test key now' : 'in test mode, which is over'}; it ends at ${new Date(other.expiresAt).toISOString().slice(0, 16).replace('T', ' ')} UTC, and then there can be a new one`
}
