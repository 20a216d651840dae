/**
 * Goal: ten thousand deliveries, shuffled, tripled, lost and forged, with the bridge dying at any step: the provider ends up
 * believing what Stripe says, each change is on the feed once, and nothing comes of what is forged.
 * Method: the real bridge and package against the stand-in, the provider's real judge and fold; a seed draws everything. The
 * oracle is the stand-in's own objects, and every state they ever had.
 */
import test from 'tape'
import { BillingWorld } from '../helpers/billing-world'
import { seeded } from '../helpers/random'
import { key } from '../helpers/story'
import type { Event } from '../helpers/stripe-objects'
import type { Fault } from '../helpers/stripe-stand-in'

const SEED = Number(process.env.SEED ?? 1)
const PUBS = 40
const DELIVERIES = 10_000
const AT_ONCE = 100
const DAY_MS = 86_400_000

class Dice {
  private readonly next: () => number

  constructor(seed: number) {
    this.next = seeded(seed)
  }

  /** Both included. */
  whole(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1))
  }

  pick<T>(list: readonly T[]): T {
    return list[this.whole(0, list.length - 1)] as T
  }

  shuffle<T>(list: T[]): void {
    for (let at = list.length - 1; at > 0; at--) {
      const other = this.whole(0, at)
      const one = list[at] as T
      list[at] = list[other] as T
      list[other] = one
    }
  }
}

class Storm {
  /** Every state that a subscription ever had, as text. */
  private readonly states = new Map<string, Set<string>>()
  /** Of which an event was lost. */
  private readonly untold = new Set<string>()
  private queue: Event[] = []
  private readonly calls: Promise<unknown>[] = []
  private callNumber = 0
  private dieIn = Number.POSITIVE_INFINITY
  private isCalm = false
  late: string[] = []
  counts = { delivered: 0, forged: 0, taken: 0, lost: 0, crashes: 0, wronglyTaken: 0 }

  constructor(
    private readonly world: BillingWorld,
    private readonly random: Dice,
  ) {
    const step = () => {
      if (!this.isCalm && random.whole(0, 24) === 0) this.changeMind()
      if (random.whole(0, 5) === 0) world.stripe.fail({ fault: 'late', slowMs: random.whole(1, 40) })
      this.dieIn -= 1
      if (this.dieIn !== 0) return
      this.counts.crashes += 1
      world.crash()
    }
    world.onStep = step
    world.stripe.onRequest = step
    world.stripe.onEvent = (event) => {
      const object = event.data.object as { id: string; object: string }
      if (object.object !== 'subscription') return
      const known = this.states.get(object.id) ?? new Set()
      known.add(JSON.stringify(world.oracle(object.id)))
      this.states.set(object.id, known)
    }
  }

  subscriptions(): string[] {
    return [...this.world.stripe.world.subscriptions.keys()]
  }

  private alive(): number {
    const all = [...this.world.stripe.world.subscriptions.values()]
    return all.filter((one) => one.status !== 'canceled').length
  }

  private async subscribe(): Promise<void> {
    const { world, random } = this
    const name = `pub${world.stripe.world.subscriptions.size}`
    const { session } = await world.link(name, random.pick(['tiny', 'personal']))
    world.stripe.world.pay(session, { email: `${name}@example.org` })
  }

  /** Things happen at Stripe and at the provider. */
  async change(): Promise<void> {
    const { world, random } = this
    world.stripe.heal()
    while (this.alive() < PUBS) await this.subscribe()
    world.stripe.advance(random.whole(0, 12) * DAY_MS)
    for (const id of this.subscriptions()) {
      const subscription = world.stripe.world.subscription(id)
      const payer = world.stripe.world.customers.get(subscription.customer)
      const dice = random.whole(0, 40)
      if (payer !== undefined && dice < 3) payer.good = !payer.good
      else if (subscription.status === 'canceled') continue
      else if (dice === 3) this.owe({ kind: 'cancel-later', subscription: id })
      else if (dice === 4)
        this.owe({ kind: 'cancel-now', subscription: id, refund: random.whole(0, 1) === 1 })
      else if (dice < 8)
        this.owe({
          kind: 'change-plan',
          subscription: id,
          plan: random.pick(['tiny', 'personal', 'community']),
        })
      else if (dice < 24) world.stripe.world.emit('customer.subscription.updated', subscription)
    }
    if (random.whole(0, 2) === 0)
      world.stripe.fail({
        fault: random.pick<Fault>(['down', 'limited', 'broken', 'done-500', 'done-cut']),
        count: random.whole(1, 4),
      })
  }

  /** Somebody cancels in the portal, or thinks better of it, while all else goes on. */
  private changeMind(): void {
    const { world, random } = this
    const id = random.pick(this.subscriptions())
    const subscription = id === undefined ? undefined : world.stripe.world.subscription(id)
    if (subscription === undefined || subscription.status === 'canceled') return
    subscription.cancel_at_period_end = !subscription.cancel_at_period_end
    const end = subscription.items.data[0]?.current_period_end ?? null
    subscription.cancel_at = subscription.cancel_at_period_end ? end : null
    world.stripe.world.emit('customer.subscription.updated', subscription)
  }

  private owe(call: object): void {
    const id = `call ${++this.callNumber}`
    this.calls.push(this.world.book.call({ id, ...call } as never, key(id)))
  }

