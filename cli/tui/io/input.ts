/**
 * What comes from the terminal, parted before blessed's parser of keys sees it: pastes (a line break in one must send
 * nothing), the mouse (SGR), and text that is no ASCII (the parser would cut it between two halves of a character).
 */

import { Transform } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import type { Key } from '../message'

export interface Parted {
  onText(text: string): void
  onMouse(event: { deed: 'press' | 'wheel-up' | 'wheel-down'; x: number; y: number }): void
}

const ESC = '\u001b'
const PASTE_BEGINS = `${ESC}[200~`
const PASTE_ENDS = `${ESC}[201~`
const WHEEL_UP = 64
const WHEEL_DOWN = 65
/** Longer ones are no text for a line. */
const PASTE_CHARS_MAX = 100_000
/** A sequence that is not whole yet waits this long for its rest; a lone Escape is one after that. */
const REST_MS = 40
const MOUSE = new RegExp(`^${ESC}\\[<(\\d{1,4});(\\d{1,5});(\\d{1,5})([Mm])`)
/** The beginning of a mouse report or of a paste's mark. */
const UNFINISHED = new RegExp(`^${ESC}(?:\\[(?:<[\\d;]{0,20}|2(?:0(?:0)?)?)?)?$`)

/** A stream that looks to blessed like the terminal's input. */
export class InputParter extends Transform {
  readonly isTTY = true
  isRaw = false
  #pasting: string | null = null
  #waiting = ''
  #timer: NodeJS.Timeout | undefined
  readonly #decoder = new StringDecoder('utf8')

  constructor(
    private readonly source: { setRawMode?(on: boolean): unknown },
    private readonly parted: Parted,
  ) {
    super()
  }

  setRawMode(on: boolean): this {
    this.isRaw = on
    this.source.setRawMode?.(on)
    return this
  }

  override _transform(chunk: Buffer, _encoding: string, done: () => void): void {
    clearTimeout(this.#timer)
    this.#read(this.#waiting + this.#decoder.write(chunk))
    done()
  }

  #read(given: string): void {
    let text = given
    this.#waiting = ''
    while (text !== '') {
      if (this.#pasting !== null) text = this.#paste(text)
      else if (text.startsWith(PASTE_BEGINS)) {
        this.#pasting = ''
        text = text.slice(PASTE_BEGINS.length)
      } else if (UNFINISHED.test(text)) {
        this.#waiting = text
        this.#timer = setTimeout(() => {
          const late = this.#waiting
          this.#waiting = ''
          this.push(late)
        }, REST_MS)
        return
      } else text = this.#next(text)
    }
  }

  #paste(text: string): string {
    const all = (this.#pasting ?? '') + text
    const end = all.indexOf(PASTE_ENDS)
    if (end === -1 && all.length <= PASTE_CHARS_MAX) {
      this.#pasting = all
      return ''
    }
    this.#pasting = null
    this.parted.onText((end === -1 ? all : all.slice(0, end)).slice(0, PASTE_CHARS_MAX))
    return end === -1 ? '' : all.slice(end + PASTE_ENDS.length)
  }

  /** Takes one piece from the front; gives the rest. */
  #next(text: string): string {
    const mouse = MOUSE.exec(text)
    if (mouse !== null) {
      this.#clicked(Number(mouse[1]), Number(mouse[2]) - 1, Number(mouse[3]) - 1, mouse[4] === 'M')
      return text.slice(mouse[0].length)
    }
    const foreign = /^\P{ASCII}+/u.exec(text)
    if (foreign !== null) {
      this.parted.onText(foreign[0])
      return text.slice(foreign[0].length)
    }
    const end = [text.indexOf(ESC, 1), text.search(/\P{ASCII}/u)].filter((at) => at > 0)
    const piece = text.slice(0, Math.min(text.length, ...end))
    this.push(piece)
    return text.slice(piece.length)
  }

  #clicked(button: number, x: number, y: number, isPress: boolean): void {
    const deed =
      button === 0 ? 'press' : button === WHEEL_UP ? 'wheel-up' : button === WHEEL_DOWN ? 'wheel-down' : null
    if (isPress && deed !== null) this.parted.onMouse({ deed, x, y })
  }
}

/** blessed's key as one of ours; null for what is none. It says Enter twice, as `return` too. */
export function keyFrom(written: unknown, key: any): Key | null {
  const name = key?.name === 'linefeed' ? 'enter' : typeof key?.name === 'string' ? key.name : undefined
  if (name === 'return' || name === 'mouse') return null
  const text = typeof written === 'string' && /^[\x20-\x7e]$/.test(written) ? written : ''
  const flags = { ctrl: key?.ctrl === true, meta: key?.meta === true, shift: key?.shift === true }
  if (name === undefined || name === 'undefined') {
    if (text === '') return null
    return { name: text === ' ' ? 'space' : text.toLowerCase(), ...flags, text }
  }
  return { name: name.toLowerCase(), ...flags, text: flags.ctrl || flags.meta ? '' : text }
}
