/** What the billing bridge says, for stories without any bridge. */
import type { MessageId, Millis, PubId } from '../../protocol/ids'
import { pubIdOf } from '../../protocol/ids'
import { buildBridge } from '../../protocol/messages/bridge'
import { buildCheckout } from '../../protocol/messages/checkout'
import { buildPayment, type PaymentMessage } from '../../protocol/messages/payment'
import { buildSession } from '../../protocol/messages/session'
import type { BillingFact } from '../../protocol/rpc-billing'
import { alice, feed, provider, type Story } from './story'

export const bridge = feed('bridge')

/** Switches billing on. */
export function billingOn(story: Story): void {
  story.tells(provider, buildBridge({ bridge, status: 'admitted', label: 'billing', token: null }))
}

/** A checkout of `request` and its session, on the feed. */
export function hasSession(
  story: Story,
  request: MessageId,
  more: { pub?: PubId; name?: string; kind?: 'create' | 'pay'; expiresAt?: Millis } = {},
): string {
  const { pub = pubIdOf(request), name = 'alice', kind = 'create' } = more
  story.tells(provider, buildCheckout({ checkout: request, pub, name, owner: alice, plan: 'tiny', kind }))
  const session = `cs_${request.slice(1, 12)}`
  const expiresAt = more.expiresAt ?? story.now + 3_600_000
  story.tells(provider, buildSession({ checkout: request, session, expiresAt, live: false }))
  return session
}

/** The state of a subscription as Stripe gives it. */
export function factOf(request: MessageId, more: Partial<BillingFact> = {}): BillingFact {
  return {
    subscription: `sub_${request.slice(1, 12)}`,
    checkout: request,
    session: `cs_${request.slice(1, 12)}`,
    customer: 'cus_carol',
    status: 'active',
    plan: 'tiny',
    periodEnd: Date.UTC(2030, 1, 1),
    cancelAt: null,
    refunded: false,
    live: false,
    event: 'evt_1',
    email: null,
    portal: null,
    receiptUrl: null,
    invoice: null,
    stripeTime: Date.UTC(2030, 0, 1),
    ...more,
  }
}

/** The same as it stands on the feed. */
export function paymentOf(pub: PubId, fact: BillingFact): PaymentMessage {
  const { subscription, session, customer, status, plan, periodEnd, cancelAt, refunded, live, event } = fact
  return buildPayment({
    ...{ pub, checkout: fact.checkout as MessageId, session, subscription, customer, status, plan },
    ...{ periodEnd, cancelAt, refunded, live, event, at: fact.stripeTime },
  })
}
