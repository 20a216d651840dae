/** What is painted: rows of styled spans, no control characters, every row exactly as wide as the screen. */
import type { Message } from './message'
import { widthOf } from './width'

/**
 * What a piece of text is, not how it looks: io/paint.ts has the colours for each depth. `paper` is dark on light
 * whatever colours the terminal has, for what is photographed.
 */
export type Tone = 'plain' | 'quiet' | 'strong' | 'accent' | 'good' | 'warn' | 'bad' | 'paper'

export interface Style {
  tone: Tone
  /** On the row that is chosen. */
  chosen?: boolean
}

export interface Span {
  text: string
  style: Style
}

export type Row = Span[]

/** A place that can be clicked, and what that does. Later ones lie above earlier ones. */
export interface Target {
  x: number
  y: number
  width: number
  height: number
  hit: Hit
}

/** key: as if it was pressed. select: this row of what has the keys; a second click on it is Enter. */
export type Hit = { kind: 'key'; name: string } | { kind: 'select'; index: number }

export interface Screen {
  width: number
  height: number
  rows: Row[]
  /** Where the terminal's cursor stands; null hides it. */
  cursor: { x: number; y: number } | null
  targets: Target[]
}

export type MouseMessage = Extract<Message, { kind: 'mouse' }>

/** A row's text, without its styles. */
export function rowText(row: Row): string {
  return row.map((span) => span.text).join('')
}

/** The screen as tests compare it and documents show it: text, with trailing spaces cut off. */
export function screenText(screen: Screen): string {
  return screen.rows.map((row) => rowText(row).trimEnd()).join('\n')
}

/** Columns of a row. */
export function rowWidth(row: Row): number {
  return row.reduce((sum, span) => sum + widthOf(span.text), 0)
}

/** What a click at this place hits; null where there is nothing. */
export function hitAt(screen: Screen, x: number, y: number): Hit | null {
  const found = screen.targets.findLast(
    (target) => x >= target.x && x < target.x + target.width && y >= target.y && y < target.y + target.height,
  )
  return found?.hit ?? null
}
