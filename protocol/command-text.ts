/**
 * From what a person's client sends to the words of each sentence. Mentions, markdown and typography go; nothing
 * is understood yet. Every expression here is linear in the text's length.
 */

/** One sentence or line. Words are lower-cased; words that stood in one pair of quotes are joined by NBSP. */
export interface Unit {
  words: string[]
  /** It ended in a question mark. */
  asks: boolean
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
    .replace(/\r\n?|\u2028|\u2029/g, '\n')
    .replace(/[^\n]/gu, (one) => (INVISIBLE_ONE.test(one) ? ' ' : one))
    .replace(/[“”„‟«»‹›「」『』＂]/g, '"')
    .replace(/[‘’‚‛ʼ´′]/g, "'")
    .replace(/…/g, '. ')
}
const INVISIBLE_ONE = new RegExp(INVISIBLE.source, 'u')

/** The sentences of a plain text, in order. Quoted lines (`> …`) are somebody else's words and are left out. */
export function unitsOf(plain: string): Unit[] {
  const units: Unit[] = []
  for (const line of plain.split('\n')) {
    const trimmed = line.trim()
    if (trimmed.startsWith('>') || /^```/.test(trimmed)) continue
    const bare = unquoteWhole(trimmed.replace(/^(?:[-*•#]+|\d{1,2}[.)])\s+/, '').replace(/__+/g, ' '))
    const joined = bare.replace(DOUBLE_QUOTED, (_all, inner: string) => inner.trim().replace(/\s+/g, NBSP))
    for (const sentence of joined.split(/(?<=[.!?;])[ \t]+/)) {
      const words = wordsOf(sentence)
      if (words.length > 0) units.push({ words, asks: sentence.trim().endsWith('?') })
    }
  }
  return units
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
