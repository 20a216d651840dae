/**
 * What the billing bridge calls on the provider (muxrpc over SHS, with its own admitted key). It may do three things: see
 * which calls to Stripe are owed and say what came of them, tell the present state of subscriptions, and read what the
 * public pages show. Everything else is refused to it, and these are refused to everybody else.
 */
import { type Check, flag, nullable, type Of, oneOf, shape, text, whole } from './check'
import type { FeedId, MessageId, Millis, PubId } from './ids'
import { STRIPE_ID_CHARS_MAX, STRIPE_REASON_CHARS_MAX, STRIPE_URL_CHARS_MAX } from './limits-money'
import { type AlertMessage, checkAlert } from './messages/alert'
import type { DuesReason } from './messages/dues'
import { SUBSCRIPTION_STATUSES } from './messages/payment'
import { type Plan, planName } from './plan'

/** The provider's methods for bridges. */
export const BILLING_METHODS = {
  billingOwed: 'source',
  billingDone: 'async',
  billingFact: 'async',
  billingAlert: 'async',
  billingState: 'async',
  billingPage: 'async',
} as const
export const BILLING_CALLS = Object.keys(BILLING_METHODS) as (keyof typeof BILLING_METHODS)[]

/**
 * One call to Stripe that is owed. `id` is the same for the same debt, also after a crash of either side; Stripe's
 * idempotency key is made of it. After a day, which is how long Stripe keeps those, the bridge looks at what is there
 * before it calls again.
 */
export type OwedCall =
  | {
      id: string
      kind: 'checkout'
      checkout: MessageId
      pub: PubId
      name: string
      plan: string
      /** When it was asked for: a link may end CHECKOUT_EXPIRES_MS after that, and not be made much later. */
      askedAt: Millis
      /** When the link shall end. */
      expiresAt: Millis
      /** No trial days then. */
      trialUsed: TrialUsed
    }
  /** The customer portal of one payer. The answer has their address, for the mail that takes the link there. */
  | { id: string; kind: 'portal'; customer: string }
  /** Ends at the end of what is paid. */
  | { id: string; kind: 'cancel-later'; subscription: string }
  /**
   * Ends now; `refund`: and its last payment goes back, because the pub is paid for twice, or was never made. Owed until a
   * fact says `canceled` and `refunded`, which is said of one that had taken nothing, too.
   */
  | { id: string; kind: 'cancel-now'; subscription: string; refund: boolean }
  /** Another price, proration by Stripe. */
  | { id: string; kind: 'change-plan'; subscription: string; plan: string }
  /** Nobody shall pay by this link any more. */
  | { id: string; kind: 'expire'; session: string }

/** Whether who asked for a checkout, or its pub, has had a subscription before: only the bridge knows by which money it is paid. */
export interface TrialUsed {
  live: boolean
  test: boolean
}

/** Each item of `billingOwed()`: everything that is owed now, at most OWED_CALLS_MAX, oldest first. */
export interface OwedItem {
  calls: OwedCall[]
  /** The provider's clock. */
  now: Millis
}

const id = text(STRIPE_ID_CHARS_MAX)
const time = whole(0, Number.MAX_SAFE_INTEGER)

/** What came of a `checkout`. */
export const checkCheckoutDone = shape({
  session: id,
  /** A bearer item: it is said to the owners, and kept nowhere. */
  url: text(STRIPE_URL_CHARS_MAX),
  expiresAt: time,
  live: flag,
})
export type CheckoutDone = Of<typeof checkCheckoutDone>

/** What came of a `portal`: the link, a bearer item that goes to the payer by mail and nowhere else. */
export const checkPortalDone = shape({
  url: text(STRIPE_URL_CHARS_MAX),
  /** Until when it is good; null: for minutes, because the bridge has no public address for a page of its own. */
  until: nullable(time),
  /** null: Stripe has no address of theirs. */
  email: nullable(text(STRIPE_ID_CHARS_MAX)),
})
export type PortalDone = Of<typeof checkPortalDone>

/**
 * `billingDone({id, outcome, …, stripeTime})`: what came of an owed call. `done` of calls that change a subscription is
 * believed only with the fact that shows it: the bridge sends that first.
 */
