/** What an export of a pub consists of: first counted, then the bytes, the same for the same snapshot. */
import type { ExportPart } from '../../protocol/command-kinds'
import type { ExportResume, ExportSnapshot } from '../../protocol/export'
import type { FeedId } from '../../protocol/ids'
import { TAR_END, tarHeader, tarPadding } from '../engines/tar'
import { readmeOf } from '../words-export'
import { call, readAll } from './calls'
import { countLog, type LogCount, logBytes, snapshotHash } from './export-log'

export interface ExportSource {
  name: string
  part: ExportPart
  feed: FeedId
  /** The text of the pub's `secret`; asked for only where it is wanted. */
  secret(): string
  /** The connection to the pub's server; throws while there is none. */
  rpc(): any
}

/** What an export will hold. */
export interface Counted {
  snapshot: ExportSnapshot
  /** From the first byte to the last. */
  sizeBytes: number
  /** Gives the bytes, from the first one. */
  read(): AsyncGenerator<Buffer>
}

interface Blob {
  id: string
  size: number
  ts: number
}

interface File {
  name: string
  sizeBytes: number
  mode?: number
  at?: number
  read(): AsyncGenerator<Buffer> | Buffer
}

const READABLE = 0o644
const SECRET_MODE = 0o600
const FOLDER_MODE = 0o700
const BLOBS_PER_READ = 500

/** Looks at everything once. `tell` hears how many messages have been counted. */
export async function countExport(
  source: ExportSource,
  resume: ExportResume | null,
  tell: (messages: number) => void,
): Promise<Counted> {
  const { part, feed } = source
  if (part === 'secret') return single(part, Buffer.from(source.secret(), 'utf8'))
  if (part === 'gossip') return single(part, await gossipOf(source.rpc()))
  const rpc = source.rpc()
  const hash = snapshotHash(part, feed, source.name)
  const asked = resume?.snapshot
  const log =
    part === 'blobs'
      ? null
      : await countLog(rpc, feed, asked?.messages ?? Number.MAX_SAFE_INTEGER, hash, tell)
  const blobs = part === 'log' ? [] : await blobsOf(rpc, asked?.blobsUntil ?? Number.MAX_SAFE_INTEGER)
  for (const { id, size } of blobs) hash.update(`${id} ${size}\n`)
  const snapshot = {
    messages: log?.messages ?? 0,
    blobsUntil: blobs.reduce((last, { ts }) => Math.max(last, Math.floor(ts)), 0),
    id: hash.digest('hex'),
  }
  const files = filesOf(source, log, blobs, snapshot)
  if (part === 'all') {
    const gossip = await gossipOf(rpc)
    files.push({ name: 'gossip.json', sizeBytes: gossip.length, read: () => gossip })
  }
  const at = Math.floor(Math.max(log?.lastAt ?? 0, snapshot.blobsUntil))
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
      read: () => logBytes(source.rpc(), log.messages),
    })
  for (const { id, size, ts } of blobs)
    files.push({
      name: blobPath(id),
      sizeBytes: size,
      at: Math.floor(ts),
      read: () => blobBytes(source.rpc(), id),
    })
  return files
}

/** A tar archive of one folder with these files. */
function archive(folder: string, files: File[], at: number): Pick<Counted, 'sizeBytes' | 'read'> {
  const top = tarHeader({ name: `${folder}/`, sizeBytes: 0, mode: FOLDER_MODE, at })
  const headers = files.map((file) => {
    const { name, sizeBytes, mode = READABLE } = file
    return tarHeader({ name: `${folder}/${name}`, sizeBytes, mode, at: file.at ?? at })
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

/** As multiblob lays them out: two hex digits, then the rest. */
function blobPath(id: string): string {
  const hex = Buffer.from(id.slice(1, id.indexOf('.')), 'base64').toString('hex')
  return `blobs/sha256/${hex.slice(0, 2)}/${hex.slice(2)}`
}

/** All blobs up to a time, in the order of their ids. */
async function blobsOf(rpc: any, until: number): Promise<Blob[]> {
  const blobs: Blob[] = []
  await readAll(
    rpc.blobs.ls({ meta: true, live: false, old: true }),
    BLOBS_PER_READ,
    async (batch) => {
      for (const { id, size, ts } of batch)
        if (/^&[A-Za-z0-9+/]{43}=\.sha256$/.test(id) && Math.floor(ts) <= until) blobs.push({ id, size, ts })
    },
    "list the pub's blobs",
  )
  return blobs.sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** One blob: a pub takes none of more than 5 MiB, so that much waits here at most. */
async function* blobBytes(rpc: any, id: string): AsyncGenerator<Buffer> {
  const parts: Buffer[] = []
  await readAll(rpc.blobs.get(id), 1, async ([part]) => void parts.push(Buffer.from(part)), 'read a blob')
  yield* parts
}

/** `gossip.json` as ssb-gossip keeps it: addresses, without what is true of this moment only. */
async function gossipOf(rpc: any): Promise<Buffer> {
  const peers = await call(rpc.gossip?.peers, [], 'ask the pub which peers it knows')
  const kept = (Array.isArray(peers) ? (peers as Record<string, unknown>[]) : [])
    .filter(({ key }) => typeof key === 'string')
    .map(({ host, port, key, address, source }) => ({ host, port, key, address, source }))
    .sort((a, b) => (String(a.key) < String(b.key) ? -1 : 1))
  return Buffer.from(`${JSON.stringify(kept, null, 2)}\n`, 'utf8')
}
