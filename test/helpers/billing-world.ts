/** A bridge between the Stripe stand-in and a provider's billing side in memory. */
import { type Bridge, createBridge } from '../../billing-bridge/io/bridge'
import { PortalLinks } from '../../billing-bridge/io/portal-links'
import { openStripe, type StripeDoor } from '../../billing-bridge/io/stripe'
import { doStep, planSync } from '../../billing-bridge/io/sync'
import type { ProviderPort } from '../../billing-bridge/port'
import type { Policy } from '../../plugin/policy'
import type { PubId } from '../../protocol/ids'
import type { BillingFact } from '../../protocol/rpc-billing'
import { createLog } from '../../sbot/log'
import { type Clock, realClock } from '../../sbot/loop'
import { until } from './machine'
import { MoneyBook } from './money-book'
import { provider } from './story'
import { type Delivery, type StandInOptions, StripeStandIn, TEST_KEY } from './stripe-stand-in'

export interface BillingWorldOptions {
  standIn?: StandInOptions
  policy?: Partial<Policy>
  secrets?: string[]
  timeoutMs?: number
  /** No products and prices yet. */
  bare?: boolean
  /** False: nobody outside reaches its pages. */
  isPublic?: boolean
  /** Of the first bridge; default TEST_KEY. */
  key?: string
}

/** What the bridges of tests sign payers' links with. */
export const PORTAL_KEY = Buffer.alloc(32, 7)

export class BillingWorld {
  stripe: StripeStandIn
  readonly book: MoneyBook
  readonly lines: string[] = []
  bridge!: Bridge
  door!: StripeDoor
  /** How many bridges there were. */
  lives = 0
  private base = ''
  private key: string
  private unwatch = () => {}

  private constructor(private readonly options: BillingWorldOptions) {
    this.stripe = new StripeStandIn(options.standIn)
    this.key = options.key ?? TEST_KEY
    this.book = new MoneyBook(this.clock, options.policy)
  }

  /** Time runs as at Stripe's, so that moving its clock moves ours; pauses are real. */
  private readonly clock: Clock = {
    now: () => this.stripe.now(),
    after: (milliseconds, then) => realClock.after(milliseconds, then),
  }

  static async start(options: BillingWorldOptions = {}): Promise<BillingWorld> {
    const world = new BillingWorld(options)
    world.base = await world.stripe.start()
    world.openBridge()
    if (!options.bare) await world.sync()
    world.connect()
    await until('the first sweep', () => world.lines.some((line) => line.startsWith('swept')))
    return world
  }

  /** Makes products and prices of the plans; gives how many steps it took. */
  async sync(): Promise<number> {
    const steps = await planSync(this.door, this.book.policy.plans)
    for (const step of steps) await doStep(this.door, step)
    return steps.length
  }

  /** Called before and after every call of the bridge to its provider. */
  onStep: () => void = () => {}

  /** The provider's port for one life of a bridge: what a dead one asks for does not come through, nor any answer. */
  private portFor(isAlive: () => boolean): ProviderPort {
    const { port } = this.book
    const through =
      <A extends unknown[], T>(call: (...args: A) => Promise<T>) =>
      async (...args: A): Promise<T> => {
        this.onStep()
        if (!isAlive()) return new Promise<T>(() => {})
        const answer = await call(...args)
        this.onStep()
        return isAlive() ? answer : new Promise<T>(() => {})
      }
    const { fact, alert, done, state, page } = port
    return {
      ...{ fact: through(fact), alert: through(alert), done: through(done) },
      ...{ state: through(state), page: through(page) },
    }
  }

  private openBridge(): void {
    const { secrets = [this.stripe.secret], timeoutMs } = this.options
    const life = ++this.lives
    const port = this.portFor(() => this.lives === life)
    this.door = openStripe({ key: this.key, base: this.base, timeoutMs })
    this.bridge = createBridge({
      ...{ door: this.door, port, provider, webhookSecrets: secrets, clock: this.clock },
      publicUrl: 'https://pubs.example.org',
      links: new PortalLinks(PORTAL_KEY, this.options.isPublic === false ? null : 'https://pubs.example.org'),
      log: createLog('billing', {}, (line) => void this.lines.push(line)),
    })
  }

