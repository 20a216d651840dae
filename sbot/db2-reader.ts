/**
 * The fast reader over ssb-db2's log. It looks at each raw record's author before anything else; only wanted authors'
 * messages are decoded and unboxed, which is what a start on a log full of other people's private messages costs.
 * ssb-db2's own indexes wait meanwhile. Only what is on disk is handed over.
 */
import bipf from 'bipf'
import type { FeedId } from '../protocol/ids'
import type { Durability } from './flushed-first'
import { asError, called } from './peers'
import type { Reading, ReadOptions } from './port'
import { incomingOf, MessageReader, type Records } from './reader'

const VALUE = bipf.allocAndEncode('value')
const AUTHOR = bipf.allocAndEncode('author')
const CONTENT = bipf.allocAndEncode('content')
const AT_SIGN = 64

interface LogRecord {
  offset: number
  /** Null: deleted. */
  value: Buffer | null
}

function authorOf(buffer: Buffer): FeedId | null {
  const value = bipf.seekKey2(buffer, 0, VALUE, 0)
  if (value < 0) return null
  const author = bipf.seekKey2(buffer, value, AUTHOR, 0)
  if (author < 0) return null
  const id: unknown = bipf.decode(buffer, author)
  return typeof id === 'string' && id.charCodeAt(0) === AT_SIGN ? (id as FeedId) : null
}

function isBoxed(buffer: Buffer): boolean {
  const value = bipf.seekKey2(buffer, 0, VALUE, 0)
  const content = value < 0 ? -1 : bipf.seekKey2(buffer, value, CONTENT, 0)
  return content >= 0 && bipf.getEncodedType(buffer, content) === bipf.types.string
}

/** Starts reading ssb-db2's log; see ReadOptions. */
export function readDb2(log: any, keys: any, durability: Durability, options: ReadOptions): Reading {
  // ssb-keys keeps the curve key in the object it is given.
  const ownKeys = { ...keys }
  const letIndexing = durability.holdIndexing()
  let stream: any = null
  let early: LogRecord[] = []
  let caughtUpAt = -1

  const records: Records<Buffer> = {
    authorOf,
    isBoxed,
    decode: (buffer) => incomingOf(bipf.decode(buffer, 0), ownKeys),
    fetch: (offset) => called((callback) => log.getRaw(offset, callback)),
    stop() {
      letIndexing()
      early = []
      stream?.abort(true)
    },
  }
  const reader = new MessageReader(options, records)
  const handle = (record: LogRecord) => {
    if (record.value !== null) reader.arrive(record.offset, record.value)
    if (record.offset >= caughtUpAt) caughtUp()
  }
  const caughtUp = () => {
    letIndexing()
    reader.catchUp()
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
  const arrive = (record: LogRecord) => {
    if (early.length === 0 && record.offset <= durability.flushed()) return handle(record)
    early.push(record)
    if (early.length === 1) awaitDisk(record.offset)
  }
  log.since.once((since: number) => {
    if (reader.stopped) return
    caughtUpAt = since
    if (since < 0) caughtUp()
    stream = log.stream({ gt: -1, live: true, decrypt: false })
    stream.pipe({
      paused: false,
      write: arrive,
      end(error: unknown) {
        if (error && error !== true) reader.fail(asError(error))
      },
    })
  })
  return reader
}
