/** Names of the owner's pubs for completion: from a small file when it is fresh, else from the provider if it is quick. */
import { join } from 'node:path'
import type { FeedId } from '../../protocol/ids'
import type { PubView } from '../../protocol/rpc'
import { readJson, writeJson } from '../../sbot/durable'
import { called } from '../../sbot/peers'
import type { Context } from '../context'
import { callProvider, identityFor } from './provider-call'

/** Somebody waits with a finger on the Tab key. */
const ANSWER_MS = 1_500
const FRESH_MS = 5 * 60_000

interface Remembered {
  v: 1
  owner: FeedId
  provider: FeedId
  at: number
  names: string[]
}

/** The names, newest first; those of last time where the provider is away, and none where nobody knows. Never throws. */
export async function pubNames(context: Context): Promise<string[]> {
  try {
    const identity = await identityFor(context)
    const { id, provider } = identity
    const path = join(context.options.dir, 'pub-names.json')
    const known = remembered(path)
    const ours = known !== null && known.owner === id && known.provider === provider.id ? known : null
    const age = ours === null ? Number.POSITIVE_INFINITY : Date.now() - ours.at
    if (ours !== null && age >= 0 && age < FRESH_MS) return ours.names
    const names = await within(async () => {
      const connection = await callProvider(identity, { pubs: 'async' })
      try {
        const views = await called<PubView[]>((callback) => connection.buttcloud.pubs(callback))
        return views.filter(({ phase }) => phase !== 'ended').map(({ name }) => name)
      } finally {
        await connection.close()
      }
    })
    if (names === null) return ours?.names ?? []
    writeJson(path, { v: 1, owner: id, provider: provider.id, at: Date.now(), names } satisfies Remembered)
    return names
  } catch {
    return []
  }
}

function remembered(path: string): Remembered | null {
  const value = readJson(path) as Partial<Remembered> | null
  if (value?.v !== 1 || typeof value.at !== 'number' || !Array.isArray(value.names)) return null
  return value.names.every((name) => typeof name === 'string') ? (value as Remembered) : null
}

/** What was asked for, or null when it takes too long or fails. */
function within<T>(ask: () => Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ANSWER_MS)
  })
  return Promise.race([ask().catch(() => null), late]).finally(() => clearTimeout(timer))
}
