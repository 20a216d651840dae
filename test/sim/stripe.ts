/**
 * Stripe with a bridge before it: makes the sessions that are owed, takes payments, lets cards fail and recover and
 * people cancel or change plan, and tells of it late, twice, not at all, and out of order; a sweep tells what is true now.
 */

import { isBridge } from '../../plugin/io/bridges'
import type { Provider } from '../../plugin/io/provider'
import type { MessageId, Millis, PubId } from '../../protocol/ids'
import { buildBridge } from '../../protocol/messages/bridge'
import { buildCheckout } from '../../protocol/messages/checkout'
import type { PaymentMessage } from '../../protocol/messages/payment'
import { buildPermit } from '../../protocol/messages/permit'
import { buildSession } from '../../protocol/messages/session'
import type { BillingDone, BillingFact, OwedCall, OwedItem } from '../../protocol/rpc-billing'
import { madeUpFeed } from './actors'
import { giveNowAndThen } from './gifts'
import { Random } from './random'
import type { World } from './world'

const BRIDGE = madeUpFeed('bridge')
const MONTH_MS = 10 * 60_000
const CHANGE_CHANCE = 0.03
const PAY_CHANCE = 0.04
const PORTAL_CHANCE = 0.02

interface Session {
  id: string
  checkout: MessageId
  pub: PubId
  plan: string
  expiresAt: Millis
  over: boolean
}

interface Subscription {
  id: string
  session: Session
  status: PaymentMessage['status']
  plan: string
  periodEnd: Millis
  cancelAt: Millis | null
  refunded: boolean
  /** The provider has heard of it. */
  known: boolean
}

export class SimStripe {
  readonly subscriptions: Subscription[] = []
  /** Whether there is billing in this world at all. */
  readonly isOn: boolean
  private readonly random: Random
  private readonly sessions = new Map<string, Session>()
  private count = 0

  constructor(private readonly world: World) {
    this.random = new Random(world.seed * 7 + 3)
    this.isOn = this.random.chance(0.5)
    if (!this.isOn) return
    // A month has ten minutes here, so the clocks can't run at twice the rate and agree.
    if (this.random.chance(0.85)) world.provider.machine.clock.runTrue()
    const { timeline } = world
    timeline.at(this.random.between(60_000, 600_000), '', () => this.turn())
    timeline.at(this.random.between(60_000, 600_000), '', () => this.sweep())
    timeline.at(this.random.between(300_000, 1_500_000), '', () => this.jump())
  }

  /** By its own clock, which is right. */
  now(): Millis {
    return Math.floor(this.world.timeline.now)
  }

  private turn(): void {
    const { timeline, provider, healed } = this.world
    const { running } = provider
    if (running?.inbox.complete && !this.lost()) {
      this.connect()
      this.serve(running)
    }
    for (const one of this.subscriptions) this.live(one)
    for (const session of this.sessions.values()) if (this.random.chance(healed ? 1 : 0.2)) this.pay(session)
    timeline.at(this.random.between(2_000, 12_000), '', () => this.turn())
  }

  private serve(running: Provider): void {
    const { state } = running.inbox
    if (!isBridge(state, BRIDGE)) return this.admit(running)
    this.operate(running)
    let source: ((abort: Error | true | null, cb: (end: unknown, item?: OwedItem) => void) => void) | null =
      running.billing.owed(BRIDGE)
    source(null, (end, item) => {
      for (const call of end ? [] : (item?.calls ?? []))
        if (!this.random.chance(0.2)) this.perform(running, call)
      source?.(true, () => undefined)
      source = null
    })
  }

  /** A provider that starts anew has lost its connections. */
  private connect(): void {
    const { sbot } = this.world.provider
    if (sbot !== null && !sbot.peers().some(({ id }) => id === BRIDGE)) sbot.connect(BRIDGE, {})
  }

  private admit(running: Provider): void {
    const content = buildBridge({ bridge: BRIDGE, status: 'admitted', label: 'billing', token: null })
    this.deed(running, [content])
  }

