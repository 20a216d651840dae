/** `invite NAME [USES] note TEXT`: the note is taken as it was written, to the end of the line. */

import { quoted, unquoted, visible } from './about-text'
import type { Reading } from './command-kinds'
import { readUnit } from './command-read'
import { wordsOf } from './command-split'
import { sentence } from './explain'
import { INVITE_NOTE_CHARS_MAX } from './limits'

const NOTED =
  /^(.*?)[ ,;(]+(?:(?:(?:and|with) )?(?:(?:a|the|this) )?(note)\b ?(?:[:=]|that|saying|as|[-–—](?= ))?|(?:note|for) ?:) ?(\S.*?)\)?$/i

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
  const note = (unquoted(text) ?? unquoted(text.replace(/[.!?,;]+$/, '')) ?? text).trim()
  if (note === '') return { kind: 'invalid', command: 'invite', reason: sentence.noteMissing() }
  if (note.length > INVITE_NOTE_CHARS_MAX)
    return { kind: 'invalid', command: 'invite', reason: sentence.noteTooLong(note.length) }
  return { ...read, note }
}

/** The command as it can be sent. */
export function inviteCommand(read: Extract<Reading, { kind: 'invite' }>): string {
  const words = ['invite', read.name, read.uses].filter((part) => part !== null)
  return read.note === null ? words.join(' ') : `${words.join(' ')} note: ${quoted(read.note)}`
}
