/** One pub: what it is, and the three tabs. */
import { durationText } from '../../protocol/units'
import { actionsOf } from './actions'
import { oldAge } from './age'
import type { KeyHint, Room, View } from './frame'
import { chosen, columns, lineTarget, type Part, paragraphs, part, rowOf, span, stacked } from './lay'
import { type Model, type PubFacts, type PubScreen, TABS } from './model'
import { momentOf, pubOf, whyOf } from './reading'
import type { Row } from './screen'
import { tabs } from './tabs'
import { STATUS_TONES } from './view-dashboard'
import { invitesTab } from './view-invites'
import { statusTab } from './view-status'

const BACK: KeyHint = { key: 'esc', label: 'back', name: 'escape' }
const TURN: KeyHint = { key: 'tab', label: 'next' }
const HELP: KeyHint = { key: '?', label: 'help' }

const KEYS: Record<PubScreen['tab'], KeyHint[]> = {
  actions: [{ key: 'enter', label: 'do it' }, TURN, BACK, { key: 'c', label: 'conversation' }, HELP],
  status: [{ key: 'space', label: 'other time' }, TURN, BACK, { key: 'c', label: 'conversation' }, HELP],
  invites: [
    { key: 'n', label: 'make one' },
    { key: 'enter', label: 'show its code' },
    { key: 'y', label: 'copy it' },
    { key: 'x', label: 'take back' },
    TURN,
    BACK,
    HELP,
  ],
}

export function viewPub(model: Model, screen: PubScreen, room: Room): View {
  const known = pubOf(model.facts, screen.pub)
  if (known === null || known.view.value.phase === 'ended')
    return { path: ['a pub that is over'], body: part([rowOf('It has ended.', 'quiet')]), keys: [BACK] }
  const view = known.view.value
  const top = stacked(part([summary(model, known), rowOf('')]), tabs(TABS, screen.tab), part([rowOf('')]))
  const rest = { width: room.width, height: room.height - top.rows.length }
  return { path: [view.name], body: stacked(top, tab(model, screen, known, rest)), keys: KEYS[screen.tab] }
}

function tab(model: Model, screen: PubScreen, known: PubFacts, room: Room): Part {
  switch (screen.tab) {
    case 'actions':
      return actionsTab(model, screen, known, room)
    case 'status':
      return statusTab(model, screen, known, room)
    case 'invites':
      return invitesTab(model, screen, known, room)
  }
}

function summary(model: Model, known: PubFacts): Row {
  const view = known.view.value
  const row: Row = [span(`#${view.status}`, STATUS_TONES[view.status])]
  const startedAt = known.figures?.value.startedAt ?? null
  if (view.status === 'up' && startedAt !== null)
    row.push(span(`  for ${durationText(momentOf(known, model.now) - startedAt)}`, 'quiet'))
  row.push(span(`    ${view.plan}`), span(`    ${view.address ?? 'no address yet'}`))
  if (view.domain?.proven === false) row.push(span(`    ${view.domain.name} does not lead here yet`, 'warn'))
  const why = whyOf(view)
  if (why !== null) row.push(span(`    ${why}`, view.status === 'up' ? 'quiet' : 'warn'))
  const age = oldAge(known.view.at, model.now)
  if (age !== null && model.connection.state !== 'live') row.push(span(`    as it was ${age}`, 'warn'))
  return row
}

const ACTION_NAME = 14

function actionsTab(_model: Model, screen: PubScreen, known: PubFacts, room: Room): Part {
  const list = part([])
  const actions = actionsOf(known.view.value)
  const isRoomy = room.width >= 110 && room.height > actions.length + 3
  for (const [index, one] of actions.entries()) {
    const isChosen = index === screen.selected
    const key = one.key.length === 1 ? one.key : 'del'
    const row = columns([
      [rowOf(isChosen ? '▸ ' : '', 'accent'), 2],
      [rowOf(key, 'accent'), 5],
      [rowOf(one.id, isChosen ? 'strong' : 'plain'), ACTION_NAME],
      [rowOf(one.does, 'quiet'), Math.max(0, Math.min(room.width, 100) - ACTION_NAME - 7)],
    ])
    // What ends it stands apart.
    if (one.id === 'delete' && isRoomy) list.rows.push(rowOf(''))
    list.targets.push(lineTarget(list.rows.length, room.width, { kind: 'select', index }))
    list.rows.push(isChosen ? chosen(row) : row)
  }
  return stacked(list, part(money(known, room)))
}

/** What stands against it for not being paid; nothing where nothing is owed. */
function money(known: PubFacts, room: Room): Row[] {
  const { dues } = known.view.value
  if (dues === null) return []
  const when = (at: number | null, what: string): string =>
    at === null ? '' : ` ${what} on ${new Date(at).toISOString().slice(0, 10)}.`
  const text = `It is not paid for (${dues.reason}).${when(dues.suspendAt, 'It is stopped')}${when(dues.endAt, 'It ends')}`
  return [rowOf(''), ...paragraphs(text, Math.min(room.width, 100), 'warn')]
}
