/** The first run. */
import { type Part, paragraphs, rowOf, span } from './lay'
import { lineWindow } from './line'
import type { Model } from './model'
import type { Welcome } from './model-welcome'
import type { Room, View } from './view'

const WORDS =
  'Welcome. Pubs are run by a provider, and to speak with one you need its invite: whoever runs it has one for you, or shows it on its page.\n\nPaste it here and press Enter. With an empty line the provider on this machine is taken, where one runs.'

export function viewWelcome(_model: Model, screen: Welcome, room: Room): View {
  const shown = lineWindow(screen.input, room.width - 2)
  const above = [...paragraphs(WORDS, Math.min(room.width, 72)), rowOf('')]
  const body: Part = {
    rows: [...above, [span('> ', 'accent'), span(shown.text)], rowOf(''), ...below(screen, room)],
    targets: [],
    cursor: { x: 2 + shown.cursor, y: above.length },
  }
  return { path: ['welcome'], body, keys: [{ key: 'enter', label: 'join' }] }
}

function below(screen: Welcome, room: Room) {
  if (screen.step === 'joining') return [rowOf('Joining …', 'quiet')]
  return screen.problem === null ? [] : paragraphs(screen.problem, room.width, 'bad')
}
