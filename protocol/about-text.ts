/** What a pub may say of itself: one line of plain text. */
import { sentence } from './explain'
import { DESCRIPTION_CHARS_MAX, TITLE_CHARS_MAX } from './limits'

export type AboutKind = 'name' | 'describe'
export type AboutChecked = { ok: true; text: string } | { ok: false; reason: string }

/** Marks that turn the direction of text, or show as nothing, can make a name look like another one. */
const UNSEEN = /[\p{Cf}\p{Co}\p{Cs}]/gu
/** They join the parts of an emoji, and letters of some scripts. */
const JOINERS = /[\u200c\u200d]/
const BREAKS = /[\p{Cc}\u2028\u2029]/gu

/** Characters that nobody sees go, the joiners stay; every control character becomes a space. Line breaks too. */
export function visible(text: string): string {
  return text.replace(BREAKS, ' ').replace(UNSEEN, (one) => (JOINERS.test(one) ? one : ''))
}

/** Checks what a pub shall call itself (`name`) or how it shall describe itself, and gives it trimmed. */
export function checkAbout(kind: AboutKind, written: string): AboutChecked {
  const text = visible(written).replace(/\s+/g, ' ').trim()
  const most = kind === 'name' ? TITLE_CHARS_MAX : DESCRIPTION_CHARS_MAX
  if (text.replace(/[\u200c\u200d]/g, '') === '') return { ok: false, reason: sentence.aboutEmpty(kind) }
  if (text.length > most) return { ok: false, reason: sentence.aboutTooLong(kind, text.length, most) }
  return { ok: true, text }
}

/** Quotes that a text may stand in, opening and closing. */
const QUOTES: [open: string, close: string][] = [
  ['"', '"'],
  ['“', '”'],
  ['„', '“'],
  ['«', '»'],
  ['`', '`'],
  ["'", "'"],
  ['‘', '’'],
]

/** The text in the quotes it stands in as a whole; null where it stands in none. */
export function unquoted(text: string): string | null {
  for (const [open, close] of QUOTES) {
    if (text.length < 2 || !text.startsWith(open) || !text.endsWith(close)) continue
    const inner = text.slice(open.length, -close.length)
    if (!inner.includes(open) && !inner.includes(close)) return inner
  }
  return null
}

/** A text in quotes that are not in it, so that it is read back as it is. */
export function quoted(text: string): string {
  const pair = QUOTES.find(([open, close]) => !text.includes(open) && !text.includes(close))
  return pair === undefined ? text : `${pair[0]}${text}${pair[1]}`
}
