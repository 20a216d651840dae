/** The picture of the model: pure. The frame is drawn here; each screen has a file of its own. */
import { oldAge } from './age'
import { apart, blank, fit, type Part, paragraphs, part, placed, rowOf, span } from './lay'
import type { Model } from './model'
import { topScreen } from './reading'
import type { Row, Screen, Target } from './screen'
import { viewConversation } from './view-conversation'
import { viewDashboard } from './view-dashboard'
import { overlaid } from './view-dialog'
import { viewPub } from './view-pub'
import { viewWelcome } from './view-welcome'
import { asciiOf, widthOf } from './width'

export const WIDTH_MIN = 80
export const HEIGHT_MIN = 24
/** Lines longer than this are hard to read, so what is wider gets wider margins. */
export const MARGIN = 2

/** One key at the bottom, and what it does. */
export interface KeyHint {
  key: string
  label: string
  /** What a click on it presses, where that is not its name. */
  name?: string
}

/** What a screen's own view gives: where it is, what is in it, and its keys. */
export interface View {
  /** After the name of the program: `alice`. */
  path: string[]
  body: Part
  keys: KeyHint[]
}

/** What a view may fill. */
export interface Room {
  width: number
  height: number
}

/** Draws everything. Each row is exactly as wide as the screen, and there are exactly as many as it is high. */
export function view(model: Model): Screen {
  const { width, height } = model.size
  const drawn = width < WIDTH_MIN || height < HEIGHT_MIN ? tooSmall(model) : framed(model)
  const rows = drawn.rows.slice(0, height).map((row) => exact(row, width, model.unicode))
  while (rows.length < height) rows.push([blank(width)])
  const at = drawn.cursor
  const isInside = at !== null && at.x < width && at.y < height
  return { width, height, rows, cursor: isInside ? at : null, targets: drawn.targets }
}

/** The last thing that happens to a row: whatever was put into it, it has this width, and in ASCII no more than that. */
function exact(row: Row, width: number, unicode: boolean): Row {
  const said = unicode ? row : row.map((one) => ({ ...one, text: asciiOf(one.text) }))
  return fit(said, width).filter((one) => one.text !== '')
}

function tooSmall({ size: { width, height } }: Model): Part {
  const text = `This needs a window of ${WIDTH_MIN} by ${HEIGHT_MIN}; yours has ${width} by ${height}. Make it larger, or press q to quit.`
  return part(paragraphs(text, Math.max(1, width)))
}

function framed(model: Model): Part {
  const { width, height } = model.size
  const room = { width: width - 2 * MARGIN, height: height - 5 }
  const { path, body, keys } = viewOf(model, room)
  const inner = placed(body, { indent: MARGIN, width: width - MARGIN, height: room.height })
  const below = (target: Target): Target => ({ ...target, y: target.y + 2 })
  const screen: Part = {
    rows: [heading(model, path), [blank(width)], ...inner.rows, [blank(width)], saidRow(model)],
    targets: inner.targets.map(below),
    cursor: inner.cursor === null ? null : { x: inner.cursor.x, y: inner.cursor.y + 2 },
  }
  const { part: whole, keys: shown } = overlaid(model, screen, keys)
  const foot = keyRow(shown, width)
  whole.rows.push(foot.row)
  whole.targets.push(...foot.targets.map((target) => ({ ...target, y: height - 1 })))
  return whole
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
  const { width } = model.size
  const left: Row = [blank(MARGIN), span('buttcloud', 'accent')]
  for (const one of path) left.push(span('  ›  ', 'quiet'), span(one, 'strong'))
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
  right.push(blank(MARGIN))
  return apart(left, right, width)
}

const sentenceOf = (why: string): string =>
  `${why.charAt(0).toUpperCase()}${why.slice(1)}${/[.!?]$/.test(why) ? '' : '.'}`

/** One quiet line: what has just happened, or why the provider can't be reached. */
function saidRow(model: Model): Row {
  const { told, connection } = model
  if (told !== null) return [blank(MARGIN), span(told.text)]
  if (connection.state === 'away') return [blank(MARGIN), span(sentenceOf(connection.why), 'quiet')]
  return rowOf('')
}

const KEY_GAP = 3

function keyRow(keys: KeyHint[], width: number): { row: Row; targets: Target[] } {
  const row: Row = [blank(MARGIN)]
  const targets: Target[] = []
  let x = MARGIN
  for (const { key, label, name } of keys) {
    const own = widthOf(`${key} ${label}`)
    if (x + own > width - MARGIN) break
    if (x > MARGIN) row.push(blank(KEY_GAP))
    row.push(span(key, 'accent'), span(` ${label}`, 'quiet'))
    targets.push({ x, y: 0, width: own, height: 1, hit: { kind: 'key', name: name ?? key } })
    x += own + KEY_GAP
  }
  return { row, targets }
}
