/** The invites of a pub: on the left (or above) all of them, beside it who used the chosen one. */
import type { InviteView } from '../../protocol/rpc'
import { ageText, oldAge } from './age'
import type { Room } from './frame'
import {
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
import type { Model, PubFacts, PubScreen } from './model'
import { codeOf } from './reading'
import type { Row, Tone } from './screen'

const STATUS_WORDS: Record<InviteView['status'], [words: string, tone: Tone]> = {
  open: ['unused', 'good'],
  'used-up': ['used up', 'quiet'],
  'taken-back': ['taken back', 'quiet'],
}
const ID = 12
const LEFT = 12
const MADE = 14

export function invitesTab(model: Model, screen: PubScreen, known: PubFacts, room: Room): Part {
  const { invites } = known
  if (invites === null) {
    const isLive = model.connection.state === 'live'
    const text = isLive ? 'Looking for its invites …' : 'Its invites are not known here yet.'
    return part([rowOf(text, 'quiet')])
  }
  if (invites.value.length === 0) return part([rowOf('It has no invites yet. Press n to make one.', 'quiet')])
  const selected = Math.min(screen.selected, invites.value.length - 1)
  const details = detailsOf(model, screen, invites.value[selected], room)
  const head = part([countRow(model, known), rowOf(''), headRow(room)])
  const height = Math.max(3, room.height - head.rows.length - details.length - 1)
  const seen = windowOf(invites.value.length, selected, height)
  const list = part([])
  for (const [offset, one] of invites.value.slice(seen.from, seen.to).entries()) {
    const index = seen.from + offset
    list.targets.push(lineTarget(list.rows.length, room.width, { kind: 'select', index }))
    const row = inviteRow(model, one, index === selected, room)
    list.rows.push(index === selected ? chosen(row) : row)
  }
  return stacked(head, list, part([rowOf(''), ...details]))
}

function countRow(model: Model, known: PubFacts): Row {
  const all = known.invites?.value ?? []
  const left = all.reduce((sum, one) => sum + (one.status === 'open' ? one.left : 0), 0)
  const used = all.reduce((sum, one) => sum + one.used.length, 0)
  const people = (count: number): string => `${count} ${count === 1 ? 'person' : 'people'}`
  const age = known.invites === null ? null : oldAge(known.invites.at, model.now)
  return [
    span(`${people(used)} came in`),
    span(`    ${people(left)} may still come`, left === 0 ? 'quiet' : 'good'),
    span(age === null ? '' : `    as it was ${age}`, 'warn'),
  ]
}

const head = (text: string): Row => rowOf(text, 'quiet')
const noteWidth = (room: Room): number => room.width - 2 - ID - LEFT - MADE - 12

function headRow(room: Room): Row {
  return columns([
    [head(''), 2],
    [head('invite'), ID],
    [head(''), 12],
    [head('used'), LEFT],
    [head('made'), MADE],
    [head('note'), noteWidth(room)],
  ])
}

function inviteRow(model: Model, one: InviteView, isChosen: boolean, room: Room): Row {
  const [words, tone] = STATUS_WORDS[one.status]
  const inUse = one.status === 'open' && one.left < one.uses
  return columns([
    [rowOf(isChosen ? '▸ ' : '', 'accent'), 2],
    [rowOf(one.id, isChosen ? 'strong' : 'plain'), ID],
    [rowOf(inUse ? 'in use' : words, inUse ? 'accent' : tone), 12],
    [rowOf(`${one.used.length} of ${one.uses}`), LEFT],
    [rowOf(ageText(one.madeAt, model.now), 'quiet'), MADE],
    [rowOf(one.note ?? '', 'quiet'), noteWidth(room)],
  ])
}

const MEMBERS_SHOWN_MAX = 6

function detailsOf(model: Model, screen: PubScreen, one: InviteView | undefined, room: Room): Row[] {
  if (one === undefined) return []
  const rows: Row[] = []
  const seen = one.used.slice(-MEMBERS_SHOWN_MAX)
  if (one.used.length > seen.length) rows.push(rowOf(`${one.used.length - seen.length} more before`, 'quiet'))
  for (const { member, at } of seen)
    rows.push([span(ageText(at, model.now).padEnd(14), 'quiet'), span('used by '), span(member, 'accent')])
  if (rows.length === 0) rows.push(rowOf('Nobody has used it yet.', 'quiet'))
  if (one.status === 'open') {
    const code = codeOf(model, screen.pub, one.id)
    const text =
      code === null
        ? 'Its code is not among the letters here.'
        : 'Enter shows its code, as a picture too; y copies it.'
    rows.push(...paragraphs(text, room.width, 'quiet'))
  }
  return rows
}
