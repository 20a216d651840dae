/**
 * Putting a provider back from a backup, into a folder of its own. While that is under way, and after it was cut off, a
 * file says so and nothing starts there; when it is done another one stays until the provider has its own feed and its
 * pubs' back to their ends (restored.ts). So what was put back is never taken for a new identity, nor for a whole copy.
 */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ssbKeys from 'ssb-keys'
import type { FeedId, Millis } from '../../protocol/ids'
import { FORMER_COPY_WAIT_MS } from '../../protocol/limits-backup'
import type { BackupItem, BackupManifest } from '../../protocol/rpc-backup'
import { connectAddress, netAddressOf } from '../../sbot/connect'
import { makeFolder, removeDurably, writeDurably } from '../../sbot/durable'
import type { SignedValue } from '../../sbot/port'
import { openNode } from '../../sbot/stacks'
import { writeRestored } from './restored'

const UNDER_WAY = 'restore-under-way'
const SECRET = 'secret'

export interface PutBackOptions {
  dir: string
  /** Checked items, the manifest first. */
  items: AsyncIterator<BackupItem>
  now: Millis
  networkKey?: string
  /** Told now and then how many messages are there. */
  progress(messages: number): void
}

export interface PutBackDone {
  manifest: BackupManifest
  messages: number
}

/** Throws a sentence where a folder is what a restore has left behind that was cut off. */
export function refuseHalfRestored(dir: string): void {
  if (existsSync(join(dir, UNDER_WAY)))
    throw new Error(
      `putting a backup back into ${dir} was cut off: remove the folder and begin again with buttcloud admin restore-backup`,
    )
}

/** True when somebody answers at an address (host:port) who proves to be this feed. */
export async function answersAs(feed: FeedId, address: string, networkKey?: string): Promise<boolean> {
  const at = address.lastIndexOf(':')
  const [host, port] = [address.slice(0, at), Number(address.slice(at + 1))]
  try {
    const rpc = await connectAddress(netAddressOf(host, port, feed), ssbKeys.generate(), {
      manifest: {},
      timeoutMs: FORMER_COPY_WAIT_MS,
      ...(networkKey === undefined ? {} : { networkKey }),
    })
    rpc.close(true, () => {})
    return true
  } catch {
    return false
  }
}

/** Puts everything into the folder, or leaves it as it was and throws a sentence. */
export async function putBack(options: PutBackOptions): Promise<PutBackDone> {
  const { dir, items } = options
  const wasThere = existsSync(dir)
  if (wasThere && readdirSync(dir).length > 0)
    throw new Error(
      `${dir} is not empty, and a backup goes into a folder of its own: move it away, or name another one with --path`,
    )
  const manifest = await manifestOf(items)
  const { address, provider } = manifest
  if (address !== null && (await answersAs(provider, address, options.networkKey)))
    throw new Error(
      `this provider still runs at ${address}. Two that write one feed destroy it: end that one for good (also what starts it by itself), then do this again`,
    )
  try {
    makeFolder(dir)
    writeDurably(join(dir, UNDER_WAY), `${new Date(options.now).toISOString()}\n`)
    const messages = await write(options, manifest)
    removeDurably(join(dir, UNDER_WAY))
    return { manifest, messages }
  } catch (error) {
    // What says "under way" goes last: half a copy must not start.
    if (existsSync(dir)) {
      for (const name of readdirSync(dir))
        if (name !== UNDER_WAY) rmSync(join(dir, name), { recursive: true, force: true })
      rmSync(wasThere ? join(dir, UNDER_WAY) : dir, { recursive: true, force: true })
    }
    throw error
  }
}

async function manifestOf(items: AsyncIterator<BackupItem>): Promise<BackupManifest> {
  const first = await items.next()
  if (first.done !== true && first.value.kind === 'manifest') return first.value
  throw new Error('the backup does not begin with its manifest')
}

async function write(options: PutBackOptions, manifest: BackupManifest): Promise<number> {
  const { dir, items } = options
  let next = await items.next()
  const expected = new Map(manifest.files.map(({ path, bytes }) => [path, bytes]))
  for (; next.done !== true && next.value.kind === 'file'; next = await items.next()) {
    const { path, content } = next.value
    const bytes = Buffer.from(content, 'base64')
    if (expected.get(path) !== bytes.length) throw new Error(`the backup holds another ${path} than it says`)
    expected.delete(path)
    const at = join(dir, path)
    if (!existsSync(dirname(at))) mkdirSync(dirname(at), { recursive: true, mode: 0o700 })
    writeDurably(at, bytes)
  }
  if (expected.size > 0 || !existsSync(join(dir, SECRET)))
    throw new Error(`the backup lacks ${[...expected.keys()][0] ?? SECRET}`)
  makeFolder(join(dir, 'buttcloud'))
  // Before any message is there: from here on it is a restored copy, whatever happens.
  const { madeAt, address, feeds } = manifest
  writeRestored(join(dir, 'buttcloud'), {
    ...{ v: 1, restoredAt: options.now, madeAt, formerAddress: address, waiting: null },
    heads: Object.fromEntries(feeds.map(({ feed, head }) => [feed, head])),
  })
  const messages = await writeFeeds(options, manifest, next)
  return messages
}

/** The feeds, message by message, each checked against its signature and the one before it. */
async function writeFeeds(
  options: PutBackOptions,
  manifest: BackupManifest,
  first: IteratorResult<BackupItem>,
): Promise<number> {
  const node = await openNode({
    ...{ path: options.dir, kind: 'provider', unixSocket: false },
    data: { folder: options.dir, kind: 'provider' },
  })
  try {
    if (node.id !== manifest.provider)
      throw new Error("the backup's secret is not the provider's that it names")
    let messages = 0
    let next = first
    for (; next.done !== true && next.value.kind === 'messages'; next = await options.items.next()) {
      const values = next.value.values as unknown as SignedValue[]
      await Promise.all(values.map((value) => node.sbot.append(value)))
      messages += values.length
      options.progress(messages)
    }
    if (next.done === true || next.value.kind !== 'end' || next.value.messages !== messages)
      throw new Error('the backup is not whole: it does not end as it should')
    for (const { feed, head } of manifest.feeds)
      if ((await node.sbot.head(feed))?.sequence !== head)
        throw new Error(`the backup is not whole: ${feed} should end at ${head}`)
    if ((await options.items.next()).done !== true) throw new Error('the backup goes on after its end')
    return messages
  } finally {
    await node.close()
  }
}
