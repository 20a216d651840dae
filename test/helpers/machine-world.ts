/**
 * A provider that rents machines, in virtual time: the real decisions, and the real loop that speaks to a driver, which here is
 * a cloud of a few lines with all that clouds do. Hubs join, report what runs, fall silent and come back.
 */
import { Machines } from '../../plugin/io/machines/machines'
import { admitsMachine, hubOf, machineWithToken } from '../../plugin/machine-records'
import { type MachinePolicy, readMachineSettings } from '../../plugin/machine-settings'
import type { MachineFacts, MachineWorld } from '../../plugin/machines'
import { Places } from '../../plugin/schedule'
import { type FeedId, type Millis, type PubId, pubIdOf } from '../../protocol/ids'
import { buildCapacity } from '../../protocol/messages/capacity'
import { buildHub } from '../../protocol/messages/hub'
import { buildObserved } from '../../protocol/messages/observed'
import { buildResult } from '../../protocol/messages/result'
import type { SpecMessage } from '../../protocol/messages/spec'
import type { Clock } from '../../sbot/loop'
import { Cloud } from './machine-cloud'
import { alice, feed, plainLedger, provider, Story } from './story'

const GIB = 1024 ** 3
export const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS
/** What every machine offers. */
export const MACHINE_BYTES = 4 * GIB

/** Two clocks in one: `now` may be set, `steady` may not. */
class WorldClock implements Clock {
  private time = 1_000
  private waiting: { at: number; then: () => void }[] = []

  constructor(private readonly story: Story) {}

  now = (): Millis => this.story.now
  steady = (): number => this.time

  after(milliseconds: number, then: () => void): () => void {
    const one = { at: this.time + Math.max(0, milliseconds), then }
    this.waiting.push(one)
    return () => {
      this.waiting = this.waiting.filter((other) => other !== one)
    }
  }

  pass(milliseconds: number): void {
    this.time += milliseconds
    this.story.now += milliseconds
    const due = this.waiting.filter(({ at }) => at <= this.time)
    this.waiting = this.waiting.filter(({ at }) => at > this.time)
    for (const { then } of due) then()
  }
}

export const SETTINGS = { driver: 'manual', max: 3, spare: '1GB', triesMax: 2, perDayMax: 5, deadHours: 2 }

/** What a planted bug makes of what the provider knows, before it decides. */
export type Mishears = (one: MachineStory) => void

export class MachineStory {
  readonly story = new Story()
  readonly clock = new WorldClock(this.story)
  readonly cloud = new Cloud(this.clock.steady)
  /** A planted bug: every hub is taken for one that has just asked. */
  hearsAll = false
  readonly log: string[] = []
  /** Hubs that are powered off or cut off, and when each last asked. */
  readonly off = new Set<FeedId>()
  /** Hubs that are there and say nothing of pubs. */
  readonly mute = new Set<FeedId>()
  private readonly asked = new Map<FeedId, number>()
  private readonly orders = new Map<string, SpecMessage>()
  private readonly trueHubs = new Map<string, FeedId>()
  private startedAt = this.clock.steady()
  machines: Machines

  constructor(
    settings: object = SETTINGS,
    private readonly mishears: Mishears = () => {},
  ) {
    const { story } = this
    const machines = readMachineSettings(settings)
    if (machines === null) throw new Error('no settings')
    // A driver that rents: what is asked of people has another patience.
    story.policy = { ...story.policy, machines: { ...machines, driver: 'openstack' } }
    story.connected.clear()
    story.otherClocksAheadMs = [0]
    story.startedAt = story.now
    this.machines = this.start()
  }

  get settings(): MachinePolicy {
    const { machines } = this.story.policy
    if (machines === null) throw new Error('no settings')
    return machines
  }

  /** The provider ends and starts again: what was only in memory is gone. */
  restart(): void {
    void this.machines.stop()
    this.startedAt = this.clock.steady()
    this.story.startedAt = this.story.now
    this.asked.clear()
    this.machines = this.start()
  }

  private start(): Machines {
    const { story, clock, cloud } = this
    const machines: Machines = new Machines({
      ...{ driver: cloud, clock, state: () => story.state },
      log: (level, fact, details) => this.log.push(`${level}: ${fact} ${JSON.stringify(details ?? {})}`),
      world: (facts) => this.worldOf(facts),
      userData: ({ token }) => token,
      changed: () => {},
    })
    story.moving = () => this.moving()
    story.machines = () => machines.facts()
    return machines
  }

  private moving() {
    const now = this.clock.steady()
    const { state } = this.story
    const since = (hub: FeedId) => (this.hearsAll ? now : Math.max(this.startedAt, this.asked.get(hub) ?? 0))
    return {
      silence: new Map([...state.provider.hubs.keys()].map((hub) => [hub, now - since(hub)])),
      heard: new Set(this.hearsAll ? state.provider.hubs.keys() : this.asked.keys()),
      keyFeedOf: (pub: PubId) => feed(`key ${pub.slice(1, 20)}`),
      keyOpens: () => true,
      isWaitedFor: () => false,
    }
  }

