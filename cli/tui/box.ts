/** A quiet box over a screen, and around it what is there without its colours. */
import type { KeyHint, Room } from './frame'
import { fit, type Part, rowOf, span } from './lay'
import type { Row, Target } from './screen'
import { taken, widthOf } from './width'

/** What a box shows; `y` of the cursor and of targets count from its first row. */
export interface Boxed {
  title: string
  content: Part
  keys: KeyHint[]
}

const BOX_WIDTH = 72
const STEADY = 16
export const ESCAPE: KeyHint = { key: 'esc', label: 'close', name: 'escape' }

/** What a box covers: all between the heading and the keys. */
export const coveredRoom = ({ width, height }: Room): Room => ({ width, height: height - 2 })
/** What its content may fill. */
export const boxRoom = ({ width, height }: Room): Room => ({
  width: Math.min(BOX_WIDTH, width - 4) - 4,
  height: height - 4,
})

/** The screen with the box over it. */
export function covering(screen: Part, { title: whole, content }: Boxed, room: Room): Part {
  // Names are a provider's word and may be of any length: what is too wide is cut, and the box stays on the screen.
  const widest = room.width - 4
  const title = taken(whole, widest - 4)
  const wanted = [...content.rows.map(widthOfRow), widthOf(title) + 4, Math.min(BOX_WIDTH, widest) - 4]
  const inner = Math.min(widest, Math.max(...wanted))
  const width = inner + 4
  const height = Math.min(content.rows.length + 4, room.height)
  const x = Math.floor((room.width - width) / 2)
  // Its upper edge stays where it is while an answer makes it longer.
  const y = 1 + Math.floor((room.height - Math.max(height, Math.min(STEADY, room.height))) / 2)
  const { rows: shown, targets, cursor } = seenPart(content, height - 4)
  const edge = (text: string): Row => rowOf(text, 'quiet')
  const side = (row: Row): Row => [span('│ ', 'quiet'), ...fit(row, inner), span(' │', 'quiet')]
  const head: Row = [
    span('╭─ ', 'quiet'),
    span(title, 'strong'),
    span(` ${'─'.repeat(inner - widthOf(title) - 1)}╮`, 'quiet'),
  ]
  const box = [head, side([]), ...shown.map(side), side([]), edge(`╰${'─'.repeat(width - 2)}╯`)]
  const rows = screen.rows.map((row, at) => {
    const over = box[at - y]
    const faded = row.map((one) => ({ text: one.text, style: { tone: 'quiet' as const } }))
    return over === undefined
      ? at === 0
        ? row
        : faded
      : [...sliced(faded, 0, x), ...over, ...sliced(faded, x + width, room.width)]
  })
  return {
    rows,
    targets: targets.map((target): Target => ({ ...target, x: target.x + x + 2, y: target.y + y + 2 })),
    cursor: cursor === null ? null : { x: cursor.x + x + 2, y: cursor.y + y + 2 },
  }
}

/** So many rows of what is longer than its box, with the one in them that is typed into. */
function seenPart(content: Part, height: number): Part {
  const { rows, targets, cursor } = content
  const from = cursor === null ? 0 : Math.max(0, cursor.y - height + 1)
  const isSeen = (y: number): boolean => y >= from && y < from + height
  return {
    rows: rows.slice(from, from + height),
    targets: targets.filter(({ y }) => isSeen(y)).map((target) => ({ ...target, y: target.y - from })),
    cursor: cursor === null ? null : { x: cursor.x, y: cursor.y - from },
  }
}

const widthOfRow = (row: Row): number => row.reduce((sum, one) => sum + widthOf(one.text), 0)

/** The columns of a row from one to another; a wide character that is cut leaves a blank. */
function sliced(row: Row, from: number, to: number): Row {
  const cutOff: Row = []
  let at = 0
  for (const one of fit(row, Math.max(to, widthOfRow(row)))) {
    const own = widthOf(one.text)
    const start = Math.max(from, at)
    const end = Math.min(to, at + own)
    if (start < end) {
      const before = taken(one.text, start - at)
      const within = taken(one.text.slice(before.length), end - at - widthOf(before))
      cutOff.push({ ...one, text: within })
    }
    at += own
  }
  return fit(cutOff, to - from)
}
