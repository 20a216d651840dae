/**
 * Talking to a running node through ssb-client. Keys and manifest are always given: without keys ssb-client makes a
 * `secret` in the user's default SSB folder, and without a manifest it depends on what the peer chooses to tell.
 */
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import ssbClient from 'ssb-client'
import type { FeedId } from '../protocol/ids'
import { readJson, readText } from './durable'
import { parseSecret } from './identity'
import { networkKeyOf } from './network'
import { noDelay } from './no-delay'
import { asError } from './peers'

export interface Connection {
  /** The muxrpc door; methods as in the manifest. */
  rpc: any
  /** Who answered. */
  id: FeedId
  /** Who we are there. */
  as: FeedId
  close(): Promise<void>
}

export interface RemoteOptions {
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

export interface LocalOptions {
  manifest: object
  networkKey?: string
  timeoutMs?: number
}

const TIMEOUT_MS = 10_000
/** Patchwork's and ssb-server's. */
const DEFAULT_PORT = 8008

/** `net:host:port~shs:key`. */
export function netAddressOf(host: string, port: number, key: FeedId): string {
  return `net:${host}:${port}~shs:${key.slice(1, key.indexOf('.'))}`
}

/** Connects to a multiserver address as whoever `keys` belong to; gives the muxrpc door. Rejects when nobody answers. */
export function connectAddress(address: string, keys: any, options: LocalOptions): Promise<any> {
  return dial(address, keys, options)
}

function dial(address: string, keys: any, options: LocalOptions, path?: string): Promise<any> {
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
      ssbClient(keys, path === undefined ? settings : { ...settings, path }, done)
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
    const rpc = await dial(netAddressOf(host, port, key), keys, options)
    return connectionOf(rpc, key, keys.id)
  } catch (error) {
    throw new Error(
      `could not reach ${key.slice(0, 9)} at ${host}:${port}: ${asError(error).message}. ` +
        'Look whether it runs there, and whether key and network are the right ones.',
      { cause: error },
    )
  }
}

function portOf(folder: string): { host: string; port: number } {
  let config: any = null
  try {
    const text = readText(join(folder, 'config'))
    // ssb-config allows comments in its file; what is not plain JSON leaves the default.
    config = text === null ? null : JSON.parse(text)
  } catch {
    config = null
  }
  const net = config?.connections?.incoming?.net?.[0]
  const port = Number(net?.port ?? config?.port ?? DEFAULT_PORT)
  const host = String(net?.host ?? config?.host ?? '127.0.0.1')
  return { host: host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host, port }
}

/**
 * Connects to the node that runs on a folder, as its master: over its unix socket, else over TCP with its own secret
 * and the port of its config. Null when none answers; rejects when the folder has no usable secret.
 */
export async function connectLocal(folder: string, options: LocalOptions): Promise<Connection | null> {
  const secret = readText(join(folder, 'secret'))
  if (secret === null) throw new Error(`${folder} has no secret, so no node runs on it. Is the folder right?`)
  const keys = parseSecret(secret, join(folder, 'secret'))
  const publicKey = keys.id.slice(1, keys.id.indexOf('.'))
  const socket = join(folder, 'socket')
  const { host, port } = portOf(folder)
  const addresses = [netAddressOf(host, port, keys.id)]
  if (existsSync(socket) && statSync(socket).isSocket())
    addresses.unshift(`unix:${socket}~noauth:${publicKey}`)
  for (const address of addresses) {
    try {
      const rpc = await dial(address, keys, options, folder)
      return connectionOf(rpc, keys.id, keys.id)
    } catch {
      // The next way in; a socket file may be left over from a killed server.
    }
  }
  return null
}

/** The methods a node on this folder said it has (`manifest.json`); null when it never said. */
export function manifestOf(folder: string): object | null {
  const manifest = readJson(join(folder, 'manifest.json'))
  return typeof manifest === 'object' ? manifest : null
}
