/** One hub: the real fold, plan, memory and reports of hub-daemon/ around a fake engine and fake connections. */
import type { EngineFacts, Facts, SessionFact } from '../../hub-daemon/facts'
import { emptyMemory, type Memory, rememberTrouble, settle } from '../../hub-daemon/memory'
import { type Look, plan } from '../../hub-daemon/plan'
import { type Report, report } from '../../hub-daemon/report'
import type { HubConfig } from '../../hub-daemon/run'
import { emptyState, evolve, type HubState } from '../../hub-daemon/state'
import { describeStep, type Step } from '../../hub-daemon/steps'
import { judgeTrials } from '../../hub-daemon/trial'
import type { FeedId, InviteKey, Millis, PubId } from '../../protocol/ids'
import { FULL_LOOK_EVERY_MS, PROVIDER_BACKOFF_MAX_MS } from '../../protocol/limits'
import type { OtherClock } from '../../protocol/other-clock'
import { joinText } from '../../protocol/rpc'
import { createLoop, type Loop } from '../../sbot/loop'
import type { Incoming } from '../../sbot/port'
import { FakeEngine } from './engine'
import { HubClock } from './hub-clock'
import { performStep, sealedOf, troubleOf } from './hub-steps'
import { Link } from './link'
import type { Message } from './messages'
import type { SimProvider } from './provider'
import { FakeSbot } from './sbot'
import { clockBelieved, misheard, mistaken, unheard } from './seams'
import type { SimSession } from './session'
import { type Life, orWhenAwake, whileAlive } from './timeline'
import type { Machine, Universe } from './universe'

export interface HubPlace {
  label: string
  host: string
  memoryBytes: number
  token: InviteKey
  sign(text: string): string
}

export class SimHub {
  readonly engine: FakeEngine
  readonly link: Link
  /** On disk: the secrets of its pubs, here only whose they are. */
  readonly secrets = new Map<PubId, FeedId>()
  /** On disk too: that the provider has it in escrow. */
  readonly sealed = new Set<PubId>()
  /** What it knew of the provider's clock when it began to remove a volume. */
  readonly clockAtPurge = new Map<PubId, OtherClock | null>()
  readonly sessions = new Map<PubId, SimSession>()
  readonly config: HubConfig
  state: HubState
  memory: Memory = emptyMemory()
  sbot: FakeSbot | null = null
  private joined = false
  private loop: Loop | null = null
  private busy = new Set<PubId>()
  private facts: EngineFacts
  private steps = 0
  private lookedAt: Millis = 0
  private refreshing: Promise<void> | null = null
  private caughtUp = false
  private publishing = false
  private retryPublishAt = 0
  private ordersComplete = false
  private providerSince: Millis | null = null
  private asking = false
  private clocks: HubClock

  constructor(
    readonly universe: Universe,
    readonly machine: Machine,
    readonly place: HubPlace,
    private readonly provider: SimProvider,
    isCut: () => boolean,
    appended: (message: Message) => void,
    private readonly got: () => void,
  ) {
    this.engine = new FakeEngine(universe, machine, appended)
    this.link = new Link(universe, machine, provider, isCut)
    this.state = emptyState(machine.id, provider.machine.id)
    this.clocks = new HubClock(machine, machine.life, this.link, got)
    this.facts = noFacts()
    const { host } = place
    this.config = {
      hub: machine.id,
      host,
      listen: '0.0.0.0',
      ...{ dial: host, capsShs: null, image: 'pub:1', version: '1' },
    }
  }

  boot(): void {
    const { machine, universe } = this
    universe.trace(() => `${machine.name} starts`)
    const life = machine.boot()
    const sbot = new FakeSbot(machine, life)
    this.sbot = sbot
    this.state = emptyState(machine.id, this.provider.machine.id)
    this.memory = emptyMemory()
    this.busy = new Set()
    this.facts = noFacts()
    this.clocks = new HubClock(machine, life, this.link, this.got)
    this.lookedAt = 0
    this.refreshing = null
    this.caughtUp = this.publishing = this.ordersComplete = this.asking = false
    this.retryPublishAt = 0
    this.providerSince = null
    sbot.request(this.provider.machine.id, true)
    this.loop = createLoop({
      look: async () => this.look(life),
      clock: machine.clock.of(life),
      onError: (error) => universe.trace(() => `${machine.name}: a look failed: ${error.message}`),
    })
    sbot.read({
      wants: (author) => author === this.state.provider || author === this.state.self,
      onMessage: (message) => this.hear(message),
      onCaughtUp: () => {
        this.caughtUp = true
        this.wake()
      },
      onError: () => undefined,
    })
    this.engine.watch(() => void this.refresh(life))
    void this.refresh(life)
    void this.keepConnected(life)
  }

  crash(why: string): void {
    if (!this.machine.life.alive) return
    this.universe.trace(() => `${this.machine.name} dies ${why}`)
    this.machine.life.alive = false
    this.sbot?.lose()
    this.engine.deafen()
    this.link.disconnect()
    for (const session of this.sessions.values()) session.cut()
    this.sessions.clear()
  }

  wake(): void {
    orWhenAwake(this.machine.life, () => this.loop?.wake())
  }

  /** What it knows of the provider's clock. */
  providerClock(): OtherClock | null {
    return this.clocks.provider()
  }

  private hear(message: Incoming): void {
    if (unheard(message, this.universe.bugs)) return
    if (evolve(this.state, misheard(message, this.universe.bugs)) || !this.ordersComplete) this.wake()
  }

