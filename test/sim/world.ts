/** One seeded world: a provider, two hubs, their pubs, people, a network, and everything that goes wrong with them. */

import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLedger } from '../../plugin/io/ledger'
import { restore } from '../../plugin/io/recovery'
import type { Ledger } from '../../plugin/query'
import type { FeedId, Millis, PubId } from '../../protocol/ids'
import { FREE_PLAN_RESERVED_BYTES } from '../../protocol/limits'
import { ALICE, BOB, HUBS, OSCAR, PROVIDER, PROVIDER_INVITE, PROVIDER_KEYS } from './actors'
import { Breakdowns } from './breakdowns'
import type { Bugs } from './bugs'
import { Checks } from './checks'
import { SimCluster } from './cluster'
import { fleetOf, isFleetWorld, SimFleet } from './fleet'
import { type HubPlace, SimHub } from './hub'
import type { Invariant } from './invariants/violation'
import { SimMail } from './mail'
import { type Message, Mint } from './messages'
import { Network } from './network'
import { SimOperator } from './operator'
import { Members, Person } from './people'
import { SimProvider } from './provider'
import { Random } from './random'
import { isRentedWorld, SimRented } from './rented'
import { bringRoom } from './room'
import { SimStripe } from './stripe'
import { Timeline } from './timeline'
import { type Faults, heal, Machine, someFaults, type Universe } from './universe'

const SWEEP_EVERY_MS = 3_000

let folders = ''
let worlds = 0

/** A folder in memory where there is such a thing: the provider's tables are synced at every change. */
function freshFolder(): string {
  if (folders === '') {
    const memory = '/dev/shm'
    folders = mkdtempSync(join(existsSync(memory) ? memory : tmpdir(), 'buttcloud-sim-'))
  }
  worlds += 1
  return join(folders, String(worlds))
}

/** Where the worlds of this process keep their tables; to be removed at its end. */
export function worldFolder(): string {
  return folders
}

export class World implements Universe {
  readonly timeline = new Timeline()
  readonly random: Random
  readonly mint = new Mint()
  readonly faults: Faults
  readonly violations: { invariant: Invariant; sentence: string }[] = []
  readonly machines: Machine[]
  readonly provider: SimProvider
  readonly hubs: SimHub[]
  readonly people: Person[]
  readonly members: Members
  readonly network: Network
  readonly checks: Checks
  readonly stripe: SimStripe
  readonly mail: SimMail
  readonly operator: SimOperator
  readonly cluster: SimCluster
  readonly fleet: SimFleet
  readonly breakdowns: Breakdowns
  readonly twins = new Set<() => void>()
  readonly ledger: Ledger
  readonly rented: SimRented
  readonly lines: string[] = []
  healed = false
  healedAt: Millis = Number.POSITIVE_INFINITY
  events = 0
  /** When the provider last said something. */
  lastSaid = 0

  constructor(
    readonly seed: number,
    readonly bugs: Bugs,
    private readonly tracing: boolean,
  ) {
    this.random = new Random(seed)
    this.ledger = createLedger(PROVIDER_KEYS)
    this.faults = someFaults(this.random)
    const machine = (name: string, id: FeedId) => new Machine(this, name, id)
    const home = machine('provider', PROVIDER)
    const keys = PROVIDER_KEYS
    this.provider = new SimProvider(this, home, keys, freshFolder(), PROVIDER_INVITE, [OSCAR])
    this.provider.onOther = (sentence) => this.violate('same-state', sentence)
    const fleet = fleetOf(seed)
    const rooms = [1 + this.random.below(4), 1 + this.random.below(4), ...fleet.rooms]
    this.hubs = HUBS.slice(0, fleet.hubs).map(({ name, id, sign, token }, at) => {
      const memoryBytes = (rooms[at] ?? 1) * FREE_PLAN_RESERVED_BYTES
      const place = { label: name, host: `${name}.example`, memoryBytes, token, sign }
      return this.hubAt(name, id, place)
    })
    const ids = { alice: ALICE, bob: BOB, oscar: OSCAR }
    this.people = Object.entries(ids).map(
      ([name, id]) =>
        new Person(
          this,
          machine(name, id),
          Object.values(ids).filter((one) => one !== id),
        ),
    )
    this.machines = [home, ...this.hubs.map((hub) => hub.machine), ...this.people.map((one) => one.machine)]
    this.network = new Network(this, this.machines)
    this.members = new Members(this, (host, port) => {
      const there = this.hubs.find((one) => one.place.host === host)
      // A name that follows the pub: every port is one pub's for life.
      const record = [...this.checks.owners.records.values()].findLast((one) => one.port === port)
      const now = this.hubs.find((one) => one.machine.id === record?.hub)
      const hub = isFleetWorld(seed) && this.random.chance(0.8) ? now : there
      return hub?.engine.at(port) ?? null
    })
    const others = () => [this.stripe.now(), ...this.hubs.map((hub) => hub.machine.clock.now())]
    const clocks = { true: () => this.timeline.now, others }
    this.checks = new Checks(
      (...what) => this.violate(...what),
      this.provider,
      this.hubs,
      this.ledger,
      clocks,
    )
    this.mail = new SimMail(this)
    this.stripe = new SimStripe(this)
    this.operator = new SimOperator(this)
    this.cluster = new SimCluster(this)
    this.fleet = new SimFleet(this)
    this.breakdowns = new Breakdowns(this)
    this.rented = new SimRented(this)
    if (isRentedWorld(seed)) this.provider.rents = (life) => this.rented.cloud.driver(life)
    this.wire()
  }

