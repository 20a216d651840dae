/**
 * Talking to a running node through ssb-client. Keys and manifest are always given: without keys ssb-client makes a
 * `secret` in the user's default SSB folder, and without a manifest it depends on what the peer chooses to tell.
 */
import ssbClient from 'ssb-client'
import type { FeedId } from '../protocol/ids'
import { networkKeyOf } from './network'
import { noDelay } from './no-delay'
import { asError } from './peers'

interface Connection {
  /** The muxrpc door; methods as in the manifest. */
  rpc: any
  /** Who answered. */
  id: FeedId
  /** Who we are there. */
  as: FeedId
  close(): Promise<void>
}

interface RemoteOptions {
  host: string
  port: number
  /** Whom we expect there. */
  key: FeedId
  /** Our key pair, as ssb-keys has it. */
  keys: any
  /** Only the methods we use. */
  manifest: object
  networkKey?: string
  timeoutMs?: number
}

interface DialOptions {
  manifest: object
  networkKey?: string
  timeoutMs?: number
}

const TIMEOUT_MS = 10_000

/** `net:host:port~shs:key`. */
export function netAddressOf(host: string, port: number, key: FeedId): string {
  return `net:${host}:${port}~shs:${key.slice(1, key.indexOf('.'))}`
}

/** Connects to a multiserver address as whoever `keys` belong to; gives the muxrpc door. Rejects when nobody answers. */
export function connectAddress(address: string, keys: any, options: DialOptions): Promise<any> {
  noDelay()
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS
  return new Promise((resolve, reject) => {
    let late = false
    const timer = setTimeout(() => {
      late = true
      reject(new Error(`no answer within ${timeoutMs / 1000} s`))
    }, timeoutMs)
    const done = (error: unknown, rpc: any) => {
      clearTimeout(timer)
      if (late) rpc?.close?.(true, () => {})
      else if (error) reject(asError(error))
      else resolve(rpc)
    }
    const caps = { shs: networkKeyOf(options.networkKey) }
    const settings = { remote: address, caps, manifest: options.manifest, config: {} }
    try {
      ssbClient(keys, settings, done)
    } catch (error) {
      done(error, null)
    }
  })
}

function connectionOf(rpc: any, id: FeedId, as: FeedId): Connection {
  return {
    ...{ rpc, id, as },
    close: () =>
      new Promise((resolve) => {
        if (rpc.closed) return resolve()
        rpc.close(true, () => resolve())
      }),
  }
}

/** Connects to a node somewhere as whoever `keys` belong to. Rejects with a sentence. */
export async function connectRemote(options: RemoteOptions): Promise<Connection> {
  const { host, port, key, keys } = options
  try {
    const rpc = await connectAddress(netAddressOf(host, port, key), keys, options)
    return connectionOf(rpc, key, keys.id)
  } catch (error) {
    throw new Error(
      `could not reach ${key.slice(0, 9)} at ${host}:${port}: ${asError(error).message}. ` +
        'Look whether it runs there, and whether key and network are the right ones.',
      { cause: error },
    )
  }
}
