/**
 * The billing bridge's side of the provider: what it is asked to do, what came of it, and what it tells. Its key may do
 * this and nothing else. What stands on the feed is the truth; what is kept here is gone after a restart and is owed anew
 * by the requests that are open then.
 */
import type { FeedId, MessageId, Millis } from '../../protocol/ids'
import { BILLING_SOURCES_MAX, FACTS_SEEN_MAX } from '../../protocol/limits-money'
import { buildAlert } from '../../protocol/messages/alert'
import {
  type BillingDone,
  type BillingDoneAnswer,
  type BillingFact,
  type BillingFactAnswer,
  type BillingState,
  checkBillingAlert,
  checkBillingDone,
  checkBillingFact,
  checkBillingStateRequest,
  type OwedCall,
  type OwedItem,
} from '../../protocol/rpc-billing'
import type { Clock } from '../../sbot/loop'
import { judgeFact } from '../billing-facts'
import { type Debt, owedCalls, standingDebts } from '../billing-owed'
import { billingState } from '../billing-view'
import type { Policy } from '../policy'
import { isLink } from '../stripe-ask'
import { isBridge } from './bridges'
import { refusal } from './commits'
import type { Inbox } from './inbox'
import { argumentOf } from './method'
import { latestSource, refusedSource, type Source } from './sources'

interface Waiting {
  call: OwedCall
  since: Millis
  /** The requests that wait for it. */
  requests: Set<MessageId>
  done: Promise<BillingDone>
  settle(done: BillingDone): void
}

/** What the mail part keeps of a payer, from facts and portals: on no feed. */
export interface PayerNews {
  customer: string
  /** Null where it is about none of them. */
  subscription: string | null
  email: string | null
  receiptUrl: string | null
  invoice: string | null
}

export class Billing {
  private readonly waiting = new Map<string, Waiting>()
  /** Standing debts that the bridge has spoken of since we run, and when: those that failed wait behind the others. */
  private readonly spokenOf = new Map<string, Millis>()
  /** Links that are known to be void; which they are is on no feed. */
  private readonly expired = new Set<string>()
  /** When the newest state of each subscription was fetched, by Stripe's clock. */
  private readonly seenAt = new Map<string, Millis>()
  /** Facts about one checkout come one after the other. */
  private readonly queues = new Map<string, Promise<unknown>>()
  private readonly claims = new Map<string, { checkout: string; count: number }>()
  private readonly listeners = new Set<() => void>()
  private readonly sources = new Map<FeedId, number>()
  private known: { sequence: number; debts: Debt[] } | null = null
  /** Told of every payer that a bridge speaks of; the mail part sets it. */
  onPayer: (news: PayerNews) => void = () => {}
  /** Likewise of their links, before what they are mailed for is on our feed. */
  onPortal: (customer: string, link: string | null) => void = () => {}

  constructor(
    private readonly inbox: Inbox,
    private readonly policy: Policy,
    private readonly clock: Clock,
    private readonly log: (fact: string, details: Record<string, unknown>) => void,
    /** Stripe's clock, as the bridge tells it. */
    private readonly noteTime: (stripeTime: Millis) => void,
  ) {}

  /** Has a bridge make a call for this request; resolves with what came of it, however long that takes. */
  call(call: OwedCall, request: MessageId): Promise<BillingDone> {
    const known = this.waiting.get(call.id)
    if (known !== undefined) {
      known.requests.add(request)
      return known.done
    }
    let settle: (done: BillingDone) => void = () => {}
    const done = new Promise<BillingDone>((resolve) => {
      settle = resolve
    })
    const requests = new Set([request])
    this.waiting.set(call.id, { call, since: this.clock.now(), requests, done, settle })
    this.changed()
    return done
  }

  /** Withdraws what only answered requests have waited for. */
  forget(isOpen: (request: MessageId) => boolean): void {
    let gone = false
    for (const [id, { requests }] of this.waiting) {
      for (const request of requests) if (!isOpen(request)) requests.delete(request)
      if (requests.size === 0) gone = this.waiting.delete(id) || gone
    }
    if (gone) this.changed()
  }

