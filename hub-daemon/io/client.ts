/** A connection to a pub or a provider, with an end that can be listened to. */
import type { FeedId, Millis } from '../../protocol/ids'
import { connectRemote } from '../../sbot/connect'

export interface ClientOptions {
  host: string
  port: number
  /** Who must answer; the handshake proves it. */
  feed: FeedId
  keys: object
  /** base64 of the network's key; null for the main network. */
  capsShs: string | null
  manifest: object
  timeoutMs: Millis
}

export interface Client {
  rpc: any
  close(): void
  onClose(then: () => void): void
}

/** Connects and shakes hands; rejects with a sentence when that does not succeed in time. */
export async function connectTo(options: ClientOptions): Promise<Client> {
  const { host, port, feed, keys, manifest, timeoutMs, capsShs } = options
  const network = capsShs === null ? {} : { networkKey: capsShs }
  const { rpc } = await connectRemote({ host, port, key: feed, keys, manifest, timeoutMs, ...network })
  let closed = false
  const listeners: (() => void)[] = []
  rpc.once('closed', () => {
    closed = true
    for (const then of listeners.splice(0)) then()
  })
  return {
    rpc,
    close: () => {
      if (!closed) rpc.close(true, () => {})
    },
    onClose: (then) => {
      if (closed) then()
      else listeners.push(then)
    },
  }
}
