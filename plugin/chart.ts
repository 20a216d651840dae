/**
 * The picture in the answer to `status`: memory and traffic of the last day. Facts in, SVG out; plugin/io/picture.ts
 * makes a PNG of it. Drawn for a white ground and the width of a message.
 */
import type { Samples } from '../protocol/figures'
import type { Millis } from '../protocol/ids'
import { bytesText } from '../protocol/units'

export const CHART_WIDTH = 640
export const CHART_HEIGHT = 372
export const CHART_FONT = 'DejaVu Sans'

export interface ChartFacts {
  name: string
  samples: Samples
  memoryMaxBytes: number
  /** Null while it does not run. */
  memoryBytes: number | null
}

interface Panel {
  top: number
  height: number
}

const LEFT = 62
const RIGHT = 14
const PLOT = CHART_WIDTH - LEFT - RIGHT
const MEMORY: Panel = { top: 62, height: 112 }
const TRAFFIC: Panel = { top: 214, height: 112 }
const BOTTOM = TRAFFIC.top + TRAFFIC.height
const HOUR_MS = 3_600_000
const TICK_EVERY_MS = 3 * HOUR_MS

const INK = '#24292f'
const FAINT = '#6e7781'
const GRID = '#e4e8ec'
const EMPTY = '#f5f6f8'
const BLUE = '#2563c9'
const RED = '#c62f2f'
const GREEN = '#1f8a4c'
const ORANGE = '#c8651b'

/** The whole picture. Every length follows from the facts alone: the same facts give the same picture. */
export function chartSvg(facts: ChartFacts): string {
  const { name, samples } = facts
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${CHART_WIDTH}" height="${CHART_HEIGHT}" viewBox="0 0 ${CHART_WIDTH} ${CHART_HEIGHT}" font-family="${CHART_FONT}" font-size="11">`,
    `<rect width="${CHART_WIDTH}" height="${CHART_HEIGHT}" fill="#ffffff"/>`,
    label(LEFT, 22, `${name}: the last 24 hours`, { size: 15, colour: INK }),
    label(CHART_WIDTH - RIGHT, 22, 'times in UTC', { anchor: 'end' }),
    ...frame(MEMORY, samples),
    ...memoryPanel(facts),
    ...frame(TRAFFIC, samples),
    ...trafficPanel(samples),
    ...restartMarks(samples),
    ...hours(samples),
    ...legend(samples),
    '</svg>',
  ].join('\n')
}

function memoryPanel({ samples, memoryMaxBytes, memoryBytes }: ChartFacts): string[] {
  const values = samples.memoryBytes
  const peak = highest(values)
  const top = Math.max(memoryMaxBytes * 1.12, peak * 1.05, 1)
  const y = (bytes: number): number => MEMORY.top + MEMORY.height * (1 - Math.min(1, bytes / top))
  const now = memoryBytes === null ? 'not running' : `now ${bytesText(memoryBytes)}`
  const said = peak === 0 ? 'nothing measured yet' : `${now}, highest ${bytesText(peak)}`
  const parts = heading(MEMORY, 'Memory', said)
  for (const share of [0, 0.5, 1])
    parts.push(...tick(y(memoryMaxBytes * share), bytesText(memoryMaxBytes * share)))
  const limit = y(memoryMaxBytes)
  parts.push(
    `<line x1="${LEFT}" y1="${fix(limit)}" x2="${LEFT + PLOT}" y2="${fix(limit)}" stroke="${RED}" stroke-width="1.2" stroke-dasharray="5 4"/>`,
    label(LEFT + PLOT - 4, limit - 3, 'limit', { anchor: 'end', colour: RED, size: 10 }),
  )
  for (const run of runsOf(values)) parts.push(...area(run, values, y, MEMORY.top + MEMORY.height, BLUE))
  return parts
}

