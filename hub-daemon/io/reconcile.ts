/** The look-again loop of the hub: facts in, plan, steps, reports; woken by messages, events and the clock. */
import type { PubId } from '../../protocol/ids'
import { DOUBT_LOOK_EVERY_MS, FULL_LOOK_EVERY_MS, PROVIDER_BACKOFF_MAX_MS } from '../../protocol/limits'
import type { Log } from '../../sbot/log'
import { createLoop, type Loop } from '../../sbot/loop'
import { type Note, noNote } from '../../sbot/meters'
import type { Incoming, Reading, Sbot } from '../../sbot/port'
import { timedLook } from '../../sbot/timed-look'
import type { Facts } from '../facts'
import { rememberTrouble, settle } from '../memory'
import { type Look, plan } from '../plan'
import { type Offer, type Report, report } from '../report'
import type { HubConfig } from '../run'
import { evolve, type HubState } from '../state'
import { describeStep, type Step } from '../steps'
import { judgeTrials } from '../trial'
import { clean } from '../words'
import { createPerformers, type ExecuteContext, perform } from './execute'
import { troubleOf } from './trouble'

export interface ReconcileOptions {
  sbot: Sbot
  state: HubState
  config: HubConfig
  context: ExecuteContext
  /** Resolves when our own feed is here to its end; rejects when the node is closed before. */
  mayWrite(): Promise<void>
  /** What this machine offers now. */
  offer(): Offer
  /** Told of every look, with what it saw. */
  looked?(look: Look): void
  log: Log
  /** For a monitor. */
  note?: Note
  /** The hub can't go on. */
  failed(error: Error): void
}

export class Reconciler {
  private readonly loop: Loop
  private readonly reading: Reading
  private readonly performers: ReturnType<typeof createPerformers>
  private readonly busy = new Set<PubId>()
  private readonly working = new Set<Promise<void>>()
  /** Pubs of which it was said that they wait for the provider. */
  private readonly waiting = new Set<PubId>()
  private readonly unwatch: () => void
  private caughtUp = false
  /** Last sequence of our own feed that was heard, and where that feed ended when it was known to be complete. */
  private ownHeard = 0
  private ownEnd: number | null = null
  private publishing = false
  private retryPublishAt = 0
  private providerSince: number | null = null
  private asking = false
  private stopped = false
  private offer: Offer
  /** The look that it was made after. */
  private offeredAt = 0

  constructor(private readonly options: ReconcileOptions) {
    const { sbot, state, context, log } = options
    this.offer = options.offer()
    this.performers = createPerformers(context)
    this.loop = createLoop({
      look: timedLook(async () => this.look(), options.note ?? noNote),
      onError: (error, pauseMs) => log.error({ reason: error.message, pauseMs }, 'a look failed'),
    })
    this.reading = sbot.read({
      wants: (author) => author === state.provider || author === state.self,
      onMessage: (message) => this.hear(message),
      onCaughtUp: () => {
        this.caughtUp = true
        this.loop.wake()
      },
      onError: (error) => options.failed(new Error('the hub can no longer read its log', { cause: error })),
    })
    this.unwatch = context.engine.watch(() => void context.observer.refresh())
    void context.observer.refresh()
    void this.awaitOwnFeed()
  }

  /** Something may have changed. */
  wake(): void {
    this.loop.wake()
  }

  /** Nothing new is begun; resolves when what is under way has ended. Containers are left as they are. */
  async stop(): Promise<void> {
    this.stopped = true
    this.unwatch()
    this.reading.stop()
    await this.loop.stop()
    await this.options.context.fetcher.stop()
    await Promise.all(this.working)
    await Promise.all([...this.options.context.observer.sessions.values()].map((session) => session.close()))
  }

  /**
   * Reports come of comparing with what we have said before, so all of that must be here: a hub that was put back to
   * an old copy would decide at once, wait at the boot gate, and then say it all a second time.
   */
  private async awaitOwnFeed(): Promise<void> {
    const { sbot, state, mayWrite } = this.options
    try {
      await mayWrite()
      this.ownEnd = (await sbot.head(state.self))?.sequence ?? 0
    } catch {
      // The node was closed before it might write: there is nothing to report any more.
      return
    }
    this.loop.wake()
  }

  private hear(message: Incoming): void {
    if (message.author === this.options.state.self) {
      this.ownHeard = Math.max(this.ownHeard, message.sequence)
      if (this.ownHeard === this.ownEnd) this.loop.wake()
    }
    if (evolve(this.options.state, message)) this.loop.wake()
    else if (!this.options.context.observer.ordersComplete && this.caughtUp) this.loop.wake()
  }

