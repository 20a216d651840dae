/**
 * In one world of seven the provider rents servers to be hubs. Some never start, never join, join when it is too late, die or
 * vanish for good; an operator asks for machines and gives some back, now and then with what is kept there.
 */

import { machineMethods } from '../../plugin/io/machines/api'
import type { Caller } from '../../plugin/io/method'
import type { MachineFact } from '../../plugin/machine-driver'
import { agrees } from '../../protocol/other-clock'
import { PROVIDER, rentedIdentity } from './actors'
import { SimCloud } from './cloud'
import type { SimHub } from './hub'
import { Random } from './random'
import { UNIT_BYTES } from './renting'
import type { Machine } from './universe'
import type { World } from './world'

/** As many as five machines could be tried in it. */
const BARREN_MS = 40 * 60_000
const IN_WORLDS = { every: 7, from: 6 } as const

export function isRentedWorld(seed: number): boolean {
  return seed % IN_WORLDS.every === IN_WORLDS.from
}

type Method = (this: Caller, request: object, then: (error: Error | null) => void) => void
type Methods = Record<'adminMachineAdd' | 'adminMachineRemove', Method>

export class SimRented {
  readonly cloud: SimCloud
  private readonly random: Random
  private readonly hubs = new Map<string, SimHub>()
  /** Servers that never run again, though they may be rented still. */
  private readonly dead = new Set<SimHub>()
  private readonly isBarren: boolean
  private deaths = 0
  private count = 0

  constructor(private readonly world: World) {
    this.random = new Random(world.seed * 31 + 17)
    this.cloud = new SimCloud(world, this.random)
    // Where nothing ever joins, somebody has to be told after a few.
    this.isBarren = this.random.chance(0.25)
    if (!isRentedWorld(world.seed)) return
    // Where clocks don't agree, nothing that is kept until a date is ever given up.
    if (this.random.chance(0.85)) world.provider.machine.clock.runTrue()
    const { cloud } = this
    const { machines } = world.checks
    cloud.onCreate = (name, isNew) => machines.creates(name, isNew, cloud.machines.size)
    cloud.onDestroy = (name) => machines.destroys(name, this.hubs.get(name) ?? null)
    cloud.onMade = (name) => this.made(name)
    cloud.onGone = (name) => this.ends(name)
    this.later()
  }

  /** True for a server that is off for ever. */
  isDead(hub: SimHub | undefined): boolean {
    return hub !== undefined && this.dead.has(hub)
  }

  isOff(machine: Machine): boolean {
    return [...this.dead].some((hub) => hub.machine === machine)
  }

  /** Where nothing joins, it is to be seen that somebody stops. */
  get isBusy(): boolean {
    const { seed, timeline, healedAt } = this.world
    return isRentedWorld(seed) && this.isBarren && timeline.now < healedAt + BARREN_MS
  }

  heal(): void {
    this.cloud.heal()
  }

  /** What is not as it should be when the world has come to rest. */
  unsettled(): string[] {
    const { breakdowns, checks, healedAt, provider } = this.world
    const now = provider.machine.clock.now()
    const agree = provider.running?.clocks.all().some((one) => agrees(one, now)) ?? false
    // An engine that is never mended says nothing of what ran on it, and is waited for.
    const broken = (name: string) => breakdowns.isDead(this.hubs.get(name))
    const left = checks.machines.unsettled(new Set(this.cloud.machines.keys()), healedAt, agree)
    return left.flatMap(({ name, why }) => (broken(name) ? [] : `${name} ${why}`))
  }

  private made(name: string): void {
    const { random, world } = this
    const { timeline } = world
    const fact = this.cloud.machines.get(name)?.fact
    const fate = world.healed && !this.isBarren ? 0 : random.next()
    world.trace(() => `machine ${name} is made`)
    const later = (lowMs: number, highMs: number, then: () => void) =>
      timeline.at(random.between(lowMs, highMs), '', () => {
        if (this.cloud.machines.get(name)?.fact === fact && fact?.status !== 'ending') then()
      })
    if (fact === undefined) return
    const becomes = (status: MachineFact['status']) => () => {
      fact.status = status
    }
    if (fate > 0.9) return void later(5_000, 60_000, becomes('failed'))
    later(2_000, 30_000, becomes('running'))
    if (this.isBarren || fate > 0.75) return
    const [low, high] = fate > 0.65 ? [120_000, 400_000] : [20_000, 120_000]
    later(low, high, () => this.comesUp(name))
    if (fate > 0.6 || fate === 0) return
    if (fate < 0.15) later(200_000, 1_200_000, () => this.dies(name, fate < 0.05))
  }

  private comesUp(name: string): void {
    const { world } = this
    this.count += 1
    const label = `rented-${this.count}`
    const { id, sign } = rentedIdentity(this.count)
    const token = world.ledger.machine(name).key
    const memoryBytes = (2 + this.random.below(3)) * UNIT_BYTES
    const hub = world.addHub(label, id, { label, host: `${label}.example`, memoryBytes, token, sign })
    world.provider.machineTokens.add(token)
    this.hubs.set(name, hub)
    hub.boot()
  }

  /** Without power for ever. One at most: two at once would leave pubs nowhere to go. */
  private dies(name: string, vanishes: boolean): void {
    const hub = this.hubs.get(name)
    if (hub === undefined || this.deaths > 0 || this.world.healed) return
    this.deaths += 1
    this.world.trace(() => `${hub.machine.name} dies for ever${vanishes ? ' and is rented no more' : ''}`)
    this.off(hub)
    const found = this.cloud.machines.get(name)
    if (found !== undefined) found.fact.status = 'stopped'
    if (vanishes) this.cloud.vanish(name)
  }

  private off(hub: SimHub): void {
    this.dead.add(hub)
    hub.crash('for ever')
    for (const name of hub.engine.containers.keys()) hub.engine.killOne(name, false, false)
    hub.engine.setReachable(false)
  }

  private ends(name: string): void {
    const hub = this.hubs.get(name)
    this.world.trace(() => `machine ${name} is gone`)
    if (hub === undefined) return
    this.off(hub)
    this.world.removeHub(hub)
  }

  private later(): void {
    const { world, random } = this
    world.timeline.at(random.between(60_000, 600_000), '', () => {
      this.operate()
      if (!world.healed) this.later()
    })
  }

  private operate(): void {
    const { random, world } = this
    const known = [...(world.provider.running?.inbox.state.provider.machines.all.values() ?? [])]
    const some = known.filter(({ content }) => content.status === 'wanted')
    const machine = some.length === 0 ? null : random.pick(some).content.machine
    // Their word begins the count of those that never join anew.
    if (this.isBarren) return
    if (machine === null || random.chance(0.4)) this.ask('adminMachineAdd', { label: null, kind: null })
    else {
      const discard = random.chance(0.2)
      if (discard) world.checks.machines.discards(machine)
      this.ask('adminMachineRemove', { machine, discard })
    }
  }

  private ask(method: keyof Methods, wish: object): void {
    const { world } = this
    const { running } = world.provider
    if (running === null || !running.inbox.complete) return
    const methods = machineMethods(
      async () => running,
      () => PROVIDER,
    ) as Methods
    methods[method].call({ id: PROVIDER }, wish, (error) =>
      world.trace(() => `${method} ${JSON.stringify(wish)}: ${error === null ? 'done' : error.message}`),
    )
  }
}
