/** The thread with the provider as rows, the newest last: who wrote, when, what, and what has become of it. */

import { parseCommand } from '../../protocol/command'
import type { FeedId, MessageId } from '../../protocol/ids'
import { timeText } from '../inbox'
import { inOrder, type Letter } from '../letters'
import { ageText } from './age'
import { blank, rowOf, span } from './lay'
import { markdownRows } from './markdown'
import type { Model, Request } from './model'
import { progressWords } from './reading'
import type { Row } from './screen'

const INDENT = 2
const DAY_MS = 86_400_000

/** Rows of a letter's text do not change; a screen is drawn every second. */
const drawn = new WeakMap<Letter, { width: number; rows: Row[] }>()
const ordered = new WeakMap<Letter[], Letter[]>()

/** The rows that are seen, and how far one can scroll back. */
export interface ThreadWindow {
  rows: Row[]
  /** `scroll`, as far as there is something. */
  scroll: number
}

/** `scroll` rows from the end; only as many letters are drawn as that takes. */
export function threadWindow(
  model: Model,
  { width, height }: { width: number; height: number },
  scroll: number,
): ThreadWindow {
  const letters = inTime(model.letters)
  const waiting = waitingRows(model, width)
  const wanted = scroll + height
  const ended = endedOf(model.letters)
  const blocks: Row[][] = waiting.length > 0 ? [waiting] : []
  let count = waiting.length
  for (let at = letters.length - 1; at >= 0 && count < wanted; at -= 1) {
    const letter = letters[at]
    if (letter === undefined) break
    const block = letterRows(model, letter, width, ended)
    blocks.unshift(block)
    count += block.length
  }
  const rows = blocks.flat()
  const most = Math.max(0, count - height)
  const kept = Math.min(scroll, most)
  const to = rows.length - kept
  return { rows: rows.slice(Math.max(0, to - height), to), scroll: kept }
}

function inTime(letters: Letter[]): Letter[] {
  const known = ordered.get(letters)
  if (known !== undefined) return known
  const sorted = inOrder(letters)
  ordered.set(letters, sorted)
  return sorted
}

const answered = new WeakMap<Letter[], { ended: Set<MessageId>; upTo: Map<FeedId, number> }>()

/** Which of the owner's letters have a final answer. */
function endedOf(letters: Letter[]): { ended: Set<MessageId>; upTo: Map<FeedId, number> } {
  const known = answered.get(letters)
  if (known !== undefined) return known
  const ended = new Set<MessageId>()
  const upTo = new Map<FeedId, number>()
  for (const { payload } of letters) {
    if (payload?.kind === 'answer' && payload.final) ended.add(payload.answers)
    if (payload?.kind === 'burst')
      upTo.set(payload.author, Math.max(payload.upTo, upTo.get(payload.author) ?? 0))
  }
  const found = { ended, upTo }
  answered.set(letters, found)
  return found
}

function letterRows(model: Model, letter: Letter, width: number, over: ReturnType<typeof endedOf>): Row[] {
  const { facts, now } = model
  const mine = letter.author === facts.owner
  const name = mine ? 'you' : (facts.provider?.name ?? 'the provider')
  const head: Row = [
    span(name, mine ? 'strong' : 'accent'),
    span(`  ${whenText(letter.claimedAt, now)}`, 'quiet'),
  ]
  if (letter.recps.length > 2) head.push(span(`  to all ${letter.recps.length - 1} owners`, 'quiet'))
  const fate = mine ? fateOf(model, letter, over) : null
  if (fate !== null) head.push(span(`  ${fate}`, 'warn'))
  return [head, ...textRows(letter, width), rowOf('')]
}

/** Ages as everywhere; what is older than a day or two gets its date, too. */
const whenText = (at: number, now: number): string =>
  now - at < 2 * DAY_MS ? ageText(at, now) : `${timeText(at)}, ${ageText(at, now)}`

function textRows(letter: Letter, width: number): Row[] {
  const known = drawn.get(letter)
  if (known?.width === width) return known.rows
  const rows = markdownRows(letter.text, width - INDENT).map((row): Row => [blank(INDENT), ...row])
  drawn.set(letter, { width, rows })
  return rows
}

/** What has become of the owner's own words; null once they are answered, and for what wants no answer. */
function fateOf(model: Model, letter: Letter, over: ReturnType<typeof endedOf>): string | null {
  if (over.ended.has(letter.key) || letter.sequence <= (over.upTo.get(letter.author) ?? 0)) return null
  const request = model.requests.find(({ key }) => key === letter.key)
  if (request !== undefined) return progressWords(model, request)
  if (!model.lettersCaughtUp || parseCommand(letter.text).kind === 'empty') return null
  return model.connection.state === 'away' ? 'waits for the provider' : 'no answer yet'
}

/** What is not on the feed yet. */
function waitingRows(model: Model, width: number): Row[] {
  const waits = model.requests.filter(
    ({ state, key }) => key === null && (state === 'writing' || state === 'failed'),
  )
  return waits.flatMap((request) => [
    [
      span('you', 'strong'),
      span(`  ${fateOfUnwritten(model, request)}`, request.state === 'failed' ? 'bad' : 'warn'),
    ],
    ...markdownRows(request.text, width - INDENT).map((row): Row => [blank(INDENT), ...row]),
    rowOf(''),
  ])
}

function fateOfUnwritten({ connection }: Model, { state, problem }: Request): string {
  if (state === 'failed') return `not sent: ${problem ?? 'it could not be written'}`
  return connection.state === 'away'
    ? 'not written yet: your node writes once the provider is back'
    : 'being written'
}
