/** A real hub daemon on Docker, in a process of its own, with a provider whose orders the bench gives itself. */
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:net'
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

/** Below the ports that the kernel gives to whoever dials out: so many pubs would meet one of those. */
const PORT_MIN = 21_000

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

/** Orders so many pubs and waits until all are up; tells how far it is. */
export async function orderPubs({ provider, hub }: HubAlone, count: number): Promise<PubId[]> {
  const pubs = Array.from({ length: count }, () => madeUpPub())
  let port = PORT_MIN
  for (const pub of pubs) {
    while (!(await isFree(port))) port += 1
    await provider.order(hub.id, { pub, port })
    port += 1
  }
  let up = 0
  for (const pub of pubs) {
    await provider.phase(pub, 'up', 600_000)
    up += 1
    if (up % 20 === 0) console.log(`${up} pubs are up`)
  }
  return pubs
}
