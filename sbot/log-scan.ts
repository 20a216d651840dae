/**
 * The old part of ssb-db2's log, read straight from its file in large pieces. The log's own stream fetches block by
 * block, which for 100,000 messages costs more than looking at them. Format (async-append-only-log 4.3.10,
 * record.js): blocks of 64 KiB; in each, records of a 16-bit little-endian length and so many bytes, until a length
 * of zero. A deleted record is all zeros.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { BLOCK_SIZE, newLogPath } from 'ssb-db2/defaults'

/** Two pieces are in memory: one is looked at while the next is read. */
const PIECE_BYTES = BLOCK_SIZE * 16
const LENGTH_BYTES = 2

export interface Scan {
  /** Up to and with the record at this offset; all of it must be on disk. */
  upTo: number
  /** The record begins at `start` of `piece`; good during the call only. */
  onRecord(offset: number, piece: Buffer, start: number): void
  /** True: stop. Asked once per piece. */
  stopped(): boolean
}

/** Hands over all records of a node's log in order. Rejects when the file can't be read. */
export async function scanLog(folder: string, scan: Scan): Promise<void> {
  if (scan.upTo < 0) return
  const file = await open(newLogPath(folder), 'r')
  try {
    await scanPieces(file, scan)
  } finally {
    await file.close()
  }
}

async function scanPieces(file: FileHandle, scan: Scan): Promise<void> {
  let [current, next] = [Buffer.allocUnsafeSlow(PIECE_BYTES), Buffer.allocUnsafeSlow(PIECE_BYTES)]
  let reading = readPiece(file, current, 0)
  for (let start = 0; start <= scan.upTo && !scan.stopped(); start += PIECE_BYTES) {
    const bytes = await reading
    if (bytes === 0) throw new Error(`the log ends at ${start}, before offset ${scan.upTo}`)
    reading = readPiece(file, next, start + PIECE_BYTES)
    // Not waited for when the loop ends here.
    reading.catch(() => {})
    for (let block = 0; block < bytes; block += BLOCK_SIZE)
      scanBlock(current, block, Math.min(block + BLOCK_SIZE, bytes), start, scan)
    const looked = current
    current = next
    next = looked
  }
  await reading
}

/** Fills a piece; less only at the end of the file. */
async function readPiece(file: FileHandle, piece: Buffer, start: number): Promise<number> {
  let filled = 0
  while (filled < PIECE_BYTES) {
    const { bytesRead } = await file.read(piece, filled, PIECE_BYTES - filled, start + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return filled
}

function scanBlock(piece: Buffer, from: number, to: number, start: number, scan: Scan): void {
  let at = from
  while (at + LENGTH_BYTES <= to) {
    const offset = start + at
    if (offset > scan.upTo) return
    const length = (piece[at] ?? 0) + (piece[at + 1] ?? 0) * 256
    if (length === 0) return
    const begin = at + LENGTH_BYTES
    at = begin + length
    if (at > to) throw new Error(`the log is damaged at offset ${offset}`)
    // The tag of an object is never zero, so this is a deleted record.
    if (piece[begin] !== 0) scan.onRecord(offset, piece, begin)
  }
}