function trafficPanel(samples: Samples): string[] {
  const { inBytes, outBytes, everyMs } = samples
  const rate = (value: number | null): number | null => (value === null ? null : (value * 1_000) / everyMs)
  const rates = { in: inBytes.map(rate), out: outBytes.map(rate) }
  const peak = Math.max(highest(rates.in), highest(rates.out))
  const top = niceAbove(Math.max(peak, 64))
  const middle = TRAFFIC.top + TRAFFIC.height / 2
  const y = (value: number): number => middle - (TRAFFIC.height / 2) * (value / top)
  const nothing = inBytes.every((value) => value === null)
  const said = nothing
    ? 'nothing measured yet'
    : `${bytesText(sum(inBytes))} in, ${bytesText(sum(outBytes))} out`
  const parts = heading(TRAFFIC, 'Traffic', said)
  parts.push(
    ...tick(y(top), `${bytesText(top)}/s`),
    ...tick(middle, '0', INK),
    ...tick(y(-top), `${bytesText(top)}/s`),
  )
  for (const run of runsOf(rates.in)) parts.push(...bars(run, rates.in, (value) => y(value), middle, GREEN))
  for (const run of runsOf(rates.out))
    parts.push(...bars(run, rates.out, (value) => y(-value), middle, ORANGE))
  return parts
}

/** The ground of a panel; where nothing was measured it is shaded. */
function frame(panel: Panel, samples: Samples): string[] {
  const { top, height } = panel
  const parts: string[] = []
  const empty = samples.memoryBytes.map((value) => (value === null ? 1 : null))
  for (const [from, to] of runsOf(empty)) {
    const x = xOf(from, samples.memoryBytes.length)
    const width = xOf(to + 1, samples.memoryBytes.length) - x
    parts.push(`<rect x="${fix(x)}" y="${top}" width="${fix(width)}" height="${height}" fill="${EMPTY}"/>`)
  }
  for (const at of ticksOf(samples)) {
    const x = fix(timeX(at, samples))
    parts.push(`<line x1="${x}" y1="${top}" x2="${x}" y2="${top + height}" stroke="${GRID}"/>`)
  }
  return parts
}

function restartMarks(samples: Samples): string[] {
  const parts: string[] = []
  for (const [piece, restarts] of samples.restarts.entries()) {
    if (restarts === 0) continue
    const x = fix(xOf(piece + 0.5, samples.restarts.length))
    for (const { top, height } of [MEMORY, TRAFFIC])
      parts.push(
        `<line x1="${x}" y1="${top}" x2="${x}" y2="${top + height}" stroke="${FAINT}" stroke-dasharray="2 2"/>`,
      )
    parts.push(
      `<path d="M${x} ${MEMORY.top} l-4 -6 h8 z" fill="${INK}"/>`,
      `<path d="M${x} ${TRAFFIC.top} l-4 -6 h8 z" fill="${INK}"/>`,
    )
  }
  return parts
}

function hours(samples: Samples): string[] {
  return ticksOf(samples).map((at) => {
    const iso = new Date(at).toISOString()
    const midnight = iso.slice(11, 16) === '00:00'
    return label(timeX(at, samples), BOTTOM + 15, midnight ? iso.slice(5, 10) : iso.slice(11, 16), {
      anchor: 'middle',
      colour: midnight ? INK : FAINT,
    })
  })
}

function legend(samples: Samples): string[] {
  const y = CHART_HEIGHT - 12
  const parts: string[] = []
  let x = LEFT
  const square = (colour: string, text: string, outline = ''): void => {
    parts.push(`<rect x="${x}" y="${y - 9}" width="10" height="10" fill="${colour}"${outline}/>`)
    parts.push(label(x + 15, y, text))
    x += 30 + text.length * 6.2
  }
  square(GREEN, 'in')
  square(ORANGE, 'out')
  const count = sum(samples.restarts)
  if (count > 0) {
    parts.push(`<path d="M${x + 5} ${y} l-4 -7 h8 z" fill="${INK}"/>`)
    const text = count === 1 ? '1 restart' : `${count} restarts`
    parts.push(label(x + 15, y, text))
    x += 30 + text.length * 6.2
  }
  if (samples.memoryBytes.includes(null)) square(EMPTY, 'not measured', ` stroke="${GRID}"`)
  return parts
}

function heading(panel: Panel, title: string, said: string): string[] {
  return [
    label(LEFT, panel.top - 10, title, { size: 12, colour: INK }),
    label(LEFT + PLOT, panel.top - 10, said, { anchor: 'end', colour: INK }),
  ]
}

