/**
 * `buttcloud/payment`, provider → self, on the bridge's word: the present state of one subscription as Stripe gives it.
 * Whole each time, published only when something differs; the highest sequence wins.
 *
 * Example: {"type":"buttcloud/payment","v":1,"pub":"%…","checkout":"%request…","session":"cs_…","subscription":"sub_…",
 *           "customer":"cus_…","status":"active","plan":"personal","periodEnd":1790000000000,"cancelAt":null,
 *           "refunded":false,"live":true,"event":"evt_…","at":1787000000000}
 */
import {
  type Check,
  flag,
  literal,
  messageId,
  nullable,
  type Of,
  oneOf,
  pubId,
  shape,
  text,
  whole,
} from '../check'
import { STRIPE_ID_CHARS_MAX } from '../limits-money'
import { planName } from '../plan'

const id = text(STRIPE_ID_CHARS_MAX)
const time = whole(0, Number.MAX_SAFE_INTEGER)

/** Stripe's own words (Subscription object, `status`). */
export const SUBSCRIPTION_STATUSES = [
  'incomplete',
  'incomplete_expired',
  'trialing',
  'active',
  'past_due',
  'canceled',
  'unpaid',
  'paused',
] as const
export type SubscriptionStatus = (typeof SUBSCRIPTION_STATUSES)[number]

const check = shape({
  type: literal('buttcloud/payment'),
  v: literal(1),
  pub: pubId,
  /** What was asked for: a subscription that nobody asked for is none of ours. */
  checkout: messageId,
  session: id,
  subscription: id,
  /** The payer; one per subscription, who need not be the owner. */
  customer: id,
  status: oneOf(...SUBSCRIPTION_STATUSES),
  /** The plan whose price it has now; null: a price that is none of our plans'. */
  plan: nullable(planName),
  /** Until when it is paid, by Stripe's clock; null where Stripe gives none. */
  periodEnd: nullable(time),
  /** When it will end by itself, because somebody cancelled it; null: it goes on. */
  cancelAt: nullable(time),
  /** Its last payment was given back, because the pub was paid for twice. */
  refunded: flag,
  /** False: test mode. */
  live: flag,
  /** The event that made the bridge look; null: the sweep, or a call of ours. */
  event: nullable(id),
  /** When the bridge fetched it, by Stripe's clock. */
  at: time,
})
export type PaymentMessage = Of<typeof check>
export const checkPayment: Check<PaymentMessage> = check

/** Builds a payment. */
export function buildPayment(fields: Omit<PaymentMessage, 'type' | 'v'>): PaymentMessage {
  return { type: 'buttcloud/payment', v: 1, ...fields }
}
