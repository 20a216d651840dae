/** A list of blocks of rows in a window, and how each item is drawn: pure. */

import type { HubRoomView } from '../../../protocol/rpc-desk'
import { bytesText } from '../../../protocol/units'
import { ageText } from '../age'
import { bar } from '../chart'
import type { Room } from '../frame'
import { blank, chosen, columns, fit, lineTarget, type Part, paragraphs, part, rowOf, span } from '../lay'
import { incidentWords } from '../reading'
import type { Row, Tone } from '../screen'
import type { Item } from './items'
import type { AdminModel } from './model'
import { labelOf, moneyWords, phaseTone } from './reading'

/** One item: `before` are headings above it, which are nobody's. */
export interface Block {
  before: Row[]
  rows: Row[]
}

/** So many of the blocks as fit, the chosen one among them with its headings; `first` is the index of the first of them. */
export function listed(
  { blocks, first }: { blocks: Block[]; first: number },
  selected: number,
  room: Room,
): Part {
  const list = part([])
  const places: { from: number; to: number }[] = []
  for (const [offset, { before, rows }] of blocks.entries()) {
    const index = first + offset
    const from = list.rows.length
    list.rows.push(...before)
    for (let down = 0; down < rows.length; down++)
      list.targets.push(lineTarget(list.rows.length + down, room.width, { kind: 'select', index }))
    list.rows.push(...(index === selected ? rows.map(chosen) : rows))
    places.push({ from, to: list.rows.length })
  }
  const { height } = room
  const place = places[selected - first]
  if (list.rows.length <= height || place === undefined) return list
  // The chosen block is whole in it, and else in the middle.
  const middle = Math.floor((place.from + place.to - height) / 2)
  const from = Math.max(0, Math.min(middle, place.from, list.rows.length - height))
  return {
    rows: list.rows.slice(from, from + height),
    targets: list.targets
      .filter(({ y }) => y >= from && y < from + height)
      .map((target) => ({ ...target, y: target.y - from })),
    cursor: null,
  }
}

export const marker = (isChosen: boolean): Row => (isChosen ? [span('▸ ', 'accent')] : [blank(2)])
export const headed = (text: string): Row[] => [rowOf(''), rowOf(text, 'quiet')]

const MARKER = 2
type Cell = [row: Row, width: number, align?: 'left' | 'right']

/** Cells with a blank after each, so that columns never touch; the marker has its own. */
export function cells(...all: Cell[]): Row {
  return columns(
    all.map(([row, width, align]): Cell => {
      const own = width <= MARKER ? width : width - 1
      return [[...fit(row, own, align), blank(width - own)], width]
    }),
  )
}

// ---- hubs ---------------------------------------------------------------------------------------------------------

const HUB = { label: 15, state: 16, figures: 19, pubs: 6, engine: 8 }
const HUB_BAR_MAX = 60

const barWidth = (width: number): number =>
  Math.max(6, Math.min(HUB_BAR_MAX, width - 2 - HUB.label - HUB.state - HUB.figures - HUB.pubs - HUB.engine))

export function hubHead(width: number): Row {
  const own = barWidth(width)
  return cells(
    [[], MARKER],
    [rowOf('hub', 'quiet'), HUB.label],
    [rowOf('state', 'quiet'), HUB.state],
    [rowOf('memory', 'quiet'), own],
    [rowOf('reserved of all', 'quiet'), HUB.figures, 'right'],
    [rowOf('pubs', 'quiet'), HUB.pubs, 'right'],
    [rowOf('engine', 'quiet'), HUB.engine],
  )
}

export function hubState(
  { connected, status, awaySince }: HubRoomView,
  now: number,
): { text: string; tone: Tone } {
  if (!connected) {
    const age = awaySince === null ? '' : `, ${ageText(awaySince, now).replace(/ ago$/, '')}`
    return { text: `away${age}`, tone: 'bad' }
  }
  return status === 'admitted' ? { text: 'connected', tone: 'good' } : { text: status, tone: 'warn' }
}

/** From here on a hub is called full. */
const FULL_SHARE = 0.9
export const shareTone = (share: number): Tone => (share >= FULL_SHARE ? 'warn' : 'accent')

export function hubRow(model: AdminModel, hub: HubRoomView, isChosen: boolean, width: number): Row {
  const state = hubState(hub, model.now)
  // What was so when the provider could be asked last.
  const tone = model.connection.state === 'live' ? state.tone : 'quiet'
  const own = barWidth(width)
  const share = hub.memoryBytes === 0 ? 0 : hub.reservedBytes / hub.memoryBytes
  const { full, rest } = bar(share, own - 1, model.unicode)
  return cells(
    [marker(isChosen), MARKER],
    [rowOf(hub.label, isChosen ? 'strong' : 'plain'), HUB.label],
    [rowOf(state.text, tone), HUB.state],
    [[span(full, shareTone(share)), span(rest, 'quiet')], own],
    [rowOf(`${bytesText(hub.reservedBytes)} of ${bytesText(hub.memoryBytes)}`), HUB.figures, 'right'],
    [rowOf(String(hub.pubs)), HUB.pubs, 'right'],
    [rowOf(hub.engine ?? '-', 'quiet'), HUB.engine],
  )
}

// ---- pubs ---------------------------------------------------------------------------------------------------------

interface PubWidths {
  name: number
  phase: number
  plan: number
  owner: number
  hub: number
  money: number
  incident: number
}

const WIDE = 150
const MIDDLE = 108

