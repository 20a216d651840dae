/** A fake container engine: late, failing, failing to answer after success, with ports that others hold. */
import {
  type Engine,
  EngineError,
  type Fetched,
  type RestingVolume,
  type Run,
  type RunFact,
  type RunStats,
  type VolumeFact,
} from '../../hub-daemon/engines/engine'
import type { FeedId, Millis, PubId } from '../../protocol/ids'
import type { Message } from './messages'
import { PubProcess, type Volume } from './pub'
import type { Machine, Universe } from './universe'

/** Versions of the pub that work, and such as end soon after their start, never answer, or can't be had. */
const GOOD_VERSIONS = ['1', '2', '3']
export const CRASHING_VERSION = '4-crashes'
const MUTE_VERSION = '5-mute'
const GONE_VERSION = '6-gone'
export const VERSIONS = [...GOOD_VERSIONS, CRASHING_VERSION, MUTE_VERSION, GONE_VERSION]

interface Container {
  run: Run
  fact: RunFact
  process: PubProcess | null
}

export class FakeEngine implements Engine {
  readonly kind = 'docker'
  readonly containers = new Map<string, Container>()
  readonly volumes = new Map<string, { pub: PubId; volume: Volume }>()
  /** Ports that some other program holds. */
  readonly held = new Set<number>()
  /** Told just before a volume goes. */
  onPurge: (pub: PubId) => void = () => {}
  /** Told just before a pub starts. */
  onLaunch: (pub: PubId, feed: FeedId) => void = () => {}
  private reachable = true
  private readonly watchers = new Set<() => void>()

  constructor(
    private readonly universe: Universe,
    private readonly machine: Machine,
    private readonly appended: (message: Message) => void,
  ) {}

  async ping(): Promise<void> {
    await this.slowly(() => undefined)
  }

  async list(): Promise<{ runs: RunFact[]; volumes: VolumeFact[] }> {
    return this.slowly(() => ({
      runs: [...this.containers.values()].map(({ fact }) => ({ ...fact })),
      volumes: [...this.volumes].map(([name, { pub }]) => ({ name, pub })),
    }))
  }

  async fetch(run: Run): Promise<Fetched> {
    return this.slowly(() => {
      if (run.version === GONE_VERSION) throw new EngineError('no-image', 'there is no such image here')
      return { how: 'here', why: null }
    })
  }

  async create(run: Run, secret: string): Promise<void> {
    await this.slowly(() => {
      if (this.containers.has(run.name)) throw new EngineError('exists', `${run.name} exists`)
      if (!this.volumes.has(run.name))
        this.volumes.set(run.name, {
          pub: run.pub,
          volume: { feed: secret as FeedId, log: [], usedBytes: 0 },
        })
      const { name, pub, epoch, shape } = run
      const rest = { exitCode: null, outOfMemory: false, since: null }
      this.containers.set(name, {
        run,
        fact: { name, pub, epoch, shape, status: 'created', ...rest },
        process: null,
      })
    })
  }

  async start(name: string): Promise<void> {
    await this.slowly(() => {
      const container = this.containers.get(name)
      if (container === undefined) throw new EngineError('missing', `${name} is not there`)
      if (container.process !== null) return
      const { port } = container.run
      const others = [...this.containers.values()].some(
        (one) => one.process !== null && one.run.port === port,
      )
      if (others || this.held.has(port)) throw new EngineError('port-taken', `port ${port} is taken`)
      this.launch(container)
    })
  }

  async stop(name: string, _graceMs: Millis): Promise<void> {
    await this.slowly(() => this.end(name, 0))
  }

  async remove(name: string): Promise<void> {
    await this.slowly(() => {
      this.end(name, 137)
      this.containers.delete(name)
    })
  }

  async purge(name: string): Promise<void> {
    await this.slowly(() => {
      const found = this.volumes.get(name)
      if (found !== undefined) this.onPurge(found.pub)
      this.volumes.delete(name)
    })
  }