  /** What happened goes into the queue three times, but for what is lost; forged ones go between. */
  async blow(): Promise<void> {
    const { world, random } = this
    const happened = world.stripe.happenings()
    for (const event of happened)
      if (random.whole(0, 19) === 0) this.lose(event)
      else this.queue.push(event, event, event)
    random.shuffle(this.queue)
    // Some wait for a later wave, and are old news by then.
    const now = this.queue.splice(0, Math.ceil(this.queue.length * 0.8))
    for (let from = 0; from < now.length; from += AT_ONCE) {
      if (random.whole(0, 3) === 0) this.dieIn = random.whole(1, 60)
      const batch = now.slice(from, from + AT_ONCE)
      await Promise.all([
        ...batch.map((event) => this.deliver(event)),
        ...batch.slice(0, 30).map((event) => this.forge(event)),
      ])
    }
    this.dieIn = Number.POSITIVE_INFINITY
  }

  private lose(event: Event): void {
    this.counts.lost += 1
    const object = event.data.object as { id: string; object: string; subscription?: string }
    this.untold.add(object.object === 'subscription' ? object.id : (object.subscription ?? object.id))
  }

  private async deliver(event: Event): Promise<void> {
    const { world } = this
    const { lives, bridge } = world
    const { raw, headers } = world.stripe.sign(event)
    this.counts.delivered += 1
    // A bridge that died has said nothing.
    const died = new Promise<number>((resolve) => {
      const look = setInterval(() => {
        if (world.lives === lives) return
        clearInterval(look)
        resolve(0)
      }, 20)
      void bridge.webhook(raw, headers).then(({ status }) => {
        clearInterval(look)
        resolve(world.lives === lives ? status : 0)
      })
    })
    const status = await died
    if (status === 200) {
      this.counts.taken += 1
      world.stripe.delivered(event.id)
    } else this.queue.push(event)
  }

  /** Says that somebody has paid, or that nobody has, without the secret. */
  async forge(event: Event): Promise<void> {
    const { world, random } = this
    const lie = structuredClone(event)
    lie.id = `evt_forged${this.counts.forged}`
    Object.assign(lie.data.object as object, { status: random.pick(['active', 'canceled', 'unpaid']) })
    const honest = world.stripe.sign(event)
    const { raw, headers } = random.pick([
      world.stripe.sign(lie, world.stripe.now(), 'whsec_guessed'),
      { ...honest, raw: world.stripe.sign(lie).raw },
      world.stripe.sign(lie, world.stripe.now() - 400_000),
      world.stripe.sign(lie, world.stripe.now() + 400_000),
    ])
    this.counts.forged += 1
    const { status } = await world.bridge.webhook(raw, headers)
    if (status !== 400) this.counts.wronglyTaken += 1
  }

  /** The wind falls: everything that still can arrives, and the sweep finds the rest. */
  async calm(): Promise<void> {
    const { world } = this
    world.stripe.heal()
    this.isCalm = true
    while (this.queue.length > 0 || world.bridge.waiting() > 0) {
      await this.blow()
      this.queue = this.queue.filter((event) => !world.stripe.world.events.get(event.id)?.delivered)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    await Promise.all(this.calls)
    // Where every event came, nothing waits for a sweep.
    this.late = this.differences().filter((id) => !this.untold.has(id))
    await world.bridge.sweep.run()
  }

  /** Where provider and Stripe differ. */
  differences(): string[] {
    const { world } = this
    return this.subscriptions().filter(
      (id) => JSON.stringify(world.folded(id)) !== JSON.stringify(world.oracle(id)),
    )
  }

  /** Messages that say again what was said, or what never was. */
  wrongMessages(): string[] {
    const last = new Map<string, string>()
    const wrong: string[] = []
    for (const payment of this.world.book.payments()) {
      const { subscription, status, plan, periodEnd, cancelAt, refunded } = payment
      const text = JSON.stringify({ status, plan, periodEnd, cancelAt, refunded })
      if (last.get(String(subscription)) === text) wrong.push(`twice: ${subscription} ${text}`)
      if (!this.states.get(String(subscription))?.has(text)) wrong.push(`never was: ${subscription} ${text}`)
      last.set(String(subscription), text)
    }
    return wrong
  }
}

test(`billing storm, seed ${SEED}`, async (t) => {
  const world = await BillingWorld.start()
  const random = new Dice(SEED)
  const storm = new Storm(world, random)
  const began = Date.now()
  try {
    while (storm.counts.delivered < DELIVERIES) {
      await storm.change()
      await storm.blow()
    }
    await storm.calm()
    const { counts } = storm
    t.ok(counts.delivered >= DELIVERIES, `${counts.delivered} deliveries, ${counts.lost} events lost`)
    t.ok(counts.crashes > 10, `the bridge died ${counts.crashes} times`)
    t.deepEqual(storm.late, [], 'what was delivered is believed before any sweep')
    t.deepEqual(
      storm.differences(),
      [],
      `${storm.subscriptions().length} subscriptions are believed as Stripe has them`,
    )
    t.deepEqual(
      storm.wrongMessages(),
      [],
      `${world.book.payments().length} messages: each a change that was, once`,
    )
    t.ok(counts.forged > 1_000 && counts.wronglyTaken === 0, `${counts.forged} forged ones refused`)

    const before = { feed: world.book.feed.length, requests: world.stripe.requests.length }
    const events = [...world.stripe.world.events.values()].slice(0, 2_000)
    await Promise.all(events.map((event) => storm.forge(event)))
    const after = { feed: world.book.feed.length, requests: world.stripe.requests.length }
    t.deepEqual(after, before, 'and nothing at all comes of 2,000 more')
    t.equal(counts.wronglyTaken, 0)
    t.comment(`${((Date.now() - began) / 1_000).toFixed(1)} s`)
  } finally {
    await world.stop()
  }
  t.end()
})
