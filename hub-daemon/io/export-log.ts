/**
 * A pub's log, read page by page and written as a plain ssb-server keeps it: flumelog-offset with
 * 32-bit positions and JSON in it, the file `flume/log.offset` (docs/EXPORT.md).
 */
import { createHash, type Hash } from 'node:crypto'
import type { FeedId } from '../../protocol/ids'
import { EXPORT_LOG_BYTES_MAX } from '../../protocol/limits'
import type { Stored } from '../resting-log'
import type { Content } from './content'

/** Length, text, length, position of the next: flumelog-offset's frame. */
const FRAME_BYTES = 12

export interface LogCount {
  messages: number
  sizeBytes: number
  /** Where the pub's own feed ends. */
  head: number
  /** When the last of them was received. */
  lastAt: number
  /** Bytes at the end of its file that no server could read. */
  unreadBytes: number
}

/** Counts what an export of at most `limit` messages will hold, and feeds their ids to `hash`. */
export async function countLog(
  content: Content,
  feed: FeedId,
  limit: number,
  hash: Hash,
  tell: (messages: number) => void,
): Promise<LogCount> {
  const count: LogCount = { messages: 0, sizeBytes: 0, head: 0, lastAt: 0, unreadBytes: 0 }
  for await (const page of content.messages(limit)) {
    for (const message of page) {
      hash.update(message.key)
      count.sizeBytes += Buffer.byteLength(textOf(message)) + FRAME_BYTES
      count.messages += 1
      if (message.value.author === feed) count.head = Math.max(count.head, message.value.sequence)
      count.lastAt = Math.max(count.lastAt, message.timestamp)
    }
    tell(count.messages)
  }
  count.unreadBytes = content.unreadBytes
  if (count.unreadBytes > 0) hash.update(`${count.unreadBytes} bytes unread`)
  if (count.sizeBytes > EXPORT_LOG_BYTES_MAX)
    throw new Error('refused: this log is larger than a plain ssb-server could open')
  return count
}

/** The bytes of `flume/log.offset` with so many messages. */
export async function* logBytes(content: Content, messages: number): AsyncGenerator<Buffer> {
  let end = 0
  for await (const page of content.messages(messages)) {
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
