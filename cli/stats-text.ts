/** Live figures as lines of a table. Facts in, text out. */
import type { LiveFigures } from '../protocol/figures'
import { bytesText, percentText } from '../protocol/units'

type Second = (at: number) => string

const COLUMNS: [heading: string, width: number, cell: (live: LiveFigures, second: Second) => string][] = [
  ['TIME', 8, ({ at }, second) => (at === null ? '-' : second(at).slice(11))],
  ['CPU', 7, ({ cpuShare }) => (cpuShare === null ? '-' : percentText(cpuShare))],
  ['MEMORY', 16, (live) => ofMax(live.memoryBytes, live.memoryMaxBytes)],
  ['DISK', 16, (live) => ofMax(live.diskBytes, live.diskMaxBytes)],
  ['IN/S', 8, ({ inBytesPerSecond }) => bytesOr(inBytesPerSecond)],
  ['OUT/S', 8, ({ outBytesPerSecond }) => bytesOr(outBytesPerSecond)],
  ['IN', 8, ({ inBytes }) => bytesText(inBytes)],
  ['OUT', 8, ({ outBytes }) => bytesText(outBytes)],
  ['PEERS', 5, ({ peers }) => (peers === null ? '-' : String(peers))],
]

/** The line above the figures. */
export function statsHeading(): string {
  return COLUMNS.map(([heading, width]) => heading.padStart(width)).join('  ')
}

/** One item; a pub that does not run has little to show. `second`: a time to the second, as the reader counts it. */
export function statsLine(live: LiveFigures, second: Second): string {
  const cells = COLUMNS.map(([, width, cell]) => cell(live, second).padStart(width)).join('  ')
  return live.running ? cells : `${cells}  not running`
}

const bytesOr = (bytes: number | null): string => (bytes === null ? '-' : bytesText(bytes))

function ofMax(bytes: number | null, max: number): string {
  return `${bytesOr(bytes)} of ${bytesText(max)}`
}
