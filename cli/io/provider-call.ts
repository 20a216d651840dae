/**
 * Calling the provider directly, as the owner: for downloads and live figures, which are no messages. The connection is
 * ours alone; it offers the provider nothing and never replicates, so it is in nobody's way beside a running client.
 */
import { join } from 'node:path'
import type { FeedId } from '../../protocol/ids'
import { networkKeyOf } from '../../sbot/network'
import type { Context } from '../context'
import { Failure, firstLine } from '../failure'
import { type JoinedProvider, providersOf } from '../owner-book'
import { readBook } from './book-file'
import { providerFor } from './owner'
import { closeClient, configOf, connectMaster, keysOf } from './rpc-client'

export interface Identity {
  id: FeedId
  keys: unknown
  provider: JoinedProvider
  networkKey: string
}

export interface ProviderConnection {
  /** muxrpc, with the methods of the manifest that was asked for under `buttcloud`. */
  buttcloud: any
  close(): Promise<void>
}

const CONNECT_MS = 15_000

/** Whose provider is called, by the same rules as for messages (`--owner`, `--provider`). Throws a Failure. */
export async function identityFor(context: Context): Promise<Identity> {
  const { dir, ssbPath } = context.options
  const own = await usesOwn(context)
  const folder = own ? join(dir, 'owner') : ssbPath
  const keys = keysOf(folder)
  if (keys === null)
    throw new Failure(
      1,
      `There is no key pair in ${folder}. Get an invite from a provider and run: buttcloud join INVITE`,
    )
  const provider = providerFor(context, keys.id)
  context.explain(`Calling ${provider.address} as ${keys.id}.`)
  return { id: keys.id, keys, provider, networkKey: own ? networkKeyOf() : configOf(folder).networkKey }
}

/** True where the embedded node's key pair is meant, and not that of the owner's ssb-server. */
async function usesOwn(context: Context): Promise<boolean> {
  const { owner, dir, ssbPath } = context.options
  if (owner !== 'auto') return owner === 'own'
  const book = readBook(dir)
  const joined = (folder: string): boolean => {
    const id = keysOf(folder)?.id
    return id !== undefined && providersOf(book, id).length > 0
  }
  if (!joined(ssbPath)) return true
  if (!joined(join(dir, 'owner'))) return false
  // Both have: as for messages, the server where it runs.
  const running = await connectMaster(ssbPath, { whoami: 'sync' })
  if (running !== null) await closeClient(running.rpc)
  return running === null
}

/** Connects for the methods of our own plugin; rejects with a sentence when the provider is out of reach. */
export async function callProvider(identity: Identity, manifest: object): Promise<ProviderConnection> {
  const rpc = await connectProvider(identity, { buttcloud: manifest })
  return { buttcloud: rpc.buttcloud, close: () => closeClient(rpc) }
}

/** The same for any methods. */
export async function connectProvider(identity: Identity, manifest: object): Promise<any> {
  const { keys, provider, networkKey } = identity
  // Only here: reading a whole client in takes longer than most verbs need before they say something.
  const { connectAddress } = await import('../../sbot/connect.js')
  try {
    return await connectAddress(provider.address, keys, { manifest, networkKey, timeoutMs: CONNECT_MS })
  } catch (error) {
    const why = firstLine(error).replace(/~shs:[A-Za-z0-9+/=]+/g, '')
    throw new Error(`try-again: the provider is out of reach: ${why}`, { cause: error })
  }
}
