/** Pubs as hardened Docker containers. */
import type Docker from 'dockerode'
import type { Millis, PubId } from '../../protocol/ids'
import { IMAGE_PULL_MS } from '../../protocol/limits'
import { factOf, LABEL_HUB, LABEL_PUB, labelsOf } from './docker-body'
import { DockerClient } from './docker-client'
import { needOwn, statusOf, unless, unlessMissing } from './docker-errors'
import { fetchImage } from './docker-image'
import { isPart, makeContainer, removePart, untilGone } from './docker-make'
import { needNetwork } from './docker-network'
import { type DockerEngineOptions, type DockerSettings, dockerSettings } from './docker-options'
import { plainOutput } from './docker-output'
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

/** What the list says of a container, without the age ("Up 3 minutes") of a running one: that changes by itself. */
function lookOf(state: string, status: string): string {
  return state === 'running' ? state : `${state} ${status}`
}

/** Makes the engine; nothing is asked of Docker before the first call. Throws when the options can't be meant. */
export function createDockerEngine(options: DockerEngineOptions): Engine {
  return new DockerEngine(options)
}

class DockerEngine implements Engine {
  readonly kind = 'docker'
  private readonly settings: DockerSettings
  private readonly client: DockerClient
  private networkIsThere = false
  /** What was last learned of each container by inspecting it; see `list`. */
  private readonly inspected = new Map<string, { look: string; fact: RunFact }>()
  private readonly watches = new Set<() => void>()
  private readonly readers: Readers

  constructor(options: DockerEngineOptions) {
    this.settings = dockerSettings(options)
    this.readers = new Readers(this.settings)
    this.client = new DockerClient(this.settings.target, this.settings.place, (isLost) => {
      // It may have been the network that somebody removed: looking again costs one question.
      this.networkIsThere = false
      if (isLost) this.inspected.clear()
    })
  }

  async ping(): Promise<void> {
    this.client.forget()
    await this.client.ask('reach Docker', async (docker) => {
      await docker.ping()
    })
  }

  /**
   * One list of containers and one of volumes. A container is inspected only when the list says something else of it
   * than last time, or when an event has come since (the list has no exit time and no out-of-memory).
   */
  async list(): ReturnType<Engine['list']> {
    const filters = { label: [`${LABEL_HUB}=${this.settings.hub}`] }
    return this.client.ask('list the runs of this hub', async (docker) => {
      const [containers, volumes] = await Promise.all([
        docker.listContainers({ all: true, filters }),
        docker.listVolumes({ filters }),
      ])
      const runs: RunFact[] = []
      for (const { Id, Names, State, Status } of containers) {
        if (isReader(Names)) await this.readers.sweep(docker, Names)
        if (isPart(Names) || isReader(Names)) continue
        const fact = await this.factOfContainer(docker, Id, lookOf(State, Status))
        if (fact !== null) runs.push(fact)
      }
      const alive = new Set(containers.map(({ Id }) => Id))
      for (const id of this.inspected.keys()) if (!alive.has(id)) this.inspected.delete(id)
      return {
        runs,
        volumes: (volumes.Volumes ?? []).map(({ Name, Labels }) => ({
          name: Name,
          pub: (Labels?.[LABEL_PUB] ?? '') as PubId,
        })),
      }
    })
  }

  async fetch(run: Run, options: FetchOptions): Promise<Fetched> {
    const image = run.image ?? this.settings.image
    return this.client.ask(
      `see to the image ${image}`,
      (docker) => fetchImage(docker, image, this.settings, options),
      IMAGE_PULL_MS,
    )
  }

  async create(run: Run, secret: string): Promise<void> {
    const attempt = `create ${run.name}`
    await this.client.ask(attempt, async (docker) => {
      await this.needNetwork(docker)
      await this.needVolume(docker, run)
      await makeContainer(docker, run, this.settings, secret)
    })
  }

  async start(name: string): Promise<void> {
    await this.askOwn(`start ${name}`, name, async (container) => {
      await container.start().catch(unless(304))
    })
  }

  async stop(name: string, graceMs: Millis): Promise<void> {
    const seconds = Math.ceil(graceMs / 1000)
    await this.askOwn(
      `stop ${name}`,
      name,
      async (container) => {
        await container.stop({ t: seconds }).catch(unless(304))
      },
      graceMs,
    )
  }

