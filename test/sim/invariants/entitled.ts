/** Who need not be stopped, by what stands on the provider's feed alone: what was paid, and what the operator has given. */
import type { FeedId, Millis, PubId } from '../../../protocol/ids'
import { type GrantMessage, grantKey } from '../../../protocol/messages/grant'
import type { PaymentMessage } from '../../../protocol/messages/payment'
import type { PubMessage } from '../../../protocol/messages/pub'

/** What was said while a decision was on its way to the disk, the next decision hears. */
export const HEARD_MS = 10_000

interface Said<T> {
  content: T
  at: Millis
  /** What it said before. */
  before: T | null
}

export class Entitled {
  /** The last word on each subscription. */
  readonly payments = new Map<string, Said<PaymentMessage>>()
  readonly grants = new Map<string, Said<GrantMessage>>()
  /** Whom each pub counts for, since when, and for whom before. */
  private readonly payers = new Map<PubId, { owner: FeedId; at: Millis; before: FeedId }>()

  paid(content: PaymentMessage, at: Millis): PaymentMessage | null {
    const before = this.payments.get(content.subscription)?.content ?? null
    this.payments.set(content.subscription, { content, at, before })
    return before
  }

  given(content: GrantMessage, at: Millis): void {
    const key = grantKey(content.target)
    this.grants.set(key, { content, at, before: this.grants.get(key)?.content ?? null })
  }

  recorded({ pub, owners }: PubMessage, at: Millis): void {
    const [owner] = owners
    const known = this.payers.get(pub)
    if (owner === undefined || known?.owner === owner) return
    this.payers.set(pub, { owner, at, before: known?.owner ?? owner })
  }

  /** True for a pub that somebody pays for, by all that was said until `since`. */
  isPaid(pub: PubId, since = Number.POSITIVE_INFINITY): boolean {
    return [...this.payments.values()].some(
      ({ content, at }) => content.pub === pub && isGood(content) && at <= since,
    )
  }

  /** The same for one that was given, and is at this moment of the provider's clock. */
  isGiven(pub: PubId, now: Millis, since = Number.POSITIVE_INFINITY): boolean {
    const payer = this.payers.get(pub)
    const isNew = payer !== undefined && payer.at > since
    return [pub, ...(payer === undefined || isNew ? [] : [payer.owner])].some((key) => {
      const told = this.grants.get(key)
      return told !== undefined && told.at <= since && holds(told.content, now)
    })
  }

  may(pub: PubId, now: Millis, since?: Millis): boolean {
    return this.isPaid(pub, since) || this.isGiven(pub, now, since)
  }

  /** False where it had no right to run for a while by all that was said: nothing could make somebody think otherwise. */
  mayHave(pub: PubId, now: Millis): boolean {
    const since = now - HEARD_MS
    if (this.may(pub, now) || this.isGiven(pub, since)) return true
    const payer = this.payers.get(pub)
    const isNew = payer !== undefined && payer.at > since
    const wasPaid = [...this.payments.values()].some(
      ({ content, at, before }) => content.pub === pub && at > since && before !== null && isGood(before),
    )
    const wasGiven = [pub, payer?.owner ?? pub].some((key) => {
      const told = this.grants.get(key)
      return told !== undefined && told.at > since && told.before !== null && holds(told.before, since)
    })
    return isNew || wasPaid || wasGiven
  }
}

function isGood({ status }: PaymentMessage): boolean {
  return status === 'active' || status === 'trialing'
}

function holds({ given, until }: GrantMessage, now: Millis): boolean {
  return given && (until === null || now <= until)
}
