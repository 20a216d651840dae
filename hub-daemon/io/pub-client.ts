/** A connection to a pub from outside: through its published port, with the hub's own keys. */
import type { FeedId, Millis } from '../../protocol/ids'
import { HANDSHAKE_TIMEOUT_MS } from '../../protocol/limits'
import { FENCE_MANIFEST } from '../../protocol/rpc-fence'
import { runManifest } from '../../protocol/run-methods'
import { call } from './calls'
import { type Client, connectTo } from './client'

export interface PubAddress {
  host: string
  port: number
  feed: FeedId
}

const RUN = runManifest()
const MANIFEST = {
  ...RUN,
  createLogStream: 'source',
  blobs: { ...(RUN.blobs as object), get: 'source' },
  fence: FENCE_MANIFEST,
}

/**
 * Handshake and `whoami`. Rejects when either fails: a pub that accepts connections and answers nothing is not up,
 * and neither is another program on its port.
 */
export async function connectToPub(
  address: PubAddress,
  keys: object,
  capsShs: string | null,
  timeoutMs: Millis = HANDSHAKE_TIMEOUT_MS,
): Promise<Client> {
  const client = await connectTo({ ...address, keys, capsShs, manifest: MANIFEST, timeoutMs })
  try {
    const answer = (await call(client.rpc.whoami, [], 'ask the pub who it is', timeoutMs)) as { id?: unknown }
    if (answer?.id !== address.feed) throw new Error(`port ${address.port} is answered by somebody else`)
    return client
  } catch (error) {
    client.close()
    throw error
  }
}

/** One handshake with a whoami, then goodbye. */
export async function probe(address: PubAddress, keys: object, capsShs: string | null): Promise<void> {
  const client = await connectToPub(address, keys, capsShs)
  client.close()
}