  async remove(name: string): Promise<void> {
    await this.askOwn(`remove ${name}`, name, async (container) => {
      // 409: a removal that was asked for before goes on.
      await container.remove({ force: true, v: false }).catch(unless(404, 409))
      await untilGone(container)
    }).catch(unlessMissing)
  }

  async purge(name: string): Promise<void> {
    await this.client.ask(`remove the volume ${name}`, async (docker) => {
      const volume = docker.getVolume(name)
      const info = await volume.inspect().catch(unless(404))
      if (info === undefined) return
      this.refuseForeign(`volume ${name}`, info.Labels)
      await removePart(docker, name, this.settings)
      await this.readers.endAll(docker, name)
      await volume.remove().catch((error: unknown) => {
        if (statusOf(error) === 404) return
        if (statusOf(error) === 409)
          throw new EngineError(
            'other',
            `could not remove the volume ${name}: its container is still there`,
            {
              cause: error,
            },
          )
        throw error
      })
    })
  }

  async openVolume(name: string): Promise<RestingVolume> {
    return this.client.ask(`read the volume ${name}`, async (docker) => {
      return this.readers.open(docker, await this.client.endless(), name)
    })
  }

  async logs(name: string, lines: number): Promise<string> {
    return this.askOwn(`read the output of ${name}`, name, async (container) => {
      // A container keeps what it printed in its earlier lives.
      const { State } = await container.inspect()
      const since = Math.max(0, Date.parse(State.StartedAt) / 1000) || 0
      const options = { follow: false, stdout: true, stderr: true, tail: lines, since } as const
      return plainOutput(await container.logs(options))
    })
  }

  async stats(name: string): Promise<RunStats> {
    return this.askOwn(`measure ${name}`, name, async (container) =>
      // One-shot (API 1.41): else the engine waits a second for a second look.
      statsOf(name, await container.stats({ stream: false, 'one-shot': true })),
    )
  }

  watch(wake: () => void): () => void {
    const stop = watchEvents({
      open: async (abortSignal) => {
        const docker = await this.client.endless()
        const filters = { type: ['container'], label: [`${LABEL_HUB}=${this.settings.hub}`] }
        return docker.getEvents({ filters: JSON.stringify(filters), abortSignal } as Docker.GetEventsOptions)
      },
      wake: () => {
        this.inspected.clear()
        wake()
      },
      lost: () => this.client.forget(),
    })
    const end = () => {
      this.watches.delete(end)
      stop()
    }
    this.watches.add(end)
    return end
  }

  async close(): Promise<void> {
    for (const end of [...this.watches]) end()
    await this.readers.close()
  }

  /** A question about one container, which must be ours. */
  private async askOwn<Answer>(
    attempt: string,
    name: string,
    act: (container: Docker.Container) => Promise<Answer>,
    extraMs: Millis = 0,
  ): Promise<Answer> {
    return this.client.ask(
      attempt,
      async (docker) => {
        const container = docker.getContainer(name)
        const info = await container.inspect()
        this.refuseForeign(`container ${name}`, info.Config.Labels)
        return act(container)
      },
      extraMs,
    )
  }

  private async factOfContainer(docker: Docker, id: string, look: string): Promise<RunFact | null> {
    const known = this.inspected.get(id)
    if (known?.look === look) return known.fact
    const info = await docker.getContainer(id).inspect().catch(unless(404))
    // Removed between the list and now.
    if (info === undefined) return null
    const fact = factOf(info.Name.replace(/^\//, ''), info)
    this.inspected.set(id, { look, fact })
    return fact
  }

  private async needNetwork(docker: Docker): Promise<void> {
    if (this.networkIsThere) return
    await needNetwork(docker, this.settings.network)
    this.networkIsThere = true
  }

  private async needVolume(docker: Docker, run: Run): Promise<void> {
    const info = await docker.getVolume(run.name).inspect().catch(unless(404))
    if (info === undefined)
      await docker.createVolume({ Name: run.name, Labels: labelsOf(this.settings.hub, run) })
    else this.refuseForeign(`volume ${run.name}`, info.Labels)
  }

  private refuseForeign(what: string, labels: Record<string, string> | null | undefined): void {
    needOwn(what, labels?.[LABEL_HUB], this.settings.hub)
  }
}
