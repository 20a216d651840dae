/**
 * What a pub printed, for its present owners: over connections only, read where it runs and kept nowhere else. What nobody may read
 * in a log is taken out where it is read, and once more by the provider.
 */
import { type Check, flag, list, type Of, pubId, shape, text, whole } from './check'
import { OUTPUT_CHARS_MAX, OUTPUT_LINE_CHARS_MAX, OUTPUT_LINES_MAX } from './limits-log'
import { redactText } from './redact'

/** What an owner asks the provider: `logs({pub, lines})`; and the same, as the provider asks the hub. */
export const OUTPUT_METHODS = { logs: 'async' } as const
export const OUTPUT_CALLS = ['logs'] as const
export const HUB_OUTPUT_METHODS = { hubLogs: 'async' } as const

/** The last `lines` of it. */
export const checkOutputRequest = shape({ pub: pubId, lines: whole(1, OUTPUT_LINES_MAX) })
export type OutputRequest = Of<typeof checkOutputRequest>

const output = shape({
  running: flag,
  /** False: no run of it is there, so neither is what it printed. */
  kept: flag,
  /** Oldest first. */
  lines: list(text(OUTPUT_LINE_CHARS_MAX), 0, OUTPUT_LINES_MAX),
})
export type Output = Of<typeof output>
export const checkOutput: Check<Output> = output

const ESCAPE = '\u001b'
const BELL = '\u0007'
/** What a terminal would obey: sequences of ANSI, and every character that controls how others are shown but the tab. */
const SEQUENCES = new RegExp(
  `${ESCAPE}(?:\\[[0-?]*[ -/]*[@-~]|\\][^${BELL}${ESCAPE}]*(?:${BELL}|${ESCAPE}\\\\)?|[^\\n])`,
  'g',
)
const CONTROLS = /(?![\t\n])[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/gu
const IPV4 = /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])/g
/** Eight groups, or some with a gap: times of day have neither. */
const IPV6 = /(?<![0-9a-z:])(?:[0-9a-f]{0,4}:){2,7}(?:[0-9a-f]{1,4}|:)?(?:%\w+)?(?![0-9a-z])/gi
/** Those that say nothing about anybody. */
const OWN_ADDRESS = /^(?:127\.|0\.0\.0\.0$)/

/** The last lines of a text as they may be shown: whole, without controls, secrets and addresses, and bounded. */
export function outputLines(printed: string, lines: number): string[] {
  // Before it is cut: what is half a secret looks like none.
  const clean = withoutAddresses(
    redactText(printed.replace(/\r\n?/g, '\n').replace(SEQUENCES, '').replace(CONTROLS, '')),
  )
  const all = clean.split('\n')
  if (all.at(-1) === '') all.pop()
  const shown: string[] = []
  let chars = 0
  for (const line of all.slice(-Math.min(lines, OUTPUT_LINES_MAX)).reverse()) {
    const cut = line.length > OUTPUT_LINE_CHARS_MAX ? `${line.slice(0, OUTPUT_LINE_CHARS_MAX - 1)}…` : line
    chars += cut.length
    if (chars > OUTPUT_CHARS_MAX) break
    shown.unshift(cut)
  }
  return shown
}

/** Whoever connects to a pub shows it where they are, and that is not its owner's to know from here. */
function withoutAddresses(text: string): string {
  return text
    .replace(IPV4, (found) => (OWN_ADDRESS.test(found) ? found : '[address]'))
    .replace(IPV6, (found) => (isIpv6(found) ? '[address]' : found))
}

function isIpv6(found: string): boolean {
  if (/^::1?$/.test(found)) return false
  const groups = found.split(':')
  return found.includes('::') ? /[0-9a-f]/i.test(found) : groups.length === 8
}

/**
 * What is new in the last lines since they were read before: they overlap as far as they can. Where nothing overlaps, all of it is new,
 * and something may be missing between the two. Of lines that are all the same, as many as before are taken for those.
 */
export function newLines(before: readonly string[], now: readonly string[]): string[] {
  for (let gone = 0; gone < before.length; gone += 1) {
    const left = before.length - gone
    if (left <= now.length && before.slice(gone).every((line, at) => line === now[at])) return now.slice(left)
  }
  return [...now]
}
