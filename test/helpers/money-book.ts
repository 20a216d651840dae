/** The provider's real billing side over a feed in memory: what the bridge says is judged, published and folded as in the real one. */
import type { ProviderPort } from '../../billing-bridge/port'
import { billingPage } from '../../plugin/billing-view'
import { Billing } from '../../plugin/io/billing'
import type { Inbox } from '../../plugin/io/inbox'
import { DEFAULT_POLICY, type Policy } from '../../plugin/policy'
import { checkoutCall } from '../../plugin/unpaid'
import { evolve, type Folded } from '../../protocol/evolve'
import { type MessageId, type PubId, pubIdOf } from '../../protocol/ids'
import { buildBridge } from '../../protocol/messages/bridge'
import { buildCheckout } from '../../protocol/messages/checkout'
import { buildPub } from '../../protocol/messages/pub'
import { buildSession } from '../../protocol/messages/session'
import type { BillingDone, OwedCall, OwedItem } from '../../protocol/rpc-billing'
import { initialState, type State } from '../../protocol/state'
import type { Clock } from '../../sbot/loop'
import { bridge } from './money'
import { alice, hub, key, provider } from './story'

export class MoneyBook {
  /** Everything on the provider's feed. */
  readonly feed: Folded[] = []
  /** True: no call of the bridge gets through. */
  away = false
  state: State
  billing: Billing
  readonly policy: Policy
  /** Stripe's time, as the bridge has told it. */
  readonly times: number[] = []
  /** Links that came of checkouts. */
  readonly links = new Map<MessageId, { session: string; url: string }>()

  constructor(
    private readonly clock: Clock,
    more: Partial<Policy> = {},
  ) {
    this.policy = { ...DEFAULT_POLICY, ...more }
    this.state = initialState(provider)
    this.billing = this.begin()
    this.tell(buildBridge({ bridge, status: 'admitted', label: 'billing', token: null }))
  }

  /** The provider ends and starts again: everything but the feed is gone. */
  restart(): void {
    this.state = initialState(provider)
    for (const message of this.feed) evolve(this.state, message)
    this.billing = this.begin()
  }

  /** Payments on the feed. */
  payments(): Record<string, unknown>[] {
    const contents = this.feed.map((message) => message.content as Record<string, unknown>)
    return contents.filter((content) => content.type === 'buttcloud/payment')
  }

  alerts(): Record<string, unknown>[] {
    const contents = this.feed.map((message) => message.content as Record<string, unknown>)
    return contents.filter((content) => content.type === 'buttcloud/alert')
  }

  /** An owner has asked for a pub: its checkout is on the feed, and the call is owed until its session is. */
  ask(name: string, plan: string, pub?: PubId): MessageId {
    const checkout = key(`${name} ${this.feed.length}`)
    const kind = pub === undefined ? 'create' : 'pay'
    this.tell(buildCheckout({ checkout, pub: pub ?? pubIdOf(checkout), name, owner: alice, plan, kind }))
    this.owe(checkout)
    return checkout
  }

  /** The pub that a checkout was for is made. */
  make(checkout: MessageId, name: string): PubId {
    const [plan] = this.policy.plans
    if (plan === undefined) throw new Error('no plans')
    const pub = pubIdOf(checkout)
    const record = {
      ...{
        pub,
        name,
        owners: [alice],
        plan: plan.name,
        size: plan.size,
        suspended: false,
        status: 'live' as const,
      },
      ...{
        desired: 'up' as const,
        restarts: 0,
        rebuilds: 0,
        version: null,
        web: false,
        webPort: null,
        title: null,
      },
      ...{
        description: null,
        port: 8_100,
        hub,
        epoch: 1,
        feed: null,
        moved: null,
        keepUntil: null,
        answers: checkout,
      },
    }
    this.tell(buildPub(record))
    return pub
  }

  /** Owes the link of a checkout (again). */
  owe(checkout: MessageId): void {
    const told = this.state.provider.money.checkouts.get(checkout)
    if (told === undefined) throw new Error('no such checkout')
    void this.call(checkoutCall(this.state, told), checkout).then(({ checkout: done }) => {
      if (done === null) return
      const { session, expiresAt, live, url } = done
      this.tell(buildSession({ checkout, session, expiresAt, live }))
      this.links.set(checkout, { session, url })
    })
  }

  /** Has the bridge make a call. */
  call(call: OwedCall, request: MessageId = key(call.id)): Promise<BillingDone> {
    return this.billing.call(call, request)
  }

  /** What a connected bridge sees; calls back at each change. Gives the way to stop. */
  watch(show: (item: OwedItem) => void): () => void {
    const source = this.billing.owed(bridge)
    let stopped = false
    const next = (end: unknown, item?: OwedItem) => {
      if (stopped || end || item === undefined) return
      show(item)
      source(null, next)
    }
    source(null, next)
    return () => {
      stopped = true
      source(true, () => {})
    }
  }

  /** As the bridge calls it over its connection. */
  readonly port: ProviderPort = {
    fact: (fact) => this.through(() => this.billing.fact(bridge, fact)),
    alert: (alert) => this.through(async () => void (await this.billing.alert(bridge, alert))),
    done: (done) => this.through(async () => void this.billing.done(bridge, done)),
    state: (stripeTime) => this.through(async () => this.billing.state(bridge, { stripeTime })),
    page: () => this.through(async () => billingPage(this.state, this.policy, new Set())),
  }

  tell(content: object): Folded {
    const sequence = this.feed.length + 1
    const now = this.clock.now()
    const message: Folded = {
      ...{ key: key(`feed ${sequence}`), author: provider, sequence, claimedAt: now, receivedAt: now },
      ...{ private: true, content },
    }
    this.feed.push(message)
    evolve(this.state, message)
    this.billing.changed()
    return message
  }

  private async through<T>(work: () => Promise<T>): Promise<T> {
    // A wire carries text, and takes its time.
    await new Promise((resolve) => setImmediate(resolve))
    if (this.away) throw new Error('try-again: the provider is out of reach')
    return JSON.parse(JSON.stringify((await work()) ?? null)) as T
  }

  private begin(): Billing {
    const book = this
    const inbox = {
      get state() {
        return book.state
      },
      async say(content: object) {
        await new Promise((resolve) => setImmediate(resolve))
        return book.tell(content)
      },
    } as unknown as Inbox
    return new Billing(
      inbox,
      this.policy,
      this.clock,
      () => {},
      (time) => void book.times.push(time),
    )
  }
}
