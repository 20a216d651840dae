/** What lies over a screen: one quiet box, and around it what is there without its colours. */

import { bytesText } from '../../protocol/units'
import { outcomeOf } from '../letters'
import { plainOf } from '../render'
import { actionOf, readyOf } from './actions'
import { ageText } from './age'
import { bar } from './chart'
import { blank, broken, columns, fit, type Part, paragraphs, part, rowOf, span } from './lay'
import { lineWindow } from './line'
import type { Dialog, Field, Model, Request } from './model'
import { bearersOf, openQuestion, pubOf } from './reading'
import type { Row, Target, Tone } from './screen'
import type { KeyHint } from './view'
import { viewBare, viewCode } from './view-code'
import { helpRows } from './view-help'
import { taken, widthOf } from './width'

/** What a box shows; `y` of the cursor and of targets count from its first row. */
export interface Boxed {
  title: string
  content: Part
  keys: KeyHint[]
}

const BOX_WIDTH = 72
const STEADY = 16
const ESCAPE: KeyHint = { key: 'esc', label: 'close', name: 'escape' }

/** The screen with the dialog over it, and the keys that count now. */
export function overlaid(model: Model, screen: Part, keys: KeyHint[]): { part: Part; keys: KeyHint[] } {
  const { dialog } = model
  if (dialog === null) return { part: screen, keys }
  // Between the heading and the keys.
  const room = { width: model.size.width, height: model.size.height - 2 }
  const bare = dialog.kind === 'code' ? viewBare(model, dialog) : null
  if (bare !== null) return { part: bare.content, keys: bare.keys }
  const boxed = boxOf(model, dialog, {
    width: Math.min(BOX_WIDTH, room.width - 4) - 4,
    height: room.height - 4,
  })
  return { part: covering(screen, boxed, room), keys: boxed.keys }
}

function boxOf(model: Model, dialog: Dialog, room: { width: number; height: number }): Boxed {
  switch (dialog.kind) {
    case 'help':
      return { title: 'Help', content: part(helpRows(room.width)), keys: [{ ...ESCAPE, label: 'close' }] }
    case 'form':
      return formBox(model, dialog, room.width)
    case 'follow':
      return followBox(model, dialog, room)
    case 'code':
      return viewCode(model, dialog, { width: model.size.width - 8, height: room.height })
  }
}

function covering(
  screen: Part,
  { title: whole, content }: Boxed,
  room: { width: number; height: number },
): Part {
  // Names are a provider's word and may be of any length: what is too wide is cut, and the box stays on the screen.
  const widest = room.width - 4
  const title = taken(whole, widest - 4)
  const wanted = [...content.rows.map(widthOfRow), widthOf(title) + 4, Math.min(BOX_WIDTH, widest) - 4]
  const inner = Math.min(widest, Math.max(...wanted))
  const width = inner + 4
  const height = Math.min(content.rows.length + 4, room.height)
  const x = Math.floor((room.width - width) / 2)
  // Its upper edge stays where it is while an answer makes it longer.
  const y = 1 + Math.floor((room.height - Math.max(height, Math.min(STEADY, room.height))) / 2)
  const { rows: shown, targets, cursor } = seenPart(content, height - 4)
  const edge = (text: string): Row => rowOf(text, 'quiet')
  const side = (row: Row): Row => [span('│ ', 'quiet'), ...fit(row, inner), span(' │', 'quiet')]
  const head: Row = [
    span('╭─ ', 'quiet'),
    span(title, 'strong'),
    span(` ${'─'.repeat(inner - widthOf(title) - 1)}╮`, 'quiet'),
  ]
  const box = [head, side([]), ...shown.map(side), side([]), edge(`╰${'─'.repeat(width - 2)}╯`)]
  const rows = screen.rows.map((row, at) => {
    const over = box[at - y]
    const faded = row.map((one) => ({ text: one.text, style: { tone: 'quiet' as const } }))
    return over === undefined
      ? at === 0
        ? row
        : faded
      : [...sliced(faded, 0, x), ...over, ...sliced(faded, x + width, room.width)]
  })
  return {
    rows,
    targets: targets.map((target): Target => ({ ...target, x: target.x + x + 2, y: target.y + y + 2 })),
    cursor: cursor === null ? null : { x: cursor.x + x + 2, y: cursor.y + y + 2 },
  }
}

/** So many rows of what is longer than its box, with the one in them that is typed into. */
function seenPart(content: Part, height: number): Part {
  const { rows, targets, cursor } = content
  const from = cursor === null ? 0 : Math.max(0, cursor.y - height + 1)
  const isSeen = (y: number): boolean => y >= from && y < from + height
  return {
    rows: rows.slice(from, from + height),
    targets: targets.filter(({ y }) => isSeen(y)).map((target) => ({ ...target, y: target.y - from })),
    cursor: cursor === null ? null : { x: cursor.x, y: cursor.y - from },
  }
}

