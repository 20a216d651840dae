/** A real hub daemon on Docker, in a process of its own, with a provider whose orders the bench gives itself. */
import { randomBytes } from 'node:crypto'
import type { PubId } from '../protocol/ids'
import { dockerOn, sweepHub } from '../test/docker/world'
import { startHubProcess } from '../test/helpers/hub-process'
import { HubProvider } from '../test/helpers/hub-provider'
import { randomNetworkKey, removeFolder, temporaryFolder, until } from '../test/helpers/machine'

export interface HubAlone {
  provider: HubProvider
  networkKey: string
  hub: Awaited<ReturnType<typeof startHubProcess>>
  /** Ends both, and takes all containers and volumes of the hub away. */
  close(): Promise<void>
}

/** `host` is the engine, `socketPath` what the hub is told: the same, or something in between. */
export async function startHubAlone(host: string, socketPath: string): Promise<HubAlone> {
  const networkKey = randomNetworkKey()
  const provider = await new HubProvider(networkKey).start()
  const dir = temporaryFolder('hub')
  const hub = await startHubProcess({
    ...{ dir, networkKey, engine: 'docker', dockerSocket: socketPath, bind: '127.0.0.1', host: '127.0.0.1' },
    ...{ memoryBytes: 2 ** 34, join: provider.token() },
  })
  await until('the offer of the hub', () => provider.said('buttcloud/capacity')[0])
  return {
    ...{ provider, networkKey, hub },
    async close() {
      await hub.kill('SIGTERM')
      await provider.node.remove()
      removeFolder(dir)
      await sweepHub(dockerOn(host), hub.id)
    },
  }
}

/** An id as a request would have given it. */
export function madeUpPub(): PubId {
  return `%${randomBytes(32).toString('base64')}.sha256` as PubId
}
