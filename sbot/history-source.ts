/**
 * `createHistoryStream` of our own nodes, in the order of the feed. ssb-db2's answers in the order of timestamps, and
 * messages of one millisecond come in any order then: whoever takes a feed in message by message (a restored node
 * that asks for its own, an older server without EBT) meets a gap that is none, and is stuck at it for ever.
 */
import pull from 'pull-stream'
import type { FeedId } from '../protocol/ids'
import { isFeedId } from '../protocol/ids'
import { HISTORY_BATCH_MAX } from '../protocol/limits'
import { asError } from './peers'
import type { SignedValue } from './port'
import { keyOf } from './signed'

type History = (feed: FeedId, after: number, limit: number) => Promise<SignedValue[]>
type Callback = (end: true | Error | null, value?: SignedValue) => void

interface Question {
  id?: unknown
  seq?: unknown
  sequence?: unknown
  limit?: unknown
  live?: unknown
  keys?: unknown
  values?: unknown
}

/** Answers what asks for no live messages from the feed's own index; live questions stay with ssb-db2. */
export function hookHistoryStream(ssb: any, history: History): void {
  ssb.createHistoryStream.hook(function (this: unknown, original: any, args: unknown[]) {
    const question = (args[0] ?? {}) as Question
    if (question.live === true || !isFeedId(question.id)) return original.apply(this, args)
    const from = wholeOf(question.sequence) ?? wholeOf(question.seq) ?? 1
    const limit = wholeOf(question.limit) ?? Number.POSITIVE_INFINITY
    const { keys, values } = question
    const form = (value: SignedValue) => {
      if (keys === false && values !== false) return value
      if (values === false && keys !== false) return keyOf(value)
      // When it came is kept in ssb-db2's own record only; the author's word stands in for it.
      return { key: keyOf(value), value, timestamp: value.timestamp }
    }
    return pull(ordered(history, question.id, Math.max(from, 1) - 1, limit), pull.map(form))
  })
}

function wholeOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : null
}

/** One batch is read at a time, and only when the one before has been taken. */
function ordered(history: History, feed: FeedId, after: number, limit: number) {
  let last = after
  let left = limit
  let ready: SignedValue[] = []
  return (abort: true | Error | null, callback: Callback): void => {
    if (abort) return callback(abort)
    const next = ready.shift()
    if (next !== undefined) return callback(null, next)
    const size = Math.min(left, HISTORY_BATCH_MAX)
    if (size <= 0) return callback(true)
    history(feed, last, size).then(
      (values) => {
        const [first, ...rest] = values
        if (first === undefined) return callback(true)
        last += values.length
        left -= values.length
        ready = rest
        callback(null, first)
      },
      (error: unknown) => callback(asError(error)),
    )
  }
}
