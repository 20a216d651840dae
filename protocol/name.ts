/** What a pub may be called: a DNS label, because the name becomes a host name. */
import { isPoliteWord } from './command-words'
import { sentence } from './explain'
import { NAME_CHARS_MAX } from './limits'

export type NameChecked =
  | { ok: true; name: string }
  /** `suggestion` is a name that would do, made of the one that was refused; null where none can be made. */
  | { ok: false; reason: string; suggestion: string | null }

/**
 * Words that commands use themselves: a pub called so could not be addressed ("delete it", "create me a pub").
 * `name` is here because people copy `create NAME` as it stands.
 */
const RESERVED = new Set(
  `a all an and another any anything at by called delete everything for from i if in invitation invite invites it its me
   mine my name named new nothing of on one or our pub pubs remove that the them these this those to us with you your
   please yes no`.split(/\s+/),
)

/** Checks a pub's name and gives it lower-cased. RFC 1035 2.3.1 (label), RFC 5891 4.2.3.1 (hyphens). */
export function checkName(written: string): NameChecked {
  const name = written.trim().toLowerCase()
  const refuse = (reason: string): NameChecked => {
    const made = suggestionOf(name)
    return { ok: false, reason, suggestion: made === name ? null : made }
  }
  if (name === '') return refuse(sentence.nameEmpty())
  if (/\s/.test(name)) return refuse(sentence.nameHasSpaces())
  const foreign = /[^a-z0-9-]/u.exec(name)
  if (foreign !== null) return refuse(sentence.nameCharacters(foreign[0]))
  if (name.length > NAME_CHARS_MAX) return refuse(sentence.nameTooLong(name.length))
  if (name.startsWith('-') || name.endsWith('-')) return refuse(sentence.nameEdges())
  if (name.slice(2, 4) === '--') return refuse(sentence.namePunycode())
  if (isReserved(name)) return refuse(sentence.nameReserved(name))
  return { ok: true, name }
}

/** True for words that stand for something else in a sentence and so can't be a name. */
export function isReserved(word: string): boolean {
  return RESERVED.has(word) || isPoliteWord(word)
}

const LETTERS: Record<string, string> = { ß: 'ss', ø: 'o', æ: 'ae', œ: 'oe', ł: 'l', đ: 'd', þ: 'th' }
/** What is longer is no name with a slip in it, and is not worth the work. */
const SUGGESTION_SOURCE_CHARS_MAX = 200

/** A valid name near the one that was refused, or null. */
function suggestionOf(name: string): string | null {
  // A mail address is said again nowhere, in no form.
  if (/[^@]@[^@]+\.[^@]/.test(name)) return null
  const made = name
    .slice(0, SUGGESTION_SOURCE_CHARS_MAX)
    .replace(/[ßøæœłđþ]/g, (letter) => LETTERS[letter] ?? '')
    .replace(/['’]/g, '')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, NAME_CHARS_MAX)
    .replace(/-+$/, '')
  return made === '' || isReserved(made) ? null : made
}
