/** A backup as a file: items as lines of JSON, packed, encrypted; there whole or not at all, and readable by its owner only. */
import { createHash, randomBytes } from 'node:crypto'
import {
  closeSync,
  createReadStream,
  createWriteStream,
  existsSync,
  linkSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { describeRefusal } from '../../protocol/check'
import { type BackupItem, type BackupManifest, backupItem, newerVersionOf } from '../../protocol/rpc-backup'
import { syncFolder } from '../../sbot/durable'
import { openStream, SealedStreamError, sealStream } from '../../sbot/sealed-stream'
import { Failure, firstLine } from '../failure'

const NAME = 'buttcloud-backup-1'
const MODE = 0o600

export interface WrittenBackup {
  manifest: BackupManifest
  messages: number
  bytes: number
  /** Of the file, hex. */
  sha256: string
}

/** Writes the items to a file that is not there yet. Throws a Failure; then there is none. */
export async function writeBackup(
  path: string,
  passphrase: string,
  items: AsyncIterable<BackupItem>,
  progress: (messages: number) => void,
): Promise<WrittenBackup> {
  if (existsSync(path))
    throw new Failure(1, `${path} is there already; an earlier backup is never written over.`)
  const part = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}.part`)
  let manifest: BackupManifest | null = null
  let messages = 0
  let whole = false
  const lines = async function* (): AsyncGenerator<string> {
    for await (const item of items) {
      if (item.kind === 'manifest') manifest = item
      if (item.kind === 'messages') {
        messages += item.values.length
        progress(messages)
      }
      if (item.kind === 'end') whole = true
      yield `${JSON.stringify(item)}\n`
    }
    if (!whole) throw new Error('the provider stopped in the middle of it')
  }
  const hash = createHash('sha256')
  const hashed = async function* (pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const piece of pieces) {
      hash.update(piece)
      yield piece
    }
  }
  try {
    const file = createWriteStream(part, { flags: 'wx', mode: MODE, flush: true })
    const sealed = (packed: AsyncIterable<Buffer>) => sealStream(NAME, passphrase, packed)
    await pipeline(Readable.from(lines()), createGzip(), sealed, hashed, file)
    moveTo(part, path)
  } catch (error) {
    rmSync(part, { force: true })
    const why = firstLine(error).replace(/^[a-z-]+: /, '')
    throw new Failure(1, `The backup could not be made: ${why}. No file was left behind.`, { cause: error })
  }
  if (manifest === null) throw new Error('a backup without its manifest')
  return { manifest, messages, bytes: statSync(path).size, sha256: hash.digest('hex') }
}

/** Never over a file that has come meanwhile. */
function moveTo(part: string, path: string): void {
  try {
    linkSync(part, path)
    rmSync(part)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error
    // A file system without links, as on many sticks.
    renameSync(part, path)
  }
  syncFolder(dirname(path))
}

/** True for a file that begins as a backup does. */
export function isBackup(path: string): boolean {
  try {
    const handle = openSync(path, 'r')
    try {
      const begin = Buffer.alloc(NAME.length)
      readSync(handle, begin)
      return begin.toString('utf8') === NAME
    } finally {
      closeSync(handle)
    }
  } catch {
    return false
  }
}

/** The items of a file, each checked. Throws a Failure at the first thing that is not as it was written. */
export async function* readBackup(path: string, passphrase: string): AsyncGenerator<BackupItem> {
  const file = createReadStream(path)
  const packed = Readable.from(openStream(NAME, passphrase, file))
  const plain = packed.pipe(createGunzip())
  packed.on('error', (error) => plain.destroy(error))
  file.on('error', (error) => plain.destroy(error))
  try {
    for await (const line of linesIn(plain)) yield itemIn(line)
  } catch (error) {
    if (error instanceof Failure) throw error
    const why = error instanceof SealedStreamError ? error.message : `It can't be read: ${firstLine(error)}.`
    throw new Failure(1, `${path} can't be used as a backup. ${why}`, { cause: error })
  } finally {
    file.destroy()
    packed.destroy()
    plain.destroy()
  }
}

async function* linesIn(plain: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let waiting: Buffer[] = []
  for await (const chunk of plain) {
    let from = 0
    for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, from)) {
      yield Buffer.concat([...waiting, chunk.subarray(from, at)]).toString('utf8')
      waiting = []
      from = at + 1
    }
    waiting.push(chunk.subarray(from))
  }
  if (waiting.some((one) => one.length > 0)) throw new SealedStreamError('Its last line is cut off.')
}

function itemIn(line: string): BackupItem {
  const found: unknown = JSON.parse(line)
  const newer = newerVersionOf(found)
  if (newer !== null)
    throw new SealedStreamError(
      `It is of form ${newer}, which only a newer version of this program knows: update this one first.`,
    )
  const checked = backupItem(found, 'item')
  if (checked.ok) return checked.value
  throw new SealedStreamError(`It makes no sense: ${describeRefusal(checked)}.`)
}
