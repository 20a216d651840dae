/**
 * What people have uploaded of pubs that ran elsewhere, on our disk; nobody else reads it. One folder per owner:
 *   imports/<owner in hex>/feed         messages as signed, one JSON text per line
 *   imports/<owner in hex>/note.json    what it is, and once it is whole and checked where it ends; the key pair sealed
 */
import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type FeedId, isFeedId, isMessageId, type MessageId, type Millis } from '../../protocol/ids'
import { makeFolder, readText, syncFolder, writeJson } from '../../sbot/durable'
import type { SignedValue } from '../../sbot/port'

/** What is in note.json. */
export interface ImportNote {
  v: 1
  owner: FeedId
  name: string
  feed: FeedId
  bytes: number
  sha256: string
  /** Names this upload. */
  upload: string
  /** Null until it is whole and checked. `sealed`: the key pair, to the recovery key `key`. */
  checked: { messages: number; head: MessageId; key: string; sealed: string } | null
}

const FILE_MODE = 0o600

export class ImportFiles {
  readonly notes = new Map<FeedId, ImportNote>()

  /** Takes up what is there, and removes what a crash has left half. */
  constructor(private readonly folder: string) {
    makeFolder(folder)
    for (const name of readdirSync(folder)) {
      const note = noteIn(join(folder, name))
      if (note === null || folderName(note.owner) !== name)
        rmSync(join(folder, name), { recursive: true, force: true })
      else this.notes.set(note.owner, note)
    }
  }

  /** On disk when it returns. */
  keep(note: ImportNote): void {
    makeFolder(this.path(note.owner))
    writeJson(this.path(note.owner, 'note.json'), note)
    this.notes.set(note.owner, note)
  }

  drop(owner: FeedId): void {
    this.notes.delete(owner)
    rmSync(this.path(owner), { recursive: true, force: true })
  }

  /** Bytes of the feed that are there. */
  sizeOf(owner: FeedId): number {
    const path = this.path(owner, 'feed')
    return existsSync(path) ? statSync(path).size : 0
  }

  /** When something of it was last written, by the file system's clock. */
  touchedAt(owner: FeedId): Millis {
    const paths = ['feed', 'note.json'].map((file) => this.path(owner, file))
    return Math.max(0, ...paths.filter((path) => existsSync(path)).map((path) => statSync(path).mtimeMs))
  }

  async append(owner: FeedId, bytes: Buffer): Promise<void> {
    const handle = await open(this.path(owner, 'feed'), 'a', FILE_MODE)
    try {
      await handle.appendFile(bytes)
    } finally {
      await handle.close()
    }
  }

  async hashOf(owner: FeedId): Promise<string> {
    const hash = createHash('sha256')
    for await (const bytes of createReadStream(this.path(owner, 'feed'))) hash.update(bytes)
    return hash.digest('hex')
  }

  /** The messages, oldest first, as they came: unchecked. */
  async *values(owner: FeedId): AsyncGenerator<SignedValue> {
    const input = createReadStream(this.path(owner, 'feed'))
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      try {
        yield JSON.parse(line) as SignedValue
      } catch (error) {
        throw new Error('a line of it is no message', { cause: error })
      }
    }
  }

  /** The feed is on disk when it resolves. */
  async sync(owner: FeedId): Promise<void> {
    const handle = await open(this.path(owner, 'feed'), 'r+')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
    syncFolder(this.path(owner))
  }

  private path(owner: FeedId, file = ''): string {
    return join(this.folder, folderName(owner), file)
  }
}

function folderName(owner: FeedId): string {
  return Buffer.from(owner.slice(1, owner.indexOf('.')), 'base64').toString('hex')
}

function noteIn(folder: string): ImportNote | null {
  try {
    const note = JSON.parse(readText(join(folder, 'note.json')) ?? '') as ImportNote
    const sound =
      note.v === 1 && isFeedId(note.owner) && isFeedId(note.feed) && typeof note.bytes === 'number'
    return sound && (note.checked === null || isMessageId(note.checked.head)) ? note : null
  } catch {
    return null
  }
}