function pubWidths(width: number): PubWidths {
  const fixed: PubWidths =
    width >= WIDE
      ? { name: 26, phase: 9, plan: 18, owner: 22, hub: 20, money: 14, incident: 0 }
      : width >= MIDDLE
        ? { name: 20, phase: 8, plan: 14, owner: 16, hub: 14, money: 12, incident: 0 }
        : { name: 14, phase: 7, plan: 11, owner: 10, hub: 9, money: 11, incident: 0 }
  const used = Object.values(fixed).reduce((sum: number, one: number) => sum + one, 2)
  return { ...fixed, incident: Math.max(8, width - used) }
}

export function pubHead(width: number): Row {
  const widths = pubWidths(width)
  const head = (text: string): Row => rowOf(text, 'quiet')
  return cells(
    [[], MARKER],
    [head('pub'), widths.name],
    [head('phase'), widths.phase],
    [head('plan'), widths.plan],
    [head('owner'), widths.owner],
    [head('hub'), widths.hub],
    [head('money'), widths.money],
    [head('incident'), widths.incident],
  )
}

export function pubRow(
  model: AdminModel,
  item: Item & { kind: 'pub' },
  isChosen: boolean,
  width: number,
): Row {
  const { pub } = item
  const widths = pubWidths(width)
  const [owner = '', ...others] = pub.owners
  const more = others.length === 0 ? '' : `+${others.length}`
  const money = moneyWords(model.fleet, pub.pub)
  const incident = pub.lastIncident
  const what =
    incident === null
      ? ''
      : `${incident.overAt === null ? 'now' : ageText(incident.begunAt, model.now).replace(/ ago$/, '')}: ${widths.incident < 30 ? incident.kind : incidentWords(incident.kind)}`
  return cells(
    [marker(isChosen), MARKER],
    [rowOf(pub.name, isChosen ? 'strong' : 'plain'), widths.name],
    [rowOf(pub.phase, phaseTone(pub)), widths.phase],
    [rowOf(pub.plan), widths.plan],
    [rowOf(`${cutFeed(owner, widths.owner - 1 - more.length)}${more}`, 'quiet'), widths.owner],
    [rowOf(labelOf(model.fleet, pub.hub), 'quiet'), widths.hub],
    [rowOf(money.text, money.tone), widths.money],
    [rowOf(what, incident?.overAt === null ? 'bad' : 'quiet'), widths.incident],
  )
}

const cutFeed = (feed: string, width: number): string => feed.slice(0, Math.max(0, width))

// ---- what happened, and what waits --------------------------------------------------------------------------------

const AGE = 13
const EVENT_NAME = 15

export function eventRows(
  model: AdminModel,
  item: Item & { kind: 'event' },
  isChosen: boolean,
  width: number,
): Row[] {
  const { at, tone, name, text } = item.event
  const first = cells(
    [marker(isChosen), MARKER],
    [rowOf(ageText(at, model.now), 'quiet'), AGE],
    [rowOf(name, isChosen ? 'strong' : 'plain'), EVENT_NAME],
  )
  const indent = 2 + AGE + EVENT_NAME
  const [line = [], ...rest] = paragraphs(text, Math.max(10, width - indent), tone)
  // What is longer is told whole where it is looked at.
  if (!isChosen) return [[...first, span(text, tone)]]
  return [[...first, ...line], ...rest.map((row): Row => [blank(indent), ...row])]
}

export function waitingRows(item: Item & { kind: 'waiting' }, isChosen: boolean, width: number): Row[] {
  const { tone, text, command } = item.waiting
  const [line = [], ...rest] = paragraphs(text, Math.max(10, width - 4), 'plain')
  const rows: Row[] = [[...marker(isChosen), span('● ', tone), ...line]]
  for (const row of rest) rows.push([blank(4), ...row])
  if (command !== null && isChosen) rows.push([blank(4), span(command, 'accent')])
  return rows
}

const ROLE = 18

/** A line each; the chosen one whole, with the key of the message that says it. */
export function auditRows(
  { entry }: Item & { kind: 'audit' },
  {
    now,
    names,
    isChosen,
    width,
  }: { now: number; names: ReadonlyMap<string, string>; isChosen: boolean; width: number },
): Row[] {
  const which = entry.pub !== null && names.size > 0 ? `${names.get(entry.pub) ?? ''} · ` : ''
  const text = `${which}${entry.text.replace(/\s+/g, ' ')}`
  const first = cells(
    [marker(isChosen), MARKER],
    [rowOf(ageText(entry.at, now), 'quiet'), AGE],
    [rowOf(`${entry.role} ${entry.kind}`, entry.role === 'owner' ? 'accent' : 'quiet'), ROLE],
  )
  const indent = 2 + AGE + ROLE
  if (!isChosen) return [[...first, span(text)]]
  const [line = [], ...rest] = paragraphs(text, Math.max(10, width - indent))
  // A key has to be read whole, also where the window is small.
  const key = (word: string, id: string): Row => [blank(4), span(word, 'quiet'), span(id, 'accent')]
  return [
    ...[[...first, ...line], ...rest.map((row): Row => [blank(indent), ...row])],
    key('message      ', entry.key),
    ...(entry.because === null ? [] : [key('follows from ', entry.because)]),
  ]
}

export const ownerRow = (owner: string, isChosen: boolean): Row => [
  ...marker(isChosen),
  span('owner  ', 'quiet'),
  span(owner, isChosen ? 'strong' : 'plain'),
]