  async openVolume(name: string): Promise<RestingVolume> {
    return this.slowly(() => {
      if (!this.volumes.has(name)) throw new EngineError('missing', `there is no volume ${name}`)
      return { files: async function* () {}, close: async () => undefined }
    })
  }

  async logs(): Promise<string> {
    return this.slowly(() => 'Error: something went wrong')
  }

  async stats(name: string): Promise<RunStats> {
    return this.slowly(() => {
      if (!this.containers.get(name)?.process) throw new EngineError('missing', `${name} does not run`)
      return { cpuMs: 0, memoryBytes: 0, inBytes: 0, outBytes: 0 }
    })
  }

  watch(wake: () => void): () => void {
    this.watchers.add(wake)
    return () => this.watchers.delete(wake)
  }

  async close(): Promise<void> {}

  /** The pub that answers at a port, when one does. */
  at(port: number): PubProcess | null {
    for (const { run, process } of this.containers.values())
      if (run.port === port && process !== null && run.version !== MUTE_VERSION) return process
    return null
  }

  processOf(pub: PubId): PubProcess | null {
    for (const { run, process } of this.containers.values()) if (run.pub === pub) return process
    return null
  }

  /** A pub dies; its volume may have been set back to an earlier state before it starts again. */
  killOne(name: string, setBack: boolean, outOfMemory: boolean): void {
    this.end(name, 137)
    const container = this.containers.get(name)
    if (container !== undefined) container.fact = { ...container.fact, outOfMemory }
    const log = this.volumes.get(name)?.volume.log
    if (setBack && log !== undefined) log.splice(this.universe.random.below(log.length + 1))
  }

  /** The machine's disk is gone, with everything on it. */
  wipe(): void {
    for (const name of [...this.containers.keys()]) this.end(name, 137)
    this.containers.clear()
    this.volumes.clear()
  }

  setReachable(reachable: boolean): void {
    this.reachable = reachable
  }

  /** Nobody listens any more: the hub has died. */
  deafen(): void {
    this.watchers.clear()
  }

  private launch(container: Container): void {
    const { run } = container
    const volume = this.volumes.get(run.name)?.volume
    if (volume === undefined) throw new EngineError('other', `the volume of ${run.name} is gone`)
    const wanted = { name: '', description: '', address: null }
    const { universe, machine } = this
    this.onLaunch(run.pub, volume.feed)
    container.process = new PubProcess(
      ...([universe, run.name, volume, run.epoch, wanted, machine.clock, this.appended] as const),
    )
    container.fact = {
      ...container.fact,
      status: 'running',
      exitCode: null,
      outOfMemory: false,
      since: machine.clock.now(),
    }
    this.tell()
    const { process } = container
    if (run.version !== CRASHING_VERSION) return
    universe.timeline.at(universe.random.between(100, 3_000), '', () => {
      if (container.process === process) this.end(run.name, 1)
    })
  }

  private end(name: string, exitCode: number): void {
    const container = this.containers.get(name)
    if (container === undefined || container.process === null) return
    container.process.kill()
    container.process = null
    container.fact = { ...container.fact, status: 'exited', exitCode, since: this.machine.clock.now() }
    this.tell()
  }

  private tell(): void {
    const { random, faults } = this.universe
    for (const wake of [...this.watchers]) if (!random.chance(faults.eventLoss)) wake()
  }

  /** Every call takes its time, and fails before, or after, it has done what it was asked. */
  private async slowly<T>(work: () => T): Promise<T> {
    const { random, faults } = this.universe
    const always = { alive: true }
    await this.machine.clock.pause(always, random.between(1, 200))
    if (!this.reachable) throw new EngineError('unreachable', 'connect ENOENT /var/run/docker.sock')
    if (random.chance(faults.engineError)) throw new EngineError('other', 'the engine failed')
    const done = work()
    await this.machine.clock.pause(always, random.between(1, 200))
    if (random.chance(faults.engineError)) throw new EngineError('unreachable', 'no answer in time')
    return done
  }
}
