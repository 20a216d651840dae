/** What every program on the whole terminal has in common: a frame of exact rows, a heading, one quiet line, the keys. */
import { apart, blank, fit, type Part, paragraphs, part, placed, span } from './lay'
import type { Row, Screen, Target } from './screen'
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

/** What the frame asks of a model. */
export interface Framing {
  size: Room
  /** False: ASCII only. */
  unicode: boolean
}

/** Each row is exactly as wide as the screen, and there are exactly as many as it is high. */
export function screenOf({ size, unicode }: Framing, draw: () => Part): Screen {
  const { width, height } = size
  const drawn = width < WIDTH_MIN || height < HEIGHT_MIN ? tooSmall(size) : draw()
  const rows = drawn.rows.slice(0, height).map((row) => exact(row, width, unicode))
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

function tooSmall({ width, height }: Room): Part {
  const text = `This needs a window of ${WIDTH_MIN} by ${HEIGHT_MIN}; yours has ${width} by ${height}. Make it larger, or press q to quit.`
  return part(paragraphs(text, Math.max(1, width)))
}

/** What the body of a screen may fill. */
export const roomOf = ({ width, height }: Room): Room => ({ width: width - 2 * MARGIN, height: height - 5 })

/** Heading, body and the quiet line; `over` lays a dialog over them, and says which keys count then. */
export function framedPart(
  size: Room,
  { heading, view, said }: { heading: Row; view: View; said: Row },
  over: (screen: Part, keys: KeyHint[]) => { part: Part; keys: KeyHint[] },
): Part {
  const { width, height } = size
  const inner = placed(view.body, { indent: MARGIN, width: width - MARGIN, height: roomOf(size).height })
  const below = (target: Target): Target => ({ ...target, y: target.y + 2 })
  const screen: Part = {
    rows: [heading, [blank(width)], ...inner.rows, [blank(width)], said],
    targets: inner.targets.map(below),
    cursor: inner.cursor === null ? null : { x: inner.cursor.x, y: inner.cursor.y + 2 },
  }
  const { part: whole, keys: shown } = over(screen, view.keys)
  const foot = keyRow(shown, width)
  whole.rows.push(foot.row)
  whole.targets.push(...foot.targets.map((target) => ({ ...target, y: height - 1 })))
  return whole
}

/** The name of the program, where one is in it, and on the right how things stand. */
export function headingRow(name: string, path: string[], right: Row, width: number): Row {
  const left: Row = [blank(MARGIN), span(name, 'accent')]
  for (const one of path) left.push(span('  ›  ', 'quiet'), span(one, 'strong'))
  return apart(left, [...right, blank(MARGIN)], width)
}

export const sentenceOf = (why: string): string =>
  `${why.charAt(0).toUpperCase()}${why.slice(1)}${/[.!?]$/.test(why) ? '' : '.'}`

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