const widthOfRow = (row: Row): number => row.reduce((sum, one) => sum + widthOf(one.text), 0)

/** The columns of a row from one to another; a wide character that is cut leaves a blank. */
function sliced(row: Row, from: number, to: number): Row {
  const cutOff: Row = []
  let at = 0
  for (const one of fit(row, Math.max(to, widthOfRow(row)))) {
    const own = widthOf(one.text)
    const start = Math.max(from, at)
    const end = Math.min(to, at + own)
    if (start < end) {
      const before = taken(one.text, start - at)
      const within = taken(one.text.slice(before.length), end - at - widthOf(before))
      cutOff.push({ ...one, text: within })
    }
    at += own
  }
  return fit(cutOff, to - from)
}

// ---- forms --------------------------------------------------------------------------------------------------------

const LABEL = 24

function formBox(model: Model, form: Extract<Dialog, { kind: 'form' }>, width: number): Boxed {
  const view = pubOf(model.facts, form.pub)?.view.value ?? null
  const { id, does, warning } = actionOf(form.action)
  const rows: Row[] = [rowOf(sentence(does), 'quiet')]
  if (warning !== null) rows.push(...paragraphs(warning, width, 'warn'))
  rows.push(rowOf(''))
  const targets: Target[] = []
  let cursor: Part['cursor'] = null
  for (const [index, field] of form.fields.entries()) {
    const isFocused = index === form.focus
    const shown = lineWindow(field.line, width - LABEL - 4)
    targets.push({ x: 0, y: rows.length, width, height: 1, hit: { kind: 'select', index } })
    if (isFocused && field.choices === null) cursor = { x: LABEL + shown.cursor, y: rows.length }
    rows.push(
      columns([
        [rowOf(field.label, isFocused ? 'strong' : 'plain'), LABEL],
        [fieldRow(field, isFocused, shown.text), width - LABEL],
      ]),
    )
  }
  const plan = model.facts.plans?.value.find((one) => one.name === chosenPlan(form.fields))
  if (plan !== undefined && plan.words !== '') rows.push(rowOf(''), ...paragraphs(plan.words, width, 'quiet'))
  if (form.fields.length > 0) rows.push(rowOf(''))
  const ready = readyOf(form.action, form.fields, view)
  if (form.told !== null) rows.push(...paragraphs(form.told, width, 'bad'))
  else if (ready.kind === 'not-yet') rows.push(...paragraphs(ready.reason, width, 'quiet'))
  else if (ready.kind === 'save')
    rows.push(...paragraphs('Enter downloads it into a file in this folder.', width, 'quiet'))
  else {
    rows.push(rowOf(`Enter sends this to ${model.facts.provider?.name ?? 'the provider'}:`, 'quiet'))
    rows.push(...broken(ready.text, width - 2).map((line): Row => [blank(2), span(line, 'accent')]))
  }
  const keys: KeyHint[] = [
    { key: 'enter', label: ready.kind === 'save' ? 'download' : 'send' },
    { ...ESCAPE, label: 'leave it' },
  ]
  if (form.fields.length > 1) keys.splice(1, 0, { key: 'tab', label: 'next field' })
  return { title: view === null ? 'New pub' : `${id} ${view.name}`, content: { rows, targets, cursor }, keys }
}

