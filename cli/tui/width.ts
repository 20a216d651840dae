/**
 * Columns that a text takes in a terminal, and text that takes them everywhere. Terminals disagree about what is joined
 * out of several code points (families, flags, skin tones, a sign and how it shall look), so such joints never reach one: `clean`
 * takes them apart, and what is left is measured code point by code point, as wcwidth does.
 */
import { harmless } from '../render'

const PLAIN = /^[\x20-\x7e]*$/
/** Unicode 15 East Asian Width W and F, without what is Emoji_Presentation (all of that is W). */
const WIDE_RANGES: [from: number, to: number][] = [
  [0x1100, 0x115f],
  [0x2329, 0x232a],
  [0x2e80, 0x303e],
  [0x3041, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6b],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18d08],
  [0x1aff0, 0x1b2fb],
  [0x1f200, 0x1f265],
  [0x20000, 0x3fffd],
]
const EMOJI = /\p{Emoji_Presentation}/u
/** Marks, and the vowels and finals of Hangul that stand in the syllable before them. */
const ZERO = /[\p{Mn}\p{Me}\p{Cf}\u1160-\u11ff\ud7b0-\ud7ff]/u

/** Columns of a text that went through `clean`. */
export function widthOf(text: string): number {
  if (PLAIN.test(text)) return text.length
  let width = 0
  for (const one of text) width += widthOfOne(one)
  return width
}

function widthOfOne(one: string): number {
  const code = one.codePointAt(0) ?? 0
  if (code < 0x300 || (code >= 0x2500 && code <= 0x25fc) || (code >= 0x2800 && code <= 0x28ff)) return 1
  if (ZERO.test(one)) return 0
  return WIDE_RANGES.some(([from, to]) => code >= from && code <= to) || EMOJI.test(one) ? 2 : 1
}

/** Signs that choose between picture and letter, skin tones, and joiners that are no Cf. */
const JOINTS = /\p{Variation_Selector}|\p{Emoji_Modifier}|[\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0]/gu
/** Flags are two of these: shown as the letters that they mean. */
const FLAG_LETTER = /[\u{1f1e6}-\u{1f1ff}]/gu
const FLAG_A = 0x1f1e6
/** Code points that mean nothing yet are drawn as anything. */
const UNASSIGNED = /\p{Cn}/gu
/** More marks on one letter than a language puts there climb over the lines above. */
const MARKS_TOO_MANY = /(\p{M}{3})\p{M}+/gu

/** ASCII, and what we draw with. */
const OURS = /^[\x20-\x7e\u2500-\u25fc\u2800-\u28ff]*$/

/** Foreign text as one harmless line: nothing that controls, turns direction, joins, or takes no certain width. */
export function clean(text: string): string {
  if (OURS.test(text)) return text
  return harmless(text)
    .normalize('NFC')
    .replace(/[\n\t]/g, ' ')
    .replace(JOINTS, '')
    .replace(FLAG_LETTER, (one) => String.fromCharCode(65 + (one.codePointAt(0) ?? FLAG_A) - FLAG_A))
    .replace(UNASSIGNED, '?')
    .replace(MARKS_TOO_MANY, '$1')
    .replace(/^\p{M}+/u, '')
}

/** Our own signs where there is only ASCII; what others wrote loses its accents, and the rest becomes `?`. */
const ASCII: Record<string, string> = Object.fromEntries(
  [
    '….',
    '·-',
    '“"',
    '”"',
    "‘'",
    "’'",
    '–-',
    '—-',
    '▸>',
    '›>',
    '●*',
    '○o',
    '✓+',
    '✗x',
    '━-',
    '─-',
    '│|',
    '╭+',
    '╮+',
    '╰+',
    '╯+',
  ].map(([sign = '', plain = '']) => [sign, plain]),
)

/** The same text for a terminal without UTF-8, as wide as it was, so that columns stay where they are. */
export function asciiOf(text: string): string {
  if (PLAIN.test(text)) return text
  let plain = ''
  for (const one of text) {
    const width = widthOfOne(one)
    const bare = ASCII[one] ?? one.normalize('NFKD').replace(/\p{M}/gu, '')
    plain += PLAIN.test(bare) && bare.length <= width ? bare.padEnd(width) : '?'.repeat(width)
  }
  return plain
}

/** The beginning of a text that fits, with `…` where something is left out. */
export function cut(text: string, width: number, more = '…'): string {
  if (widthOf(text) <= width) return text
  if (width <= 0) return ''
  const left = width - widthOf(more)
  return left < 0 ? more.slice(0, width) : `${taken(text, left)}${more}`
}

/** As many characters from the front as fit into the columns. */
export function taken(text: string, width: number): string {
  let used = 0
  let end = 0
  for (const one of text) {
    const next = used + widthOfOne(one)
    if (next > width) break
    used = next
    end += one.length
  }
  return text.slice(0, end)
}
