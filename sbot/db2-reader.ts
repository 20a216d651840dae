/**
 * The fast reader over ssb-db2's log. It looks at each raw record's author before anything else; only wanted authors'
 * messages are decoded and unboxed, which is what a start on a log full of other people's private messages costs.
 * ssb-db2's own indexes wait meanwhile. Only what is on disk is handed over.
 */
import bipf from 'bipf'
import type { FeedId } from '../protocol/ids'
import type { Durability } from './flushed-first'
import { scanLog } from './log-scan'
import { asError, called } from './peers'
import type { Reading, ReadOptions } from './port'
import { incomingOf, MessageReader, type Records } from './reader'

const VALUE = bipf.allocAndEncode('value')
const AUTHOR = bipf.allocAndEncode('author')
const CONTENT = bipf.allocAndEncode('content')
const AT_SIGN = 64
const FEED_ID_CHARS = 53

interface LogRecord {
  offset: number
  /** Null: deleted. */
  value: Buffer | null
}

/** A record within a larger piece of the log; one object serves a whole scan. */
interface Place {
  buffer: Buffer
  start: number
}

/** The key `author` and the head of a feed id's string, as bipf writes them: where they stand, an id follows. */
const AUTHOR_MARK = Buffer.concat([AUTHOR, bipf.allocAndEncode('x'.repeat(FEED_ID_CHARS)).subarray(0, 2)])

/** A number changes when the record is over 2 KiB or the sequence's digits are; then there is a new place. */
let usualPlace = 0

function idAt(buffer: Buffer, at: number): FeedId {
  return buffer.toString('latin1', at, at + FEED_ID_CHARS) as FeedId
}

/**
 * The author. Nothing that an author could choose stands before it in a record, so the mark at the place where the
 * last record had it is the key itself; else it is looked for.
 */
function authorOf({ buffer, start }: Place): FeedId | null {
  let at = start + usualPlace
  let same = 0
  while (same < AUTHOR_MARK.length && buffer[at + same] === AUTHOR_MARK[same]) same++
  if (same === AUTHOR_MARK.length) return idAt(buffer, at + same)
  const value = bipf.seekKey2(buffer, start, VALUE, 0)
  if (value < 0) return null
  const author = bipf.seekKey2(buffer, value, AUTHOR, 0)
  if (author < 0) return null
  at = author - AUTHOR.length
  if (buffer.compare(AUTHOR_MARK, 0, AUTHOR_MARK.length, at, at + AUTHOR_MARK.length) === 0)
    usualPlace = at - start
  const id: unknown = bipf.decode(buffer, author)
  return typeof id === 'string' && id.charCodeAt(0) === AT_SIGN ? (id as FeedId) : null
}

function isBoxed({ buffer, start }: Place): boolean {
  const value = bipf.seekKey2(buffer, start, VALUE, 0)
  const content = value < 0 ? -1 : bipf.seekKey2(buffer, value, CONTENT, 0)
  return content >= 0 && bipf.getEncodedType(buffer, content) === bipf.types.string
}

export interface Db2Log {
  log: any
  /** The node's folder. */
  folder: string
  keys: any
  durability: Durability
}

const placed = (buffer: Buffer): Place => ({ buffer, start: 0 })

/** Starts reading ssb-db2's log; see ReadOptions. */
export function readDb2(source: Db2Log, options: ReadOptions): Reading {
  const { log, folder, durability } = source
  // ssb-keys keeps the curve key in the object it is given.
  const ownKeys = { ...source.keys }
  const letIndexing = durability.holdIndexing()
  let stream: any = null
  let early: LogRecord[] = []

  const records: Records<Place> = {
    authorOf,
    isBoxed,
    decode: ({ buffer, start }) => incomingOf(bipf.decode(buffer, start), ownKeys),
    fetch: async (offset) => placed(await called<Buffer>((callback) => log.getRaw(offset, callback))),
    stop() {
      letIndexing()
      early = []
      stream?.abort(true)
    },
  }
  const reader = new MessageReader(options, records)
  const handle = (record: LogRecord) => {
    if (record.value !== null) reader.arrive(record.offset, placed(record.value))
  }
  // The stream also gives what is in the block that is just being written; that waits for the disk.
  const awaitDisk = (offset: number) =>
    durability.whenFlushed(offset, () => {
      const flushed = durability.flushed()
      let record = early[0]
      while (record !== undefined && record.offset <= flushed) {
        early.shift()
        handle(record)
        record = early[0]
      }
      if (record !== undefined) awaitDisk(record.offset)
    })
  const live = (after: number) => {
    stream = log.stream({ gt: after, live: true, decrypt: false })
    stream.pipe({
      paused: false,
      write(record: LogRecord) {
        if (early.length === 0 && record.offset <= durability.flushed()) return handle(record)
        early.push(record)
        if (early.length === 1) awaitDisk(record.offset)
      },
      end(error: unknown) {
        if (error && error !== true) reader.fail(asError(error))
      },
    })
  }
  const start = async (since: number) => {
    const place: Place = placed(Buffer.alloc(0))
    const onRecord = (offset: number, piece: Buffer, start: number) => {
      place.buffer = piece
      place.start = start
      reader.arrive(offset, place)
    }
    await scanLog(folder, { upTo: since, onRecord, stopped: () => reader.stopped })
    if (reader.stopped) return
    reader.catchUp()
    // The indexes run to their end in one go, so whoever waited for us comes first.
    setImmediate(letIndexing)
    if (!reader.stopped) live(since)
  }
  log.since.once((since: number) => start(since).catch((error: unknown) => reader.fail(asError(error))))
  return reader
}
