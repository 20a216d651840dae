/** From what was read of a pub to what is kept and shown: carried sums, rings, pieces of a chart. */
import {
  type Figures,
  type LiveFigures,
  PIECES,
  type PubFigures,
  type Samples,
  type Span,
} from '../protocol/figures'
import type { Millis } from '../protocol/ids'
import { COARSE_EVERY_MS, SAMPLE_EVERY_MS } from '../protocol/limits'
import type { Head, Point, RunSeen } from './ring'

/** One reading of a run, by the pub itself or by its engine, which knows nothing of what is inside. */
export interface Reading extends Omit<PubFigures, 'peers' | 'inBytes' | 'outBytes'> {
  byPub: boolean
  /** Null where they can't be told: the sums stay as they are. */
  inBytes: number | null
  outBytes: number | null
  peers: number | null
}

/** What the pub says, as a reading. */
export function readingOf(figures: PubFigures): Reading {
  return { ...figures, byPub: true }
}

/** Pub and engine may differ by this about the beginning of the same run: a process starts after its container. */
const SAME_START_MS = 15_000
/** A reading sooner after the last point than this takes its place: after a new connection there is one at once. */
const REPLACES_WITHIN_MS = SAMPLE_EVERY_MS / 2

/** Which points a new head brings. */
export interface Taken {
  head: Head
  /** The fine point takes the place of the last one, or is another. */
  fineCount: number
  coarse: { count: number; point: Point } | null
}

/** Takes a reading in. `before` is null for the first one of a pub. */
export function take(before: Head | null, reading: Reading, at: Millis): Taken {
  const another = before === null || isAnotherRun(before.run, reading)
  const run: RunSeen = {
    startedAt: another || reading.byPub ? reading.startedAt : before.run.startedAt,
    byPub: reading.byPub,
    cpuMs: reading.cpuMs,
    inBytes: reading.inBytes ?? (another ? 0 : before.run.inBytes),
    outBytes: reading.outBytes ?? (another ? 0 : before.run.outBytes),
  }
  const base = another ? { cpuMs: 0, inBytes: 0, outBytes: 0 } : before.run
  const sums = before?.last ?? { cpuMs: 0, inBytes: 0, outBytes: 0, restarts: -1 }
  const kept = before?.last ?? null
  const last: Point = {
    at,
    cpuMs: sums.cpuMs + Math.max(0, run.cpuMs - base.cpuMs),
    inBytes: sums.inBytes + Math.max(0, run.inBytes - base.inBytes),
    outBytes: sums.outBytes + Math.max(0, run.outBytes - base.outBytes),
    restarts: sums.restarts + (another ? 1 : 0),
    memoryBytes: reading.memoryBytes,
    diskBytes: reading.diskBytes ?? kept?.diskBytes ?? null,
    logBytes: reading.logBytes ?? kept?.logBytes ?? null,
    feeds: reading.feeds ?? kept?.feeds ?? null,
    peers: reading.peers,
  }
  return placed(before, run, last)
}

function placed(before: Head | null, run: RunSeen, last: Point): Taken {
  const sinceMs = before === null ? Number.POSITIVE_INFINITY : last.at - before.last.at
  const replaces = before !== null && sinceMs >= 0 && sinceMs < REPLACES_WITHIN_MS && before.fine > 0
  const fineCount = before === null ? 0 : replaces ? before.fine - 1 : before.fine
  const peakBytes = Math.max(before?.peakBytes ?? 0, last.memoryBytes)
  const coarseAt = Math.floor(last.at / COARSE_EVERY_MS) * COARSE_EVERY_MS
  const isDue = before === null || coarseAt !== before.coarseAt
  const coarseCount = before?.coarse ?? 0
  return {
    head: {
      number: (before?.number ?? 0) + 1,
      measuredSince: before?.measuredSince ?? last.at,
      fine: fineCount + 1,
      coarse: isDue ? coarseCount + 1 : coarseCount,
      coarseAt: isDue ? coarseAt : before.coarseAt,
      peakBytes: isDue ? last.memoryBytes : peakBytes,
      run,
      last,
    },
    fineCount,
    coarse: isDue ? { count: coarseCount, point: { ...last, memoryBytes: peakBytes } } : null,
  }
}

function isAnotherRun(run: RunSeen, reading: Reading): boolean {
  const apartMs = Math.abs(run.startedAt - reading.startedAt)
  if (run.byPub && reading.byPub) return apartMs > 0
  return apartMs > SAME_START_MS
}