  /** The operator permits something; somebody pays for a pub that nobody pays for. */
  private operate(running: Provider): void {
    const { provider } = running.inbox.state
    giveNowAndThen(this.world, running, this.random)
    if (this.random.chance(0.01)) {
      const what = this.random.chance(0.5) ? 'suspensions' : 'ends'
      this.deed(running, [buildPermit({ what, count: 1 + this.random.below(2) })])
    }
    for (const { pub, record } of provider.pubs.values()) {
      const paidBy = this.subscriptions.some((one) => one.session.pub === pub && isAlive(one))
      const asked = [...this.sessions.values()].some((one) => one.pub === pub && !one.over)
      if (record.status !== 'live' || paidBy || asked || !this.random.chance(PAY_CHANCE)) continue
      const [owner] = record.owners
      if (owner === undefined) continue
      const checkout = madeUpFeed(`checkout ${this.count}`).replace('@', '%').replace('.ed25519', '.sha256')
      const session = this.sessionOf(checkout as MessageId, pub, record.plan)
      this.deed(running, [
        buildCheckout({
          checkout: session.checkout,
          pub,
          name: record.name,
          owner,
          plan: record.plan,
          kind: 'pay',
        }),
        buildSession({
          checkout: session.checkout,
          session: session.id,
          expiresAt: session.expiresAt,
          live: true,
        }),
      ])
    }
  }

  private deed(running: Provider, contents: object[]): void {
    const work = async () => {
      for (const content of contents) await running.inbox.say(content, [running.sbot.id])
    }
    running.deeds.ask(work).catch(() => undefined)
  }

  private sessionOf(checkout: MessageId, pub: PubId, plan: string): Session {
    const known = this.sessions.get(checkout)
    if (known !== undefined) return known
    this.count += 1
    const expiresAt = this.now() + 23 * 3_600_000
    const session = { id: `cs_${this.count}`, checkout, pub, plan, expiresAt, over: false }
    this.sessions.set(checkout, session)
    return session
  }

  private perform(running: Provider, call: OwedCall): void {
    const done: BillingDone = {
      ...{ id: call.id, outcome: 'done', reason: null, checkout: null, portal: null },
      stripeTime: this.now(),
    }
    if (call.kind === 'checkout') {
      const { id, expiresAt } = this.sessionOf(call.checkout, call.pub, call.plan)
      done.checkout = { session: id, url: `https://pay.example/${id}`, expiresAt, live: true }
    } else if (call.kind === 'portal') done.portal = this.portalOf(call.customer)
    else if (call.kind === 'expire') {
      for (const session of this.sessions.values()) if (session.id === call.session) session.over = true
    } else this.change(running, call)
    // The answer may get lost after Stripe has done it.
    if (this.lost()) return
    try {
      running.billing.done(BRIDGE, done)
    } catch (error) {
      this.world.violate('no-crash', `billingDone: ${(error as Error).message}`)
    }
  }

  private change(running: Provider, call: OwedCall): void {
    const one =
      'subscription' in call ? this.subscriptions.find(({ id }) => id === call.subscription) : undefined
    if (one === undefined) return
    if (call.kind === 'cancel-later') one.cancelAt = one.periodEnd
    if (call.kind === 'change-plan') one.plan = call.plan
    if (call.kind === 'cancel-now') {
      one.status = 'canceled'
      one.refunded ||= call.refund
    }
    this.send(running, this.factOf(one))
  }

  /** Somebody pays by a link. */
  private pay(session: Session): void {
    if (session.over) return
    session.over = true
    this.count += 1
    const { plan } = session
    const one: Subscription = {
      ...{ id: `sub_${this.count}`, session, plan, status: 'active' },
      ...{ periodEnd: this.now() + MONTH_MS, cancelAt: null, refunded: false, known: false },
    }
    this.subscriptions.push(one)
    this.emit(one)
  }

