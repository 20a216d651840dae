/** What the provider wrote, as rows: markdown's marks become tones, and words are broken where the line ends. */
import { withOpenCommands } from '../blob-links'
import { parseInviteCode } from '../invite-code'
import { harmless } from '../render'
import type { Row, Span, Tone } from './screen'
import { clean, taken, widthOf } from './width'

/** Text of one tone; a word may be made of several. */
interface Piece {
  text: string
  tone: Tone
}
type Word = Piece[]

/** The rows of a letter, none wider than `width`. */
export function markdownRows(markdown: string, width: number): Row[] {
  const room = Math.max(8, width)
  const rows: Row[] = []
  let fenced = false
  for (const line of harmless(withOpenCommands(markdown)).trim().split('\n')) {
    if (/^\s*```/.test(line)) fenced = !fenced
    else if (fenced) rows.push(...codeRows(line, room))
    else rows.push(...proseRows(line, room))
  }
  return rows
}

/** As it stands, spaces and all: it is there to be compared or copied. */
function codeRows(line: string, width: number): Row[] {
  const rows: Row[] = []
  let rest = clean(line)
  do {
    const piece = widthOf(rest) <= width ? rest : firstColumns(rest, width)
    rows.push([span(piece, 'accent')])
    rest = rest.slice(piece.length)
  } while (rest !== '')
  return rows
}

const ITEM = /^(\s{0,8})(?:([*+-])|(\d{1,4}[.)]))\s+(.*)$/

function proseRows(line: string, width: number): Row[] {
  const heading = /^#{1,6}\s+(.*)$/.exec(line)
  if (heading !== null) return flowed([{ text: plainOf(heading[1] ?? ''), tone: 'strong' }], width)
  const quote = /^>\s?(.*)$/.exec(line)
  if (quote !== null)
    return flowed(pieces(quote[1] ?? ''), width - 2).map((row) => [
      span('│ ', 'quiet'),
      ...row.map((one): Span => ({ ...one, style: { tone: 'quiet' } })),
    ])
  const item = ITEM.exec(line)
  if (item === null) return flowed(pieces(line), width)
  const [, indent = '', bullet, number = '', text = ''] = item
  const mark = `${indent}${bullet === undefined ? number : '•'} `
  const lines = flowed(pieces(text), width - mark.length)
  return lines.map((row, at) => [span(at === 0 ? mark : ' '.repeat(mark.length), 'quiet'), ...row])
}

const INLINE =
  /!\[([^\][]{0,300})\]\([^)\s]{0,500}\)|\[([^\][]{0,300})\]\([^)\s]{0,500}\)|\*\*([^*\n]{1,300})\*\*|`([^`\n]{1,2000})`/g

/** A line's text by tone. */
function pieces(line: string): Piece[] {
  const found: Piece[] = []
  let end = 0
  for (const match of line.matchAll(INLINE)) {
    if (match.index > end) found.push(...plainPieces(line.slice(end, match.index)))
    const [whole, picture, label, bold, code] = match
    if (picture !== undefined)
      found.push({ text: `Picture, for clients that show some: ${picture}`, tone: 'quiet' })
    else if (label !== undefined) found.push({ text: label, tone: 'plain' })
    else if (bold !== undefined) found.push({ text: bold, tone: 'strong' })
    else found.push({ text: code ?? '', tone: parseInviteCode(code ?? '') === null ? 'accent' : 'good' })
    end = match.index + whole.length
  }
  if (end < line.length) found.push(...plainPieces(line.slice(end)))
  return found
}

const plainOf = (text: string): string =>
  pieces(text)
    .map((piece) => piece.text)
    .join('')

/** What is to be copied shall be found at a glance: links and invites. */
function plainPieces(text: string): Piece[] {
  return text
    .split(/(\s+)/)
    .filter((word) => word !== '')
    .map((word) => ({
      text: word,
      tone: /^https?:\/\/\S+$/.test(word) || parseInviteCode(word) !== null ? 'good' : 'plain',
    }))
}

/** Breaks between words; a word that is wider than the line is broken at its end. */
function flowed(line: Piece[], width: number): Row[] {
  const room = Math.max(4, width)
  const rows: Row[] = []
  let row: Row = []
  let used = 0
  for (const word of wordsOf(line)) {
    const own = word.reduce((sum, piece) => sum + widthOf(piece.text), 0)
    if (used > 0 && used + 1 + own <= room) {
      row.push(span(' ', 'plain'))
      used += 1
    } else if (used > 0) {
      rows.push(row)
      row = []
      used = 0
    }
    for (const piece of word)
      for (const part of parts(piece.text, room, room - used)) {
        if (used + widthOf(part) > room) {
          rows.push(row)
          row = []
          used = 0
        }
        row.push(span(part, piece.tone))
        used += widthOf(part)
      }
  }
  rows.push(row)
  return rows.map(joined)
}

/** What fits behind what is there, then whole lines. */
function parts(text: string, width: number, first: number): string[] {
  const found: string[] = []
  let rest = text
  let room = widthOf(text) <= first ? first : first < 1 ? width : first
  while (rest !== '') {
    const part = widthOf(rest) <= room ? rest : firstColumns(rest, room)
    found.push(part)
    rest = rest.slice(part.length)
    room = width
  }
  return found
}

/** At least one character, so that whatever is broken gets shorter. */
function firstColumns(text: string, width: number): string {
  const found = taken(text, width)
  return found === '' ? (text.match(/^./su)?.[0] ?? text) : found
}

function wordsOf(line: Piece[]): Word[] {
  const words: Word[] = []
  let word: Word = []
  for (const piece of line)
    for (const text of clean(piece.text).split(/( +)/)) {
      if (text === '') continue
      if (!text.startsWith(' ')) word.push({ text, tone: piece.tone })
      else if (word.length > 0) {
        words.push(word)
        word = []
      }
    }
  return word.length > 0 ? [...words, word] : words
}

/** Neighbours of one tone are one span. */
function joined(row: Row): Row {
  const spans: Row = []
  for (const one of row) {
    const last = spans.at(-1)
    if (last !== undefined && last.style.tone === one.style.tone)
      spans[spans.length - 1] = { ...last, text: last.text + one.text }
    else spans.push(one)
  }
  return spans
}

const span = (text: string, tone: Tone): Span => ({ text: clean(text), style: { tone } })
