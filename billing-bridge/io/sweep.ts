/**
 * Finds what no webhook has told: undelivered events of the last thirty days, and every subscription of ours held against
 * what the provider believes. Tells the provider Stripe's time, too, each time.
 */
import type { FeedId, Millis } from '../../protocol/ids'
import { EVENTS_KEPT_MAX, EVENTS_LISTED_MS, SWEEP_AT_ONCE_MAX } from '../../protocol/limits-bridge'
import type { BillingState } from '../../protocol/rpc-billing'
import { EVENT_TYPES, eventIdOf, meaningOf } from '../events'
import { isOurs } from '../metadata'
import { mismatchOf, testIsOver, testLeftovers } from '../modes'
import type { ProviderPort } from '../port'
import { idOf } from '../shapes'
import { judgeChanges, type Look, lookSince } from '../sweep-look'
import { isOver } from '../translate'
import type { Alerts } from './alerts'
import type { Facts } from './facts'
import { handleEvent } from './handle'
import { Kept } from './kept'
import type { Log } from './log'
import { orNull, PAGE, type StripeDoor } from './stripe'

export interface SweepOptions {
  door: StripeDoor
  port: ProviderPort
  facts: Facts
  alerts: Alerts
  provider: FeedId
  now(): Millis
  log: Log
}

export interface Swept {
  events: number
  subscriptions: number
  /** Of how many the provider did not know the present state though it should have been told. */
  differences: number
}

export class Sweep {
  /** Stripe lists what could not be delivered for thirty days, also after we have looked at it. */
  private readonly handled = new Kept<string, true>(EVENTS_KEPT_MAX)
  /** What had changed at earlier sweeps, and may only have been on its way. */
  private waiting: Look[] = []

  constructor(private readonly options: SweepOptions) {}

  /** One sweep. Rejects when it could not be finished; what it found until then is told. */
  async run(): Promise<Swept> {
    const { door, log, now, port } = this.options
    const time = await door.time()
    const state = await port.state(time)
    const mismatch = mismatchOf(state, door.live)
    if (mismatch !== null) throw new Error(mismatch)
    await this.endTests(state, time)
    const found = await this.subscriptions(state)
    const changed: string[] = []
    await each(found, SWEEP_AT_ONCE_MAX, async (id) => {
      const { outcome } = await this.options.facts.tell(id, null)
      if (outcome === 'published') changed.push(id)
    })
    const { handled, undelivered } = await this.events()
    const late = await this.late(changed, undelivered, time)
    const [first] = late
    const at = now()
    if (first !== undefined) {
      log.warn({ differences: late.length, first }, 'the sweep found what no webhook had told')
      await port.alert({ kind: 'sweep', reference: first, event: `sweep-${at}`, pub: null, at })
    }
    const swept = { events: handled, subscriptions: found.size, differences: late.length }
    log.info(swept, 'swept')
    return swept
  }

  /** With a live key what was subscribed in test mode is over. */
  private async endTests(state: BillingState, time: Millis): Promise<void> {
    const { door, port, log } = this.options
    const left = testLeftovers(state, door.live)
    if (left.length === 0) return
    log.warn(
      { subscriptions: left.length },
      'the Stripe key is a live one: subscriptions of test mode are over now; their owners are told, with the dates',
    )
    await each(left, SWEEP_AT_ONCE_MAX, async (one) => void (await port.fact(testIsOver(one, time, false))))
  }

  /** Everything of ours that may differ: what goes on in Stripe, and what the provider believes to go on. */
  private async subscriptions(state: BillingState): Promise<Set<string>> {
    const { door, provider } = this.options
    const found = new Set<string>()
    // Without a status Stripe leaves out what has ended, which grows for ever.
    for await (const one of door.client.subscriptions.list(PAGE))
      if (isOurs(one.metadata, provider)) found.add(one.id)
    for (const { subscription, status, live } of state.subscriptions)
      if (live === door.live && !isOver(status)) found.add(subscription)
    const sessions = state.sessions.filter(({ live }) => live === door.live)
    await each(sessions, SWEEP_AT_ONCE_MAX, async ({ session }) => {
      const there = await orNull(door.session(session))
      if (there !== null && there.subscription !== null) found.add(idOf(there.subscription))
    })
    return found
  }

  /** Looks at what could not be delivered; gives how much of it was new, and the ids of all. */
  private async events(): Promise<{ handled: number; undelivered: Set<string> }> {
    const { facts, alerts, now } = this.options
    let handled = 0
    const undelivered = new Set<string>()
    for await (const event of this.listed(now() - EVENTS_LISTED_MS, { delivery_success: false })) {
      const id = eventIdOf(event)
      if (id === null) continue
      undelivered.add(id)
      if (this.handled.has(id)) continue
      // The present state of subscriptions was told above already, but for those that have ended since.
      if (meaningOf(event).kind !== 'nothing') await handleEvent(event, facts, alerts)
      this.handled.set(id, true)
      handled += 1
    }
    return { handled, undelivered }
  }

  /** Which changes a webhook should have told by now: those of before the allowance, and those that are still not delivered. */
  private async late(changed: string[], undelivered: ReadonlySet<string>, time: Millis): Promise<string[]> {
    const recent = new Map<string, string[]>()
    if (changed.length > 0)
      for await (const event of this.listed(lookSince(time), {})) {
        const [id, meaning] = [eventIdOf(event), meaningOf(event)]
        if (id !== null && meaning.kind === 'subscription')
          recent.set(meaning.subscription, [...(recent.get(meaning.subscription) ?? []), id])
      }
    const judged = judgeChanges({ changed, recent, waiting: this.waiting, undelivered, time })
    this.waiting = judged.waiting
    return judged.late
  }

  private listed(since: Millis, more: { delivery_success?: boolean }) {
    const created = { gte: Math.floor(since / 1_000) }
    return this.options.door.client.events.list({ created, types: [...EVENT_TYPES], ...more, ...PAGE })
  }
}

/** Does something with each, so many at one time; rejects with the first failure after all have ended. */
async function each<T>(items: Iterable<T>, atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items]
  const failures: unknown[] = []
  const run = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift())
      await work(item).catch((error: unknown) => failures.push(error))
  }
  await Promise.all(Array.from({ length: atOnce }, run))
  if (failures.length > 0) throw failures[0]
}
