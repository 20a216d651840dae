/** A hub daemon of the real kind, joined to a test provider, in a process of its own. */
import type { EngineKind } from '../../hub-daemon/engines/engine'
import type { SwarmChoice } from '../../hub-daemon/engines/swarm-options'
import type { FeedId } from '../../protocol/ids'
import type { HubView } from '../../protocol/rpc'
import { type HubProcess, startHubProcess } from './hub-process'
import { removeFolder, temporaryFolder, until } from './machine'
import type { MoveTime } from './move-time'
import type { TestProvider } from './provider'

export interface TestHub {
  id: FeedId
  folder: string
  /** Of the process that runs now. */
  pid(): number
  lines(): string
  /** kill -9; `restart` starts it again on the same folder. */
  kill(): Promise<void>
  restart(more?: { host?: string; bind?: string }): Promise<void>
  /** Ends it in order; the folder stays. */
  end(): Promise<void>
  stop(): Promise<void>
  /** Its time, see moved-time.ts. */
  move: MoveTime
}

export interface TestHubOptions {
  networkKey: string
  /** Given: its folder, which then stays. */
  folder?: string
  engine: EngineKind
  /** With the engine swarm. */
  swarm?: SwarmChoice
  dockerSocket?: string
  image?: string
  pubVersions?: Record<string, string>
  label?: string
  memoryBytes?: number
  /** The address that members dial, and the one that pubs listen on. */
  host?: string
  bind?: string
  /** The port that leads to the provider, where that is not the provider's own. */
  providerPort?: number
  /** The network namespace that it runs in, by its name. */
  namespace?: string
  /** Default: a terabyte. */
  diskBytes?: number
  /** Where it shows its figures. */
  metrics?: { host: string; port: number }
  /** False for a hub that has nothing to offer yet; then nobody waits for it. */
  offers?: boolean
}

/** Joins with a token of the provider and resolves when the provider knows what the hub offers. */
export async function joinHub(provider: TestProvider, options: TestHubOptions): Promise<TestHub> {
  const folder = options.folder ?? temporaryFolder('hub')
  const { token: given } = await provider.admin('adminHubToken', { label: options.label ?? '' })
  const { providerPort = provider.port } = options
  const token = String(given).replace(`:${provider.port}:`, `:${providerPort}:`)
  const { networkKey, engine, dockerSocket, image, pubVersions, memoryBytes } = options
  const common = {
    ...{ dir: folder, networkKey, engine },
    ...{ bind: options.bind ?? '127.0.0.1', host: options.host ?? '127.0.0.1' },
    ...(dockerSocket === undefined ? {} : { dockerSocket }),
    ...(options.swarm === undefined ? {} : { swarm: options.swarm }),
    ...(image === undefined ? {} : { image }),
    ...(pubVersions === undefined ? {} : { pubVersions }),
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
    // What a test asks for shall not depend on how full the disk of its machine is.
    diskBytes: options.diskBytes ?? 1e12,
    ...(options.metrics === undefined ? {} : { metrics: options.metrics }),
  }
  let running: HubProcess = await startHubProcess({ ...common, join: token }, options.namespace)
  const { id } = running
  await until('the provider to know what the hub offers', async () => {
    const hubs = await provider.admin<HubView[]>('adminHubs')
    const view = hubs.find((one) => one.hub === id)
    return options.offers === false ? view : view?.engine
  })
  return {
    ...{ id, folder },
    pid: () => running.pid,
    lines: () => running.lines(),
    move: (move) => running.move(move),
    kill: () => running.kill('SIGKILL'),
    async restart(more: { host?: string; bind?: string } = {}) {
      running = await startHubProcess({ ...common, ...more }, options.namespace)
    },
    end: () => running.kill('SIGTERM'),
    async stop() {
      await running.kill('SIGTERM')
      if (options.folder === undefined) removeFolder(folder)
    },
  }
}