function tick(y: number, text: string, colour = GRID): string[] {
  return [
    `<line x1="${LEFT}" y1="${fix(y)}" x2="${LEFT + PLOT}" y2="${fix(y)}" stroke="${colour}" stroke-width="0.8"/>`,
    label(LEFT - 6, y + 4, text, { anchor: 'end' }),
  ]
}

type Run = [from: number, to: number]

/** The stretches without a gap, as first and last index. */
function runsOf(values: readonly (number | null)[]): Run[] {
  const runs: Run[] = []
  for (const [at, value] of values.entries()) {
    if (value === null) continue
    const last = runs.at(-1)
    if (last !== undefined && last[1] === at - 1) last[1] = at
    else runs.push([at, at])
  }
  return runs
}

function area(
  [from, to]: Run,
  values: readonly (number | null)[],
  y: (value: number) => number,
  base: number,
  colour: string,
): string[] {
  const points: string[] = []
  // A piece is as wide as its time: a single one is a step, and not a point nobody sees.
  for (let at = from; at <= to; at += 1) {
    const height = fix(y(values[at] ?? 0))
    points.push(`${fix(xOf(at, values.length))} ${height}`, `${fix(xOf(at + 1, values.length))} ${height}`)
  }
  const line = `M${points.join(' L')}`
  const [left, right] = [fix(xOf(from, values.length)), fix(xOf(to + 1, values.length))]
  return [
    `<path d="${line} L${right} ${base} L${left} ${base} Z" fill="${colour}" fill-opacity="0.16"/>`,
    `<path d="${line}" fill="none" stroke="${colour}" stroke-width="1.6" stroke-linejoin="round"/>`,
  ]
}

function bars(
  [from, to]: Run,
  values: readonly (number | null)[],
  y: (value: number) => number,
  base: number,
  colour: string,
): string[] {
  const parts: string[] = []
  for (let at = from; at <= to; at += 1) {
    const x = xOf(at, values.length)
    const end = y(values[at] ?? 0)
    const height = Math.max(0.8, Math.abs(base - end))
    const top = end <= base ? base - height : base
    const width = PLOT / values.length
    parts.push(
      `<rect x="${fix(x)}" y="${fix(top)}" width="${fix(width)}" height="${fix(height)}" fill="${colour}"/>`,
    )
  }
  return parts
}

/** Every third full hour by the clock in UTC. */
function ticksOf({ from, everyMs, memoryBytes }: Samples): Millis[] {
  const end = from + everyMs * memoryBytes.length
  const ticks: Millis[] = []
  for (let at = Math.ceil(from / TICK_EVERY_MS) * TICK_EVERY_MS; at <= end; at += TICK_EVERY_MS)
    ticks.push(at)
  return ticks
}

const timeX = (at: Millis, { from, everyMs, memoryBytes }: Samples): number =>
  xOf((at - from) / everyMs, memoryBytes.length)

const xOf = (piece: number, pieces: number): number => LEFT + (PLOT * piece) / Math.max(1, pieces)

const highest = (values: readonly (number | null)[]): number =>
  values.reduce<number>((most, value) => Math.max(most, value ?? 0), 0)

const sum = (values: readonly (number | null)[]): number =>
  values.reduce<number>((all, value) => all + (value ?? 0), 0)

/** The next round number above, in the steps that bytes are told in. */
function niceAbove(value: number): number {
  let unit = 1
  while (value / unit >= 1024) unit *= 1024
  for (const step of [1, 2, 5, 10, 20, 50, 100, 200, 500, 1024]) if (step * unit >= value) return step * unit
  return value
}

const fix = (value: number): string => String(Math.round(value * 100) / 100)

interface LabelLook {
  anchor?: 'end' | 'middle'
  colour?: string
  size?: number
}

function label(x: number, y: number, text: string, look: LabelLook = {}): string {
  const anchor = look.anchor === undefined ? '' : ` text-anchor="${look.anchor}"`
  const size = look.size === undefined ? '' : ` font-size="${look.size}"`
  return `<text x="${fix(x)}" y="${fix(y)}" fill="${look.colour ?? FAINT}"${anchor}${size}>${escaped(text)}</text>`
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`)
}
