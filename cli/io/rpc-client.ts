/** ssb-client with explicit keys, a known manifest and a time limit; it never reads or makes a secret by itself. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ssbKeys from 'ssb-keys'
import { type FeedId, isFeedId } from '../../protocol/ids'
import { networkKeyOf } from '../../sbot/network'
import { firstLine } from '../failure'

export interface ClientOptions {
  keys: any
  /** Multiserver address. */
  remote: string
  manifest: object
  networkKey: string
  timeoutMs: number
}

/** Connects and shakes hands; rejects with one sentence. */
export async function connectClient(options: ClientOptions): Promise<any> {
  const { remote, keys, manifest, networkKey, timeoutMs } = options
  const { connectAddress } = await import('../../sbot/connect.js')
  try {
    return await connectAddress(remote, keys, { manifest, networkKey, timeoutMs })
  } catch (error) {
    throw new Error(`could not connect to ${remote}: ${firstLine(error)}`, { cause: error })
  }
}

/** Ends a client connection. */
export function closeClient(rpc: any): Promise<void> {
  return new Promise((resolve) => {
    if (rpc.closed) return resolve()
    rpc.close(true, () => resolve())
  })
}

/** Keys of a node's folder; null where there are none. Nothing is ever made here. */
export function keysOf(folder: string): (Record<string, unknown> & { id: FeedId }) | null {
  const path = join(folder, 'secret')
  if (!existsSync(path)) return null
  try {
    const keys = ssbKeys.loadSync(path)
    return isFeedId(keys?.id) ? keys : null
  } catch (error) {
    throw new Error(`could not read the key pair in ${path}: ${firstLine(error)}`, { cause: error })
  }
}

export interface Master {
  rpc: any
  keys: any
  id: FeedId
  /** How it was reached, for --verbose. */
  how: string
}

const ANSWER_MS = 4_000

/**
 * Connects as master to the node that runs in a folder: by its unix socket, and else (unless `socketOnly`) by TCP.
 * Null when none answers.
 */
export async function connectMaster(
  folder: string,
  manifest: object,
  socketOnly = false,
): Promise<Master | null> {
  const keys = keysOf(folder)
  if (keys === null) return null
  const config = configOf(folder)
  const key = keys.id.slice(1, -'.ed25519'.length)
  const socket = join(folder, 'socket')
  const remotes = socketOnly ? [] : [`net:127.0.0.1:${config.port}~shs:${key}`]
  if (existsSync(socket)) remotes.unshift(`unix:${socket}~noauth:${key}`)
  for (const remote of remotes) {
    try {
      const options = { keys, remote, manifest, networkKey: config.networkKey, timeoutMs: ANSWER_MS }
      return { rpc: await connectClient(options), keys, id: keys.id, how: remote.split('~')[0] ?? remote }
    } catch {
      // Not there, or somebody else's port: the next way, and in the end the caller's own sentence.
    }
  }
  return null
}

/** What an ssb-server's own config says of port and network. */
export function configOf(folder: string): { port: number; networkKey: string } {
  const otherwise = { port: 8008, networkKey: networkKeyOf() }
  let config: any
  try {
    config = JSON.parse(readFileSync(join(folder, 'config'), 'utf8').replace(/^\s*\/\/.*$/gm, ''))
  } catch {
    return otherwise
  }
  const listed = config?.connections?.incoming?.net?.[0]?.port
  const port = [listed, config?.port].find((value) => Number.isInteger(value)) ?? otherwise.port
  const networkKey = process.env.BUTTCLOUD_CAPS_SHS ?? config?.caps?.shs ?? otherwise.networkKey
  return { port, networkKey: typeof networkKey === 'string' ? networkKey : otherwise.networkKey }
}
