/** From what a piece of text is to what a terminal is told: by how many colours it has. No output here. */
import type { Style, Tone } from '../screen'

/** 0: none (NO_COLOR); bold and dim are no colours. */
export type Depth = 0 | 16 | 256 | 'true'

const RESET = '\u001b[0m'

/** One accent; the others say how something is. Chosen to be read on light and on dark. */
const CODES: Record<Tone, Record<Depth, string>> = {
  plain: { 0: '', 16: '', 256: '', true: '' },
  strong: { 0: '1', 16: '1', 256: '1', true: '1' },
  quiet: { 0: '2', 16: '90', 256: '38;5;244', true: '38;2;128;128;128' },
  accent: { 0: '', 16: '36', 256: '38;5;37', true: '38;2;28;154;163' },
  good: { 0: '', 16: '32', 256: '38;5;71', true: '38;2;76;154;82' },
  warn: { 0: '1', 16: '33', 256: '38;5;172', true: '38;2;201;131;32' },
  bad: { 0: '1', 16: '31', 256: '38;5;167', true: '38;2;214;84;84' },
  // Where colours are not wanted the two that are there change places, which on a dark screen is what is needed.
  paper: { 0: '7', 16: '30;107', 256: '38;5;16;48;5;231', true: '38;2;0;0;0;48;2;255;255;255' },
}

/** The text with the codes around it. */
export function coloured(text: string, style: Style, depth: Depth): string {
  const own = CODES[style.tone][depth]
  const code = style.chosen === true && style.tone === 'plain' ? '1' : own
  return code === '' ? text : `\u001b[${code}m${text}${RESET}`
}

/** How many colours there are; `terminfo` says what the terminal's own description has. */
export function depthOf(environment: NodeJS.ProcessEnv, terminfo: number | undefined): Depth {
  if ((environment.NO_COLOR ?? '') !== '') return 0
  if (/^(?:truecolor|24bit)$/i.test(environment.COLORTERM ?? '')) return 'true'
  if (/256/.test(environment.TERM ?? '') || (terminfo ?? 0) >= 256) return 256
  return (terminfo ?? 16) >= 8 ? 16 : 0
}

/** Whether the terminal takes UTF-8, by the first of the variables that counts. */
export function isUnicode(environment: NodeJS.ProcessEnv): boolean {
  const locale = [environment.LC_ALL, environment.LC_CTYPE, environment.LANG].find((one) => one)
  return /utf-?8/i.test(locale ?? '') && environment.TERM !== 'linux'
}
