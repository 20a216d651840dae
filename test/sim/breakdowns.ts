/**
 * In worlds with a fleet: servers that are there and can't run pubs, for longer than a pub waits for them. An engine dies with
 * all that runs on it while its daemon lives on, and strangers take ports of pubs. Some stay so to the end: what such a server
 * can't run is then to be up on another one, where there is room.
 */
import { desiredOf, sizeOf } from '../../plugin/change'
import { CANNOT_RUN_MOVES_MAX } from '../../protocol/limits-moving'
import type { PubMessage } from '../../protocol/messages/pub'
import { isFleetWorld } from './fleet'
import type { SimHub } from './hub'
import { Random } from './random'
import type { World } from './world'

export class Breakdowns {
  private readonly random: Random
  /** Not mended in the end. */
  private dead: SimHub | null = null
  private stranger: { hub: SimHub; port: number } | null = null

  constructor(private readonly world: World) {
    this.random = new Random(world.seed * 29 + 11)
  }

  begin(): void {
    if (!isFleetWorld(this.world.seed)) return
    this.every(150_000, 900_000, () => this.killEngine(this.random.pick(this.world.hubs)))
    this.every(100_000, 700_000, () => this.takePort(this.random.pick(this.world.hubs)))
  }

  /** All is mended, but in some worlds one engine, or one port. */
  heal(): void {
    if (!isFleetWorld(this.world.seed)) return
    const { random, world } = this
    const hub = random.pick(world.hubs)
    if (random.chance(0.4)) {
      world.trace(() => `the engine of ${hub.machine.name} is not mended`)
      this.dead = hub
      this.stop(hub)
    } else if (random.chance(0.6)) {
      const port = this.portOn(hub)
      if (port === null) return
      world.trace(() => `port ${port} of ${hub.machine.name} stays with somebody else`)
      this.stranger = { hub, port }
      hub.engine.held.add(port)
      this.endOn(hub, port)
    }
  }

  /** This server can run nothing more. */
  isDead(hub: SimHub | undefined): boolean {
    return (hub !== undefined && hub === this.dead) || this.world.rented.isDead(hub)
  }

  /** Its server can't run it, and never will. */
  isStuck({ hub, port }: PubMessage): boolean {
    const own = this.world.hubs.find(({ machine }) => machine.id === hub)
    if (own === undefined) return false
    return this.isDead(own) || (this.stranger?.hub === own && this.stranger.port === port)
  }

  /** Why nobody can ask that this one is up: it is where it can't run, and no other server may take it. */
  isExcused(record: PubMessage): boolean {
    if (!this.isStuck(record) || desiredOf(record) !== 'up') return false
    const { checks, hubs } = this.world
    const left = checks.moves.unable.leftFor(record.pub)
    if (left.length >= CANNOT_RUN_MOVES_MAX) return true
    const needed = sizeOf(record).reservedBytes
    const takes = ({ machine, place }: SimHub): boolean =>
      machine.id !== record.hub &&
      !this.isStuck({ ...record, hub: machine.id }) &&
      !left.includes(machine.id) &&
      checks.moves.isOpen(machine.id) &&
      place.memoryBytes - checks.moves.reservedOn(machine.id) >= needed
    return !hubs.some(takes)
  }

  private every(lowMs: number, highMs: number, what: () => void): void {
    this.world.timeline.at(this.random.between(lowMs, highMs), '', () => {
      if (this.world.healed) return
      what()
      this.every(lowMs, highMs, what)
    })
  }

  private killEngine(hub: SimHub): void {
    const { world, random } = this
    world.trace(() => `the engine of ${hub.machine.name} dies with all that it runs`)
    this.stop(hub)
    world.timeline.at(random.between(60_000, 1_200_000), '', () => {
      if (this.dead !== hub) hub.engine.setReachable(true)
    })
  }

  private stop({ engine }: SimHub): void {
    for (const name of engine.containers.keys()) engine.killOne(name, false, false)
    engine.setReachable(false)
  }

  /** Somebody else listens where a pub did. */
  private takePort(hub: SimHub): void {
    const { world, random } = this
    const port = this.portOn(hub)
    if (port === null) return
    world.trace(() => `somebody else takes port ${port} of ${hub.machine.name}`)
    hub.engine.held.add(port)
    this.endOn(hub, port)
    world.timeline.at(random.between(60_000, 1_200_000), '', () => {
      if (this.stranger?.hub !== hub || this.stranger.port !== port) hub.engine.held.delete(port)
    })
  }

  private portOn({ machine }: SimHub): number | null {
    const { records } = this.world.checks.owners
    const here = [...records.values()].filter(({ hub, status }) => hub === machine.id && status === 'live')
    return here.length === 0 ? null : this.random.pick(here).port
  }

  private endOn({ engine }: SimHub, port: number): void {
    for (const [name, { run }] of engine.containers) if (run.port === port) engine.killOne(name, false, false)
  }
}