export const checkBillingDone = shape({
  id: text(300),
  outcome: oneOf('done', 'failed'),
  /** For people; with `failed`. */
  reason: nullable(text(STRIPE_REASON_CHARS_MAX)),
  checkout: nullable(checkCheckoutDone),
  portal: nullable(checkPortalDone),
  stripeTime: time,
})
export type BillingDone = Of<typeof checkBillingDone>

/** What `billingDone` answers. `known` false: nobody waits for it (any more), which is no fault of the bridge's. */
export interface BillingDoneAnswer {
  known: boolean
}

/**
 * `billingFact(…)`: the present state of a subscription. Answered once it is durable on the provider's feed, or known to
 * be there already.
 */
export const checkBillingFact = shape({
  subscription: id,
  /** From the metadata that we gave Stripe: which checkout it came of. */
  checkout: text(STRIPE_ID_CHARS_MAX),
  session: id,
  customer: id,
  status: oneOf(...SUBSCRIPTION_STATUSES),
  plan: nullable(planName),
  periodEnd: nullable(time),
  cancelAt: nullable(time),
  refunded: flag,
  live: flag,
  event: nullable(id),
  /** The payer's address as Stripe has it: kept in the provider's store of addresses, on no feed. */
  email: nullable(text(STRIPE_ID_CHARS_MAX)),
  /**
   * The payer's lasting link to the page where they change the card, which the bridge serves: a bearer item, for mails to
   * that payer alone; on no feed. null: the bridge has no public address.
   */
  portal: nullable(text(STRIPE_URL_CHARS_MAX)),
  /** Stripe's page of the last receipt, for the mail that tells of a payment; on no feed. */
  receiptUrl: nullable(text(STRIPE_URL_CHARS_MAX)),
  /** The number of the last paid invoice, by which a receipt is told once; on no feed. */
  invoice: nullable(id),
  stripeTime: time,
})
export type BillingFact = Of<typeof checkBillingFact>

/**
 * published: it is on the feed now. known: it was there. unknown: nobody has asked for it, so nothing was done; the
 * bridge tells the operator by an alert.
 */
export interface BillingFactAnswer {
  outcome: 'published' | 'known' | 'unknown'
}

/** `billingAlert(…)`: like facts, once per event. */
export const checkBillingAlert: Check<BillingAlert> = (value, field) => {
  const checked = checkAlert(
    { ...(typeof value === 'object' ? value : {}), type: 'buttcloud/alert', v: 1 },
    field,
  )
  if (!checked.ok) return checked
  const { kind, reference, event, pub, at } = checked.value
  return { ok: true, value: { kind, reference, event, pub, at } }
}
export interface BillingAlert {
  kind: AlertMessage['kind']
  reference: string
  event: string
  pub: PubId | null
  at: Millis
}

/**
 * `billingState({stripeTime})`: what the provider believes, for the sweep. Stripe's time comes along, so that it is known also
 * where nobody pays any more.
 */
export const checkBillingStateRequest = shape({ stripeTime: nullable(time) })
export interface BillingState {
  subscriptions: {
    subscription: string
    checkout: MessageId
    session: string
    customer: string
    pub: PubId
    status: (typeof SUBSCRIPTION_STATUSES)[number]
    plan: string | null
    periodEnd: Millis | null
    cancelAt: Millis | null
    refunded: boolean
    /** False: test money. */
    live: boolean
  }[]
  /** Sessions that may still turn into a subscription. */
  sessions: { checkout: MessageId; session: string; expiresAt: Millis; live: boolean }[]
  plans: Plan[]
}

/** `billingPage()`: what anybody may see. */
export interface BillingPage {
  /** The provider's feed. */
  id: FeedId
  name: string | null
  plans: Plan[]
  /** True while there is a hub with room for the smallest plan. */
  accepting: boolean
  /** Servers of this provider, and how many of them are connected. */
  hubs: { all: number; connected: number }
  pubs: number
  dates: PromisedDates
}

/** What the terms promise, as the provider's policy has it: what is not paid for, and what is deleted. */
export interface PromisedDates {
  /** From the first notice to the stop, by the reason. */
  graceMs: Record<Exclude<DuesReason, 'leaving'>, Millis>
  /** A second notice comes this long before the stop. */
  remindMs: Millis
  /** From the stop to the end. */
  suspendedMs: Millis
  /** Warnings come this long before the end. */
  lastWeekMs: Millis
  lastDayMs: Millis
  /** From the end, or from `delete`, to the removal of the data. */
  retentionMs: Millis
}
