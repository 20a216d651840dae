/** What an export of a pub consists of: first counted, then the bytes, the same for the same snapshot. */
import type { ExportPart } from '../../protocol/command-kinds'
import type { ExportResume, ExportSnapshot } from '../../protocol/export'
import type { FeedId } from '../../protocol/ids'
import { TAR_END, tarHeader, tarPadding } from '../engines/tar'
import { readmeOf } from '../words-export'
import { type Blob, blobPath, type Content } from './content'
import { countLog, type LogCount, logBytes, snapshotHash } from './export-log'

export interface ExportSource {
  name: string
  part: ExportPart
  feed: FeedId
  /** The text of the pub's `secret`; asked for only where it is wanted. */
  secret(): string
  /** Where the rest is read from. */
  content: Content
}

/** What an export will hold. */
export interface Counted {
  snapshot: ExportSnapshot
  /** From the first byte to the last. */
  sizeBytes: number
  /** Gives the bytes, from the first one. */
  read(): AsyncGenerator<Buffer>
}

interface File {
  name: string
  sizeBytes: number
  mode?: number
  read(): AsyncGenerator<Buffer> | Buffer
}

const READABLE = 0o644
const SECRET_MODE = 0o600
const FOLDER_MODE = 0o700

/** Looks at everything once. `tell` hears how many messages have been counted. */
export async function countExport(
  source: ExportSource,
  resume: ExportResume | null,
  tell: (messages: number) => void,
): Promise<Counted> {
  const { part, feed, content } = source
  if (part === 'secret') return single(part, Buffer.from(source.secret(), 'utf8'))
  if (part === 'gossip') return single(part, await gossipOf(content))
  const hash = snapshotHash(part, feed, source.name)
  const asked = resume?.snapshot
  const log =
    part === 'blobs'
      ? null
      : await countLog(content, feed, asked?.messages ?? Number.MAX_SAFE_INTEGER, hash, tell)
  const blobs = part === 'log' ? [] : await blobsOf(content, asked?.blobsUntil ?? Number.MAX_SAFE_INTEGER)
  for (const { id, size } of blobs) hash.update(`${id} ${size}\n`)
  const id = hash.digest('hex')
  const last = blobs.reduce((latest, { ts }) => Math.max(latest, Math.floor(ts)), 0)
  const blobsUntil = last + content.blobTimeSlackMs
  const snapshot = { messages: log?.messages ?? 0, blobsUntil, id }
  const files = filesOf(source, log, blobs, snapshot)
  if (part === 'all') {
    const gossip = await gossipOf(content)
    files.push({ name: 'gossip.json', sizeBytes: gossip.length, read: () => gossip })
  }
  // Of blobs no time is told: a volume knows it less exactly than a server, and the bytes shall be the same.
  const at = Math.floor(log?.lastAt ?? 0)
  return { snapshot, ...archive(source.name, files, at) }
}

/** One small file as it is. */
function single(part: ExportPart, bytes: Buffer): Counted {
  const snapshot = { messages: 0, blobsUntil: 0, id: snapshotHash(part).update(bytes).digest('hex') }
  return {
    snapshot,
    sizeBytes: bytes.length,
    async *read() {
      yield bytes
    },
  }
}

function filesOf(
  source: ExportSource,
  log: LogCount | null,
  blobs: Blob[],
  snapshot: ExportSnapshot,
): File[] {
  const { name, part, feed } = source
  const facts = {
    ...{ name, part, feed, messages: snapshot.messages, blobs: blobs.length, head: log?.head ?? 0 },
    ...((log?.unreadBytes ?? 0) > 0 ? { unreadBytes: log?.unreadBytes ?? 0 } : {}),
  }
  const readme = Buffer.from(readmeOf(facts), 'utf8')
  const about = Buffer.from(`${JSON.stringify({ v: 1, ...facts, snapshot: snapshot.id }, null, 2)}\n`, 'utf8')
  const files: File[] = [
    { name: 'README.txt', sizeBytes: readme.length, read: () => readme },
    { name: 'export.json', sizeBytes: about.length, read: () => about },
  ]
  if (part === 'all') {
    const secret = Buffer.from(source.secret(), 'utf8')
    files.push({ name: 'secret', sizeBytes: secret.length, mode: SECRET_MODE, read: () => secret })
  }
  if (log !== null)
    files.push({
      name: 'flume/log.offset',
      sizeBytes: log.sizeBytes,
      read: () => logBytes(source.content, log.messages),
    })
  for (const { id, size } of blobs)
    files.push({
      name: `blobs/sha256/${blobPath(id)}`,
      sizeBytes: size,
      read: () => source.content.blobBytes(id),
    })
  return files
}

/** A tar archive of one folder with these files. */
function archive(folder: string, files: File[], at: number): Pick<Counted, 'sizeBytes' | 'read'> {
  const top = tarHeader({ name: `${folder}/`, sizeBytes: 0, mode: FOLDER_MODE, at })
  const headers = files.map((file) => {
    const { name, sizeBytes, mode = READABLE } = file
    return tarHeader({ name: `${folder}/${name}`, sizeBytes, mode, at })
  })
  let sizeBytes = top.length + TAR_END.length
  for (const [index, file] of files.entries())
    sizeBytes += (headers[index]?.length ?? 0) + file.sizeBytes + tarPadding(file.sizeBytes).length
  async function* read(): AsyncGenerator<Buffer> {
    yield top
    for (const [index, file] of files.entries()) {
      yield headers[index] ?? Buffer.alloc(0)
      let length = 0
      for await (const bytes of piecesOf(file)) {
        length += bytes.length
        if (length > file.sizeBytes) break
        yield bytes
      }
      if (length !== file.sizeBytes)
        throw new Error(`try-again: ${file.name} of this pub changed while it was being read`)
      yield tarPadding(file.sizeBytes)
    }
    yield TAR_END
  }
  return { sizeBytes, read }
}

async function* piecesOf(file: File): AsyncGenerator<Buffer> {
  const content = file.read()
  if (Buffer.isBuffer(content)) yield content
  else yield* content
}

/** All blobs up to a time, in the order of their files. */
async function blobsOf(content: Content, until: number): Promise<Blob[]> {
  const blobs = (await content.blobs()).filter(({ ts }) => Math.floor(ts) <= until)
  return blobs.sort((a, b) => (blobPath(a.id) < blobPath(b.id) ? -1 : 1))
}

/** `gossip.json` as ssb-gossip keeps it: addresses, without what is true of this moment only. */
async function gossipOf(content: Content): Promise<Buffer> {
  const peers = await content.peers()
  const kept = (Array.isArray(peers) ? (peers as (Record<string, unknown> | null)[]) : [])
    .flatMap((peer) => (typeof peer?.key === 'string' ? [peer] : []))
    .map(({ host, port, key, address, source }) => ({ host, port, key, address, source }))
    .sort((a, b) => (String(a.key) < String(b.key) ? -1 : 1))
  return Buffer.from(`${JSON.stringify(kept, null, 2)}\n`, 'utf8')
}
