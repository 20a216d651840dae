/** The keys, in words. */
import { columns, paragraphs, rowOf } from './lay'
import type { Row } from './screen'

const KEYS: [keys: string, does: string][] = [
  ['up down  j k', 'choose a row; Home, End and the page keys too'],
  ['enter', 'open it, do it, send it'],
  ['esc', 'back, or leave it'],
  ['tab  1 2 3', 'the tabs of a pub: actions, status, invites'],
  ['n', 'a new pub; among invites a new invite'],
  ['c', 'the conversation with the provider'],
  ['f', 'follow the last request'],
  ['r', 'ask for what is new'],
  ['space', 'another time for the charts'],
  ['q  ctrl-c', 'quit; what was sent goes on'],
]
const WORDS =
  'Everything you do here is a private message to the provider, and is shown before it is sent. While the provider is out of reach your messages wait on your own feed. The mouse works too; with Shift your terminal selects text.'

export function helpRows(width: number): Row[] {
  return [
    ...KEYS.map(([keys, does]) =>
      columns([
        [rowOf(keys, 'accent'), 16],
        [rowOf(does), Math.max(0, width - 16)],
      ]),
    ),
    rowOf(''),
    ...paragraphs(WORDS, width, 'quiet'),
  ]
}
