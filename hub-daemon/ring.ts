/**
 * How the figures of one pub lie in a file of fixed size: two copies of a head, written in turn, and two rings of
 * points. Bytes in, bytes out; hub-daemon/io/rings.ts reads and writes them.
 *
 *   0     "buttcloud ring 1"
 *   128   head, 256 head: the one with the higher number that is whole counts
 *   512   FINE_POINTS points, one a minute, then COARSE_POINTS points, one a quarter of an hour
 *
 * A head that was written half is known by its checksum and the other one counts: a hub that is killed loses the last
 * sample and no more. Each point has a checksum too; one that is not whole was never measured.
 */
import type { Millis } from '../protocol/ids'
import { COARSE_POINTS, FINE_POINTS } from '../protocol/limits'

/** What a pub took and had moved at one time. Counters are those since it is measured, all runs together. */
export interface Point {
  at: Millis
  cpuMs: number
  inBytes: number
  outBytes: number
  restarts: number
  memoryBytes: number
  diskBytes: number | null
  logBytes: number | null
  feeds: number | null
  peers: number | null
}

/** The run that was seen last, with its own counters. */
export interface RunSeen {
  startedAt: Millis
  /** Told by the pub itself, not by its engine: the two don't give a run quite the same beginning. */
  byPub: boolean
  cpuMs: number
  inBytes: number
  outBytes: number
}

export interface Head {
  /** Raised at every write. */
  number: number
  measuredSince: Millis
  /** Points written so far, in each ring. */
  fine: number
  coarse: number
  coarseAt: Millis
  /** The highest since the last coarse point. */
  peakBytes: number
  run: RunSeen
  last: Point
}

export const MAGIC = 'buttcloud ring 1'
export const HEAD_OFFSETS = [128, 256] as const
const HEAD_BYTES = 128
const POINT_BYTES = 48
const POINTS_AT = 512
export const RING_BYTES = POINTS_AT + (FINE_POINTS + COARSE_POINTS) * POINT_BYTES

/** Where the n-th point of a ring lies. */
export function offsetOf(ring: 'fine' | 'coarse', count: number): number {
  const slot = ring === 'fine' ? count % FINE_POINTS : FINE_POINTS + (count % COARSE_POINTS)
  return POINTS_AT + slot * POINT_BYTES
}

/** One point as it is stored. */
export function encodePoint(point: Point): Uint8Array {
  const bytes = new Uint8Array(POINT_BYTES)
  putPoint(new DataView(bytes.buffer), 0, point)
  seal(bytes)
  return bytes
}

/** All whole points of a ring, oldest first. */
export function decodePoints(file: Uint8Array, ring: 'fine' | 'coarse'): Point[] {
  const points: Point[] = []
  const count = ring === 'fine' ? FINE_POINTS : COARSE_POINTS
  for (let at = 0; at < count; at += 1) {
    const offset = offsetOf(ring, at)
    const bytes = file.subarray(offset, offset + POINT_BYTES)
    if (isWhole(bytes)) points.push(getPoint(viewOf(bytes), 0))
  }
  return points.sort((one, other) => one.at - other.at)
}

export function encodeHead(head: Head): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES)
  const view = new DataView(bytes.buffer)
  put48(view, 0, head.number)
  put48(view, 6, head.measuredSince)
  view.setUint32(12, head.fine)
  view.setUint32(16, head.coarse)
  put48(view, 20, head.coarseAt)
  put48(view, 26, head.peakBytes)
  put48(view, 32, head.run.startedAt)
  view.setUint8(38, head.run.byPub ? 1 : 0)
  put48(view, 39, head.run.cpuMs)
  put48(view, 45, head.run.inBytes)
  put48(view, 51, head.run.outBytes)
  putPoint(view, 64, head.last)
  seal(bytes)
  return bytes
}

