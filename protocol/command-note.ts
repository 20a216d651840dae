/** `invite NAME [USES] note TEXT`: the note is taken as it was written, to the end of the line. */

import { quoted, unquoted, visible } from './about-text'
import type { Reading } from './command-kinds'
import { readUnit } from './command-read'
import { wordsOf } from './command-split'
import { sentence } from './explain'
import { INVITE_NOTE_CHARS_MAX } from './limits'

const NOTED =
  /^(.*?)[ ,;(]+(?:(?:(?:and|with) )?(?:(?:a|the|this) )?(note)\b ?(?:[:=]|that|saying|as|[-–—](?= ))?|(?:note|for) ?:) ?(\S.*?)\)?$/i

const THANKS = '(?:please|pls|plz|thanks|thank you|thx)[.!?]*$'
const AFTERWARDS = new RegExp(String.raw`(?:\s*,)?\s+${THANKS}`, 'i')
const AFTER_COMMA = new RegExp(String.raw`\s*,\s+${THANKS}`, 'i')

/** Reads a line, or its rest from a sentence's beginning; null when it is no invite with a note. */
export function readNote(line: string): Reading | null {
  if (!/invit/i.test(line) || !/\bnote\b|\bfor ?:/i.test(line)) return null
  const found = NOTED.exec(line.replace(/\s+/g, ' ').trim())
  if (found === null) return null
  const [all, head = '', bare, written = ''] = found
  const words = wordsOf(head)
  const read = readUnit({ words, marked: words, mentions: [], written: new Map(), asks: false })
  if (read?.kind === 'invalid' && read.command === 'invite') return read
  if (read?.kind !== 'invite') return null
  // A pub may be called `note`.
  const marked = bare === undefined || /^ ?[:=]/.test(all.slice(head.length).replace(/^.*?note/i, ''))
  if (read.name === null && read.uses === null && !marked) return null
  return withNote(read, written)
}

function withNote(read: Extract<Reading, { kind: 'invite' }>, written: string): Reading {
  const text = visible(written).trim()
  const polite = text.replace(AFTERWARDS, '')
  const inner = unquoted(polite) ?? unquoted(polite.replace(/[.!?,;]+$/, ''))
  // A note may well end in "please"; after a comma it does not belong to it.
  const note = (inner ?? text.replace(AFTER_COMMA, '')).trim()
  const reason = noteFault(note)
  return reason === null ? { ...read, note } : { kind: 'invalid', command: 'invite', reason }
}

/** Why a text can be no note, in a sentence; null where it can. */
export function noteFault(note: string): string | null {
  if (!/[\p{L}\p{N}\p{S}]/u.test(note)) return sentence.noteMissing()
  return note.length > INVITE_NOTE_CHARS_MAX ? sentence.noteTooLong(note.length) : null
}

/** The command as it can be sent. */
export function inviteCommand(read: Extract<Reading, { kind: 'invite' }>): string {
  const words = ['invite', read.name, read.uses].filter((part) => part !== null)
  return read.note === null ? words.join(' ') : `${words.join(' ')} note: ${quoted(read.note)}`
}
