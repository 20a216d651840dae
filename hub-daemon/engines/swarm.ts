/**
 * Pubs as services of a Docker Swarm, of which this hub's Docker is a manager. The whole swarm is one hub: it is said how many
 * tasks of a pub there shall be (none or one), and Swarm finds the node. Names follow from the pub, so that a second
 * making collides; a short twin of a node that was cut off writes nothing, since the fence is not opened to it.
 */
import type Docker from 'dockerode'
import type { Millis } from '../../protocol/ids'
import { IMAGE_PULL_MS } from '../../protocol/limits'
import { SWARM_WIPE_MS } from '../../protocol/limits-swarm'
import { LABEL_HUB, LABEL_PUB } from './docker-body'
import { DockerClient } from './docker-client'
import { needOwn, unless, unlessMissing } from './docker-errors'
import { fetchImage } from './docker-image'
import type { DockerEngineOptions } from './docker-options'
import { statsOf } from './docker-stats'
import { isReader, Readers } from './docker-volume'
import { watchEvents } from './docker-watch'
import {
  type Engine,
  EngineError,
  type Fetched,
  type FetchOptions,
  type RestingVolume,
  type Run,
  type RunFact,
  type RunStats,
} from './engine'
import type { Weakness } from './swarm-flags'
import { BEGIN_EXTRA_MS, begin, END_EXTRA_MS, end, nodesOf, tasksOf } from './swarm-life'
import { MemoryEnds, newestTasks } from './swarm-list'
import { makeService, weaknessesIn } from './swarm-make'
import { roomOfAll, type SwarmNode } from './swarm-nodes'
import { type SwarmChoice, type SwarmSettings, swarmSettings } from './swarm-options'
import { LastWords, lastLines, outputOf } from './swarm-output'
import { factOfService, newest, replicasOf, type SwarmService, type SwarmTask } from './swarm-seen'
import { needReadable, notedVolumes, purgeVolume } from './swarm-volume'

export interface SwarmEngine extends Engine {
  /** What pubs are protected by less than as containers of one engine, as far as the nodes are known. */
  weaknesses(): Promise<Weakness[]>
}

/** Makes the engine; nothing is asked of Docker before the first call. Throws when the options can't be meant. */
export function createSwarmEngine(options: DockerEngineOptions & SwarmChoice): SwarmEngine {
  return new Swarm(options)
}

class Swarm implements SwarmEngine {
  readonly kind = 'swarm'
  private readonly settings: SwarmSettings
  private readonly client: DockerClient
  private readonly readers: Readers
  private readonly watches = new Set<() => void>()
  /** The node of the manager that is spoken with; null before it was asked. */
  private self: string | null = null
  private offered: number | null = null
  private isSwept = false
  private readonly lastWords = new Map<string, string>()
  private readonly memoryEnds = new MemoryEnds()

  constructor(options: DockerEngineOptions & SwarmChoice) {
    this.settings = swarmSettings(options)
    this.readers = new Readers(this.settings)
    this.client = new DockerClient(this.settings.target, this.settings.place, (isLost) => {
      if (isLost) this.self = null
    })
  }

  async ping(): Promise<void> {
    this.client.forget()
    this.self = null
    await this.client.ask('reach the swarm', async (docker) => {
      await docker.ping()
      await this.needManager(docker)
    })
  }

  async weaknesses(): Promise<Weakness[]> {
    return this.client.ask('look at the nodes of the swarm', async (docker) => {
      await this.needManager(docker)
      return weaknessesIn(
        [...(await nodesOf(docker)).values()],
        this.settings,
        await this.client.negotiated(),
      )
    })
  }

  room(): { memoryBytes: number } | null {
    return this.offered === null ? null : { memoryBytes: this.offered }
  }

