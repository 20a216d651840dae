/** What must hold of rented machines whatever happens, looked at from outside: what the cloud has, and what truly is on a machine. */
import { machineAdded, machineRemoved } from '../../plugin/machine-deeds'
import { MachineError } from '../../plugin/machine-driver'
import { liveOn } from '../../plugin/machines-busy'
import type { FeedId, PubId } from '../../protocol/ids'
import { buildHub } from '../../protocol/messages/hub'
import { buildPub } from '../../protocol/messages/pub'
import { checkSpec } from '../../protocol/messages/spec'
import {
  DAY_MS,
  HOUR_MS,
  MACHINE_BYTES,
  MachineStory,
  MINUTE_MS,
  type Mishears,
  SETTINGS,
} from './machine-world'
import { alice, plainLedger, provider } from './story'

export type Deed =
  | 'create'
  | 'end'
  | 'off'
  | 'on'
  | 'add'
  | 'remove'
  | 'discard'
  | 'drain'
  | 'vanish'
  | 'fail'
export type Happening =
  | { kind: Deed }
  | { kind: 'restart' }
  | { kind: 'time'; rounds: number }
  | { kind: 'clock'; hours: number }
  | { kind: 'weather'; refuses: boolean; losesAnswer: boolean; joins: boolean; lagMinutes: number }

const ROUND_MINUTES = 5
/** A lease, and what is waited after one has run out. */
const CALM_MS = 10 * MINUTE_MS

export class Watched {
  readonly broken: string[] = []
  readonly one: MachineStory
  private readonly offSince = new Map<FeedId, number>()
  private readonly removed = new Set<string>()
  private readonly vanished = new Set<string>()
  private readonly discarded = new Set<string>()
  private readonly byHand: FeedId
  private count = 0
  private startedAt = 0
  private aheadMs = 0

  constructor(mishears?: Mishears) {
    this.one = new MachineStory({ ...SETTINGS, perDayMax: 20 }, mishears)
    this.one.story.policy = { ...this.one.story.policy, pubsPerOwnerMax: 1_000 }
    this.byHand = this.one.byHand('garage', MACHINE_BYTES * 0.22)
    this.one.cloud.onDestroy = (name) => this.destroyed(name)
    this.one.cloud.onMake = (name) => this.made(name)
  }

  private violate(sentence: string): void {
    this.broken.push(sentence)
  }

  /** By a clock that is right. */
  private get now(): number {
    return this.one.story.now - this.aheadMs
  }

  private made(name: string): void {
    const { cloud, story } = this.one
    if (cloud.machines.size > SETTINGS.max)
      this.violate(`${cloud.machines.size} machines, and max is ${SETTINGS.max}`)
    const times = cloud.made.filter((other) => other.name === name).length
    if (times > 1 && !this.vanished.has(name)) this.violate(`${name} was rented ${times} times`)
    if (!story.state.provider.machines.all.has(name)) this.violate(`${name} stands on no record`)
    this.judgeCalm(`${name} is rented`)
  }

  private destroyed(name: string): void {
    const { story } = this.one
    const hub = this.one.trueHubOf(name)
    if (hub !== null) {
      const live = liveOn(story.state, hub)
      if (live.length > 0) this.violate(`${name} is destroyed with ${live.length} pubs`)
      for (const [pub, until] of this.volumesOn(hub))
        if (until > this.now && !this.discarded.has(name))
          this.violate(`${name} is destroyed with the volume of ${pub}`)
    }
    this.judgeCalm(`${name} is destroyed`)
  }

  /** Nobody may know yet whether a hub that has just gone comes back, or who is there at all. */
  private judgeCalm(what: string): void {
    const now = this.one.clock.steady()
    for (const [hub, since] of this.offSince) {
      const isRetired = this.one.story.state.provider.hubs.get(hub)?.status === 'retired'
      const ago = now - Math.max(since, this.startedAt)
      if (ago > 60_000 && ago < CALM_MS && !isRetired)
        this.violate(`${what} ${ago / 1000} s after a hub fell silent`)
    }
  }

  /** As the orders say that stand in the log. */
  private volumesOn(hub: FeedId): Map<PubId, number> {
    const volumes = new Map<PubId, number>()
    for (const { author, content } of this.one.story.log) {
      const spec = author === provider ? checkSpec(content, '') : null
      if (!spec?.ok || spec.value.hub !== hub) continue
      const { pub, desired, keepUntil } = spec.value
      if (desired === 'none') volumes.set(pub, keepUntil ?? Number.POSITIVE_INFINITY)
      else volumes.delete(pub)
    }
    return volumes
  }

  async happens(what: Happening): Promise<void> {
    const { one } = this
    switch (what.kind) {
      case 'time':
        this.hearsAgain()
        await one.minutes(what.rounds * ROUND_MINUTES, ROUND_MINUTES)
        break
      case 'restart':
        one.restart()
        this.startedAt = one.clock.steady()
        break
      case 'clock':
        one.story.now += what.hours * HOUR_MS
        this.aheadMs += what.hours * HOUR_MS
        one.story.otherClocksAheadMs = [-this.aheadMs]
        break
      case 'weather':
        one.cloud.weather = {
          refuses: what.refuses ? new MachineError('busy', 'try again later', 10 * MINUTE_MS) : null,
          losesAnswer: what.losesAnswer,
          joinsAfterMs: what.joins ? 6 * MINUTE_MS : null,
          lagMs: what.lagMinutes * MINUTE_MS,
        }
        break
      default:
        this.does(what.kind)
    }
    this.look()
  }

