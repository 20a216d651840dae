/**
 * `name NAME as TEXT` and `describe NAME as TEXT`, and what people write instead: rename alice to …, call alice "…",
 * the description of alice should be …. Read from the line as it was written, because the text keeps its capitals and
 * its marks; everything up to the text must have its place, or nothing is read.
 */
import { type AboutKind, checkAbout, quoted, unquoted } from './about-text'
import type { Reading } from './command-kinds'
import { nameIn } from './command-power'
import { commandOf } from './command-words'
import { sentence } from './explain'
import { checkName, isReserved } from './name'

const DETERMINER = String.raw`(?:(?:my|our|the)\s+)?`
const PUB = String.raw`(${DETERMINER}(?:(?:pub|server)\s+)?(?:(?:called|named)\s+)?[^\s:=]{1,80}?)`
const OWNER = String.raw`(${DETERMINER}(?:(?:pub|server)\s+)?[^\s:=]{1,80}?)['’]s`
const WHAT = '(name|title|description)'
const TO = String.raw`(?:\s*[:=]|\s+(?:as|to|into|with|[-–—]|->|→)(?=\s))`
const BE = String.raw`\s+(?:should|shall|must)\s+(?:be|read|say)\b\s*[:=]?`
const TEXT = String.raw`\s*(\S.*)$`
const QUOTED = String.raw`\s+(["'\x60“„«‘].*)$`

/** `sure`: obeyed. Otherwise it is asked back, because the words could mean something else. */
interface Form {
  form: RegExp
  kind: AboutKind | null
  sure: boolean
}

const form = (kind: AboutKind | null, text: string, sure = true): Form => ({
  form: new RegExp(`^${text}`, 'i'),
  kind,
  sure,
})

/** Each has the groups (what)? pub text, in one order or the other. */
const FORMS: Form[] = [
  form('name', `(?:name|rename|title)\\s+${PUB}${TO}${TEXT}`),
  form('name', `(?:name|rename|title|call)\\s+${PUB}${QUOTED}`),
  form('name', `call\\s+${PUB}\\s*:${TEXT}`),
  form('name', `(?:call|name|rename)\\s+${PUB}\\s${TEXT}`, false),
  form('name', `${PUB}\\s+(?:should|shall)\\s+be\\s+(?:called|named|renamed(?:\\s+to)?)\\s${TEXT}`),
  form('describe', `describe\\s+${PUB}${TO}${TEXT}`),
  form('describe', `describe\\s+${PUB}${QUOTED}`),
  form('describe', `${PUB}\\s+(?:should|shall)\\s+be\\s+described\\s+as\\s${TEXT}`),
  form(null, `(?:set|change|update|make|edit)\\s+(?:the\\s+)?${WHAT}\\s+(?:of|for)\\s+${PUB}${TO}${TEXT}`),
  form(null, `(?:the\\s+)?${WHAT}\\s+(?:of|for)\\s+${PUB}(?:${BE}|\\s*:)${TEXT}`),
]
/** The same with the pub first: (pub) (what) (text). */
const OWNED: Form[] = [
  form(null, `(?:set|change|update|make|edit)\\s+${OWNER}\\s+${WHAT}${TO}${TEXT}`),
  form(null, `${OWNER}\\s+${WHAT}(?:${BE}|\\s*:)${TEXT}`),
  form(null, `give\\s+${PUB}\\s+(?:the|a)\\s+(?:new\\s+)?${WHAT}\\s*:?${TEXT}`),
]
const BARE = new RegExp(`^(name|rename|describe)(?:\\s+${PUB})?(?:\\s+(?:as|to))?\\s*[.!:]*$`, 'i')
const AFTERWARDS = /(?:\s*,)?\s+(?:please|pls|plz|thanks|thank you|thx)[.!?]*$/i

/**
 * Reads a line, or its rest from a sentence's beginning, without the asking words before it; null when it is neither of
 * the two commands.
 */
