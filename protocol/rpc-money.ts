/** What the operator's calls about money take and answer (names in rpc.ts). */
import { type Check, flag, nullable, type Of, oneOf, shape, text, whole } from './check'
import type { FeedId, Millis, PubId } from './ids'
import type { AlertMessage } from './messages/alert'
import type { DuesMessage, DuesReason } from './messages/dues'
import type { SubscriptionStatus } from './messages/payment'
import { PERMIT_COUNT_MAX, PERMIT_KINDS } from './messages/permit'

/** `adminGrant({target, until, given})`; without a target it lists what was given. */
export const checkAdminGrant = shape({
  /** An owner's feed id, or the name or id of a pub. */
  target: nullable(text(200)),
  until: nullable(whole(0, Number.MAX_SAFE_INTEGER)),
  given: flag,
})
export type AdminGrantRequest = Of<typeof checkAdminGrant>

export interface GrantView {
  kind: 'owner' | 'pub'
  /** The owner's feed, or the pub. */
  id: string
  /** The pub's name, where it has one here. */
  name: string | null
  /** The last moment it holds; null: until it is taken back. */
  until: Millis | null
  /** False: taken back. */
  given: boolean
  at: Millis
}

/** `adminPermit({what, count})`. */
export const checkAdminPermit: Check<{ what: PermitKind; count: number }> = shape({
  what: oneOf(...PERMIT_KINDS),
  count: whole(1, PERMIT_COUNT_MAX),
})
export type PermitKind = (typeof PERMIT_KINDS)[number]

/** How much of the daily cap is left, permits included, and how many pubs wait for more. */
export interface CapView {
  left: number
  waiting: number
}

/** What a pub may run on, and why not where it may not. */
export interface MoneyPubView {
  pub: PubId
  name: string
  /** Whom it counts for. */
  owner: FeedId
  plan: string
  /** Its plan is offered no more, and it was never paid for: it costs nothing. */
  unoffered: boolean
  right: 'billing-off' | 'free-plan' | 'grant' | 'paid' | 'trial' | null
  /** When that is over by itself, where it is known. */
  until: Millis | null
  /** Why it has no right to run. */
  reason: DuesReason | null
  suspended: boolean
  dues: Pick<DuesMessage, 'stage' | 'since' | 'suspendAt' | 'endAt'> | null
  /** What its next stage waits for though its date has come. */
  waits: 'clocks' | 'bridge' | PermitKind | null
  subscription: string | null
  status: SubscriptionStatus | null
}

/** `adminMoney()`. */
export interface MoneyView {
  billing: boolean
  /** How many other clocks are known, and how many of them show about the same as ours. */
  clocks: { known: number; agree: number }
  caps: Record<PermitKind, CapView>
  pubs: MoneyPubView[]
  /** Calls to Stripe that nobody has made yet, and since when the oldest is owed. */
  owed: { count: number; since: Millis | null }
  /** Subscriptions that Stripe goes on charging for, by what is known here. */
  charging: number
  /** Pubs that are paid for and fit on no hub. */
  noRoom: NoRoomView[]
  /** What the operator has to look at in Stripe, the last ALERTS_SHOWN_MAX, newest first. */
  alerts: AlertView[]
}

export interface NoRoomView {
  name: string
  plan: string
  owner: FeedId
  /** When the payment goes back. */
  until: Millis
}

export interface AlertView {
  kind: AlertMessage['kind']
  /** In Stripe's ids. */
  reference: string
  /** The name of the pub that it is about. */
  name: string | null
  /** When it was told. */
  at: Millis
}
