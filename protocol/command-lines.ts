/**
 * Commands that reach to the end of their line and are read as they were written, because what ends them keeps its
 * capitals and its marks: the text of `name` and `describe`, the arguments of `run`, the note of an invite.
 */
import { readAbout } from './command-about'
import type { Reading } from './command-kinds'
import { ID_LINK } from './command-mentions'
import { readNote } from './command-note'
import { readRun } from './command-run'
import { afterAsking } from './command-words'

/** Words before a command that are looked through for politeness. */
const LEAD_WORDS_MAX = 12
const ABOUT_WORD = /name|title|call|descri/i
const RUN_WORD = /\brun\b/i
const LINK_OR_WORD = new RegExp(`${ID_LINK.source}|\\S+`, 'g')
const LINK = new RegExp(ID_LINK.source, 'g')

/** Reads one line, or its rest from a sentence's beginning; null when it is no such command. */
export function readLine(line: string): Reading | null {
  const noted = readNote(line)
  if (noted !== null) return noted
  const about = ABOUT_WORD.test(line)
  if (!about && !RUN_WORD.test(line)) return null
  for (const { rest, wished } of beginnings(line)) {
    const read = (about ? readAbout(withLabels(rest), wished) : null) ?? readRun(rest, wished)
    if (read !== null) return read
  }
  return null
}

/** The line from each word on before which there is nothing but asking and courtesy. */
function beginnings(line: string): { rest: string; wished: boolean }[] {
  const found: { rest: string; wished: boolean }[] = []
  const before: string[] = []
  for (const word of [...line.matchAll(LINK_OR_WORD)].slice(0, LEAD_WORDS_MAX + 1)) {
    const lead = afterAsking([...before, 'x'])
    if (lead.rest.join(' ') === 'x') found.push({ rest: line.slice(word.index).trim(), wished: lead.wished })
    before.push(plain(word[0]))
  }
  return found
}

const plain = (word: string): string =>
  word
    .toLowerCase()
    .replace(/^!?\[@?/, '@')
    .replace(/’/g, "'")
    .replace(/(?<=.)[.,!?;:]+$/, '')
    .replace(/^i'd$/, 'i would')

/** Of links to ids the label is left. */
function withLabels(line: string): string {
  return line.replace(LINK, (link) => link.slice(link.indexOf('[') + 1, link.lastIndexOf('](')))
}
