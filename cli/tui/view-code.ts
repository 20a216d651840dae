/** An invite or a link: to read, to photograph, to copy. */

import type { Boxed } from './box'
import type { KeyHint, Room } from './frame'
import { blank, broken, type Part, paragraphs, part, placed, rowOf, span } from './lay'
import type { Dialog, Model, QrPicture } from './model'
import type { Row } from './screen'

type Code = Extract<Dialog, { kind: 'code' }>

/** Light modules around the code, of which readers need some to find it; a screen's own margin does the rest. */
const QUIET = 1
const GAP = 3
const TEXT_MIN = 22
const EDGE = 2
/** Heading, keys, and what a box has above and below. */
const BOX_ROWS = 5

/** The whole screen for a picture that fits no box, the row of keys left out; null where it fits one, or not even that. */
export function viewBare(model: Model, dialog: Code): Boxed | null {
  const { width, height } = model.size
  const room = { width: width - 2 * EDGE, height: height - 1 }
  const drawn = dialog.picture === null ? [] : pictureRows(dialog.picture, model.unicode)
  const own = drawn[0]?.[0]?.text.length ?? 0
  const fits = drawn.length > 0 && drawn.length <= room.height && own + GAP + TEXT_MIN <= room.width
  if (!fits || drawn.length <= room.height - BOX_ROWS) return null
  const { rows } = beside(drawn, own, dialog, room)
  const text = placed(part(rows), { indent: EDGE, width, height: room.height })
  return { title: dialog.title, content: text, keys: keysOf(dialog) }
}

export function viewCode(model: Model, dialog: Code, room: Room): Boxed {
  const drawn = dialog.picture === null ? null : pictureRows(dialog.picture, model.unicode)
  const own = drawn?.[0]?.[0]?.text.length ?? 0
  const fits = drawn !== null && drawn.length <= room.height && own + GAP + TEXT_MIN <= room.width
  const content = fits
    ? beside(drawn, own, dialog, room)
    : part(words(dialog, Math.min(66, room.width), drawn !== null))
  return { title: dialog.title, content, keys: keysOf(dialog) }
}

function keysOf({ code }: Code): KeyHint[] {
  const keys: KeyHint[] = [{ key: 'y', label: 'copy' }]
  if (/^https?:/.test(code)) keys.push({ key: 'o', label: 'open in a browser' })
  return [...keys, { key: 'esc', label: 'close', name: 'escape' }]
}

function beside(drawn: Row[], own: number, dialog: Code, room: Room): Part {
  const text = words(dialog, Math.min(66, room.width - own - GAP), false)
  const count = Math.max(drawn.length, text.length)
  return part(
    Array.from(
      { length: count },
      (_, at): Row => [...(drawn[at] ?? [blank(own)]), blank(GAP), ...(text[at] ?? [])],
    ),
  )
}

function words(dialog: Code, width: number, tooSmall: boolean): Row[] {
  const isLink = /^https?:/.test(dialog.code)
  const what = isLink
    ? 'Whoever has this link can pay by it.'
    : 'Whoever has this can use it, so send it only to those whom it is for.'
  const rows: Row[] = [
    ...broken(dialog.code, width).map((line) => rowOf(line, 'accent')),
    rowOf(''),
    ...paragraphs(what, width, 'quiet'),
  ]
  if (dialog.copied)
    rows.push(rowOf(''), ...paragraphs('Copied, where your terminal allows it.', width, 'good'))
  if (tooSmall)
    rows.push(rowOf(''), ...paragraphs('A larger window shows it as a picture, too.', width, 'quiet'))
  return rows
}

/** Two rows of the picture in one line of half blocks; without them a module is two characters wide. */
function pictureRows(picture: QrPicture, unicode: boolean): Row[] {
  const size = picture.length + 2 * QUIET
  const isDark = (x: number, y: number): boolean => picture[y - QUIET]?.[x - QUIET] === '#'
  const rows: Row[] = []
  for (let y = 0; y < size; y += unicode ? 2 : 1) {
    let text = ''
    for (let x = 0; x < size; x++) {
      const upper = isDark(x, y)
      if (unicode) text += HALVES[`${Number(upper)}${Number(isDark(x, y + 1))}`] ?? ' '
      else text += upper ? '##' : '  '
    }
    rows.push([{ ...span(text), style: { tone: 'paper' } }])
  }
  return rows
}

const HALVES: Record<string, string> = { '00': ' ', '10': '▀', '01': '▄', '11': '█' }
