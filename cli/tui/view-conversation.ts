/** The thread with the provider, as a client shows it, and the line to answer in. */

import { plainOf } from '../render'
import type { Room, View } from './frame'
import { type Part, paragraphs, rowOf, span } from './lay'
import { lineWindow } from './line'
import type { Model } from './model'
import type { Conversation } from './model-conversation'
import type { Row } from './screen'
import { threadWindow } from './thread-rows'
import { understood } from './understood'
import { answers } from './update-conversation'

export function viewConversation(model: Model, screen: Conversation, room: Room): View {
  const said = hints(model, screen, room.width)
  const height = Math.max(1, room.height - 2 - said.length)
  const { rows, scroll } = threadWindow(model, { width: room.width, height }, screen.scroll)
  const all = rows.length === 0 ? emptyRows(model) : rows
  const above = [...Array.from({ length: Math.max(0, height - all.length) }, () => rowOf('')), ...all]
  const shown = lineWindow(screen.input, room.width - 2)
  const body: Part = {
    rows: [
      ...above.slice(0, height),
      rule(room.width, scroll),
      [span('> ', 'accent'), span(shown.text)],
      ...said,
    ],
    targets: [],
    cursor: { x: 2 + shown.cursor, y: height + 1 },
  }
  return {
    path: ['conversation'],
    body,
    keys: [
      { key: 'enter', label: 'send' },
      { key: 'tab', label: 'complete' },
      { key: '↑', label: 'typed before', name: 'up' },
      { key: 'pgup', label: 'older', name: 'pageup' },
      { key: 'pgdn', label: 'newer', name: 'pagedown' },
      { key: 'esc', label: 'back', name: 'escape' },
    ],
  }
}

function emptyRows(model: Model): Row[] {
  const text = model.lettersCaughtUp
    ? 'Nothing has been written yet. Try: help'
    : 'The conversation is being read from your feed …'
  return [rowOf(text, 'quiet')]
}

function rule(width: number, scroll: number): Row {
  if (scroll === 0) return rowOf('─'.repeat(width), 'quiet')
  const text = `── ${scroll} more rows below `
  return [span(text, 'warn'), span('─'.repeat(Math.max(0, width - text.length)), 'quiet')]
}

/** What Tab offers, how the line will be read, or what it answers; one row, and more for a doubt. */
function hints(model: Model, { input, offer, doubted }: Conversation, width: number): Row[] {
  if (offer !== null) return [offerRow(offer)]
  const read = understood(input.text)
  switch (read.kind) {
    case 'nothing':
      return [model.connection.state === 'away' ? rowOf(AWAY, 'quiet') : rowOf('')]
    case 'talk':
      return [rowOf('Nothing in it wants an answer.', 'quiet')]
    case 'direct':
      return [[span('goes to the provider without a message: ', 'quiet'), span(read.reads)]]
    case 'clear': {
      const question = answers(model, read)
      if (question !== null)
        return [[span('answers: ', 'quiet'), span(plainOf(question.text).trim().replace(/\s+/g, ' '))]]
      return [read.reads === null ? rowOf('') : [span('reads as: ', 'quiet'), span(read.reads)]]
    }
    case 'doubt': {
      if (doubted !== input.text) return [rowOf('Not clear yet.', 'quiet')]
      const choices = read.readings.flatMap(
        (reading, at): Row => [span(`${at + 1} `, 'accent'), span(`${reading}   `)],
      )
      const end = span('enter', 'accent')
      return [
        ...paragraphs(read.words, width, 'warn'),
        [...choices, end, span(' sends it as it is', 'quiet')],
      ]
    }
  }
}

const AWAY = 'Out of reach: what you write waits on your feed and is answered later.'

function offerRow({ options, at }: NonNullable<Conversation['offer']>): Row {
  if (options.length === 0) return rowOf('Nothing to choose from here.', 'quiet')
  return options.flatMap(
    (option, index): Row => [span(option, index === at ? 'accent' : 'quiet'), span('  ')],
  )
}