/** The head that counts; null when the file is none of ours, or damaged. */
export function decodeHead(file: Uint8Array): Head | null {
  if (file.length !== RING_BYTES) return null
  for (let at = 0; at < MAGIC.length; at += 1) if (file[at] !== MAGIC.charCodeAt(at)) return null
  let newest: Head | null = null
  for (const offset of HEAD_OFFSETS) {
    const bytes = file.subarray(offset, offset + HEAD_BYTES)
    if (!isWhole(bytes)) continue
    const head = headOf(viewOf(bytes))
    if (newest === null || head.number > newest.number) newest = head
  }
  return newest
}

function headOf(view: DataView): Head {
  return {
    number: get48(view, 0),
    measuredSince: get48(view, 6),
    fine: view.getUint32(12),
    coarse: view.getUint32(16),
    coarseAt: get48(view, 20),
    peakBytes: get48(view, 26),
    run: {
      startedAt: get48(view, 32),
      byPub: view.getUint8(38) === 1,
      cpuMs: get48(view, 39),
      inBytes: get48(view, 45),
      outBytes: get48(view, 51),
    },
    last: getPoint(view, 64),
  }
}

const KIB = 1024
const NOTHING = 0xffffffff
const NO_PEERS = 0xffff

function putPoint(view: DataView, at: number, point: Point): void {
  put48(view, at, point.at)
  put48(view, at + 6, point.cpuMs)
  put48(view, at + 12, point.inBytes)
  put48(view, at + 18, point.outBytes)
  view.setUint16(at + 24, Math.min(0xffff, point.restarts))
  view.setUint32(at + 26, kibOf(point.memoryBytes))
  view.setUint32(at + 30, kibOf(point.diskBytes))
  view.setUint32(at + 34, kibOf(point.logBytes))
  view.setUint32(at + 38, point.feeds ?? NOTHING)
  view.setUint16(at + 42, point.peers === null ? NO_PEERS : Math.min(NO_PEERS - 1, point.peers))
}

function getPoint(view: DataView, at: number): Point {
  const orNothing = (value: number): number | null => (value === NOTHING ? null : value)
  const bytesOf = (value: number): number | null => (value === NOTHING ? null : value * KIB)
  const peers = view.getUint16(at + 42)
  return {
    at: get48(view, at),
    cpuMs: get48(view, at + 6),
    inBytes: get48(view, at + 12),
    outBytes: get48(view, at + 18),
    restarts: view.getUint16(at + 24),
    memoryBytes: bytesOf(view.getUint32(at + 26)) ?? 0,
    diskBytes: bytesOf(view.getUint32(at + 30)),
    logBytes: bytesOf(view.getUint32(at + 34)),
    feeds: orNothing(view.getUint32(at + 38)),
    peers: peers === NO_PEERS ? null : peers,
  }
}

function kibOf(bytes: number | null): number {
  return bytes === null ? NOTHING : Math.min(NOTHING - 1, Math.ceil(bytes / KIB))
}

/** 48 bits: milliseconds for nine thousand years, bytes up to 256 TiB. */
function put48(view: DataView, at: number, value: number): void {
  const fits = Math.min(Math.max(0, Math.floor(value)), 2 ** 48 - 1)
  view.setUint16(at, Math.floor(fits / 2 ** 32))
  view.setUint32(at + 2, fits % 2 ** 32)
}

function get48(view: DataView, at: number): number {
  return view.getUint16(at) * 2 ** 32 + view.getUint32(at + 2)
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** The last four bytes are the checksum of those before. */
function seal(bytes: Uint8Array): void {
  viewOf(bytes).setUint32(bytes.length - 4, checksum(bytes.subarray(0, bytes.length - 4)))
}

function isWhole(bytes: Uint8Array): boolean {
  return viewOf(bytes).getUint32(bytes.length - 4) === checksum(bytes.subarray(0, bytes.length - 4))
}

/** CRC-32 (ISO 3309). That of zeros is not zero: an empty place is no point. */
function checksum(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  return (crc ^ 0xffffffff) >>> 0
}