  /** `billingOwed()`. */
  owed(caller: FeedId): Source<OwedItem> {
    if (!isBridge(this.inbox.state, caller)) return refusedSource(this.refused())
    const open = this.sources.get(caller) ?? 0
    if (open >= BILLING_SOURCES_MAX)
      return refusedSource(refusal('refused', `you have ${open} of these open already`))
    this.sources.set(caller, open + 1)
    let last: { text: string; item: OwedItem } | null = null
    const look = (): OwedItem | Error => {
      if (!isBridge(this.inbox.state, caller)) return this.refused()
      const calls = this.calls()
      const text = JSON.stringify(calls)
      if (last?.text !== text) last = { text, item: { calls, now: this.clock.now() } }
      return last.item
    }
    return latestSource(Promise.resolve(this), look, () => {
      const left = (this.sources.get(caller) ?? 1) - 1
      if (left <= 0) this.sources.delete(caller)
      else this.sources.set(caller, left)
    })
  }

  /** Calls back when something may be owed that was not before; gives the way to stop. */
  subscribe(then: () => void): () => void {
    this.listeners.add(then)
    return () => this.listeners.delete(then)
  }

  /** The state has changed, or what is waited for. */
  changed(): void {
    for (const then of [...this.listeners]) then()
  }

  /** How many calls are owed now. */
  get callsOwed(): number {
    return this.calls().length
  }

  /** How much a bridge has to do, for the operator: more than moments old, and a bridge's log says why. */
  owedNow(): { count: number; since: Millis | null } {
    const standing = this.standing().filter(({ call }) => !this.expired.has(call.id))
    const since = [...this.waiting.values(), ...standing].reduce(
      (one, { since: at }) => Math.min(one, at),
      Infinity,
    )
    return { count: this.calls().length, since: Number.isFinite(since) ? since : null }
  }

  private calls(): OwedCall[] {
    const debts: Debt[] = [...this.waiting.values()].map(({ call, since }) => ({ call, since }))
    for (const { call, since } of this.standing())
      if (!this.expired.has(call.id)) debts.push({ call, since: this.spokenOf.get(call.id) ?? since })
    return owedCalls(debts)
  }

  /** They follow from our own feed alone (and from time, which only ends them): asked anew when that has grown. */
  private standing(): Debt[] {
    const { sequence } = this.inbox.state.provider
    if (this.known?.sequence !== sequence)
      this.known = { sequence, debts: standingDebts(this.inbox.state, this.clock.now()) }
    return this.known.debts
  }

  /** `billingDone(…)`. */
  done(caller: FeedId, request: unknown): BillingDoneAnswer {
    this.admit(caller)
    const done = argumentOf(checkBillingDone, request, 'billingDone')
    const waiting = this.waiting.get(done.id)
    const kind = waiting?.call.kind
    const lacks = (kind === 'checkout' && !done.checkout) || (kind === 'portal' && !done.portal)
    if (done.outcome === 'done' && lacks)
      throw refusal('bad-argument', `${kind}: expected what came of it, found nothing`)
    this.noteTime(done.stripeTime)
    if (done.outcome === 'failed') this.log('Stripe refuses a call', { id: done.id, reason: done.reason })
    if (waiting?.call.kind === 'portal' && done.portal !== null) {
      const { customer } = waiting.call
      this.onPayer({
        ...{ customer, email: done.portal.email },
        ...{ subscription: null, receiptUrl: null, invoice: null },
      })
    }
    const standing = this.standing().find(({ call }) => call.id === done.id)
    if (standing !== undefined) {
      bounded(this.spokenOf, FACTS_SEEN_MAX).set(done.id, this.clock.now())
      if (standing.call.kind === 'expire' && done.outcome === 'done') this.expired.add(done.id)
    }
    if (waiting !== undefined) {
      this.waiting.delete(done.id)
      waiting.settle(done)
    }
    this.changed()
    return { known: waiting !== undefined || standing !== undefined }
  }