  private async keepConnected(life: Life): Promise<void> {
    const { machine, link, place, provider } = this
    for (;;) {
      await machine.clock.pause(life, this.universe.random.between(200, 5_000))
      if (link.connected) await this.clocks.tell()
      if (link.connected || !link.connect()) continue
      await this.clocks.tell()
      this.wake()
      if (this.joined) continue
      try {
        const proof = place.sign(joinText(place.token, machine.id))
        const request = { hub: machine.id, label: place.label, proof }
        const joining = link.call('join', (running) => {
          provider.addToken(place.token, place.label)
          return running.door.join(place.token, request)
        })
        await whileAlive(life, joining)
        this.joined = true
      } catch (error) {
        this.universe.trace(() => `${machine.name} could not join: ${(error as Error).message}`)
        link.disconnect()
      }
    }
  }

  /** A full look at the engine; who asks meanwhile waits for the same one. */
  private refresh(life: Life): Promise<void> {
    this.refreshing ??= this.list(life).finally(() => {
      this.refreshing = null
      this.wake()
    })
    return this.refreshing
  }

  private async list(life: Life): Promise<void> {
    const now = () => this.machine.clock.now()
    for (;;) {
      const from = this.steps
      try {
        const { runs, volumes } = await whileAlive(life, this.engine.list())
        // A list that was asked for before a step ended is old.
        if (this.steps !== from) continue
        this.facts = {
          ...{ reachable: true, reason: null, unreachableSince: null },
          runs: new Map(runs.map((run) => [run.pub, run])),
          volumes: new Map(volumes.map((one) => [one.pub, one.name])),
        }
      } catch (error) {
        const unreachableSince = this.facts.unreachableSince ?? now()
        this.facts = { ...this.facts, reachable: false, reason: (error as Error).message, unreachableSince }
      }
      this.lookedAt = now()
      return
    }
  }

  private look(life: Life): void {
    if (!life.alive) return
    const { state, config, memory, busy, machine } = this
    const now = machine.clock.now()
    if (now - this.lookedAt >= FULL_LOOK_EVERY_MS) void this.refresh(life)
    this.loop?.wakeAt(Math.max(now, this.lookedAt) + FULL_LOOK_EVERY_MS)
    if (!this.caughtUp || this.lookedAt === 0) return
    if (!this.ordersComplete) void this.askForOrders(life)
    const sessions = new Map<PubId, SessionFact>()
    for (const [pub, session] of this.sessions) sessions.set(pub, session.fact())
    this.providerSince = this.link.connected ? (this.providerSince ?? now) : null
    const { ordersComplete, providerSince } = this
    const escrow = { mark: this.link.mark, sealed: sealedOf(this) }
    const providerClock = clockBelieved(this.clocks.provider(), now, this.universe.bugs)
    const facts: Facts = {
      engine: this.facts,
      ...{ escrow, sessions, ordersComplete, providerSince, providerClock },
    }
    settle(memory, state, facts, now)
    const look: Look = { state, config, facts, memory, busy, now }
    judgeTrials(look)
    const next = plan(look)
    for (const step of next.steps) void this.begin(life, step)
    if (next.wakeAt !== null) this.loop?.wakeAt(next.wakeAt)
    if (this.publishing || now < this.retryPublishAt) return
    const reports = this.reportsOf(look)
    if (reports.length > 0) void this.publish(life, reports)
  }

  private reportsOf(look: Look): Report[] {
    const { memoryBytes, host } = this.place
    const offer = { memoryBytes, diskBytes: 1e12, engine: 'docker' as const, host, version: '1' }
    return report(mistaken(look, this.universe.bugs), offer)
  }

  private async begin(life: Life, step: Step): Promise<void> {
    const { machine, memory, busy, universe } = this
    busy.add(step.pub)
    try {
      await whileAlive(life, performStep(this, step))
      universe.trace(() => `${machine.name} did ${describeStep(step)}`)
    } catch (error) {
      const { message } = error as Error
      universe.trace(() => `${machine.name} could not ${describeStep(step)}: ${message}`)
      rememberTrouble(memory, step.pub, troubleOf(error as Error), machine.clock.now())
    }
    // Whether it succeeded or not, what is there now is asked before anything else is planned for this pub.
    this.steps += 1
    await this.refresh(life)
    busy.delete(step.pub)
    this.wake()
  }

  private async publish(life: Life, reports: Report[]): Promise<void> {
    const { state, sbot, machine } = this
    if (sbot === null) return
    this.publishing = true
    try {
      const recps = [state.provider, state.self]
      const published = await whileAlive(
        life,
        Promise.all(reports.map((content) => sbot.publish(content, recps))),
      )
      for (const message of published) evolve(state, message)
    } catch {
      this.retryPublishAt = machine.clock.now() + PROVIDER_BACKOFF_MAX_MS
      this.loop?.wakeAt(this.retryPublishAt)
    }
    this.publishing = false
    this.wake()
  }

  private async askForOrders(life: Life): Promise<void> {
    if (this.asking || !this.link.connected) return
    this.asking = true
    const have = this.machine.disk.feed(this.provider.machine.id).length
    try {
      const there = this.link.call('compare', async () =>
        this.provider.machine.disk.feed(this.state.provider),
      )
      if ((await whileAlive(life, there)).length === have) this.ordersComplete = true
    } catch {
      // Asked again below.
    }
    this.asking = false
    if (!this.ordersComplete) this.loop?.wakeAt(this.machine.clock.now() + PROVIDER_BACKOFF_MAX_MS)
    else this.wake()
  }
}

function noFacts(): EngineFacts {
  return {
    ...{ reachable: false, reason: 'not asked yet', unreachableSince: null },
    ...{ runs: new Map(), volumes: new Map() },
  }
}