  async list(): ReturnType<Engine['list']> {
    return this.client.ask('list the runs of this hub', async (docker) => {
      await this.needManager(docker)
      const filters = JSON.stringify({ label: [`${LABEL_HUB}=${this.settings.hub}`] })
      const [services, nodes, volumes] = await Promise.all([
        docker.listServices({ filters }) as unknown as Promise<SwarmService[]>,
        nodesOf(docker),
        notedVolumes(docker, this.settings.hub),
      ])
      this.offered = roomOfAll([...nodes.values()], this.settings.constraints)
      if (!this.isSwept) await this.sweepReaders(docker, filters)
      // Whatever else bears the hub's label (a task that empties a volume) is no run.
      const pubs = services.filter(({ Spec }) => Spec.Labels?.[LABEL_PUB] !== undefined)
      const tasks = await newestTasks(docker, this.settings.hub, pubs)
      this.memoryEnds.keep(tasks.values())
      const runs: RunFact[] = []
      for (const service of pubs) {
        const task = tasks.get(service.ID) ?? null
        const outOfMemory = task !== null && (await this.memoryEnds.of(docker, task, this.self))
        runs.push({
          ...factOfService(service, task, nodes, outOfMemory),
          ...this.dialOf(task, nodes),
        })
      }
      return { runs, volumes: volumes.map(({ name, pub }) => ({ name, pub })) }
    })
  }

  /** Sees to the image on the manager, by the same rules as an engine by itself; nodes pull it by its digest. */
  async fetch(run: Run, options: FetchOptions): Promise<Fetched> {
    const image = run.image ?? this.settings.image
    return this.client.ask(
      `see to the image ${image}`,
      (docker) => fetchImage(docker, image, this.settings, options),
      IMAGE_PULL_MS,
    )
  }

  async create(run: Run, secret: string): Promise<void> {
    await this.client.ask(`create ${run.name}`, async (docker) => {
      await this.needManager(docker)
      const api = await this.client.negotiated()
      await makeService(docker, run, secret, this.settings, { api, self: this.self })
    })
  }

  async start(name: string): Promise<void> {
    await this.askOwn(`start ${name}`, name, (docker) => begin(docker, name, this.settings), BEGIN_EXTRA_MS)
    this.lastWords.delete(name)
  }

  /** The grace is the service's own (`graceMs` of the settings): Swarm takes none with the order to end. */
  async stop(name: string, _graceMs: Millis): Promise<void> {
    await this.askOwn(
      `stop ${name}`,
      name,
      async (docker, service) => {
        const words = new LastWords()
        const task = replicasOf(service) === 0 ? null : newest(await tasksOf(docker, name))
        if (task?.Status.State === 'running') await words.follow(await this.client.endless(), task.ID)
        try {
          await end(docker, name, (one) => this.memoryEnds.of(docker, one, this.self))
        } finally {
          const said = words.end()
          if (said !== '') this.lastWords.set(name, said)
        }
      },
      END_EXTRA_MS,
    )
  }

  async remove(name: string): Promise<void> {
    await this.askOwn(
      `remove ${name}`,
      name,
      async (docker) => {
        // A service that is removed leaves its tasks to end by themselves, on a port and a volume that are wanted next.
        await end(docker, name, async () => false)
        await docker.getService(name).remove().catch(unless(404))
        await docker.getSecret(name).remove().catch(unless(404))
      },
      END_EXTRA_MS,
    ).catch(unlessMissing)
    this.lastWords.delete(name)
  }

  async purge(name: string): Promise<void> {
    await this.client.ask(
      `remove the volume ${name}`,
      async (docker) => {
        await this.needManager(docker)
        const manager = { api: await this.client.negotiated(), self: this.self }
        await purgeVolume(docker, name, this.settings, manager, () => this.readers.endAll(docker, name))
      },
      SWARM_WIPE_MS,
    )
  }

  async openVolume(name: string): Promise<RestingVolume> {
    return this.client.ask(`read the volume ${name}`, async (docker) => {
      await this.needManager(docker)
      await needReadable(docker, name, this.settings, this.self)
      return this.readers.open(docker, await this.client.endless(), name)
    })
  }