  stored(machine: Machine, message: Message): void {
    this.checks.stored(machine, message)
    if (machine.id === message.author) this.network.grown(message)
    if (machine === this.provider.machine && message.author === PROVIDER) this.lastSaid = this.timeline.now
    const person = this.people.find((one) => one.machine === machine)
    if (person === undefined) return
    if (message.author === PROVIDER) {
      person.hear(message)
      if (message.recps?.includes(person.machine.id)) this.members.passOn(message)
      return
    }
    const asked = person.asked.at(-1)
    if (asked?.key === message.key) this.checks.asked.set(asked.key, asked)
  }

  /** A program dies and comes back after a while. */
  crash(machine: Machine, when: string, goneMs: Millis | null = null): void {
    if (!machine.life.alive) return
    const program =
      machine === this.provider.machine ? this.provider : this.hubs.find((one) => one.machine === machine)
    if (program === undefined) return
    program.crash(when)
    const awayMs =
      goneMs ??
      (this.random.chance(0.1) ? this.random.between(60_000, 900_000) : this.random.between(300, 20_000))
    this.timeline.at(awayMs, '', () => {
      if (!this.rented.isOff(machine)) program.boot()
    })
  }

  /** An operator's word that a pub's former run is gone, true or not. Without a hub: wherever it fits. */
  restore(pub: PubId, hub: string | null): void {
    const { running } = this.provider
    if (running === null) return
    const said = (line: string) => this.trace(() => `restore of ${pub.slice(0, 7)}: ${line}`)
    running.deeds
      .ask(() => restore(running, { pub, hub, sure: true }))
      .then(
        (done) => said(`${done.name} goes to ${done.hub} under epoch ${done.epoch}`),
        (error: Error) => said(error.message),
      )
  }

  /** A hub's server burns down; a new one comes up with nothing but the hub's identity and its feed. */
  loseData(hub: SimHub): void {
    this.trace(() => `${hub.machine.name} loses all data of its pubs`)
    this.crash(hub.machine, 'with its disk')
    hub.secrets.clear()
    hub.sealed.clear()
    hub.engine.wipe()
  }

  healAll(): void {
    this.trace(() => 'everything is healed')
    this.healed = true
    this.healedAt = this.timeline.now
    heal(this.faults)
    for (const machine of this.machines) this.network.partition(machine, false)
    for (const { engine } of this.hubs) {
      engine.held.clear()
      engine.setReachable(true)
      for (const { volume } of engine.volumes.values()) volume.usedBytes = 0
    }
    for (const end of this.twins) end()
    this.fleet.heal()
    this.breakdowns.heal()
    this.rented.heal()
    this.mail.heal()
    bringRoom(this)
  }

  violate(invariant: Invariant, sentence: string): void {
    this.trace(() => `VIOLATION ${invariant}: ${sentence}`)
    this.violations.push({ invariant, sentence })
  }

  trace(line: () => string): void {
    if (!this.tracing) return
    const seconds = (this.timeline.now / 1000 - 1893456000).toFixed(3)
    this.lines.push(`${String(this.events).padStart(6)} ${seconds.padStart(10)} ${line()}`)
  }

  /** A server that was not there from the start; it runs nothing yet. */
  addHub(name: string, id: FeedId, place: HubPlace): SimHub {
    const hub = this.hubAt(name, id, place)
    this.hubs.push(hub)
    this.machines.push(hub.machine)
    this.watch(hub)
    return hub
  }

  /** A server that will never be there again. */
  removeHub(hub: SimHub): void {
    this.hubs.splice(this.hubs.indexOf(hub), 1)
    this.machines.splice(this.machines.indexOf(hub.machine), 1)
  }

  private hubAt(name: string, id: FeedId, place: HubPlace): SimHub {
    const itself = new Machine(this, name, id)
    const isCut = () => this.network.isCut(itself) || this.network.isCut(this.provider.machine)
    const appended = (message: Message) => this.checks.pubStored(message)
    const got = () => this.checks.moves.asks(id)
    return new SimHub(this, itself, place, this.provider, isCut, appended, got)
  }

  private watch(hub: SimHub): void {
    hub.engine.onPurge = (pub) => this.checks.fleet.purged(hub, pub)
    hub.engine.onLaunch = (pub, feed) => {
      this.checks.machines.launched(pub, hub.machine.id)
      this.checks.launched(pub, feed)
    }
  }

  private wire(): void {
    const { timeline, random, provider, checks } = this
    provider.onStarted = (running) => {
      checks.watch(running)
      checks.moves.started()
      checks.sameState()
      for (const hub of this.hubs) hub.wake()
    }
    provider.onCrash = () => {
      for (const hub of this.hubs) hub.link.disconnect()
    }
    for (const hub of this.hubs) this.watch(hub)
    const sweep = () => {
      this.network.sweep()
      timeline.at(SWEEP_EVERY_MS, '', sweep)
    }
    sweep()
    provider.boot()
    for (const hub of this.hubs) timeline.at(random.between(0, 5_000), '', () => hub.boot())
    for (const person of this.people) if (person.machine.id !== OSCAR) this.join(person)
  }

  /** An owner redeems the provider's invite, again and again until it is taken. */
  private join(person: Person): void {
    this.timeline.at(this.random.between(1_000, 20_000), '', () =>
      this.provider.redeem(person.machine.id, (error) => {
        if (error !== null) return this.join(person)
        this.trace(() => `${person.machine.name} has redeemed the provider's invite`)
        this.checks.redeemed.add(person.machine.id)
      }),
    )
  }
}