export interface Bounds {
  memoryMaxBytes: number
  diskMaxBytes: number
}

/** The present figures. `last` is the point before the newest, to tell how busy the processor is. */
export function figuresOf(
  head: Head | null,
  before: Point | null,
  running: boolean,
  bounds: Bounds,
): Figures {
  if (head === null)
    return {
      ...{ at: null, measuredSince: null, running, startedAt: null, restarts: 0 },
      ...{ cpuMs: 0, inBytes: 0, outBytes: 0, cpuShare: null, memoryBytes: null, diskBytes: null },
      ...{ logBytes: null, feeds: null, peers: null },
      ...bounds,
    }
  const { last, run, measuredSince } = head
  return {
    at: last.at,
    measuredSince,
    running,
    startedAt: running ? run.startedAt : null,
    restarts: last.restarts,
    cpuMs: last.cpuMs,
    inBytes: last.inBytes,
    outBytes: last.outBytes,
    cpuShare: running ? shareOf(before, last) : null,
    memoryBytes: running ? last.memoryBytes : null,
    diskBytes: last.diskBytes,
    logBytes: last.logBytes,
    feeds: last.feeds,
    peers: running ? last.peers : null,
    ...bounds,
  }
}

/** The same with what moves at this moment. */
export function liveOf(head: Head, before: Point | null, bounds: Bounds): LiveFigures {
  const passedMs = before === null ? 0 : head.last.at - before.at
  const rate = (count: (point: Point) => number): number | null =>
    before === null || passedMs <= 0
      ? null
      : Math.round((1_000 * Math.max(0, count(head.last) - count(before))) / passedMs)
  return {
    ...figuresOf(head, before, true, bounds),
    inBytesPerSecond: rate((point) => point.inBytes),
    outBytesPerSecond: rate((point) => point.outBytes),
  }
}

function shareOf(before: Point | null, last: Point): number | null {
  if (before === null || last.at <= before.at) return null
  return Math.max(0, last.cpuMs - before.cpuMs) / (last.at - before.at)
}

/** How far apart two points may be for what lies between them to be shown: of later ones nobody knows when it was. */
const GAP_FACTOR = 2.5

/** Points as the pieces of a chart that ends now. */
export function samplesOf(points: readonly Point[], span: Span, now: Millis): Samples {
  const { count, everyMs } = PIECES[span]
  const from = Math.ceil(now / everyMs) * everyMs - count * everyMs
  const gapMs = (span === 'month' ? COARSE_EVERY_MS : SAMPLE_EVERY_MS) * GAP_FACTOR
  const nothing = (): (number | null)[] => new Array<number | null>(count).fill(null)
  const samples: Samples = {
    ...{ span, from, everyMs },
    ...{ memoryBytes: nothing(), inBytes: nothing(), outBytes: nothing(), cpuShare: nothing() },
    ...{ peers: nothing(), restarts: new Array<number>(count).fill(0) },
  }
  const measuredMs = new Array<number>(count).fill(0)
  let before: Point | null = null
  for (const point of points) {
    const piece = Math.floor((point.at - from) / everyMs)
    const earlier = before
    before = point
    if (piece < 0 || piece >= count) continue
    samples.memoryBytes[piece] = Math.max(samples.memoryBytes[piece] ?? 0, point.memoryBytes)
    if (point.peers !== null) samples.peers[piece] = Math.max(samples.peers[piece] ?? 0, point.peers)
    if (earlier === null) continue
    samples.restarts[piece] = (samples.restarts[piece] ?? 0) + Math.max(0, point.restarts - earlier.restarts)
    const passedMs = point.at - earlier.at
    if (passedMs <= 0 || passedMs > gapMs) continue
    measuredMs[piece] = (measuredMs[piece] ?? 0) + passedMs
    add(samples.inBytes, piece, point.inBytes - earlier.inBytes)
    add(samples.outBytes, piece, point.outBytes - earlier.outBytes)
    add(samples.cpuShare, piece, point.cpuMs - earlier.cpuMs)
  }
  for (const [piece, passedMs] of measuredMs.entries())
    if (passedMs > 0) samples.cpuShare[piece] = (samples.cpuShare[piece] ?? 0) / passedMs
  return samples
}

function add(column: (number | null)[], piece: number, more: number): void {
  column[piece] = (column[piece] ?? 0) + Math.max(0, more)
}
