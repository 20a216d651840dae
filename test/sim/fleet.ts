/**
 * In one world of four a larger fleet, of two to four hubs, on which more goes wrong: hubs are gone for longer than their
 * lease, several at once, the provider is cut off, programs stand still and go on, and the operator drains hubs.
 */
import { buildHub, type HubMessage } from '../../protocol/messages/hub'
import type { SimHub } from './hub'
import { Random } from './random'
import type { World } from './world'

const IN_WORLDS = { every: 4, from: 3 } as const

export function isFleetWorld(seed: number): boolean {
  return seed % IN_WORLDS.every === IN_WORLDS.from
}

/** How many hubs a world has, and how many small pubs there is room for on each beyond the first two. */
export function fleetOf(seed: number): { hubs: number; rooms: number[] } {
  if (!isFleetWorld(seed)) return { hubs: 2, rooms: [] }
  const random = new Random(seed * 23 + 7)
  return { hubs: 2 + random.below(3), rooms: [2 + random.below(4), 2 + random.below(4), 3, 3].slice(0, 4) }
}

export class SimFleet {
  private readonly random: Random
  /** What stands still, is cut off or hangs, and is to go on. */
  private readonly resumes = new Set<() => void>()

  constructor(private readonly world: World) {
    this.random = new Random(world.seed * 17 + 3)
  }

  /** Sets its troubles going. */
  begin(): void {
    if (!isFleetWorld(this.world.seed)) return
    this.every(60_000, 600_000, () => this.powerCut(this.random.pick(this.world.hubs)))
    this.every(200_000, 1_200_000, () => this.storm())
    this.every(200_000, 1_200_000, () => this.cutOffProvider())
    this.every(100_000, 700_000, () => this.cutOff([this.random.pick(this.world.hubs)]))
    this.every(60_000, 500_000, () => this.standStill())
    this.every(100_000, 900_000, () => this.setStatus())
    this.every(100_000, 900_000, () => this.hangEngine(this.random.pick(this.world.hubs)))
  }

  /** All goes on; hubs stay as the operator has set them, but for one. */
  heal(): void {
    for (const resume of [...this.resumes]) resume()
    if (isFleetWorld(this.world.seed)) this.admitSome()
  }

  private every(lowMs: number, highMs: number, what: () => void): void {
    this.world.timeline.at(this.random.between(lowMs, highMs), '', () => {
      if (this.world.healed) return
      what()
      this.every(lowMs, highMs, what)
    })
  }

  /** Until the time is over, or everything is healed. */
  private forSome(lowMs: number, highMs: number, end: () => void): void {
    const once = () => {
      if (this.resumes.delete(once)) end()
    }
    this.resumes.add(once)
    this.world.timeline.at(this.random.between(lowMs, highMs), '', once)
  }

  /** A server is gone with all that runs on it, for shorter or longer than its lease. */
  private powerCut(hub: SimHub): void {
    const { world, random } = this
    if (!hub.machine.life.alive) return
    world.trace(() => `${hub.machine.name} has no power`)
    for (const name of hub.engine.containers.keys()) hub.engine.killOne(name, random.chance(0.2), false)
    world.crash(
      hub.machine,
      'with all that runs on it',
      random.between(10_000, random.chance(0.7) ? 300_000 : 1_200_000),
    )
  }

  private storm(): void {
    const { random, world } = this
    const some = world.hubs.filter(() => random.chance(0.7))
    if (random.chance(0.5)) this.cutOff(some)
    else for (const hub of some) this.powerCut(hub)
  }

  private cutOffProvider(): void {
    const { world } = this
    world.trace(() => 'the provider is cut off')
    world.network.partition(world.provider.machine, true)
    for (const hub of world.hubs) hub.link.disconnect()
    this.forSome(20_000, 300_000, () => world.network.partition(world.provider.machine, false))
  }

  private cutOff(hubs: readonly SimHub[]): void {
    const { world } = this
    for (const { machine, link } of hubs) {
      world.trace(() => `${machine.name} is cut off, and runs on`)
      world.network.partition(machine, true)
      link.disconnect()
      this.forSome(20_000, 500_000, () => world.network.partition(machine, false))
    }
  }

  /** Somebody sends SIGSTOP, and later SIGCONT. */
  private standStill(): void {
    const { world, random } = this
    const deed = random.next()
    if (deed < 0.3) return this.pauseProvider()
    const hub = random.pick(world.hubs)
    const processes = [...hub.engine.containers.values()].flatMap(({ process }) => process ?? [])
    const some = deed < 0.5 ? processes.slice(0, 1) : deed < 0.8 ? processes : []
    const daemon = deed >= 0.5
    world.trace(
      () =>
        `${daemon ? hub.machine.name : 'no daemon'} and ${some.length} pubs of ${hub.machine.name} stand still`,
    )
    const resumes = [...some.map((process) => process.pause()), ...(daemon ? [hub.machine.pause()] : [])]
    this.forSome(5_000, random.chance(0.6) ? 100_000 : 600_000, () => {
      world.trace(() => `${hub.machine.name} goes on`)
      for (const resume of random.chance(0.5) ? resumes : resumes.reverse()) resume()
    })
  }

  private pauseProvider(): void {
    const { world, random } = this
    const { machine } = world.provider
    const { life } = machine
    if (!life.alive || life.asleep != null) return
    world.trace(() => 'the provider stands still')
    const since = machine.clock.steady()
    const resume = machine.pause()
    this.forSome(2_000, random.chance(0.5) ? 40_000 : 300_000, () => {
      world.trace(() => 'the provider goes on')
      if (life.alive) world.checks.moves.resumed(machine.clock.steady() - since)
      resume()
    })
  }

  private hangEngine(hub: SimHub): void {
    this.world.trace(() => `the engine of ${hub.machine.name} hangs`)
    hub.engine.setReachable(false)
    this.forSome(20_000, 300_000, () => hub.engine.setReachable(true))
  }

  private setStatus(): void {
    const { random, world } = this
    const records = [...(world.provider.running?.inbox.state.provider.hubs.values() ?? [])]
    if (records.length === 0) return
    const record = random.pick(records)
    this.say(
      record,
      record.status === 'admitted' ? random.pick(['draining', 'draining', 'cordoned']) : 'admitted',
    )
  }

  /** Somewhere pubs have to go in the end. */
  private admitSome(): void {
    const { random, world } = this
    const { running } = world.provider
    const records = [...(running?.inbox.state.provider.hubs.values() ?? [])]
    const isIn = records.some(({ status }) => status === 'admitted')
    if (running === null || !running.inbox.complete || !isIn)
      world.timeline.at(20_000, '', () => {
        const [first] = world.provider.running?.inbox.state.provider.hubs.values() ?? []
        if (first !== undefined && random.chance(0.8)) this.say(first, 'admitted')
        this.admitSome()
      })
  }

  private say(record: HubMessage, status: HubMessage['status']): void {
    const { running } = this.world.provider
    if (running === null || !running.inbox.complete) return
    this.world.trace(() => `the operator has ${record.label} ${status}`)
    const content = buildHub({ hub: record.hub, label: record.label, token: record.token, status })
    running.deeds.ask(() => running.inbox.say(content, [running.sbot.id])).catch(() => undefined)
  }
}
