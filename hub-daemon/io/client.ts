/** ssb-client as a connection with an end: explicit keys, a known manifest, a time limit, nothing read from disk. */
import ssbCaps from 'ssb-caps'
import createClient from 'ssb-client'
import type { FeedId, Millis } from '../../protocol/ids'

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
export function connectTo(options: ClientOptions): Promise<Client> {
  const { host, port, feed, timeoutMs } = options
  const place = `${host}:${port}`
  const config = {
    caps: { shs: options.capsShs ?? ssbCaps.shs },
    timers: { handshake: timeoutMs },
    remote: `net:${host}:${port}~shs:${feed.slice(1, -'.ed25519'.length)}`,
    manifest: options.manifest,
  }
  return new Promise((resolve, reject) => {
    let late = false
    const timer = setTimeout(() => {
      late = true
      reject(new Error(`${place} did not complete a handshake within ${timeoutMs / 1000} s`))
    }, timeoutMs)
    // ssb-client wants the options twice: once to be asked for a config, once as the config.
    createClient(options.keys, { ...config, config }, (error: unknown, rpc: any) => {
      clearTimeout(timer)
      if (late) {
        rpc?.close?.(true, () => {})
        return
      }
      if (error || !rpc) {
        const cause = error instanceof Error ? error.message : String(error)
        reject(new Error(`could not connect to ${place}: ${cause}`, { cause: error }))
        return
      }
      resolve(clientOf(rpc))
    })
  })
}

function clientOf(rpc: any): Client {
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