  /** `billingFact(…)`. */
  async fact(caller: FeedId, request: unknown): Promise<BillingFactAnswer> {
    this.admit(caller)
    const fact = argumentOf(checkBillingFact, request, 'billingFact')
    // Bound before anything is awaited: two facts at once can't bind one subscription to two checkouts.
    const claim = this.claims.get(fact.subscription) ?? { checkout: fact.checkout, count: 0 }
    if (claim.checkout !== fact.checkout) return { outcome: 'unknown' }
    claim.count += 1
    this.claims.set(fact.subscription, claim)
    try {
      return await this.queued(fact.checkout, () => this.publish(fact))
    } finally {
      claim.count -= 1
      if (claim.count === 0) this.claims.delete(fact.subscription)
    }
  }

  private async publish(fact: BillingFact): Promise<BillingFactAnswer> {
    const { state } = this.inbox
    // Whatever it is about, it says what time it is there.
    this.noteTime(fact.stripeTime)
    const judged = judgeFact(state.provider.money, fact, this.seenAt.get(fact.subscription) ?? null)
    if (judged.outcome === 'unknown') {
      this.log('a payment that nobody asked for', { subscription: fact.subscription })
      return { outcome: 'unknown' }
    }
    // Before the fact: a mail that follows from it is written as soon as it stands on the feed.
    this.onPortal(fact.customer, fact.portal !== null && isLink(fact.portal, fact.live) ? fact.portal : null)
    if (judged.outcome === 'publish') await this.inbox.say(judged.content, [state.provider.id])
    const seen = Math.max(this.seenAt.get(fact.subscription) ?? 0, fact.stripeTime)
    bounded(this.seenAt, FACTS_SEEN_MAX).set(fact.subscription, seen)
    const { customer, subscription, email, receiptUrl, invoice } = fact
    this.onPayer({ customer, subscription, email, receiptUrl, invoice })
    return { outcome: judged.outcome === 'publish' ? 'published' : 'known' }
  }

  /** `billingAlert(…)`: once per event. */
  async alert(caller: FeedId, request: unknown): Promise<BillingFactAnswer> {
    this.admit(caller)
    const alert = argumentOf(checkBillingAlert, request, 'billingAlert')
    return this.queued(`alert ${alert.event}`, async () => {
      const { provider } = this.inbox.state
      if (provider.money.alerts.has(alert.event)) return { outcome: 'known' }
      await this.inbox.say(buildAlert(alert), [provider.id])
      this.log('the operator has to look at something in Stripe', {
        kind: alert.kind,
        reference: alert.reference,
      })
      return { outcome: 'published' }
    })
  }

  /** `billingState({stripeTime})`. */
  state(caller: FeedId, request: unknown): BillingState {
    this.admit(caller)
    const told = checkBillingStateRequest(request, 'billingState')
    if (told.ok && told.value.stripeTime !== null) this.noteTime(told.value.stripeTime)
    return billingState(this.inbox.state, this.policy, this.clock.now())
  }

  /** Throws for everybody but an admitted bridge. */
  admit(caller: FeedId): void {
    if (!isBridge(this.inbox.state, caller)) throw this.refused()
  }

  private refused(): Error {
    return refusal('refused', 'only a billing bridge that was admitted here may ask for this')
  }

  private queued<T>(key: string, work: () => Promise<T>): Promise<T> {
    const mine = (this.queues.get(key) ?? Promise.resolve()).then(work, work)
    const settled = mine.then(
      () => undefined,
      () => undefined,
    )
    this.queues.set(key, settled)
    return mine.finally(() => {
      if (this.queues.get(key) === settled) this.queues.delete(key)
    })
  }
}

/** The map without its oldest entry where it is full. */
function bounded<K, V>(map: Map<K, V>, max: number): Map<K, V> {
  const oldest = map.keys().next().value
  if (map.size >= max && oldest !== undefined) map.delete(oldest)
  return map
}