  private look(): void {
    const { context, state, config } = this.options
    const { observer, memory } = context
    const now = Date.now()
    const sealed = context.secrets.sealedOf(state.specs.keys())
    const escrow = { mark: context.escrowMark(), sealed }
    const providerSince = this.providerThere(now)
    const providerClock = context.providerClock()
    const facts: Facts = { ...observer.facts(), escrow, providerSince, providerClock }
    const everyMs = isDoubtful(facts) ? DOUBT_LOOK_EVERY_MS : FULL_LOOK_EVERY_MS
    if (now - observer.lookedAt >= everyMs) void observer.refresh()
    // After each look at the engine: a swarm says what it has only then.
    if (observer.lookedAt !== this.offeredAt) {
      this.offeredAt = observer.lookedAt
      this.offer = this.options.offer()
    }
    this.loop.wakeAt(Math.max(now, observer.lookedAt) + everyMs)
    if (!this.caughtUp || observer.lookedAt === 0) return
    if (!observer.ordersComplete) void this.askForOrders()
    this.tellWaiting(facts)
    settle(memory, state, facts, now)
    const look: Look = { state, config, facts, memory, busy: this.busy, now }
    judgeTrials(look)
    const next = plan(look)
    this.options.looked?.(look)
    for (const step of next.steps) this.begin(step)
    if (next.wakeAt !== null) this.loop.wakeAt(next.wakeAt)
    const mayReport = this.ownEnd !== null && this.ownHeard >= this.ownEnd
    if (mayReport && !this.publishing && now >= this.retryPublishAt) {
      const reports = report(look, this.offer)
      if (reports.length > 0) void this.publish(reports)
    }
  }

  /** Since when the provider is connected. Whoever finds it gone or come back wakes us. */
  private providerThere(now: number): number | null {
    const there = this.options.context.provider() !== null
    this.providerSince = there ? (this.providerSince ?? now) : null
    return this.providerSince
  }

  /** Says once why a pub that shall be up is not begun: nobody else could tell. */
  private tellWaiting({ escrow }: Facts): void {
    const { state, context } = this.options
    for (const [pub, { content }] of state.specs) {
      const waits = content.desired === 'up' && escrow.mark === null && !escrow.sealed.has(pub)
      if (!waits || this.waiting.has(pub)) continue
      this.waiting.add(pub)
      context.log.info({ pub }, 'a pub waits for the provider: it starts when its key is in escrow')
    }
    if (escrow.mark !== null) this.waiting.clear()
  }

  private begin(step: Step): void {
    const { log, context, note = noNote } = this.options
    this.busy.add(step.pub)
    const begun = performance.now()
    const count = (outcome: 'done' | 'failed'): void => {
      note({ name: 'buttcloud_steps_total', labels: { step: step.kind, outcome }, value: 1 })
      const seconds = (performance.now() - begun) / 1_000
      note({ name: 'buttcloud_step_seconds', labels: { step: step.kind }, value: seconds })
    }
    const work = perform(this.performers, step).then(
      () => {
        count('done')
        context.observer.applied(step, Date.now())
        // On which machine of a swarm it runs is known only now, and no event of that machine is heard here.
        if (step.kind === 'start') void context.observer.refresh()
        log.info({ pub: step.pub }, describeStep(step))
      },
      (error: unknown) => {
        count('failed')
        const trouble = troubleOf(error)
        rememberTrouble(context.memory, step.pub, trouble, Date.now())
        log.warn(
          { pub: step.pub, kind: trouble.kind, reason: trouble.message },
          `could not ${describeStep(step)}`,
        )
        void context.observer.refresh()
      },
    )
    const done = work.finally(() => {
      this.working.delete(done)
      this.busy.delete(step.pub)
      this.loop.wake()
    })
    this.working.add(done)
  }

  /** All that is new goes out as one group; what can't be published now is still owed at the next look. */
  private async publish(reports: Report[]): Promise<void> {
    const { sbot, state, log } = this.options
    this.publishing = true
    try {
      const recps = [state.provider, state.self]
      const published = await Promise.all(reports.map((content) => sbot.publish(content, recps)))
      for (const message of published) evolve(state, message)
      for (const content of reports) log.info(factOf(content), 'published')
    } catch (error) {
      this.retryPublishAt = Date.now() + PROVIDER_BACKOFF_MAX_MS
      this.loop.wakeAt(this.retryPublishAt)
      if (!this.stopped) log.error({ reason: clean(String(error)) }, 'could not publish; trying again')
    } finally {
      this.publishing = false
      this.loop.wake()
    }
  }

  /** Runs that no order speaks of are only judged when the provider's feed is here to its end. */
  private async askForOrders(): Promise<void> {
    const { sbot, state, context, log } = this.options
    const provider = context.provider()
    if (provider === null || this.asking) return
    this.asking = true
    try {
      const head = await sbot.head(state.provider)
      if (await provider.endsAt(head?.sequence ?? 0)) {
        context.observer.ordersComplete = true
        this.loop.wake()
      }
    } catch (error) {
      log.debug({ reason: clean(String(error)) }, "could not compare the provider's feed")
    } finally {
      this.asking = false
      if (!context.observer.ordersComplete) this.loop.wakeAt(Date.now() + PROVIDER_BACKOFF_MAX_MS)
    }
  }
}

/** What was last seen of the engine may be untrue any more, whether its events arrive or not. */
function isDoubtful({ engine, sessions }: Pick<Facts, 'engine' | 'sessions'>): boolean {
  return !engine.reachable || [...sessions.values()].some((session) => session.silentSince !== null)
}

function factOf(content: Report): object {
  switch (content.type) {
    case 'buttcloud/capacity':
      return { offer: content.engine, host: content.host, memoryBytes: content.memoryBytes }
    case 'buttcloud/observed':
      return { pub: content.pub, phase: content.phase, reason: content.reason }
    case 'buttcloud/incident':
      return { pub: content.pub, incident: content.kind, state: content.state, reason: content.reason }
    case 'buttcloud/result':
      return { pub: content.pub, op: content.op, ok: content.ok }
  }
}
