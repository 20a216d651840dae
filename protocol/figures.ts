/**
 * Figures of a pub: what it takes and what it moves. They go over connections only, never on a feed; the one exception
 * is the answer to an owner's own `status`. Bytes are bytes, times are milliseconds.
 */
import { type Check, flag, list, nullable, type Of, oneOf, pubId, refuse, shape, whole } from './check'
import type { Millis } from './ids'
import { FIGURES_EVERY_MAX_MS, LIVE_EVERY_MS } from './limits'

/** What an owner asks the provider: `{pub}`, and a span for `samples`. `stats` has one item a second. */
export const FIGURE_METHODS = { figures: 'async', samples: 'async', stats: 'source' } as const
export const FIGURE_CALLS = ['figures', 'samples', 'stats'] as const
/** The same, as the provider asks a hub. */
export const HUB_FIGURE_METHODS = { hubFigures: 'async', hubSamples: 'async', hubStats: 'source' } as const

const count = whole(0, Number.MAX_SAFE_INTEGER)

/** What a pub tells of itself (`fence.figures`). Counters begin with its run. */
export const checkPubFigures = shape({
  /** When this run began, by the pub's own clock: tells one run from the next. */
  startedAt: count,
  cpuMs: count,
  /** Without what the kernel keeps of files and can drop at once, as `docker stats` counts. */
  memoryBytes: count,
  inBytes: count,
  outBytes: count,
  /** All that its folder takes; null until it has been looked through. */
  diskBytes: nullable(count),
  /** The log of messages alone. */
  logBytes: nullable(count),
  /** Feeds of which it holds messages. */
  feeds: nullable(count),
  /** Connected now, its hub not counted. */
  peers: count,
})
export type PubFigures = Of<typeof checkPubFigures>

/** `fence.figures({everyMs})`: source of them, the first at once. */
export const checkFiguresRequest = shape({ everyMs: whole(LIVE_EVERY_MS, FIGURES_EVERY_MAX_MS) })

/** What is known of a pub now, and since it is measured where it runs. */
export interface Figures {
  /** When these were taken; null: there are none yet. */
  at: Millis | null
  measuredSince: Millis | null
  running: boolean
  /** Since when the present run runs. */
  startedAt: Millis | null
  /** Runs after the first one. */
  restarts: number
  /** Since `measuredSince`, all runs together; so are the bytes that came in and went out. */
  cpuMs: number
  inBytes: number
  outBytes: number
  /** 1 is one core. Null where there is nothing to compare with. */
  cpuShare: number | null
  memoryBytes: number | null
  memoryMaxBytes: number
  diskBytes: number | null
  diskMaxBytes: number
  logBytes: number | null
  feeds: number | null
  peers: number | null
}

const number: Check<number> = (value, field) =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0
    ? { ok: true, value }
    : refuse(field, 'a number that is not negative', value)

const figures = {
  at: nullable(count),
  measuredSince: nullable(count),
  running: flag,
  startedAt: nullable(count),
  restarts: count,
  cpuMs: number,
  inBytes: count,
  outBytes: count,
  cpuShare: nullable(number),
  memoryBytes: nullable(count),
  memoryMaxBytes: count,
  diskBytes: nullable(count),
  diskMaxBytes: count,
  logBytes: nullable(count),
  feeds: nullable(count),
  peers: nullable(count),
}

/** What a hub answers is looked at before anybody counts on it. */
export const checkFigures: Check<Figures> = shape(figures)

/** One item of a live stream: the same, with what moves at this moment. */
export interface LiveFigures extends Figures {
  /** Per second since the item before; null in the first, and where it is not measured. */
  inBytesPerSecond: number | null
  outBytesPerSecond: number | null
}
export const checkLiveFigures: Check<LiveFigures> = shape({
  ...figures,
  inBytesPerSecond: nullable(number),
  outBytesPerSecond: nullable(number),
})

export const SPANS = ['hour', 'day', 'month'] as const
/** The time that a chart covers, up to now. */
export type Span = (typeof SPANS)[number]

export const checkFiguresOf = shape({ pub: pubId })
export const checkSamplesRequest = shape({ pub: pubId, span: oneOf(...SPANS) })

/** What was measured in a span, in pieces of the same length, oldest first; null where nothing was measured. */
export interface Samples {
  span: Span
  /** When the first piece begins. */
  from: Millis
  everyMs: Millis
  /** The highest in each piece. */
  memoryBytes: (number | null)[]
  /** Moved within each piece. */
  inBytes: (number | null)[]
  outBytes: (number | null)[]
  /** 1 is one core. */
  cpuShare: (number | null)[]
  peers: (number | null)[]
  /** Runs that began in each piece, the first one not counted. */
  restarts: number[]
}

/** How each span is cut: what a picture of usual width can show, in pieces that a clock knows. */
export const PIECES: Record<Span, { count: number; everyMs: Millis }> = {
  hour: { count: 60, everyMs: 60_000 },
  day: { count: 240, everyMs: 360_000 },
  month: { count: 240, everyMs: 10_800_000 },
}
const PIECES_MAX = 240

const column = list(nullable(number), 0, PIECES_MAX)

export const checkSamples: Check<Samples> = shape({
  span: oneOf(...SPANS),
  from: count,
  everyMs: whole(1, Number.MAX_SAFE_INTEGER),
  memoryBytes: column,
  inBytes: column,
  outBytes: column,
  cpuShare: column,
  peers: column,
  restarts: list(number, 0, PIECES_MAX),
})
