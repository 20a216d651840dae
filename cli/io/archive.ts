/**
 * What is left of a pub that ran elsewhere: the archive that `buttcloud export NAME all` makes, or the folder of an
 * ssb-server. Read in place; nothing is unpacked.
 */
import { createReadStream, existsSync, statSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { checkImportAbout } from '../../protocol/import'
import { type FeedSecret, readFeedSecret } from '../../sbot/feed-secret'
import { Failure } from '../failure'

const BLOCK_BYTES = 512
const FRAME_BYTES = 12
const SMALL_FILE_BYTES_MAX = 16 * 1024 * 1024
/** ssb-db holds no message of more than 8 KiB of characters, each of at most 4 bytes in UTF-8, and its frame. */
const RECORD_BYTES_MAX = 64 * 1024
const PARTS = ['secret', 'export.json', 'gossip.json', 'config', 'flume/log.offset'] as const
type Part = (typeof PARTS)[number]

/** Where the bytes of a part lie. */
interface Range {
  path: string
  at: number
  bytes: number
}

export interface Archive {
  secret: FeedSecret
  /** As `export.json` says it was called; null where there is none. */
  name: string | null
  /** What `gossip.json` holds. */
  gossip: unknown
  /** The folder, where it is one. */
  folder: string | null
  /** Every record of its log, as JSON text, in the order of the log. */
  records(): AsyncGenerator<string>
}

/** Looks what is there. Throws a Failure where it is not a pub's. */
export async function openArchive(path: string): Promise<Archive> {
  if (!existsSync(path)) throw new Failure(1, `There is no ${path}.`)
  const folder = statSync(path).isDirectory() ? path : null
  const parts = folder === null ? await partsOfTar(path) : partsOfFolder(folder)
  const log = parts.get('flume/log.offset')
  if (log === undefined)
    throw new Failure(
      1,
      `${path} holds no flume/log.offset, so it is no pub. Give the file that \`buttcloud export NAME all\` made, or the folder of an ssb-server.`,
    )
  const secretText = await textOf(parts.get('secret'))
  const secret = secretText === null ? null : readFeedSecret(secretText)
  if (secret === null)
    throw new Failure(
      1,
      secretText === null
        ? `${path} holds no key pair (the file secret), and a pub can't be brought without. Was it made with \`export NAME all\`?`
        : `The file secret in ${path} is damaged: its halves do not belong together.`,
    )
  const about = checkImportAbout(jsonIn(await textOf(parts.get('export.json'))), '')
  if (about.ok && about.value.feed !== secret.feed)
    throw new Failure(1, `${path} is of ${about.value.feed}, and the key pair in it is of ${secret.feed}.`)
  return {
    ...{ secret, folder, name: about.ok ? about.value.name : null },
    gossip: jsonIn(await textOf(parts.get('gossip.json'))),
    records: () => recordsOf(log),
  }
}

function partsOfFolder(folder: string): Map<Part, Range> {
  const parts = new Map<Part, Range>()
  for (const part of PARTS) {
    const path = join(folder, part)
    if (existsSync(path)) parts.set(part, { path, at: 0, bytes: statSync(path).size })
  }
  return parts
}

/** Goes from header to header (ustar, POSIX.1-1988). Throws a Failure where that leads nowhere. */
async function partsOfTar(path: string): Promise<Map<Part, Range>> {
  const parts = new Map<Part, Range>()
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    for (let at = 0; at < size; ) {
      const header = await blockAt(file, at)
      if (header === null) break
      if (header.every((byte) => byte === 0)) return parts
      const entry = entryOf(header)
      if (entry === null)
        throw new Failure(
          1,
          `${path} is no tar archive, or is damaged at byte ${at}. A packed one must be unpacked first.`,
        )
      at += BLOCK_BYTES
      if (at + entry.bytes > size) throw new Failure(1, `${path} is cut off: fetch it again.`)
      const part = PARTS.find((one) =>
        new RegExp(`^(?:\\./)?(?:[^/]+/)?${one.replace('.', '\\.')}$`).test(entry.name),
      )
      if (part !== undefined) parts.set(part, { path, at, bytes: entry.bytes })
      at += Math.ceil(entry.bytes / BLOCK_BYTES) * BLOCK_BYTES
    }
    throw new Failure(1, `${path} is cut off: fetch it again.`)
  } finally {
    await file.close()
  }
}

async function blockAt(file: FileHandle, at: number): Promise<Buffer | null> {
  const block = Buffer.alloc(BLOCK_BYTES)
  const { bytesRead } = await file.read(block, 0, BLOCK_BYTES, at)
  return bytesRead === BLOCK_BYTES ? block : null
}

/** Name and size in a header; null where its checksum is wrong. */
function entryOf(header: Buffer): { name: string; bytes: number } | null {
  const field = (at: number, length: number): string =>
    header.toString('utf8', at, at + length).replace(/\0.*$/s, '')
  const sums = Buffer.from(header).fill(' ', 148, 156)
  let sum = 0
  for (const byte of sums) sum += byte
  const [wanted, bytes] = [field(148, 8), field(124, 12)].map((text) => Number.parseInt(text.trim(), 8))
  if (wanted !== sum || bytes === undefined || !Number.isSafeInteger(bytes)) return null
  const prefix = field(345, 155)
  return { name: prefix === '' ? field(0, 100) : `${prefix}/${field(0, 100)}`, bytes }
}

async function textOf(range: Range | undefined): Promise<string | null> {
  if (range === undefined || range.bytes > SMALL_FILE_BYTES_MAX) return null
  const chunks: Buffer[] = []
  for await (const chunk of streamOf(range)) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

function jsonIn(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text)
  } catch {
    return null
  }
}

const streamOf = ({ path, at, bytes }: Range) =>
  bytes === 0 ? [] : createReadStream(path, { start: at, end: at + bytes - 1 })

/**
 * The texts of a flumelog-offset file with 32-bit positions (docs/EXPORT.md): each between its own length twice, then its
 * end. A last one that is not whole is what a crash left, and counts as none, as for ssb-server itself.
 */
async function* recordsOf(log: Range): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0)
  let at = 0
  for await (const chunk of streamOf(log)) {
    rest = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer])
    let used = 0
    while (rest.length - used >= FRAME_BYTES) {
      const length = rest.readUInt32BE(used)
      const end = used + FRAME_BYTES + length
      if (length > RECORD_BYTES_MAX) throw damaged(log, at)
      if (end > rest.length) break
      const position = at + FRAME_BYTES + length
      if (rest.readUInt32BE(end - 8) !== length || rest.readUInt32BE(end - 4) !== position)
        throw damaged(log, at)
      // A record that was taken out is zeros.
      if (rest[used + 4] !== 0) yield rest.toString('utf8', used + 4, end - 8)
      used = end
      at = position
    }
    rest = rest.subarray(used)
  }
}

function damaged({ path }: Range, at: number): Failure {
  return new Failure(
    1,
    `The log in ${path} is damaged at its byte ${at}, or is not of the kind that ssb-server 15 and 16 write.`,
  )
}
