/** Charts out of characters: braille and blocks, or ASCII. Values in, lines out; null is a gap. */

export type Values = readonly (number | null)[]

const BLOCKS = [...'▁▂▃▄▅▆▇█']
const STEPS = [...'_.-=+*%#']

/** The same time in so many columns: the highest of each piece where values are many, and wider pieces where they are few. */
export function resampled(values: Values, count: number): (number | null)[] {
  return Array.from({ length: count }, (_, at) => {
    const from = Math.floor((at * values.length) / count)
    const to = Math.max(from + 1, Math.floor(((at + 1) * values.length) / count))
    return highest(values.slice(from, to))
  })
}

/** Null where there is no value. */
export function highest(values: Values): number | null {
  let most: number | null = null
  for (const value of values) if (value !== null && (most === null || value > most)) most = value
  return most
}

/** One line; the highest value is full. */
export function sparkline(values: Values, width: number, unicode: boolean, max?: number): string {
  const signs = unicode ? BLOCKS : STEPS
  const top = Math.max(max ?? 0, highest(values) ?? 0)
  return resampled(values, width)
    .map((value) => {
      if (value === null) return ' '
      const step = top === 0 ? 0 : Math.ceil((value / top) * signs.length) - 1
      return signs[Math.max(0, Math.min(signs.length - 1, step))]
    })
    .join('')
}

const DOT_ROWS = 4
/** Braille dots of the left and right half of a cell, from the bottom up. */
const LEFT_DOTS = [0x40, 0x04, 0x02, 0x01]
const RIGHT_DOTS = [0x80, 0x20, 0x10, 0x08]
const BRAILLE = 0x2800

/** An area of so many cells, `max` at its upper edge. What is measured and not zero has at least its lowest dot. */
export function area(
  values: Values,
  size: { width: number; height: number },
  max: number,
  unicode: boolean,
): string[] {
  return unicode ? brailleArea(values, size, max) : plainArea(values, size, max)
}

function levels(values: Values, count: number, steps: number, max: number): (number | null)[] {
  return resampled(values, count).map((value) => {
    if (value === null) return null
    const level = max <= 0 ? 0 : Math.round((value / max) * steps)
    return Math.min(steps, value > 0 ? Math.max(1, level) : 0)
  })
}

function brailleArea(
  values: Values,
  { width, height }: { width: number; height: number },
  max: number,
): string[] {
  const dots = levels(values, width * 2, height * DOT_ROWS, max)
  return Array.from({ length: height }, (_, row) => {
    const below = (height - 1 - row) * DOT_ROWS
    return Array.from({ length: width }, (_cell, column) => {
      let code = 0
      for (const [at, bits] of [LEFT_DOTS, RIGHT_DOTS].entries()) {
        const level = (dots[column * 2 + at] ?? 0) - below
        for (let dot = 0; dot < Math.min(level, DOT_ROWS); dot++) code |= bits[dot] ?? 0
      }
      return code === 0 ? ' ' : String.fromCharCode(BRAILLE + code)
    }).join('')
  })
}

/** A column of ASCII: full cells, and on top of them half a one. */
function plainArea(
  values: Values,
  { width, height }: { width: number; height: number },
  max: number,
): string[] {
  const halves = levels(values, width, height * 2, max)
  return Array.from({ length: height }, (_, row) => {
    const below = (height - 1 - row) * 2
    return halves
      .map((level) => ((level ?? 0) - below > 1 ? '#' : (level ?? 0) - below === 1 ? '.' : ' '))
      .join('')
  })
}

/** How much of something is used: `━━━━────`. */
export function bar(share: number, width: number, unicode: boolean): { full: string; rest: string } {
  const filled = Math.max(0, Math.min(width, Math.round(share * width)))
  const [on, off] = unicode ? ['━', '─'] : ['#', '-']
  return { full: on.repeat(filled), rest: off.repeat(width - filled) }
}
