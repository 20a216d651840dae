/**
 * The log of a pub that does not run, read from its file: flumelog-offset as ssb-db 20 writes it, with 32-bit positions
 * (docs/EXPORT.md). Such a file may end in the middle of a record, where the machine went down; what comes after the last
 * whole record was never given to anybody, and a server that opens the file cuts it off. So does this, without touching it.
 */
import { RESTING_RECORD_BYTES_MAX } from '../protocol/limits-resting'

/** A message with its key and the time at which the pub received it, as the log has it. */
export interface Stored {
  key: string
  value: { author: string; sequence: number }
  timestamp: number
}

/** Before the text its length, after it the length again and the position of the next record. */
const BEFORE_BYTES = 4
const AFTER_BYTES = 8

export class LogRecords {
  private rest: Buffer = Buffer.alloc(0)
  /** Where `rest` begins in the file. */
  private at = 0
  private broken = false
  private unread = 0

  /** Takes the next bytes of the file and gives the messages that end in them. */
  take(bytes: Buffer): Stored[] {
    if (this.broken) {
      this.unread += bytes.length
      return []
    }
    this.rest = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes])
    const found: Stored[] = []
    let from = 0
    for (;;) {
      const record = recordAt(this.rest, from, this.at)
      if (record === null) break
      if (record === 'broken') {
        this.broken = true
        this.unread += this.rest.length - from
        this.rest = Buffer.alloc(0)
        return found
      }
      if (record.message !== null) found.push(record.message)
      this.at += record.bytes
      from += record.bytes
    }
    this.rest = this.rest.subarray(from)
    return found
  }

  /** Bytes that belong to no whole record, as far as the file was taken. */
  get unreadBytes(): number {
    return this.unread + this.rest.length
  }
}

/** The record that begins at `from`; null where it is not here to its end yet. `position` is where `rest` begins. */
function recordAt(
  rest: Buffer,
  from: number,
  position: number,
): { message: Stored | null; bytes: number } | 'broken' | null {
  if (rest.length - from < BEFORE_BYTES) return null
  const length = rest.readUInt32BE(from)
  if (length === 0 || length > RESTING_RECORD_BYTES_MAX) return 'broken'
  const bytes = BEFORE_BYTES + length + AFTER_BYTES
  if (rest.length - from < bytes) return null
  const textEnd = from + BEFORE_BYTES + length
  if (rest.readUInt32BE(textEnd) !== length) return 'broken'
  if (rest.readUInt32BE(textEnd + 4) !== position + bytes) return 'broken'
  const text = rest.subarray(from + BEFORE_BYTES, textEnd)
  // A message that was taken out of the log: its place is filled with zeros.
  if (text.every((byte) => byte === 0)) return { message: null, bytes }
  const message = messageIn(text.toString('utf8'))
  return message === null ? 'broken' : { message, bytes }
}

function messageIn(text: string): Stored | null {
  try {
    const { key, value, timestamp } = JSON.parse(text) as Partial<Stored>
    const isMessage = typeof key === 'string' && typeof value === 'object' && value !== null
    return isMessage && typeof timestamp === 'number' ? { key, value, timestamp } : null
  } catch {
    return null
  }
}
