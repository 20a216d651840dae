/**
 * What a backup of a provider holds: everything in its folder that nobody could give back, and the feeds that it stands
 * on. Files and the ends of feeds are taken between two decisions, so that they fit each other; feeds only grow, so
 * their messages may be read at leisure. Left out: other people's feeds and blobs (peers have them), what is made anew
 * at every start, tokens (they last a day, and one that was used since would let somebody in again), and uploads.
 */
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FeedId, Millis } from '../../protocol/ids'
import { HISTORY_BATCH_MAX } from '../../protocol/limits'
import { BACKUP_FILE_BYTES_MAX, BACKUP_FILES_MAX } from '../../protocol/limits-backup'
import { BACKUP_VERSION, type BackupItem, type BackupManifest } from '../../protocol/rpc-backup'
import type { PubFact, State } from '../../protocol/state'
import type { Sbot } from '../../sbot/port'
import { readVersion } from '../../sbot/version'
import { refusal } from './commits'
import type { Provider } from './provider'

export interface BackupSource {
  sbot: Sbot
  /** The node's folder. */
  folder: string
  state: State
  feedOf(pub: PubFact): FeedId | null
  /** host:port; null where it does not run. */
  address: string | null
  now: Millis
}

interface Taken {
  manifest: BackupManifest
  files: { path: string; bytes: Buffer }[]
}

/** Below the node's folder only ours is taken; of what lies in it itself every file but these. */
const OURS = 'buttcloud'
const NODES_OWN = new Set([
  'socket',
  'lock.holder',
  'manifest.json',
  'new-identity',
  'conn.json',
  'gossip.json',
])
const NOT_OURS = new Set(['tokens.json', 'private-blobs.json', 'restored.json', 'imports'])

/**
 * The items of a backup, in order. `together` does its work while nothing is decided. Throws a sentence where there is
 * nothing to keep yet, or something can't be read.
 */
export async function* backupItems(
  source: BackupSource,
  together: <T>(work: () => Promise<T>) => Promise<T>,
): AsyncGenerator<BackupItem> {
  const { manifest, files } = await together(() => take(source))
  yield manifest
  for (const { path, bytes } of files) yield { kind: 'file', path, content: bytes.toString('base64') }
  let messages = 0
  for (const { feed, head } of manifest.feeds)
    for (let after = 0; after < head; ) {
      const limit = Math.min(HISTORY_BATCH_MAX, head - after)
      const values = await source.sbot.history(feed, after, limit)
      if (values.length === 0)
        throw refusal('try-again', `${feed} ends at ${after} here, and should go on to ${head}`)
      after += values.length
      messages += values.length
      yield { kind: 'messages', values: values as unknown as Record<string, unknown>[] }
    }
  yield { kind: 'end', files: files.length, messages }
}

async function take(source: BackupSource): Promise<Taken> {
  const { sbot, folder, state, address, now } = source
  const own = await sbot.head(sbot.id)
  if (own === null || own.sequence === 0)
    throw refusal('refused', 'this provider has never written anything, so there is nothing to keep yet')
  const feeds: BackupManifest['feeds'] = [{ feed: sbot.id, role: 'provider', head: own.sequence }]
  const add = async (feed: FeedId | null, role: 'hub' | 'pub'): Promise<void> => {
    if (feed === null || feeds.some((one) => one.feed === feed)) return
    const head = (await sbot.head(feed))?.sequence ?? 0
    if (head > 0) feeds.push({ feed, role, head })
  }
  for (const hub of state.provider.hubs.keys()) await add(hub, 'hub')
  for (const pub of state.provider.pubs.values()) await add(source.feedOf(pub), 'pub')
  const files = [...filesIn(folder, '', NODES_OWN, false), ...filesIn(folder, OURS, NOT_OURS, true)]
  if (files.length > BACKUP_FILES_MAX)
    throw refusal(
      'refused',
      `${folder} holds ${files.length} files, and a backup at most ${BACKUP_FILES_MAX}`,
    )
  return {
    files,
    manifest: {
      ...{ kind: 'manifest', v: BACKUP_VERSION, program: readVersion(), madeAt: now },
      ...{ provider: sbot.id, address, feeds },
      files: files.map(({ path, bytes }) => ({ path, bytes: bytes.length })),
    },
  }
}

/** The files below a folder, read; `without` are names that are left out of it. */
function filesIn(root: string, below: string, without: Set<string>, deep: boolean): Taken['files'] {
  const found: Taken['files'] = []
  for (const name of readdirSync(join(root, below)).sort()) {
    if (without.has(name) || name.startsWith('.')) continue
    const path = below === '' ? name : `${below}/${name}`
    const at = join(root, path)
    const entry = lstatSync(at)
    if (entry.isDirectory() && deep) found.push(...filesIn(root, path, new Set(), true))
    if (!entry.isFile()) continue
    if (entry.size > BACKUP_FILE_BYTES_MAX)
      throw refusal(
        'refused',
        `${at} is larger than the ${BACKUP_FILE_BYTES_MAX / 1024 / 1024} MB that a file of a backup may have; move it out of the provider's folder`,
      )
    found.push({ path, bytes: readFileSync(at) })
  }
  return found
}

/** A running provider as the source of a backup. Throws a refusal where it is not whole itself, or can't be backed up so. */
export function sourceOf(one: Provider): BackupSource {
  const { sbot, inbox, commits, nodeFolder } = one
  if (nodeFolder === null)
    throw refusal(
      'refused',
      'this provider lives in an ssb-server: stop that, and keep a copy of its whole folder',
    )
  if (one.restored?.pending === true)
    throw refusal(
      'try-again',
      'this provider was itself put back from a backup, and its pubs have not all come back yet',
    )
  return {
    ...{ sbot, folder: nodeFolder, state: inbox.state, address: one.address(), now: one.now() },
    feedOf: (pub) => commits.boundFeed(pub),
  }
}