  private does(kind: Deed): void {
    const { one } = this
    const { story, cloud } = one
    const hubs = [...story.state.provider.hubs.values()].filter(({ status }) => status !== 'retired')
    const hub = hubs[this.count % Math.max(1, hubs.length)]?.hub
    const machines = [...cloud.machines.values()]
    const machine = machines[this.count % Math.max(1, machines.length)]
    this.count += 1
    if (kind === 'create') one.wants(`pub${this.count}`)
    if (kind === 'end') this.end()
    if (kind === 'off' && hub !== undefined) {
      one.off.add(hub)
      this.fallsSilent(hub)
    }
    if (kind === 'on') one.off.clear()
    if (kind === 'drain' && hub !== undefined && hub !== this.byHand) this.drain(hub)
    if (kind === 'add') this.said(machineAdded(this.deedWorld(), { label: null, kind: null }, alice))
    if (kind === 'remove' || kind === 'discard') {
      const [name] = one.named('wanted')
      if (name === undefined) return
      this.removed.add(name)
      if (kind === 'discard') this.discarded.add(name)
      this.said(machineRemoved(this.deedWorld(), { machine: name, discard: kind === 'discard' }, alice))
    }
    if (kind === 'fail' && machine?.status === 'building') machine.status = 'failed'
    if (kind === 'vanish' && machine !== undefined) {
      this.vanished.add(machine.name)
      cloud.machines.delete(machine.name)
      const its = one.trueHubOf(machine.name)
      if (its !== null) this.fallsSilent(its)
    }
  }

  /** One that was silent before only stays so. */
  private fallsSilent(hub: FeedId): void {
    if (!this.offSince.has(hub)) this.offSince.set(hub, this.one.clock.steady())
  }

  /** Those that are there ask at the next moment; until then nobody knows that they are back. */
  private hearsAgain(): void {
    const { off, cloud } = this.one
    const gone = new Set([...this.vanished].filter((name) => !cloud.machines.has(name)))
    const isGone = (hub: FeedId) => [...gone].some((name) => this.one.trueHubOf(name) === hub)
    for (const hub of this.offSince.keys()) if (!off.has(hub) && !isGone(hub)) this.offSince.delete(hub)
  }

  private drain(hub: FeedId): void {
    const record = this.one.story.state.provider.hubs.get(hub)
    if (record?.status === 'admitted')
      this.one.story.tells(provider, buildHub({ ...record, status: 'draining' }))
  }

  /** A pub ends, as its owner's yes would have it. */
  private end(): void {
    const { story } = this.one
    const live = [...story.state.provider.pubs.values()].filter(({ record }) => record.status === 'live')
    const record = live[this.count % Math.max(1, live.length)]?.record
    if (record === undefined) return
    const keepUntil = story.now + story.policy.retentionMs
    story.tells(provider, buildPub({ ...record, status: 'ended', keepUntil }))
  }

  private deedWorld() {
    const { state, policy, now } = this.one.story
    return { state, policy, now, ledger: plainLedger, listed: this.one.cloud.machines }
  }

  private said(deed: ReturnType<typeof machineAdded>): void {
    if (deed.ok && deed.say !== null) this.one.story.tells(provider, deed.say)
  }

  private look(): void {
    const { state } = this.one.story
    const hub = state.provider.hubs.get(this.byHand)
    if (hub?.status !== 'admitted') this.violate('a hub that was joined by hand was given back')
  }

  /** All is well again: what should be there is there, and nothing else. */
  async rests(): Promise<void> {
    const { one } = this
    one.off.clear()
    this.hearsAgain()
    one.story.now -= this.aheadMs
    this.aheadMs = 0
    one.story.otherClocksAheadMs = [0]
    one.cloud.weather = { refuses: null, losesAnswer: false, joinsAfterMs: 6 * MINUTE_MS, lagMs: 0 }
    await one.minutes(4 * 60, ROUND_MINUTES)
    // Dates that were set by a clock that was ahead are later than they would be; and what had no place until now leaves a
    // volume behind, whose date is then to come.
    for (let times = 0; times < 2; times += 1) {
      one.story.now += 60 * DAY_MS
      await one.minutes(4 * 60, ROUND_MINUTES)
    }
    this.look()
    for (const name of one.named('leaving')) {
      const hub = one.hubOfMachine(name)
      const isHeld = hub !== null && liveOn(one.story.state, hub).length > 0
      if (!isHeld) this.violate(`${name} is leaving for ever`)
    }
    for (const name of one.cloud.machines.keys())
      if (one.named('gone').includes(name)) this.violate(`${name} is gone and is paid for`)
    for (const name of one.named('wanted'))
      if (one.hubOfMachine(name) === null && !one.cloud.machines.has(name))
        this.violate(`${name} is wanted and nobody asks`)
  }
}
