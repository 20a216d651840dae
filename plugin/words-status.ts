/** What the provider says about how a pub is doing. Facts in, sentences out. */
import type { Figures } from '../protocol/figures'
import type { Millis } from '../protocol/ids'
import { bytesText, durationText, percentText } from '../protocol/units'
import { when } from './words'

export const statusWords = {
  /** Others read along, and figures are for owners. */
  notHere:
    'Its figures and their picture are for its owners alone, and others read along here. Ask me in a thread without them.',
  away: (label: string, since: Millis | null): string =>
    `There are no figures just now: its server, ${label}, is out of reach${since === null ? '' : ` since ${when(since)}`}. Above is the last that it told me.`,
  none: (reason: string, now: Millis): string => `There are no figures at ${when(now)}: ${reason}.`,
  notYet: 'Nothing has been measured yet; ask again in a minute.',
  noPicture: 'The picture could not be drawn this time.',
  pictureName: (name: string): string => `${name}, the last 24 hours`,
  /** Under the picture: where it does not show at once, its blob is still on the way. */
  pictureKept: 'The picture is kept for a week.',
  noSense: 'its server gave figures that make no sense',
} as const

/** The figures, a line each. */
export function figureLines(figures: Figures, now: Millis): string[] {
  if (figures.at === null) return [statusWords.notYet]
  const { startedAt, measuredSince, restarts, memoryBytes, cpuShare, diskBytes, logBytes } = figures
  const lines: string[] = []
  const again = restarts === 0 ? '' : `, ${restarts === 1 ? 'one restart' : `${restarts} restarts`} before`
  if (startedAt !== null)
    lines.push(`Running for ${durationText(now - startedAt)}, since ${when(startedAt)}${again}`)
  if (memoryBytes !== null) {
    const processor = cpuShare === null ? '' : `; processor: ${percentText(cpuShare)} of one`
    lines.push(`Memory: ${bytesText(memoryBytes)} of ${bytesText(figures.memoryMaxBytes)}${processor}`)
  }
  if (diskBytes !== null) {
    const log = logBytes === null ? '' : ` (messages: ${bytesText(logBytes)})`
    lines.push(`Disk: ${bytesText(diskBytes)} of ${bytesText(figures.diskMaxBytes)}${log}`)
  }
  if (measuredSince !== null)
    lines.push(
      `Bandwidth since ${when(measuredSince)}: ${bytesText(figures.inBytes)} in, ${bytesText(figures.outBytes)} out`,
    )
  const peers = figures.peers === null ? [] : [`Peers connected: ${figures.peers}`]
  const feeds = figures.feeds === null ? [] : [`feeds stored: ${figures.feeds}`]
  if (peers.length + feeds.length > 0) lines.push([...peers, ...feeds].join('; ').replace(/^f/, 'F'))
  return lines
}