  worldOf(facts: MachineFacts = this.machines.facts()): MachineWorld {
    const { state, policy, now, connected } = this.story
    const places = new Places({ state, policy, connected })
    return {
      ...{ state, policy: { ...policy, machines: this.settings }, now, connected, machines: facts },
      ...{ moving: this.moving(), currentSince: this.story.startedAt ?? now, ledger: plainLedger },
      otherClocks: this.story.otherClocks(),
      roomOf: (hub) => places.roomOn(hub),
    }
  }

  /** A hub that somebody joined by hand. */
  byHand(label = 'garage', memoryBytes = MACHINE_BYTES): FeedId {
    const id = feed(`hub ${label}`)
    this.story.tells(provider, buildHub({ hub: id, status: 'admitted', label, token: null }))
    this.offers(id, label, memoryBytes)
    return id
  }

  offers(id: FeedId, label: string, memoryBytes = MACHINE_BYTES): void {
    const rest = { diskBytes: 1e13, engine: 'docker' as const, host: `${label}.example.org`, version: '1' }
    this.story.tells(id, buildCapacity({ memoryBytes, ...rest }))
  }

  /** Alice wants a pub; gives its id. */
  wants(name: string): PubId {
    return pubIdOf(this.story.asks(alice, `create ${name}`))
  }

  /** All that happens in one minute; `times` of them. */
  async minutes(times = 1, atOnce = 1): Promise<void> {
    for (let minute = 0; minute < times; minute += atOnce) {
      this.clock.pass(atOnce * MINUTE_MS)
      await this.round()
    }
  }

  /** Whoever has something to do does it once. */
  async round(): Promise<void> {
    this.join()
    this.report()
    this.mishears(this)
    for (const effect of this.story.decide().effects) this.story.perform(effect)
    this.machines.wake()
    // What the loop awaits is only the cloud, which answers at once.
    for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  }

  /** Machines whose time it is come with their token, like join() in plugin/io/onboarding.ts takes them. */
  private join(): void {
    const { story, cloud, clock } = this
    for (const one of cloud.machines.values()) {
      if (one.joinsAtMs === null || one.joinsAtMs > clock.steady() || one.status === 'failed') continue
      one.status = 'running'
      const record = machineWithToken(story.state, one.token)
      if (record === null || !admitsMachine(story.state, record)) continue
      const hub = feed(`hub of ${one.name}`)
      this.trueHubs.set(one.name, hub)
      const { label, token } = record.content
      story.tells(provider, buildHub({ hub, status: 'admitted', label, token }))
      this.offers(hub, label)
    }
  }

  /** Hubs that are there ask for their lease, and say of every pub what they were told. */
  private report(): void {
    const { story, cloud } = this
    const { provider: fold } = story.state
    // Whoever is away hears of it later: orders are on the feed.
    for (const spec of fold.specs.values()) this.orders.set(`${spec.hub} ${spec.pub}`, spec)
    for (const [hub, { status, token }] of fold.hubs) {
      const name = token === null ? null : (machineWithToken(story.state, token)?.content.machine ?? null)
      const isThere = !this.off.has(hub) && (name === null || cloud.machines.has(name))
      if (isThere) story.connected.add(hub)
      else story.connected.delete(hub)
      if (!isThere || status === 'retired') continue
      this.asked.set(hub, this.clock.steady())
      if (this.mute.has(hub)) continue
      for (const spec of this.orders.values()) if (spec.hub === hub) this.says(hub, spec)
      for (const { op, pub, hub: to } of fold.ops.values())
        if (to === hub && !story.state.authors.get(hub)?.results.has(op))
          story.tells(hub, buildResult({ op, pub, ok: true, reason: null }))
    }
  }

  private says(hub: FeedId, spec: SpecMessage): void {
    const { story } = this
    const { pub, revision, epoch, port } = spec
    if (story.state.authors.get(hub)?.observed.get(pub)?.revision === revision) return
    const phase = spec.desired === 'none' ? ('removed' as const) : spec.desired
    const rest = { reason: null, trouble: null, version: null, reverted: null, host: 'h.example' } as const
    const id = feed(`key ${pub.slice(1, 20)}`)
    story.tells(hub, buildObserved({ pub, revision, epoch, port, phase, feed: id, ...rest }))
  }

  /** Names of machines on the feed, by status. */
  named(status: 'wanted' | 'leaving' | 'gone'): string[] {
    const all = [...this.story.state.provider.machines.all.values()]
    return all.filter(({ content }) => content.status === status).map(({ content }) => content.machine)
  }

  /** What came of a machine, whatever the provider has heard. */
  trueHubOf(name: string): FeedId | null {
    return this.trueHubs.get(name) ?? null
  }

  hubOfMachine(name: string): FeedId | null {
    const one = this.story.state.provider.machines.all.get(name)
    return one === undefined ? null : hubOf(this.story.state, one.content)
  }
}
