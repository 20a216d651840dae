/**
 * From what a person's client sends to the words of each sentence. Mentions, markdown and typography go. Nothing
 * is understood here but what must be read as it was written (protocol/command-lines.ts). Every expression here is linear in the text's length.
 */

import { visible } from './about-text'
import type { Reading } from './command-kinds'
import { readLine } from './command-lines'
import { ID_LINK, isMark, MARK, type Mention, withMarks, withoutMarks, withoutUris } from './command-mentions'
import { wordsOf } from './command-split'

/** One sentence or line. Words are lower-cased; words that stood in one pair of quotes are joined by NBSP. */
export interface Unit {
  words: string[]
  /** The same words with a mark for everybody who is mentioned (protocol/command-mentions.ts). */
  marked: string[]
  mentions: readonly Mention[]
  /** Words as they were written, by their lower-cased form. */
  written: ReadonlyMap<string, string>
  /** It ended in a question mark. */
  asks: boolean
  /** Set where the line was read as it was written (protocol/command-lines.ts). */
  read?: Reading
}

const NBSP = '\u00a0'
const OTHER_LINK = /!?\[([^\][]{0,300})\]\([^)\s]{0,500}\)/g
/** Control characters, zero-width characters and direction marks part words: they never glue a word together. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu
const DOUBLE_QUOTED = /["`]([^"`]{1,100})["`]/g
/** Takes out mentions and links, and makes quotes and apostrophes plain. Line breaks stay. */
export function plainText(text: string): string {
  return withoutMarks(markedText(text).text)
}

/** The same with a mark for every mention. */
function markedText(text: string): { text: string; mentions: Mention[] } {
  const marked = withMarks(text)
  const plain = marked.text
    .replace(OTHER_LINK, '$1')
    .normalize('NFC')
    .replace(LINE_ENDS, '\n')
    .replace(/[^\n]/gu, (one) => (one !== MARK && INVISIBLE_ONE.test(one) ? ' ' : one))
    .replace(/[“”„‟«»‹›「」『』＂]/g, '"')
    .replace(/[‘’‚‛ʼ´′]/g, "'")
    .replace(/…/g, '. ')
  return { text: plain, mentions: marked.mentions }
}

/** The lines of the same text as they were written; links to ids, and other links' labels, stay in them. */
function writtenLines(text: string): string[] {
  return withoutUris(text)
    .replace(ID_LINK, (link) => link.replace(LINE_ENDS, ' ').replace(/\n/g, ' '))
    .replace(OTHER_LINK, (link, label: string) => (IS_ID_LINK.test(link) ? link : label))
    .normalize('NFC')
    .replace(LINE_ENDS, '\n')
    .split('\n')
    .map((line) => visible(line))
}
const IS_ID_LINK = new RegExp(`^(?:${ID_LINK.source})$`)
const LINE_ENDS = /\r\n?|\u2028|\u2029/g
const INVISIBLE_ONE = new RegExp(INVISIBLE.source, 'u')

/** The sentences of a text, in order. Quoted lines (`> …`) are somebody else's words and are left out. */
export function unitsOf(text: string): Unit[] {
  const units: Unit[] = []
  const written = writtenLines(text)
  const marked = markedText(text)
  for (const [at, line] of marked.text.split('\n').entries()) {
    const trimmed = line.trim()
    if (trimmed.startsWith('>') || /^```/.test(trimmed)) continue
    const found = lineIn((written[at] ?? '').trim().replace(LIST_MARK, ''))
    if (found === null) units.push(...sentencesOf(trimmed, marked.mentions))
    else {
      const before = markedText(found.before)
      units.push(...sentencesOf(before.text, before.mentions))
      units.push({ words: [], marked: [], mentions: [], written: new Map(), asks: false, read: found.read })
    }
  }
  return units
}

function sentencesOf(line: string, mentions: readonly Mention[]): Unit[] {
  const bare = unquoteWhole(line.trim().replace(LIST_MARK, '').replace(/__+/g, ' '))
  const joined = bare.replace(DOUBLE_QUOTED, (_all, inner: string) => inner.trim().replace(/\s+/g, NBSP))
  return joined
    .split(SENTENCE_ENDS)
    .map((sentence) => {
      const written = new Map<string, string>()
      const marked = wordsOf(sentence, written)
      const words = marked.filter((word) => !isMark(word))
      return { words, marked, mentions, written, asks: sentence.trim().endsWith('?') }
    })
    .filter(({ words }) => words.length > 0)
}

const LIST_MARK = /^(?:[-*•#]+|\d{1,2}[.)])\s+/
const SENTENCE_ENDS = /(?<=[.!?;])[ \t]+/
/** Sentences of a line before one that reaches to the line's end. */
const SENTENCES_BEFORE_MAX = 8

/** What reaches from one of a line's sentences to its end. */
function lineIn(line: string): { before: string; read: Reading } | null {
  const whole = /^([`"])(.*)\1$/.exec(line)
  const spoken = whole?.[2] !== undefined && !whole[2].includes(whole[1] ?? '') ? whole[2] : line
  let from = 0
  for (const sentence of spoken.split(SENTENCE_ENDS).slice(0, SENTENCES_BEFORE_MAX)) {
    const at = spoken.indexOf(sentence, from)
    const read = readLine(spoken.slice(at))
    if (read !== null) return { before: spoken.slice(0, at), read }
    from = at + sentence.length
  }
  return null
}

/** A line that stands in quotes as a whole, as people copy commands from the help. */
function unquoteWhole(line: string): string {
  const inner = /^(["'`])(.*)\1[.!?]?$/.exec(line)?.[2]
  return inner === undefined || /["`]/.test(inner) ? line : inner
}
