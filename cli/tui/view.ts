/** The picture of the model: pure. The frame is drawn by frame.ts; each screen has a file of its own. */
import { oldAge } from './age'
import { framedPart, headingRow, MARGIN, type Room, roomOf, screenOf, sentenceOf, type View } from './frame'
import { blank, rowOf, span } from './lay'
import type { Model } from './model'
import { topScreen } from './reading'
import type { Row, Screen } from './screen'
import { viewConversation } from './view-conversation'
import { viewDashboard } from './view-dashboard'
import { overlaid } from './view-dialog'
import { viewPub } from './view-pub'
import { viewWelcome } from './view-welcome'

/** Draws everything. Each row is exactly as wide as the screen, and there are exactly as many as it is high. */
export function view(model: Model): Screen {
  return screenOf(model, () => {
    const shown = viewOf(model, roomOf(model.size))
    const around = { heading: heading(model, shown.path), view: shown, said: saidRow(model) }
    return framedPart(model.size, around, (screen, keys) => overlaid(model, screen, keys))
  })
}

function viewOf(model: Model, room: Room): View {
  const top = topScreen(model)
  switch (top.kind) {
    case 'dashboard':
      return viewDashboard(model, top, room)
    case 'pub':
      return viewPub(model, top, room)
    case 'conversation':
      return viewConversation(model, top, room)
    case 'welcome':
      return viewWelcome(model, top, room)
  }
}

function heading(model: Model, path: string[]): Row {
  const right: Row = []
  const { unread, connection, facts } = model
  if (unread > 0) right.push(span(`${unread} unread`, 'accent'), span('    '))
  const provider = facts.provider?.name ?? ''
  if (provider !== '') right.push(span(`${provider}  `, 'quiet'))
  if (connection.state === 'live') right.push(span('● connected', 'good'))
  // Who has joined nobody is connecting to nobody.
  const isFirstRun = facts.owner !== null && facts.provider === null
  if (connection.state === 'starting' && !isFirstRun) right.push(span('○ connecting', 'quiet'))
  if (connection.state === 'away') {
    const age = oldAge(connection.since, model.now)
    right.push(
      span('○ out of reach', 'warn'),
      span(age === null ? '' : `, since ${age.replace(' ago', '')}`, 'quiet'),
    )
  }
  return headingRow('buttcloud', path, right, model.size.width)
}

/** One quiet line: what has just happened, or why the provider can't be reached. */
function saidRow(model: Model): Row {
  const { told, connection } = model
  if (told !== null) return [blank(MARGIN), span(told.text)]
  if (connection.state === 'away') return [blank(MARGIN), span(sentenceOf(connection.why), 'quiet')]
  return rowOf('')
}
