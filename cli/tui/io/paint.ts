/**
 * The terminal: the only file that knows blessed. It is used for what it knows of terminals (terminfo, the alternate
 * screen, keys), and its widgets are not: rows come ready from the view, and only those that have changed are written.
 */
import { writeSync } from 'node:fs'
import type { Key } from '../message'
import type { Screen } from '../screen'
import { coloured, type Depth, depthOf } from './colours'
import { InputParter, keyFrom } from './input'

type Input = NodeJS.ReadStream
type Output = NodeJS.WriteStream

export interface TerminalEvents {
  onKey(key: Key): void
  onMouse(event: { deed: 'press' | 'wheel-up' | 'wheel-down'; x: number; y: number }): void
  onResize(size: { width: number; height: number }): void
}

const ESC = '\u001b'
/** Presses and wheel, as SGR; text that is pasted is marked; a full line wraps nowhere. */
const MODES_ON = `${ESC}[?1000h${ESC}[?1006h${ESC}[?2004h${ESC}[?7l`
const MODES_OFF = `${ESC}[?1006l${ESC}[?1000l${ESC}[?2004l${ESC}[?7h${ESC}[0m`
/** Terminals take about this much through OSC 52. */
const COPY_BYTES_MAX = 70_000

export class Terminal {
  readonly #program: any
  readonly #parter: InputParter
  readonly #depth: Depth
  #shown: string[] = []
  #cursor: string | null = null
  #open = false

  constructor(
    private readonly input: Input,
    private readonly output: Output,
    events: TerminalEvents,
  ) {
    const onText = (text: string): void =>
      events.onKey({ name: 'text', ctrl: false, meta: false, shift: false, text })
    this.#parter = new InputParter(input, { onText, onMouse: events.onMouse })
    // Only this part of blessed: its widgets take most of the time that it needs to load.
    const Program = require('blessed/lib/program')
    this.#program = new Program({ input: this.#parter, output, tput: true })
    this.#depth = depthOf(process.env, this.#program.tput?.colors)
    this.#program.on('keypress', (written: unknown, key: unknown) => {
      const one = keyFrom(written, key)
      if (one !== null) events.onKey(one)
    })
    this.#program.on('resize', () => events.onResize(this.size()))
    this.#program.on('warning', () => {})
  }

  size(): { width: number; height: number } {
    return { width: this.output.columns ?? 80, height: this.output.rows ?? 24 }
  }

  /** Takes the screen over. */
  open(): void {
    if (this.#open) return
    this.#open = true
    this.#shown = []
    this.#cursor = null
    this.input.pipe(this.#parter)
    this.#parter.setRawMode(true)
    this.input.resume()
    this.#program.alternateBuffer()
    this.#program.hideCursor()
    this.output.write(MODES_ON)
  }

  /** Writes what has changed since the last picture, and nothing where nothing has. */
  paint(screen: Screen): void {
    if (!this.#open) return
    let out = ''
    const rows = screen.rows.map((row) =>
      row.map((one) => coloured(one.text, one.style, this.#depth)).join(''),
    )
    if (rows.length !== this.#shown.length) {
      out += `${ESC}[2J`
      this.#shown = []
    }
    for (const [at, row] of rows.entries())
      if (row !== this.#shown[at]) out += `${ESC}[${at + 1};1H${row}${ESC}[K`
    this.#shown = rows
    const { cursor } = screen
    const place = cursor === null ? '' : `${ESC}[${cursor.y + 1};${cursor.x + 1}H`
    if (out === '' && place === this.#cursor) return
    this.#cursor = place
    this.output.write(`${ESC}[?25l${out}${cursor === null ? '' : `${place}${ESC}[?25h`}`)
  }

  /** Draws everything anew the next time: something else may have written. */
  forget(): void {
    this.#shown = []
  }

  /** Onto the clipboard of whoever sits at the terminal, also over ssh. */
  copy(text: string): void {
    const bytes = Buffer.from(text, 'utf8')
    if (bytes.length <= COPY_BYTES_MAX) this.output.write(`${ESC}]52;c;${bytes.toString('base64')}\u0007`)
  }

  bell(): void {
    this.output.write('\u0007')
  }

  /** Gives the terminal back as it was. Works at once and at any time, also while the process is ending; once. */
  close(): void {
    if (!this.#open) return
    this.#open = false
    this.input.unpipe(this.#parter)
    try {
      this.#parter.setRawMode(false)
    } catch {
      // The terminal is gone, and with it what there was to give back.
    }
    this.input.pause()
    const normal = `${this.#program.tput?.strings?.cursor_normal ?? ''}${ESC}[?25h`
    const leave: unknown = this.#program.tput?.strings?.exit_ca_mode
    try {
      // Past the stream: it may hold back what is written while the process ends.
      writeSync(
        (this.output as unknown as { fd: number }).fd,
        `${MODES_OFF}${typeof leave === 'string' ? leave : `${ESC}[?1049l`}${normal}`,
      )
    } catch {
      // As above.
    }
  }
}
