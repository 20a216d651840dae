/** The dashboard: every pub on a line, and what is being asked for. */

import type { PubView } from '../../protocol/rpc'
import { bytesText } from '../../protocol/units'
import { oldAge } from './age'
import { highest, sparkline, type Values } from './chart'
import type { Room, View } from './frame'
import {
  blank,
  chosen,
  columns,
  lineTarget,
  type Part,
  paragraphs,
  part,
  rowOf,
  span,
  stacked,
  windowOf,
} from './lay'
import type { DashboardScreen, Model, PubFacts } from './model'
import { counted, isOpen, progressWords, shownPubs, whyOf } from './reading'
import type { Row, Tone } from './screen'

export const STATUS_TONES: Record<PubView['status'], Tone> = { up: 'good', down: 'bad', none: 'quiet' }
const REQUESTS_SHOWN_MAX = 3

export function viewDashboard(model: Model, screen: DashboardScreen, room: Room): View {
  const pubs = shownPubs(model.facts)
  const asked = requestRows(model)
  const top = stacked(part([countRow(model), rowOf('')]))
  const height = room.height - top.rows.length - asked.length
  const list = pubs.length === 0 ? nothing(model, room) : listOf(model, screen, pubs, { ...room, height })
  while (list.rows.length < height) list.rows.push(rowOf(''))
  return {
    path: [],
    body: stacked(top, list, part(asked)),
    keys: [
      { key: 'enter', label: 'open' },
      { key: 'n', label: 'new pub' },
      { key: 'c', label: 'conversation' },
      { key: 'f', label: 'last request' },
      { key: '?', label: 'help' },
      { key: 'q', label: 'quit' },
    ],
  }
}

function countRow(model: Model): Row {
  const counts = counted(model.facts)
  const row: Row = []
  for (const status of ['up', 'down', 'none'] as const) {
    const tone = counts[status] === 0 ? 'quiet' : STATUS_TONES[status]
    row.push(
      span(`#${status} `, tone),
      span(`${counts[status]}`, counts[status] === 0 ? 'quiet' : 'strong'),
      blank(4),
    )
  }
  const age = model.facts.pubsAt === null ? null : oldAge(model.facts.pubsAt, model.now)
  if (age !== null) row.push(span(`as it was ${age}`, 'warn'))
  return row
}

function nothing(model: Model, room: Room): Part {
  const { pubsAt } = model.facts
  const isAway = model.connection.state === 'away'
  const text =
    pubsAt !== null
      ? 'You have no pub yet. Press n to ask for one.'
      : isAway
        ? 'Your pubs are not known here yet, and the provider can not be asked. They appear by themselves when it is back.'
        : 'Looking for your pubs …'
  return part(paragraphs(text, Math.min(room.width, 72), 'quiet'))
}

/** How wide each column is; what is left over goes to the charts, and to the address where it fits. */
interface Widths {
  name: number
  plan: number
  /** 0: it stands on a line of its own. */
  address: number
  chart: number
}

const MARKER = 2
const STATUS = 8
const FIGURE = 9
const GAP = 3
const CHART_MAX = 40
const MIDDLE = 108
const WIDE = 150
const COLUMNS = {
  narrow: { name: 14, plan: 12, address: 0 },
  middle: { name: 16, plan: 12, address: 28 },
  wide: { name: 24, plan: 16, address: 34 },
}

function widthsFor({ width }: Room): Widths {
  const size = width >= WIDE ? 'wide' : width >= MIDDLE ? 'middle' : 'narrow'
  const { name, plan, address } = COLUMNS[size]
  const left = width - MARKER - name - STATUS - plan - address - 2 * FIGURE - GAP
  return { name, plan, address, chart: Math.max(6, Math.min(CHART_MAX, Math.floor(left / 2))) }
}

