/**
 * Forms of sentences, written as patterns with places in them: `export PUB PART`. A sentence that fits one as a whole is
 * that command; each further meaning of a word has to be spelled out, so that talk is not taken for a command.
 */
import type { Command, Reading } from './command-kinds'
import { isMark, MARK, type Mention, mentionOf } from './command-mentions'
import { unclear } from './command-objects'
import { nameIn } from './command-power'
import type { Unit } from './command-text'
import { afterWishing, commandOf, withoutCourtesy } from './command-words'
import type { FeedId } from './ids'
import { checkName, isReserved } from './name'

/** What stood in the places of a form. `name` null: the only pub. */
export interface Found {
  name: string | null
  mention: Mention | null
  /** Everybody with an id who is named; whoever is spoken to at the beginning is not. */
  named: FeedId[]
  /** Other places, lower-cased. */
  place: (name: string) => string | null
  /** A place as it was written. */
  written: (name: string) => string | null
  unit: Unit
  /** Words of asking or wishing stood before it. */
  wished: boolean
}

export interface Form {
  pattern: RegExp
  read: (found: Found) => Reading | null
}

const PLACES: Record<string, string> = {
  PUB: '(?<pub>[^ ]+(?: [^ ]+){0,4}?)',
  FEED: `(?<feed>${MARK}\\d+|@[^ ]+)`,
  PART: '(?<part>[a-z]+(?: key)?)',
  WORD: '(?<word>[^ ]+)',
  HOST: '(?<host>[^ ]+\\.[^ ]+)',
  SWITCH: '(?<switch>on|off)',
  VERB: '(?<verb>follow|unfollow|block|unblock)',
}

/** A form from its text: capital words are places, `[…]` may be left out, `a|b` in parentheses are alternatives. */
export function form(text: string, read: Form['read']): Form {
  const source = text
    .replace(/\(/g, '(?:')
    .replace(/\[([^\]]*)\] /g, '(?:(?:$1) )?')
    .replace(/ \[([^\]]*)\]/g, '(?: (?:$1))?')
    .replace(/[A-Z]{3,}/g, (place) => PLACES[place] ?? place)
  return { pattern: new RegExp(`^${source}$`), read }
}

/** The first form that fits a sentence, read. Null where none does. */
export function readForms(forms: readonly Form[], unit: Unit): Reading | null {
  for (const { text, wished, named } of wordings(unit))
    for (const { pattern, read } of forms) {
      const groups = pattern.exec(text)?.groups
      if (groups === undefined && !pattern.test(text)) continue
      const reading = readFound(groups ?? {}, { unit, wished, named }, read)
      if (reading !== null) return reading
    }
  return null
}

interface Wording {
  text: string
  wished: boolean
  named: FeedId[]
}

/** The sentence without courtesies, as it stands and without the wish before it. */
function wordings(unit: Unit): Wording[] {
  const kept = unit.marked.filter((word) => !/^[<>()[\]"'*_]+$/.test(word))
  let words = withoutCourtesy(kept.map((word) => (/^@./.test(word) ? `${MARK}${word}` : word)))
  while (/^\?+$/.test(words.at(-1) ?? '')) words = withoutCourtesy(words.slice(0, -1))
  // Whoever is spoken to stands first.
  while (words.length > 0 && (words[0] ?? '').startsWith(MARK)) words = withoutCourtesy(words.slice(1))
  const ids = words.map((word) => mentionOf(word, unit.mentions)?.id ?? null)
  const named = [...new Set(ids.filter((id) => id !== null))]
  // Of several that are named at the end the first has a place in a form; `named` has them all.
  while (isMark(words.at(-1) ?? '') && words.slice(0, -1).some(isMark))
    words = withoutCourtesy(words.slice(0, -1))
  const textOf = (list: string[]): string => list.map((word) => word.replace(`${MARK}@`, '@')).join(' ')
  const wish = afterWishing(words)
  const bare = { text: textOf(words), wished: false, named }
  const rest = { text: textOf(withoutCourtesy(wish.rest)), wished: wish.wished, named }
  return bare.text === rest.text ? [bare] : [bare, rest]
}

function readFound(
  groups: Record<string, string | undefined>,
  told: Pick<Found, 'unit' | 'wished' | 'named'>,
  read: Form['read'],
): Reading | null {
  const pub = groups.pub === undefined ? { name: null } : pubIn(groups.pub)
  if (pub === null) return null
  const mention = groups.feed === undefined ? null : mentionOf(groups.feed, told.unit.mentions)
  const place = (name: string): string | null => groups[name] ?? null
  const written = (name: string): string | null => {
    const word = groups[name]
    return word === undefined ? null : (told.unit.written.get(word) ?? word)
  }
  const found = { mention, place, written, ...told }
  if ('name' in pub) return read({ ...found, name: pub.name })
  const reading = read({ ...found, name: null })
  return reading === null || !('kind' in reading) || reading.kind === 'unclear'
    ? null
    : { kind: 'invalid', command: reading.kind, reason: pub.reason }
}

/** The pub that some words name; why they can't where it is surely meant; null where they mean none. */
function pubIn(text: string): { name: string | null } | { reason: string } | null {
  const found = nameIn(text)
  if (found !== null) return found.name !== null && commandOf(found.name) === 'delete' ? null : found
  const word = text
    .replace(/^(?:(?:my|our|the) )?(?:(?:pub|server) )?(?:(?:called|named|:) )*/, '')
    .replace(/'s$/, '')
  if (word === '' || word.includes(' ') || isReserved(word) || word.startsWith(MARK)) return null
  const checked = checkName(word)
  return checked.ok ? { name: checked.name } : { reason: checked.reason }
}

/** The command and the pub as they can be sent; what stands behind is added. */
export const said = (kind: Command['kind'], name: string | null, ...more: (string | null)[]): string =>
  [kind, name, ...more].filter((word) => word !== null).join(' ')

/** Obeyed when it is told or asked for; a mere question about it, or a wish for later, is asked back. */
export function told(found: Found, reading: Command, plain: string): Reading {
  const { unit, wished } = found
  const later = unit.words.some((word) => /^(?:tonight|soon|today|tomorrow|later)$/.test(word))
  return (unit.asks && !wished) || later ? unclear(plain, `help ${reading.kind}`) : reading
}

/** A form that names a pub and nothing else. */
export const one =
  (kind: 'address' | 'log' | 'invites'): Form['read'] =>
  ({ name }) => ({ kind, name })