  async logs(name: string, lines: number): Promise<string> {
    return this.askOwn(`read the output of ${name}`, name, async (docker) => {
      const task = newest(await tasksOf(docker, name))
      if (task === null) return lastLines(this.lastWords.get(name) ?? '', lines)
      return outputOf(docker, task.ID, lines)
    })
  }

  /** On the manager's own node; other nodes give no figures to a manager, and the pub tells its own. */
  async stats(name: string): Promise<RunStats> {
    return this.askOwn(`measure ${name}`, name, async (docker) => {
      const task = newest(await tasksOf(docker, name))
      const container = task?.Status.ContainerStatus?.ContainerID
      if (task?.Status.State !== 'running' || container === undefined)
        throw new EngineError('missing', `could not measure ${name}: it does not run`)
      if (task.NodeID !== this.self)
        throw new EngineError(
          'other',
          `could not measure ${name}: it runs on another node, which tells its figures to nobody`,
        )
      return statsOf(name, await docker.getContainer(container).stats({ stream: false, 'one-shot': true }))
    })
  }

  watch(wake: () => void): () => void {
    const open = (filters: object) => async (abortSignal: AbortSignal) => {
      const docker = await this.client.endless()
      return docker.getEvents({ filters: JSON.stringify(filters), abortSignal } as Docker.GetEventsOptions)
    }
    const lost = () => this.client.forget()
    // Containers tell of the manager's own node only; of the others it is heard when a node goes, and by the sessions.
    const stops = [
      { type: ['container'], label: [`${LABEL_HUB}=${this.settings.hub}`] },
      { type: ['node'] },
    ].map((filters) => watchEvents({ open: open(filters), wake, lost }))
    const stop = () => {
      this.watches.delete(stop)
      for (const one of stops) one()
    }
    this.watches.add(stop)
    return stop
  }

  async close(): Promise<void> {
    for (const stop of [...this.watches]) stop()
    await this.readers.close()
  }

  /** A question about one service, which must be ours. */
  private async askOwn<Answer>(
    attempt: string,
    name: string,
    act: (docker: Docker, service: SwarmService) => Promise<Answer>,
    extraMs: Millis = 0,
  ): Promise<Answer> {
    return this.client.ask(
      attempt,
      async (docker) => {
        await this.needManager(docker)
        const service = (await docker.getService(name).inspect()) as SwarmService
        needOwn(`service ${name}`, service.Spec.Labels?.[LABEL_HUB], this.settings.hub)
        return act(docker, service)
      },
      extraMs,
    )
  }

  private async needManager(docker: Docker): Promise<void> {
    if (this.self !== null) return
    const { Swarm: swarm } = (await docker.info()) as {
      Swarm?: { NodeID?: string; ControlAvailable?: boolean; LocalNodeState?: string }
    }
    if (swarm?.ControlAvailable !== true || swarm.NodeID === undefined)
      throw new EngineError(
        'unreachable',
        `the Docker engine at ${this.settings.place} is no manager of a swarm (${swarm?.LocalNodeState ?? 'inactive'}); make one with \`docker swarm init\`, or start the hub on a manager`,
      )
    this.self = swarm.NodeID
  }

  /** Where the hub reaches a port that is published on another node alone. */
  private dialOf(task: SwarmTask | null, nodes: ReadonlyMap<string, SwarmNode>): { dial?: string } {
    if (this.settings.ports === 'ingress' || task?.NodeID === undefined || task.NodeID === this.self)
      return {}
    const address = nodes.get(task.NodeID)?.Status.Addr
    return address === undefined ? {} : { dial: address }
  }

  private async sweepReaders(docker: Docker, filters: string): Promise<void> {
    for (const { Names } of await docker.listContainers({ all: true, filters }))
      if (isReader(Names)) await this.readers.sweep(docker, Names)
    this.isSwept = true
  }
}