export function readAbout(line: string, wished: boolean): Reading | null {
  const bare = BARE.exec(line)
  if (bare !== null && (bare[2] === undefined || pubIn(bare[2]) !== null)) {
    const kind = bare[1]?.toLowerCase() === 'describe' ? 'describe' : 'name'
    return { kind: 'invalid', command: kind, reason: sentence.aboutMissing(kind) }
  }
  for (const { form: pattern, kind, sure } of FORMS) {
    const found = pattern.exec(line)
    if (found === null) continue
    const [pub = '', text = ''] = found.slice(kind === null ? 2 : 1)
    const read = readingOf(kind ?? kindOf(found[1]), pub, text, { sure, wished })
    if (read !== null) return read
  }
  for (const { form: pattern } of OWNED) {
    const [, pub, what, text] = pattern.exec(line) ?? []
    const read = pub === undefined ? null : readingOf(kindOf(what), pub, text ?? '', { sure: true, wished })
    if (read !== null) return read
  }
  return null
}

const kindOf = (what: string | undefined): AboutKind =>
  what?.toLowerCase() === 'description' ? 'describe' : 'name'

/** The pub in the words before the text; the words of a refusal where it can be none; null where it is no pub at all. */
function pubIn(written: string): { name: string | null } | { reason: string } | null {
  const text = written
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .replace(/["'`“”„«»‘’]/g, '')
    .trim()
  const found = nameIn(text)
  if (found !== null) return found
  const word = text.replace(/^(?:(?:my|our|the) )?(?:(?:pub|server) )?(?:(?:called|named) )?/, '')
  if (word === '' || /\s/.test(word) || isReserved(word)) return null
  const checked = checkName(word)
  return checked.ok ? { name: checked.name } : { reason: checked.reason }
}

interface How {
  sure: boolean
  wished: boolean
}

function readingOf(kind: AboutKind, pub: string, rest: string, how: How): Reading | null {
  const found = pubIn(pub)
  if (found === null) return null
  if ('reason' in found) return { kind: 'invalid', command: kind, reason: found.reason }
  const { text, doubtful } = textIn(kind, rest, how)
  const checked = checkAbout(kind, text)
  if (!checked.ok) return { kind: 'invalid', command: kind, reason: checked.reason }
  if (!doubtful) return { kind, name: found.name, text: checked.text }
  const plainly = `${kind} ${found.name ?? 'my pub'} as ${quoted(checked.text)}`
  return { kind: 'unclear', readings: [plainly, `help ${kind}`] }
}

/** What stands in quotes is taken as it is. Elsewhere politeness, and the mark that ends the sentence, are none of it. */
function textIn(kind: AboutKind, rest: string, how: How): { text: string; doubtful: boolean } {
  const written = rest.trim()
  const polite = written.replace(AFTERWARDS, '')
  const inner = unquoted(polite) ?? unquoted(polite.replace(/[.!?,;]+$/, ''))
  if (inner !== null) return { text: inner, doubtful: written.endsWith('?') && !how.wished }
  const asks = written.endsWith('?')
  if (kind === 'describe') {
    // A description may well end in "please"; after a comma it does not belong to it.
    const own = written.replace(/\s*,\s+(?:please|pls|plz|thanks|thank you|thx)[.!?]*$/i, '')
    return { text: asks && how.wished ? own.replace(/\?+$/, '') : own, doubtful: !how.sure }
  }
  const text = polite.replace(asks ? /[.?]+$/ : /(?<!\.)\.$/, '')
  const more = /^(.*?\S)\s+(?:and|then)\s+(?:then\s+)?(\S+)/i.exec(text)
  if (more !== null && commandOf((more[2] ?? '').toLowerCase()) !== null)
    return { text: more[1] ?? text, doubtful: true }
  return { text, doubtful: !how.sure || (asks && !how.wished) }
}
