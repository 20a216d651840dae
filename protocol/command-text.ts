/**
 * From what a person's client sends to the words of each sentence. Mentions, markdown and typography go. Nothing
 * is understood here but what must be read as it was written (protocol/command-about.ts). Every expression here is linear in the text's length.
 */

import { visible } from './about-text'
import { readAbout } from './command-about'
import type { Reading } from './command-kinds'

/** One sentence or line. Words are lower-cased; words that stood in one pair of quotes are joined by NBSP. */
export interface Unit {
  words: string[]
  /** It ended in a question mark. */
  asks: boolean
  /** Set where the line was read as it was written (protocol/command-about.ts). */
  read?: Reading
}

const NBSP = '\u00a0'
const ID = String.raw`[@%&][A-Za-z0-9+/]{43}=\.(?:ed25519|sha256)`
/** Patchwork writes `[@name](@id)`; an image is `![name](&id)`. Labels are bounded so that scanning stays linear. */
const ID_LINK = new RegExp(String.raw`!?\[[^\][]{0,300}\]\(\s?${ID}[^)\s]{0,300}\)`, 'g')
const BARE_ID = new RegExp(ID, 'g')
const OTHER_LINK = /!?\[([^\][]{0,300})\]\([^)\s]{0,500}\)/g
/** Control characters, zero-width characters and direction marks part words: they never glue a word together. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu
const DOUBLE_QUOTED = /["`]([^"`]{1,100})["`]/g
const CONTRACTIONS: Record<string, string[]> = {
  "i'd": ['i', 'would'],
  "we'd": ['we', 'would'],
  "i'm": ['i', 'am'],
  "how's": ['how', 'is'],
  hows: ['how', 'is'],
  "what's": ['what', 'is'],
  whats: ['what', 'is'],
  "where's": ['where', 'is'],
  dont: ['do', 'not'],
  doesnt: ['does', 'not'],
  didnt: ['did', 'not'],
  isnt: ['is', 'not'],
  cant: ['can', 'not'],
  cannot: ['can', 'not'],
  wont: ['will', 'not'],
  shouldnt: ['should', 'not'],
  mustnt: ['must', 'not'],
  '&': ['and'],
  '+': ['and'],
}

/** Takes out mentions and links, and makes quotes and apostrophes plain. Line breaks stay. */
export function plainText(text: string): string {
  return text
    .replace(ID_LINK, ' ')
    .replace(BARE_ID, ' ')
    .replace(OTHER_LINK, '$1')
    .normalize('NFC')
    .replace(LINE_ENDS, '\n')
    .replace(/[^\n]/gu, (one) => (INVISIBLE_ONE.test(one) ? ' ' : one))
    .replace(/[“”„‟«»‹›「」『』＂]/g, '"')
    .replace(/[‘’‚‛ʼ´′]/g, "'")
    .replace(/…/g, '. ')
}

/** The lines of the same text as they were written; of mentions and links the label is left. */
function writtenLines(text: string): string[] {
  const label = (link: string): string => link.slice(link.indexOf('[') + 1, link.lastIndexOf(']('))
  return text
    .replace(ID_LINK, (link) => label(link).replace(LINE_ENDS, ' ').replace(/\n/g, ' '))
    .replace(OTHER_LINK, '$1')
    .normalize('NFC')
    .replace(LINE_ENDS, '\n')
    .split('\n')
    .map((line) => visible(line))
}
const LINE_ENDS = /\r\n?|\u2028|\u2029/g
const INVISIBLE_ONE = new RegExp(INVISIBLE.source, 'u')

/** The sentences of a text, in order. Quoted lines (`> …`) are somebody else's words and are left out. */
export function unitsOf(text: string): Unit[] {
  const units: Unit[] = []
  const written = writtenLines(text)
  for (const [at, line] of plainText(text).split('\n').entries()) {
    const trimmed = line.trim()
    if (trimmed.startsWith('>') || /^```/.test(trimmed)) continue
    const about = aboutIn((written[at] ?? '').trim().replace(LIST_MARK, ''))
    units.push(...sentencesOf(about === null ? trimmed : plainText(about.before)))
    if (about !== null) units.push({ words: [], asks: false, read: about.read })
  }
  return units
}

function sentencesOf(line: string): Unit[] {
  const bare = unquoteWhole(line.trim().replace(LIST_MARK, '').replace(/__+/g, ' '))
  const joined = bare.replace(DOUBLE_QUOTED, (_all, inner: string) => inner.trim().replace(/\s+/g, NBSP))
  return joined
    .split(SENTENCE_ENDS)
    .map((sentence) => ({ words: wordsOf(sentence), asks: sentence.trim().endsWith('?') }))
    .filter(({ words }) => words.length > 0)
}

const LIST_MARK = /^(?:[-*•#]+|\d{1,2}[.)])\s+/
const SENTENCE_ENDS = /(?<=[.!?;])[ \t]+/
const ABOUT_WORD = /name|title|call|descri/i
/** Sentences of a line before one that says what a pub shall say of itself. */
const SENTENCES_BEFORE_MAX = 8

/** A line that says what a pub shall say of itself, from one of its sentences on, which then reaches to its end. */
function aboutIn(line: string): { before: string; read: Reading } | null {
  if (!ABOUT_WORD.test(line)) return null
  const whole = /^([`"])(.*)\1$/.exec(line)
  const spoken = whole?.[2] !== undefined && !whole[2].includes(whole[1] ?? '') ? whole[2] : line
  let from = 0
  for (const sentence of spoken.split(SENTENCE_ENDS).slice(0, SENTENCES_BEFORE_MAX)) {
    const at = spoken.indexOf(sentence, from)
    const read = readAbout(spoken.slice(at))
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

function wordsOf(sentence: string): string[] {
  const words: string[] = []
  for (const raw of sentence.split(/[ \t\v\f\u2000-\u200a\u3000]+/)) {
    const lower = raw.toLowerCase().replace(/^[([{<,"'`*]+(?=.)/, '')
    const colon = /[^:]:$/.test(lower)
    const word = lower.replace(/(?<=[^\s.,!?;:)\]}>"'`*])[.,!?;:)\]}>"'`*]+$/, '')
    if (word === '' || word === ',') continue
    const expanded = Object.hasOwn(CONTRACTIONS, word) ? CONTRACTIONS[word] : undefined
    if (expanded !== undefined) words.push(...expanded)
    else if (/^[a-z]+n't$/.test(word)) words.push(word.slice(0, -3), 'not')
    else words.push(word)
    if (colon) words.push(':')
  }
  return words
}
