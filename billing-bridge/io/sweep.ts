/**
 * Finds what no webhook has told: undelivered events of the last thirty days, and every subscription of ours held against
 * what the provider believes.
 */
import type { FeedId, Millis } from '../../protocol/ids'
import { EVENTS_KEPT_MAX, EVENTS_LISTED_MS, SWEEP_AT_ONCE_MAX } from '../../protocol/limits-bridge'
import { EVENT_TYPES, eventIdOf, meaningOf } from '../events'
import { isOurs } from '../metadata'
import type { ProviderPort } from '../port'
import { idOf } from '../shapes'
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
  /** Of how many the provider did not know the present state. */
  differences: number
}

export class Sweep {
  /** Stripe lists what could not be delivered for thirty days, also after we have looked at it. */
  private readonly handled = new Kept<string, true>(EVENTS_KEPT_MAX)

  constructor(private readonly options: SweepOptions) {}

  /** One sweep. Rejects when it could not be finished; what it found until then is told. */
  async run(): Promise<Swept> {
    const { log, now, port } = this.options
    const found = await this.subscriptions()
    const changed: string[] = []
    await each(found, SWEEP_AT_ONCE_MAX, async (id) => {
      const { outcome } = await this.options.facts.tell(id, null)
      if (outcome === 'published') changed.push(id)
    })
    const events = await this.events()
    const [first] = changed
    const at = now()
    if (first !== undefined) {
      log.warn({ differences: changed.length, first }, 'the sweep found what no webhook had told')
      await port.alert({ kind: 'sweep', reference: first, event: `sweep-${at}`, pub: null, at })
    }
    const swept = { events, subscriptions: found.size, differences: changed.length }
    log.info(swept, 'swept')
    return swept
  }

  /** Everything of ours that may differ: what goes on in Stripe, and what the provider believes to go on. */
  private async subscriptions(): Promise<Set<string>> {
    const { door, port, provider } = this.options
    const state = await port.state()
    const found = new Set<string>()
    // Without a status Stripe leaves out what has ended, which grows for ever.
    for await (const one of door.client.subscriptions.list(PAGE))
      if (isOurs(one.metadata, provider)) found.add(one.id)
    for (const { subscription, status } of state.subscriptions) if (!isOver(status)) found.add(subscription)
    await each(state.sessions, SWEEP_AT_ONCE_MAX, async ({ session }) => {
      const there = await orNull(door.session(session))
      if (there !== null && there.subscription !== null) found.add(idOf(there.subscription))
    })
    // A fact is how the provider hears Stripe's time, without which none of its dates comes.
    const last = state.subscriptions.at(-1)
    if (found.size === 0 && last !== undefined) found.add(last.subscription)
    return found
  }

  private async events(): Promise<number> {
    const { door, facts, alerts, now } = this.options
    let count = 0
    const created = { gte: Math.floor((now() - EVENTS_LISTED_MS) / 1_000) }
    const types = [...EVENT_TYPES]
    const listed = door.client.events.list({ delivery_success: false, created, types, ...PAGE })
    for await (const event of listed) {
      const id = eventIdOf(event)
      if (id === null || this.handled.has(id)) continue
      // The present state of subscriptions was told above already, but for those that have ended since.
      if (meaningOf(event).kind !== 'nothing') await handleEvent(event, facts, alerts)
      this.handled.set(id, true)
      count += 1
    }
    return count
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