function listOf(model: Model, screen: DashboardScreen, pubs: PubFacts[], room: Room): Part {
  const widths = widthsFor(room)
  const each = pubs.length * 3 <= room.height - 2 ? 3 : pubs.length * 2 <= room.height - 1 ? 2 : 1
  const seen = windowOf(pubs.length, screen.selected, Math.max(1, Math.floor((room.height - 1) / each)))
  const list = part(each === 3 ? [headRow(widths), rowOf('')] : [headRow(widths)])
  for (const [offset, known] of pubs.slice(seen.from, seen.to).entries()) {
    const index = seen.from + offset
    const rows = pubRows(model, known, widths, index === screen.selected).slice(0, Math.min(each, 2))
    if (each === 3) rows.push(rowOf(''))
    const y = list.rows.length
    for (let down = 0; down < rows.length; down++)
      list.targets.push(lineTarget(y + down, room.width, { kind: 'select', index }))
    list.rows.push(...rows)
  }
  return list
}

function headRow({ name, plan, address, chart }: Widths): Row {
  const head = (text: string): Row => rowOf(text, 'quiet')
  return columns([
    [head(''), MARKER],
    [head('pub'), name],
    [head(''), STATUS],
    [head('plan'), plan],
    ...(address === 0 ? [] : ([[head('address'), address]] as [Row, number][])),
    [head('memory, last hour'), chart + FIGURE + GAP],
    [head('traffic, last hour'), chart + FIGURE],
  ])
}

function pubRows(model: Model, known: PubFacts, widths: Widths, isChosen: boolean): Row[] {
  const view = known.view.value
  const { name, plan, address, chart } = widths
  const hour = known.samples.hour?.value
  const memory: Values = hour?.memoryBytes ?? []
  const traffic: Values = hour === undefined ? [] : summed(hour.inBytes, hour.outBytes)
  const memoryNow = known.figures?.value.memoryBytes ?? highest(memory.slice(-1))
  const drawn = (values: Values): Row => rowOf(sparkline(values, chart, model.unicode), 'accent')
  const marker = isChosen ? [span('▸ ', 'accent')] : rowOf('')
  const why = whyOf(view)
  const main = columns([
    [marker, MARKER],
    [rowOf(view.name, isChosen ? 'strong' : 'plain'), name - 1],
    [rowOf(''), 1],
    [rowOf(`#${view.status}`, STATUS_TONES[view.status]), STATUS],
    [rowOf(view.plan), plan - 1],
    [rowOf(''), 1],
    ...(address === 0
      ? []
      : ([
          [addressRow(view), address - 1],
          [rowOf(''), 1],
        ] as [Row, number][])),
    [drawn(memory), chart],
    [rowOf(bytesOr(memoryNow)), FIGURE, 'right'],
    [rowOf(''), GAP],
    [drawn(traffic), chart],
    [rowOf(hour === undefined ? '-' : bytesText(total(traffic))), FIGURE, 'right'],
  ])
  const second: Row = [blank(MARKER)]
  if (address === 0) second.push(...addressRow(view), blank(2))
  if (why !== null) second.push(span(why, view.status === 'up' ? 'quiet' : 'warn'), blank(2))
  const age = known.figures === null ? null : oldAge(known.figures.at, model.now)
  if (age !== null) second.push(span(`figures from ${age}`, 'quiet'))
  return [isChosen ? chosen(main) : main, second]
}

const addressRow = (view: PubView): Row => rowOf(view.address ?? 'no address yet', 'quiet')

export const bytesOr = (bytes: number | null): string => (bytes === null ? '-' : bytesText(bytes))

const total = (values: Values): number => values.reduce<number>((sum, value) => sum + (value ?? 0), 0)

/** Both directions together; a gap only where neither was measured. */
export function summed(into: Values, out: Values): (number | null)[] {
  return into.map((value, at) => {
    const other = out[at] ?? null
    return value === null && other === null ? null : (value ?? 0) + (other ?? 0)
  })
}

function requestRows(model: Model): Row[] {
  const open = model.requests.filter(isOpen).slice(-REQUESTS_SHOWN_MAX)
  if (open.length === 0) return []
  return [
    rowOf(''),
    ...open.map(
      (request): Row => [span(request.text, 'plain'), blank(2), span(progressWords(model, request), 'quiet')],
    ),
  ]
}
