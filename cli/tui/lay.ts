/** Putting rows together: spans, columns, wrapped text. Everything that is shown goes through `span`, and so is clean. */
import { wrap } from '../render'
import type { Hit, Row, Span, Target, Tone } from './screen'
import { clean, cut, taken, widthOf } from './width'

/** A piece of text; foreign text becomes one harmless line here. */
export function span(text: string, tone: Tone = 'plain'): Span {
  return { text: clean(text), style: { tone } }
}

export const blank = (width: number): Span => span(' '.repeat(Math.max(0, width)))

export const rowOf = (text: string, tone: Tone = 'plain'): Row => [span(text, tone)]

const columnsOf = (row: Row): number => row.reduce((sum, one) => sum + widthOf(one.text), 0)

/** Exactly so wide: cut with `…`, or filled with spaces. */
export function fit(row: Row, width: number, align: 'left' | 'right' = 'left'): Row {
  const columns = columnsOf(row)
  if (columns === width) return row
  if (columns < width)
    return align === 'left' ? [...row, blank(width - columns)] : [blank(width - columns), ...row]
  const fitted: Row = []
  let left = width
  for (const [at, one] of row.entries()) {
    const own = widthOf(one.text)
    const rest = columnsOf(row.slice(at + 1))
    if (own < left || (own === left && rest === 0)) {
      fitted.push(one)
      left -= own
      continue
    }
    const text = own > left ? cut(one.text, left) : `${taken(one.text, Math.max(0, left - 1))}…`
    fitted.push({ ...one, text })
    left -= widthOf(text)
    break
  }
  // Half a wide character can not be drawn.
  return left > 0 ? [...fitted, blank(left)] : fitted
}

/** Cells side by side, each exactly as wide as it says. */
export function columns(cells: [row: Row, width: number, align?: 'left' | 'right'][]): Row {
  return cells.flatMap(([row, width, align]) => fit(row, width, align))
}

/** Left and right on one line; where both don't fit the left is cut. */
export function apart(left: Row, right: Row, width: number): Row {
  const own = Math.min(columnsOf(right), width)
  return [...fit(left, width - own), ...fit(right, own)]
}

/** Text of several lines, broken between words; words that are too long are broken where the line ends. */
export function paragraphs(text: string, width: number, tone: Tone = 'plain'): Row[] {
  return broken(text, width).map((line) => rowOf(line, tone))
}

/** The lines of a text, none wider than the width. */
export function broken(text: string, width: number): string[] {
  const room = Math.max(1, width)
  return text.split('\n').flatMap((paragraph) =>
    wrap(clean(paragraph), room).flatMap((line) => {
      const pieces: string[] = []
      let rest = line
      while (widthOf(rest) > room) {
        const piece = breakAt(rest, room)
        pieces.push(piece.trimEnd())
        rest = rest.slice(piece.length)
      }
      return [...pieces, rest]
    }),
  )
}

/** `wrap` counts characters; wide ones fill the line sooner, and then the last blank is the place to break. */
function breakAt(text: string, width: number): string {
  const piece = taken(text, width)
  if (piece === '') return text.slice(0, 1 + Number(/^[\ud800-\udbff]/.test(text)))
  const blankAt = piece.lastIndexOf(' ')
  return blankAt > 0 ? piece.slice(0, blankAt + 1) : piece
}

/** On the row that is chosen. */
export function chosen(row: Row): Row {
  return row.map((one) => ({ ...one, style: { ...one.style, chosen: true } }))
}

/** A part of the screen; its places are counted from its own corner. */
export interface Part {
  rows: Row[]
  targets: Target[]
  cursor: { x: number; y: number } | null
}

export const part = (rows: Row[], targets: Target[] = []): Part => ({ rows, targets, cursor: null })

/** A place that is as wide as the screen. */
export const lineTarget = (y: number, width: number, hit: Hit): Target => ({ x: 0, y, width, height: 1, hit })

/** One part under the other. */
export function stacked(...parts: Part[]): Part {
  const whole: Part = part([])
  for (const one of parts) {
    const down = whole.rows.length
    whole.targets.push(...one.targets.map((target) => ({ ...target, y: target.y + down })))
    if (one.cursor !== null) whole.cursor = { x: one.cursor.x, y: one.cursor.y + down }
    whole.rows.push(...one.rows)
  }
  return whole
}

/** Moved to the right, and made exactly so wide and high. */
export function placed(one: Part, at: { indent: number; width: number; height: number }): Part {
  const rows = one.rows.slice(0, at.height).map((row) =>
    columns([
      [[], at.indent],
      [row, Math.max(0, at.width - at.indent)],
    ]),
  )
  while (rows.length < at.height) rows.push([blank(at.width)])
  return {
    rows,
    targets: one.targets
      .map((target) => ({ ...target, x: target.x === 0 ? 0 : target.x + at.indent }))
      .filter(({ y }) => y < at.height),
    cursor: one.cursor === null ? null : { x: one.cursor.x + at.indent, y: one.cursor.y },
  }
}

/** The window of a long list in which the chosen row is seen. */
export function windowOf(count: number, selected: number, height: number): { from: number; to: number } {
  const from = Math.max(0, Math.min(selected - Math.floor(height / 2), count - height))
  return { from, to: Math.min(count, from + height) }
}