  /** The operator has put another key in, and starts the bridge anew. */
  async moveTo(stripe: StripeStandIn, key: string): Promise<void> {
    this.disconnect()
    this.lives += 1
    await this.bridge.stop()
    this.door.close()
    if (stripe !== this.stripe) await this.stripe.stop()
    this.stripe = stripe
    this.key = key
    this.base = await stripe.start()
    this.lines.splice(0)
    this.openBridge()
  }

  /** The provider is there. */
  connect(): void {
    this.unwatch()
    this.bridge.connected()
    const { bridge } = this
    this.unwatch = this.book.watch((item) => bridge.owed(item))
  }

  /** The provider goes away. */
  disconnect(): void {
    this.unwatch()
    this.unwatch = () => {}
  }

  /** The bridge is gone, as after kill -9, and another one takes its place. What it did goes on into nothing. */
  crash(): void {
    this.disconnect()
    this.lives += 1
    this.door.close()
    void this.bridge.stop()
    this.openBridge()
    this.connect()
  }

  async stop(): Promise<void> {
    this.disconnect()
    await this.bridge.stop()
    this.door.close()
    await this.stripe.stop()
  }

  /** Hands over deliveries, one after the other; gives what was answered. */
  async deliver(deliveries: Delivery[] = this.stripe.deliveries()): Promise<number[]> {
    const answers: number[] = []
    for (const { id, raw, headers } of deliveries) {
      const { status } = await this.bridge.webhook(raw, headers)
      if (status === 200) this.stripe.delivered(id)
      answers.push(status)
    }
    return answers
  }

  /** Asks for a pub on a plan and waits for the link. */
  async link(name: string, plan = 'personal'): Promise<{ session: string; url: string }> {
    const checkout = this.book.ask(name, plan)
    await until('the link', () => this.book.links.has(checkout))
    return this.book.links.get(checkout) ?? { session: '', url: '' }
  }

  /** Asks, pays and delivers; gives the subscription. */
  async paid(name: string, plan = 'personal'): Promise<string> {
    const { session } = await this.link(name, plan)
    const { id } = this.stripe.world.pay(session)
    await this.deliver()
    return id
  }

  /** Somebody pays for a pub that is there; gives the subscription. */
  async payFor(name: string, pub: PubId): Promise<string> {
    const checkout = this.book.ask(name, 'personal', pub)
    await until('the link', () => this.book.links.has(checkout))
    const { id } = this.stripe.world.pay(this.book.links.get(checkout)?.session ?? '')
    await this.deliver()
    return id
  }

  /** What the provider believes of a subscription. */
  believed(subscription: string) {
    return this.book.state.provider.money.payments.get(subscription)?.content
  }

  /** What it should believe, read off the stand-in's own objects. */
  oracle(subscription: string): Pick<BillingFact, 'status' | 'plan' | 'periodEnd' | 'cancelAt' | 'refunded'> {
    const object = this.stripe.world.subscription(subscription)
    const [item] = object.items.data
    return {
      status: object.status as BillingFact['status'],
      plan: item?.price.metadata.buttcloud_plan ?? null,
      periodEnd: item === undefined ? null : item.current_period_end * 1_000,
      cancelAt: object.cancel_at === null ? null : object.cancel_at * 1_000,
      refunded: object.metadata.buttcloud_refunded === 'yes',
    }
  }

  /** The same fields as the provider has them; null where it knows nothing. */
  folded(subscription: string): ReturnType<BillingWorld['oracle']> | null {
    const content = this.believed(subscription)
    if (content === undefined) return null
    const { status, plan, periodEnd, cancelAt, refunded } = content
    return { status, plan, periodEnd, cancelAt, refunded }
  }
}
