/**
 * A pub's log, read page by page from its own server and written as a plain ssb-server keeps it: flumelog-offset with
 * 32-bit positions and JSON in it, the file `flume/log.offset` (docs/EXPORT.md).
 */
import { createHash, type Hash } from 'node:crypto'
import type { FeedId } from '../../protocol/ids'
import { EXPORT_LOG_BYTES_MAX, EXPORT_PAGE_MESSAGES } from '../../protocol/limits'
import { readAll } from './calls'

/** A message with its key and the time at which the pub received it, as the log has it. */
interface Stored {
  key: string
  value: { author: string; sequence: number }
  timestamp: number
}

/** Length, text, length, position of the next: flumelog-offset's frame. */
const FRAME_BYTES = 12

export interface LogCount {
  messages: number
  sizeBytes: number
  /** Where the pub's own feed ends. */
  head: number
  /** When the last of them was received. */
  lastAt: number
}

/** The pub's messages in the order in which it received them, at most `limit`; each page is asked for when it is needed. */
async function* messagesOf(rpc: any, limit: number): AsyncGenerator<Stored[]> {
  let after = 0
  for (let left = limit; left > 0; ) {
    // A source has no back-pressure over muxrpc: what is asked for comes at once, so it must be little.
    const wanted = Math.min(left, EXPORT_PAGE_MESSAGES)
    const page: Stored[] = []
    await readAll(
      rpc.createLogStream({ gt: after, limit: wanted, keys: true, values: true, live: false }),
      wanted,
      async (batch) => void page.push(...batch),
      "read the pub's log",
    )
    if (page.length === 0) return
    yield page
    after = page.at(-1)?.timestamp ?? after
    left -= page.length
  }
}

/** Counts what an export of at most `limit` messages will hold, and feeds their ids to `hash`. */
export async function countLog(
  rpc: any,
  feed: FeedId,
  limit: number,
  hash: Hash,
  tell: (messages: number) => void,
): Promise<LogCount> {
  const count: LogCount = { messages: 0, sizeBytes: 0, head: 0, lastAt: 0 }
  for await (const page of messagesOf(rpc, limit)) {
    for (const message of page) {
      hash.update(message.key)
      count.sizeBytes += Buffer.byteLength(textOf(message)) + FRAME_BYTES
      count.messages += 1
      if (message.value.author === feed) count.head = Math.max(count.head, message.value.sequence)
      count.lastAt = Math.max(count.lastAt, message.timestamp)
    }
    tell(count.messages)
  }
  if (count.sizeBytes > EXPORT_LOG_BYTES_MAX)
    throw new Error('refused: this log is larger than a plain ssb-server could open')
  return count
}

/** The bytes of `flume/log.offset` with so many messages. */
export async function* logBytes(rpc: any, messages: number): AsyncGenerator<Buffer> {
  let end = 0
  for await (const page of messagesOf(rpc, messages)) {
    const frames: Buffer[] = []
    for (const message of page) {
      const text = Buffer.from(textOf(message), 'utf8')
      end += text.length + FRAME_BYTES
      const length = Buffer.alloc(4)
      length.writeUInt32BE(text.length)
      const position = Buffer.alloc(4)
      position.writeUInt32BE(end)
      frames.push(length, text, length, position)
    }
    yield Buffer.concat(frames)
  }
}

function textOf({ key, value, timestamp }: Stored): string {
  return JSON.stringify({ key, value, timestamp })
}

/** A hash for the id of a snapshot. */
export function snapshotHash(...words: string[]): Hash {
  return createHash('sha256').update(words.join('\n'))
}
