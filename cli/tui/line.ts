/** Typing into a line: pure. The cursor counts what people see as characters. */
import type { Key } from './message'
import type { Line } from './model'
import { clean, widthOf } from './width'

/** As long as the longest message that the provider reads. */
const LINE_CHARS_MAX = 5_000

const segments = new Intl.Segmenter()
const PLAIN = /^[\x20-\x7e]*$/

function charactersOf(text: string): string[] {
  return PLAIN.test(text) ? [...text] : [...segments.segment(text)].map(({ segment }) => segment)
}

export function lineOf(text: string): Line {
  return { text, cursor: charactersOf(text).length }
}

/** The line after a key; null where the key says nothing to a line. */
export function typed(line: Line, key: Key): Line | null {
  const characters = charactersOf(line.text)
  const at = Math.min(line.cursor, characters.length)
  const move = (cursor: number): Line => ({
    text: line.text,
    cursor: Math.max(0, Math.min(characters.length, cursor)),
  })
  const remove = (from: number, to: number): Line => ({
    text: [...characters.slice(0, from), ...characters.slice(to)].join(''),
    cursor: from,
  })
  if (key.ctrl || key.meta) return edited(key, { at, characters, move, remove })
  switch (key.name) {
    case 'left':
      return move(at - 1)
    case 'right':
      return move(at + 1)
    case 'home':
      return move(0)
    case 'end':
      return move(characters.length)
    case 'backspace':
      return at === 0 ? line : remove(at - 1, at)
    case 'delete':
      return remove(at, at + 1)
    default:
      return key.text === '' ? null : inserted(characters, at, key.text)
  }
}

interface Editing {
  at: number
  characters: string[]
  move(cursor: number): Line
  remove(from: number, to: number): Line
}

/** What shells and editors have taught fingers. */
function edited(key: Key, { at, characters, move, remove }: Editing): Line | null {
  switch (`${key.ctrl ? 'ctrl' : 'meta'} ${key.name}`) {
    case 'ctrl a':
      return move(0)
    case 'ctrl e':
      return move(characters.length)
    case 'ctrl u':
      return remove(0, at)
    case 'ctrl k':
      return remove(at, characters.length)
    case 'ctrl w':
    case 'meta backspace':
      return remove(wordBefore(characters, at), at)
    case 'ctrl left':
    case 'meta b':
      return move(wordBefore(characters, at))
    case 'ctrl right':
    case 'meta f':
      return move(wordAfter(characters, at))
    default:
      return null
  }
}

function wordBefore(characters: string[], at: number): number {
  let from = at
  while (from > 0 && characters[from - 1] === ' ') from -= 1
  while (from > 0 && characters[from - 1] !== ' ') from -= 1
  return from
}

function wordAfter(characters: string[], at: number): number {
  let to = at
  while (characters[to] === ' ') to += 1
  while (to < characters.length && characters[to] !== ' ') to += 1
  return to
}

/** What is pasted becomes one line: a line break in it sends nothing. */
function inserted(characters: string[], at: number, text: string): Line {
  const before = characters.slice(0, at).join('') + text.replace(/[\r\n]+/g, ' ')
  const after = characters.slice(at).join('')
  if (before.length + after.length > LINE_CHARS_MAX) return { text: characters.join(''), cursor: at }
  return { text: before + after, cursor: charactersOf(before).length }
}

/** What of a line is seen in so many columns, and where the cursor stands in it; it scrolls with the cursor. */
export function lineWindow(line: Line, width: number): { text: string; cursor: number } {
  const characters = charactersOf(line.text).map(clean)
  const at = Math.min(line.cursor, characters.length)
  let from = at
  let used = 0
  // One column stays for the cursor itself.
  while (from > 0 && used + widthOf(characters[from - 1] ?? '') <= width - 1) {
    from -= 1
    used += widthOf(characters[from] ?? '')
  }
  let text = characters.slice(from, at).join('')
  for (const one of characters.slice(at)) {
    if (widthOf(text) + widthOf(one) > width) break
    text += one
  }
  return { text, cursor: used }
}
