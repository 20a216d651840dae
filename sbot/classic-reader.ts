/** Reading the classic log (flumedb): old messages to the end, then live ones from there. */
import pull from 'pull-stream'
import type { FeedId } from '../protocol/ids'
import { asError, called } from './peers'
import type { Reading, ReadOptions } from './port'
import { incomingOf, MessageReader, type Records } from './reader'

interface Stored {
  key: string
  value: any
  timestamp: number
}

/** Starts reading a stock server's log; see ReadOptions. */
export function readClassic(ssb: any, keys: any, options: ReadOptions): Reading {
  const ownKeys = { ...keys }
  const aborts = new Set<(end: true) => void>()

  const stream = (
    range: object,
    onItem: (seq: number, stored: Stored) => void,
    onEnd: (error: unknown) => void,
  ) => {
    // As signed: the author is looked at first, only wanted messages are opened.
    const source = ssb.createRawLogStream({ ...range, keys: true, values: true, seqs: true })
    const drain = pull.drain((item: any) => {
      if (typeof item?.seq === 'number' && item.value?.value) onItem(item.seq, item.value)
    }, onEnd)
    aborts.add(() => drain.abort?.(true))
    pull(source, drain)
  }
  const records: Records<Stored> = {
    authorOf: (stored) => (typeof stored.value.author === 'string' ? (stored.value.author as FeedId) : null),
    isBoxed: (stored) => typeof stored.value.content === 'string',
    decode: (stored) => incomingOf(stored, ownKeys),
    fetch: (offset) =>
      called((callback) =>
        pull(
          ssb.createRawLogStream({ gte: offset, limit: 1, keys: true, values: true, seqs: true }),
          pull.collect((error: unknown, items: any[]) =>
            items?.[0]?.seq === offset
              ? callback(null, items[0].value)
              : callback(
                  error ?? new Error(`nothing is stored at offset ${offset} of the log`),
                  null as never,
                ),
          ),
        ),
      ),
    stop() {
      for (const abort of aborts) abort(true)
    },
  }
  const reader = new MessageReader(options, records)
  let last = -1
  const arrive = (seq: number, stored: Stored) => {
    last = seq
    reader.arrive(seq, stored)
  }
  stream({ gt: -1, live: false }, arrive, (error) => {
    if (reader.stopped) return
    if (error && error !== true) return reader.fail(asError(error))
    reader.catchUp()
    stream({ gt: last, live: true }, arrive, (ended) => {
      if (ended && ended !== true) reader.fail(asError(ended))
    })
  })
  return reader
}