const chosenPlan = (fields: Field[]): string | undefined =>
  fields.find(({ id, choices }) => id === 'plan' && choices !== null)?.line.text

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`

function fieldRow({ choices, hint, line }: Field, isFocused: boolean, shown: string): Row {
  if (choices !== null)
    return choices.flatMap((one) => [
      span(one === line.text ? `[${one}]` : ` ${one} `, one === line.text ? 'accent' : 'quiet'),
      blank(1),
    ])
  if (line.text === '') return [span(isFocused ? ' ' : ''), span(hint, 'quiet')]
  return [span(shown, isFocused ? 'accent' : 'plain')]
}

// ---- a request, followed ------------------------------------------------------------------------------------------

type Mark = '✓' | '✗' | '·'
const MARK_TONES: Record<Mark, Tone> = { '✓': 'good', '✗': 'bad', '·': 'quiet' }

const marked = (mark: Mark, text: string, tone: Tone = 'plain'): Row => [
  span(`${mark} `, MARK_TONES[mark]),
  span(text, tone),
]

function followBox(
  model: Model,
  follow: Extract<Dialog, { kind: 'follow' }>,
  room: { width: number; height: number },
): Boxed {
  const request = model.requests.find(({ id }) => id === follow.request)
  if (request === undefined)
    return { title: 'Request', content: part([rowOf('It is over.')]), keys: [ESCAPE] }
  const question = openQuestion(model, request)
  const all = [...wayRows(model, request, room.width), ...answerRows(request, room.width)]
  if (question !== null)
    all.push(rowOf(''), [
      span('y', 'accent'),
      span(' says yes, '),
      span('n', 'accent'),
      span(' says no. Escape leaves the question open.'),
    ])
  const from = Math.max(0, Math.min(follow.scroll, all.length - room.height))
  const { codes, links } = bearersOf(request)
  const keys: KeyHint[] = []
  if (question !== null) keys.push({ key: 'y', label: 'yes' }, { key: 'n', label: 'no' })
  if (codes.length + links.length > 0) keys.push({ key: 'enter', label: 'picture and copy' })
  if (links.length > 0) keys.push({ key: 'o', label: 'open the link' })
  keys.push({ ...ESCAPE, label: request.endedAt === null ? 'close; it goes on' : 'close' })
  return { title: titleOf(model, request), content: part(all.slice(from, from + room.height)), keys }
}

/** A yes says little without what it was asked about. */
function titleOf(model: Model, { text, thread }: Request): string {
  const asked = model.requests.find(({ answered }) => thread !== null && answered.final?.key === thread)
  return asked === undefined ? text : `${asked.text}: ${text}`
}

/** How far it is, step by step. */
function wayRows(model: Model, request: Request, width: number): Row[] {
  const { state, answered, begunAt } = request
  if (state === 'failed')
    return [marked('✗', 'It was not done.', 'bad'), ...paragraphs(request.problem ?? '', width)]
  if (request.saved !== null) return savingRows(request, width, model.unicode)
  if (state === 'writing') {
    const wait =
      'Your own node writes it as soon as it may: after a start it waits until the provider has confirmed that it holds your feed whole. Until then it is only here.'
    const rows = [marked('·', 'It is being written to your feed …')]
    return model.connection.state === 'away'
      ? [...rows, rowOf(''), ...paragraphs(wait, width, 'quiet')]
      : rows
  }
  const rows = [marked('✓', `Written to your feed, ${ageText(begunAt, model.now)}. It is valid from now on.`)]
  const isThere = state === 'delivered' || answered.final !== null || answered.received !== null
  if (isThere) rows.push(marked('✓', 'The provider has it.'))
  else if (model.connection.state === 'away')
    rows.push(marked('·', 'It goes out by itself when the provider is back.'))
  else rows.push(marked('·', 'On its way to the provider …'))
  if (answered.received !== null)
    rows.push(marked(answered.final === null ? '·' : '✓', 'It is being worked on.'))
  else if (isThere && answered.final === null) rows.push(marked('·', 'Waiting for the answer …'))
  return rows
}

function savingRows(request: Request, width: number, unicode: boolean): Row[] {
  const { saved, state } = request
  if (saved === null) return []
  if (state === 'saved')
    return [
      marked('✓', `Saved, ${bytesText(saved.bytes)}:`),
      ...paragraphs(saved.file ?? '', width, 'accent'),
    ]
  const { full, rest } = bar(
    saved.bytesAll === null ? 0 : saved.bytes / Math.max(1, saved.bytesAll),
    width - 24,
    unicode,
  )
  const words =
    saved.bytesAll === null
      ? bytesText(saved.bytes)
      : `${bytesText(saved.bytes)} of ${bytesText(saved.bytesAll)}`
  return [marked('·', 'Downloading …'), [span(full, 'accent'), span(rest, 'quiet'), span(`  ${words}`)]]
}

function answerRows({ answered }: Request, width: number): Row[] {
  const rows: Row[] = []
  const { received, final, bearers } = answered
  if (received !== null && final === null) rows.push(rowOf(''), ...textRows(received.text, width, 'quiet'))
  if (final !== null) {
    const outcome = outcomeOf(final)
    const isGood = outcome === 'done' || outcome === 'asked'
    rows.push(
      marked(isGood ? '✓' : '✗', outcome, isGood ? 'good' : 'bad'),
      rowOf(''),
      ...textRows(final.text, width),
    )
  }
  for (const bearer of bearers) rows.push(rowOf(''), ...textRows(bearer.text, width))
  return rows
}

const textRows = (markdown: string, width: number, tone: Tone = 'plain'): Row[] =>
  paragraphs(plainOf(markdown).trim(), width, tone)
