/** What the provider's own feed says of money: its part of the fold. */
import type { FeedId, MessageId, Millis, PubId } from './ids'
import type { AlertMessage } from './messages/alert'
import type { BridgeMessage } from './messages/bridge'
import type { CheckoutMessage } from './messages/checkout'
import type { DuesMessage } from './messages/dues'
import type { GrantMessage } from './messages/grant'
import type { PaymentMessage } from './messages/payment'
import type { PermitMessage } from './messages/permit'
import type { SessionMessage } from './messages/session'

/** A message with its place on the provider's feed. */
export interface Told<T> {
  key: MessageId
  sequence: number
  /** When the provider published it. */
  at: Millis
  content: T
}

export interface PaymentFact extends Told<PaymentMessage> {
  /** The sequence of the first word on this subscription: of two that are good, the older one counts. */
  firstSequence: number
  /** Since when its status is what it is. */
  statusSince: Millis
  /** When it was first good (active or trialing); null: it never was. */
  goodSince: Millis | null
  /** When it was first said that its last payment was given back; null: it was not. */
  refundedAt: Millis | null
  /** The sequence of the word since which it is good without a break; null while it is not. */
  goodSpell: number | null
  /**
   * Good beside another one of its pub that has been good for longer, now or until it ended: paid a second time. Whoever
   * goes on alone is no second any more.
   */
  second: boolean
  /** First good when its pub had ended already: somebody paid for nothing. */
  late: boolean
}

export interface DuesFact extends Told<DuesMessage> {
  /** The message that began these dues. */
  begunBy: MessageId
}

export interface MoneyFold {
  /** Since when a bridge was first admitted; null: billing has never been on. */
  billingSince: Millis | null
  bridges: Map<FeedId, BridgeMessage>
  checkouts: Map<MessageId, Told<CheckoutMessage>>
  /** By checkout. */
  sessions: Map<MessageId, Told<SessionMessage>>
  /** By subscription. */
  payments: Map<string, PaymentFact>
  /** Subscriptions of a pub, oldest first. */
  paymentsOfPub: Map<PubId, string[]>
  /** The last words on what each pub is paid with and owes, and of its operator (MONEY_CAUSES_KEPT_MAX): records may name them as their cause. */
  causes: Map<PubId, MessageId[]>
  /** By `grantKey`. */
  grants: Map<string, Told<GrantMessage>>
  /** The latest word on each pub that was ever not paid for. */
  dues: Map<PubId, DuesFact>
  /** Suspensions and ends within the last day of the feed's own time. */
  cuts: { at: Millis; stage: 'suspended' | 'ended'; pub: PubId }[]
  /** Permits within the last day of the feed's own time. */
  permits: Told<PermitMessage>[]
  /** By event; only the last ones (ALERTS_KEPT_MAX). */
  alerts: Map<string, Told<AlertMessage>>
}

/** Nothing known yet. */
export function initialMoney(): MoneyFold {
  return {
    billingSince: null,
    bridges: new Map(),
    checkouts: new Map(),
    sessions: new Map(),
    payments: new Map(),
    paymentsOfPub: new Map(),
    causes: new Map(),
    grants: new Map(),
    dues: new Map(),
    cuts: [],
    permits: [],
    alerts: new Map(),
  }
}
