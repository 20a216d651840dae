/** What a pub holds that does not run, read from the files of its volume. Nothing is started there and nothing changed. */
import { createHash } from 'node:crypto'
import { EXPORT_PAGE_MESSAGES } from '../../protocol/limits'
import { RESTING_PEERS_BYTES_MAX } from '../../protocol/limits-resting'
import type { RestingFile, RestingVolume } from '../engines/engine'
import { LogRecords, type Stored } from '../resting-log'
import { clean } from '../words'
import { type Blob, blobPath, type Content } from './content'

const LOG = 'flume/log.offset'
const BLOBS = 'blobs/sha256'
const PEERS = 'gossip.json'

/** The content of a volume; it is opened when something is first read of it. */
export class RestingContent implements Content {
  unreadBytes = 0
  /** Docker tells seconds, and when a file was last written, which is before it got its name. */
  readonly blobTimeSlackMs = 2_000
  private volume: Promise<RestingVolume> | null = null
  private closed = false
  /** The blobs as they come, and the one that has come and was not asked for yet. */
  private cursor: AsyncGenerator<RestingFile> | null = null

  constructor(private readonly open: () => Promise<RestingVolume>) {}

  async *messages(limit: number): AsyncGenerator<Stored[]> {
    const records = new LogRecords()
    let left = limit
    let page: Stored[] = []
    for await (const file of this.files(LOG))
      for await (const bytes of file.bytes)
        for (const message of records.take(bytes)) {
          // Read to its end all the same: what is left over there is part of what an export says.
          if (left === 0) continue
          page.push(message)
          left -= 1
          if (page.length < EXPORT_PAGE_MESSAGES && left > 0) continue
          yield page
          page = []
        }
    if (page.length > 0) yield page
    this.unreadBytes = records.unreadBytes
  }

  /** Those whose bytes are what their name says: a machine that went down may leave others. */
  async blobs(): Promise<Blob[]> {
    const found: Blob[] = []
    for await (const { path, sizeBytes, at, bytes } of this.files(BLOBS)) {
      const hex = path.replace('/', '')
      if (!/^[0-9a-f]{64}$/.test(hex)) continue
      const hash = createHash('sha256')
      for await (const part of bytes) hash.update(part)
      if (hash.digest('hex') !== hex) continue
      const id = `&${Buffer.from(hex, 'hex').toString('base64')}.sha256`
      found.push({ id, size: sizeBytes, ts: at })
    }
    return found
  }

  async *blobBytes(id: string): AsyncGenerator<Buffer> {
    this.cursor ??= this.files(BLOBS)
    const wanted = blobPath(id)
    for (;;) {
      const next = await this.cursor.next()
      if (next.done === true) throw new Error('try-again: a blob of this pub is gone')
      if (next.value.path !== wanted) continue
      yield* next.value.bytes
      return
    }
  }

  async peers(): Promise<unknown> {
    for await (const { sizeBytes, bytes } of this.files(PEERS)) {
      if (sizeBytes > RESTING_PEERS_BYTES_MAX) return []
      const parts: Buffer[] = []
      for await (const part of bytes) parts.push(part)
      try {
        return JSON.parse(Buffer.concat(parts).toString('utf8'))
      } catch {
        // It is written over as a whole; what is half there is of no use, and peers are found again.
        return []
      }
    }
    return []
  }

  async close(): Promise<void> {
    this.closed = true
    const volume = await this.volume?.catch(() => null)
    await volume?.close().catch(() => undefined)
  }

  private async *files(path: string): AsyncGenerator<RestingFile> {
    try {
      if (this.closed) throw new Error('the export was ended')
      this.volume ??= this.open()
      const volume = await this.volume
      if (this.closed) throw new Error('the export was ended')
      yield* volume.files(path)
    } catch (error) {
      const reason = clean(error instanceof Error ? error.message : String(error))
      throw new Error(`try-again: could not read the data of this pub: ${reason}`, { cause: error })
    }
  }
}
