/** The thread with the provider, as a client shows it, and the line to answer in. */
import { inOrder } from '../letters'
import { plainOf } from '../render'
import { ageText } from './age'
import { blank, broken, type Part, rowOf, span } from './lay'
import { lineWindow } from './line'
import type { Model } from './model'
import type { Conversation } from './model-conversation'
import type { Row } from './screen'
import type { Room, View } from './view'

export function viewConversation(model: Model, screen: Conversation, room: Room): View {
  const height = room.height - 2
  const all = letterRows(model, room.width)
  const to = Math.max(Math.min(height, all.length), all.length - screen.scroll)
  const rows = all.slice(Math.max(0, to - height), to)
  while (rows.length < height) rows.unshift(rowOf(''))
  const shown = lineWindow(screen.input, room.width - 2)
  const body: Part = {
    rows: [...rows, rowOf(''), [span('> ', 'accent'), span(shown.text)]],
    targets: [],
    cursor: { x: 2 + shown.cursor, y: room.height - 1 },
  }
  return {
    path: ['conversation'],
    body,
    keys: [
      { key: 'enter', label: 'send' },
      { key: 'up', label: 'older' },
      { key: 'down', label: 'newer' },
      { key: 'esc', label: 'back', name: 'escape' },
    ],
  }
}

function letterRows(model: Model, width: number): Row[] {
  const { owner, provider } = model.facts
  return inOrder(model.letters).flatMap((letter) => {
    const mine = letter.author === owner
    const name = mine ? 'you' : (provider?.name ?? 'the provider')
    const head: Row = [
      span(name, mine ? 'strong' : 'accent'),
      span(`  ${ageText(letter.claimedAt, model.now)}`, 'quiet'),
    ]
    const lines = broken(plainOf(letter.text).trim(), width - 2)
    return [head, ...lines.map((line): Row => [blank(2), span(line)]), rowOf('')]
  })
}
