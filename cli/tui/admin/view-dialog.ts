/** What lies over the operator's screens. */
import { type Boxed, boxRoom, coveredRoom, covering, ESCAPE } from '../box'
import type { KeyHint, Room } from '../frame'
import { blank, broken, chosen, columns, fit, type Part, paragraphs, part, rowOf, span } from '../lay'
import type { Row } from '../screen'
import type { AdminDialog, AdminModel } from './model'
import { marker } from './rows'
import { commandOf, DEEDS } from './verbs'

/** The screen with the dialog over it, and the keys that count now. */
export function overlaid(model: AdminModel, screen: Part, keys: KeyHint[]): { part: Part; keys: KeyHint[] } {
  if (model.dialog === null) return { part: screen, keys }
  const room = coveredRoom(model.size)
  const boxed = boxOf(model, model.dialog, boxRoom(room))
  return { part: covering(screen, boxed, room), keys: boxed.keys }
}

function boxOf(model: AdminModel, dialog: AdminDialog, room: Room): Boxed {
  switch (dialog.kind) {
    case 'help':
      return { title: 'Help', content: part(helpRows(room.width)), keys: [ESCAPE] }
    case 'verbs':
      return verbsBox(dialog, room)
    case 'deed':
      return deedBox(model, dialog, room.width)
  }
}

function verbsBox(dialog: Extract<AdminDialog, { kind: 'verbs' }>, room: Room): Boxed {
  const { width } = room
  const content = part([])
  for (const [index, { text, does, deed }] of dialog.verbs.entries()) {
    const isChosen = index === dialog.selected
    const how = deed === null ? 'copied' : 'asked first'
    const first = columns([
      [marker(isChosen), 2],
      [rowOf(does, isChosen ? 'strong' : 'plain'), width - 14],
      [rowOf(how, 'quiet'), 12, 'right'],
    ])
    const y = content.rows.length
    content.rows.push(isChosen ? chosen(first) : first)
    // The command itself where it is looked at: it may be long, and has to be read whole.
    if (isChosen)
      content.rows.push(...broken(text, width - 4).map((line): Row => [blank(2), span(line, 'accent')]))
    const height = content.rows.length - y
    content.targets.push({ x: 0, y, width, height, hit: { kind: 'select', index } })
  }
  const isDone = dialog.verbs[dialog.selected]?.deed != null
  const keys: KeyHint[] = [
    { key: 'enter', label: isDone ? 'do it' : 'copy it' },
    ...(isDone ? [{ key: 'y', label: 'copy it' }] : []),
    ESCAPE,
  ]
  return { title: dialog.title, content, keys }
}

function deedBox(model: AdminModel, dialog: Extract<AdminDialog, { kind: 'deed' }>, width: number): Boxed {
  const { words, does, warning } = DEEDS[dialog.deed.kind]
  const title = `${does.charAt(0).toUpperCase()}${does.slice(1)}`
  const { state, text, secret, copied } = dialog
  if (state === 'asks') {
    const rows = [
      ...paragraphs(warning, width, 'quiet'),
      rowOf(''),
      rowOf('This is done at the provider:', 'quiet'),
      ...broken(commandOf(model, ...words), width - 2).map((line): Row => [blank(2), span(line, 'accent')]),
      rowOf(''),
      ...paragraphs(text === '' ? 'y does it, n leaves it.' : text, width, text === '' ? 'plain' : 'bad'),
    ]
    const keys = [
      { key: 'y', label: 'do it' },
      { key: 'n', label: 'leave it' },
    ]
    return { title, content: part(rows), keys }
  }
  if (state === 'waits') return { title, content: part([rowOf('Being done …', 'quiet')]), keys: [] }
  const rows: Row[] = paragraphs(text, width, state === 'done' ? 'plain' : 'bad')
  if (secret !== null) {
    rows.push(rowOf(''), ...broken(secret, width).map((line) => rowOf(line, 'accent')), rowOf(''))
    const said = copied
      ? 'Copied, where your terminal allows it.'
      : 'It is shown this once, and kept nowhere.'
    rows.push(rowOf(said, copied ? 'good' : 'quiet'))
  }
  return {
    title,
    content: part(rows),
    keys: [...(secret === null ? [] : [{ key: 'y', label: 'copy' }]), ESCAPE],
  }
}

const HELP: [keys: string, does: string][] = [
  ['up down  j k', 'choose a row; Home, End and the page keys too'],
  ['tab  1 … 5', 'fleet, pubs, events, money, mail'],
  ['enter', 'open a hub, a pub or an owner'],
  ['esc', 'back; takes a filter away'],
  ['/', 'only some pubs: a name, plan, hub or owner; or the words'],
  ['', 'down, suspended, incident, trouble, unpaid'],
  ['s  e', 'other order of pubs; ended ones, too'],
  ['a', 'what can be done here, or typed'],
  ['y', 'copy the command, the id or the key of the row'],
  ['t', 'on mail: send a test mail'],
  ['r', 'ask for everything now'],
  ['q  ctrl-c', 'quit'],
]
const WORDS =
  'It looks, and changes nothing without asking. What is not asked for here is copied as a command for another window. The picture is asked for again every few seconds; what is older says so. The mouse works too; with Shift your terminal selects text.'

function helpRows(width: number): Row[] {
  return [
    ...HELP.map(([keys, does]) => fit([...fit(rowOf(keys, 'accent'), 15), ...rowOf(does)], width)),
    rowOf(''),
    ...paragraphs(WORDS, width, 'quiet'),
  ]
}