  /** A card fails, or works again; somebody cancels, or thinks better of it. */
  private live(one: Subscription): void {
    const { random } = this
    const before = JSON.stringify({ ...one, session: null })
    // Nobody cancels within the first minute: a pub whose payment comes and goes unheard waits for its link to run out.
    if (!isAlive(one) || !one.known) return
    if (one.cancelAt !== null && one.cancelAt <= this.now()) one.status = 'canceled'
    else if (this.world.healed) one.status = 'active'
    else if (random.chance(CHANGE_CHANCE)) {
      if (one.status !== 'active') one.status = random.pick(['active', 'unpaid', 'canceled', 'past_due'])
      else if (random.chance(0.6)) one.status = random.pick(['past_due', 'past_due', 'unpaid', 'canceled'])
      else one.cancelAt = one.cancelAt === null ? this.now() + random.between(30_000, MONTH_MS) : null
    }
    // In Stripe's portal, past us.
    if (!this.world.healed && random.chance(PORTAL_CHANCE)) one.plan = one.plan === 'big' ? 'tiny' : 'big'
    if (one.cancelAt !== null) one.cancelAt = Math.floor(one.cancelAt)
    if (before !== JSON.stringify({ ...one, session: null })) this.emit(one)
  }

  /** Webhooks: late, twice, never, overtaking each other. */
  private emit(one: Subscription): void {
    const fact = this.factOf(one)
    for (let copies = this.random.pick([0, 1, 1, 2, 3]); copies > 0; copies -= 1)
      this.world.timeline.at(this.random.between(100, 90_000), '', () => {
        const { running } = this.world.provider
        if (running !== null && !this.lost()) this.send(running, fact)
      })
  }

  private sweep(): void {
    const { timeline, provider, healed } = this.world
    const { running } = provider
    if (running !== null && !this.lost())
      for (const one of this.subscriptions) this.send(running, this.factOf(one))
    const [low, high] = healed ? [5_000, 10_000] : [60_000, 240_000]
    timeline.at(this.random.between(low, high), '', () => this.sweep())
  }

  private send(running: Provider, fact: BillingFact): void {
    if (!isBridge(running.inbox.state, BRIDGE)) return
    running.billing.fact(BRIDGE, fact).then(
      ({ outcome }) => {
        this.world.checks.factAnswered(fact, outcome)
        const one = this.subscriptions.find(({ id }) => id === fact.subscription)
        if (one !== undefined && outcome !== 'unknown') one.known = true
      },
      () => undefined,
    )
  }

  /** Somebody sets the provider's clock wrongly by hours, and sets it right again. */
  private jump(): void {
    if (this.world.healed) return
    const { clock } = this.world.provider.machine
    const byMs = this.random.pick([-1, 1]) * this.random.between(3_600_000, 30 * 86_400_000)
    this.world.trace(() => `the provider's clock is set by ${Math.round(byMs / 60_000)} min`)
    clock.set(byMs)
    this.world.timeline.at(this.random.between(5_000, 240_000), '', () => clock.set(-byMs))
  }

  private portalOf(customer: string): NonNullable<BillingDone['portal']> {
    return { url: `https://portal.example/${customer}`, email: this.world.mail.payer(customer), until: null }
  }

  private factOf(one: Subscription): BillingFact {
    const email = this.world.mail.payer(`cus_${one.session.id}`)
    const [invoice, receiptUrl] = [`in_${one.id}`, `https://receipt.example/${one.id}`]
    return { ...factOf(one, this.now()), email, invoice, receiptUrl }
  }

  private lost(): boolean {
    return this.random.chance(this.world.faults.loss)
  }
}

function isAlive({ status }: Subscription): boolean {
  return status !== 'canceled'
}

function factOf(one: Subscription, now: Millis): BillingFact {
  const { id, session, status, plan, periodEnd, cancelAt, refunded } = one
  return {
    ...{ subscription: id, checkout: session.checkout, session: session.id, customer: `cus_${session.id}` },
    ...{ status, plan, periodEnd, cancelAt, refunded, live: true, event: null },
    ...{ email: null, portal: null, receiptUrl: null, invoice: null, stripeTime: now },
  }
}
