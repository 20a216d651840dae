/** The loop of a program on the whole terminal: what happens becomes messages, the model follows, what has changed is painted. */
import { Failure } from '../../failure'
import { lastWordsOf } from '../../io/last-words'
import type { TerminalEffect, TerminalMessage } from '../message'
import type { Screen } from '../screen'
import { isUnicode } from './colours'
import { hush } from './hush'
import { keepTerminal } from './keeper'
import { Terminal } from './paint'

const TICK_MS = 1_000
const SIGNALS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const
/** A program ended by a signal exits with this and its number. */
const SIGNALLED = 128

/** What the loop gives to a program. */
export interface Doors<Message> {
  happened(message: Message): void
  /** Ends it; with an error, which is thrown by `run`. */
  finish(error?: unknown): void
  /** A line in its log: the terminal is the picture's. */
  note(text: string): void
}

/** A program: pure steps and pictures, and what does its own effects. */
export interface TerminalProgram<Model, Message, Effect> {
  first(around: { now: number; size: { width: number; height: number }; unicode: boolean }): Model
  update(
    model: Model,
    message: Message | TerminalMessage,
  ): { model: Model; effects: (Effect | TerminalEffect)[] }
  view(model: Model): Screen
  /** After the first picture, which does not wait for what speaks with nodes to be loaded. */
  begin(doors: Doors<Message>, model: () => Model): void
  perform(effect: Effect, doors: Doors<Message>): void
  /** The terminal has been given back: lets go of everything. */
  stop(): Promise<void>
  /** The last, where what is said is seen again. */
  bye(model: Model): void
}

/** Throws a Failure (2) where nothing can be drawn; `command` is how it was called. */
export function needTerminal(command: string): void {
  if (process.stdin.isTTY !== true || process.stdout.isTTY !== true)
    throw new Failure(
      2,
      `${command} needs a terminal for input and output. In scripts use the other verbs: buttcloud --help`,
    )
  if ((process.env.TERM ?? 'dumb') === 'dumb')
    throw new Failure(2, 'This terminal says that it is dumb (TERM), so nothing can be drawn on it.')
}

/** Facts that come together are one message, and one picture. */
export function gathered<Fact>(tell: (facts: Fact[]) => void): (fact: Fact) => void {
  const facts: Fact[] = []
  return (fact) => {
    facts.push(fact)
    if (facts.length === 1) setImmediate(() => tell(facts.splice(0)))
  }
}

/** Runs one program until somebody quits. */
export class Loop<Model, Message, Effect extends { kind: string }> {
  readonly #terminal: Terminal
  readonly #doors: Doors<Message>
  #model: Model
  #painting: NodeJS.Immediate | undefined
  #finish: (error?: unknown) => void = () => {}
  #note: (text: string) => void = () => {}

  /** `log` is where what libraries print goes: `<folder>/logs/<name>.log`. */
  constructor(
    private readonly program: TerminalProgram<Model, Message, Effect>,
    private readonly log: { folder: string; name: string },
  ) {
    const now = (): number => Date.now()
    this.#doors = {
      happened: (message) => this.#happened(message),
      finish: (error) => this.#finish(error),
      note: (text) => this.#note(text),
    }
    this.#terminal = new Terminal(process.stdin, process.stdout, {
      onKey: (key) => {
        if (key.ctrl && key.name === 'z') return this.#sleep()
        if (key.ctrl && key.name === 'l') this.#terminal.forget()
        this.#happened({ kind: 'key', key, now: now() })
      },
      onMouse: (event) => this.#happened({ kind: 'mouse', ...event, now: now() }),
      onResize: (size) => {
        this.#terminal.forget()
        this.#happened({ kind: 'resize', ...size, now: now() })
      },
    })
    this.#model = program.first({
      now: now(),
      size: this.#terminal.size(),
      unicode: isUnicode(process.env),
    })
  }

  async run(): Promise<void> {
    const finished = new Promise<void>((resolve, reject) => {
      this.#finish = (error) => (error === undefined ? resolve() : reject(error))
    })
    const undo = this.#guard()
    const keeper = keepTerminal()
    const quiet = hush(this.log.folder, this.log.name)
    this.#note = quiet.note
    const ticking = setInterval(() => this.#happened({ kind: 'tick', now: Date.now() }), TICK_MS)
    try {
      this.#terminal.open()
      this.#paint()
      setImmediate(() => this.#begin())
      await finished
    } finally {
      clearInterval(ticking)
      clearImmediate(this.#painting)
      this.#terminal.close()
      keeper.release()
      await this.program.stop()
      quiet.undo()
      undo()
      this.program.bye(this.#model)
    }
  }

  #begin(): void {
    try {
      this.program.begin(this.#doors, () => this.#model)
    } catch (error) {
      this.#finish(error)
    }
  }

  #happened(message: Message | TerminalMessage): void {
    try {
      const { model, effects } = this.program.update(this.#model, message)
      this.#model = model
      for (const effect of effects) this.#perform(effect)
    } catch (error) {
      return this.#finish(error)
    }
    this.#painting ??= setImmediate(() => this.#paint())
  }

  #paint(): void {
    this.#painting = undefined
    try {
      this.#terminal.paint(this.program.view(this.#model))
    } catch (error) {
      this.#finish(error)
    }
  }

  #perform(effect: Effect | TerminalEffect): void {
    if (!isOfTerminal(effect)) return this.program.perform(effect, this.#doors)
    switch (effect.kind) {
      case 'quit':
        return this.#finish()
      case 'copy':
        return this.#terminal.copy(effect.text)
      case 'bell':
        return this.#terminal.bell()
    }
  }

  /** Ctrl-Z: back to the shell, and here again with `fg`. */
  #sleep(): void {
    this.#terminal.close()
    process.once('SIGCONT', () => {
      this.#terminal.open()
      this.#happened({ kind: 'resize', ...this.#terminal.size(), now: Date.now() })
    })
    process.kill(process.pid, 'SIGTSTP')
  }

  /** Whatever ends this program, the terminal is given back first. Returns what takes the guards away again. */
  #guard(): () => void {
    const signals = Object.entries(SIGNALS).map(([signal, number]) => {
      const end = (): void => {
        process.exitCode = SIGNALLED + number
        this.#finish()
      }
      process.on(signal, end)
      return () => process.off(signal, end)
    })
    const exit = (): void => this.#terminal.close()
    const uncaught = (error: unknown): void => {
      this.#terminal.close()
      this.#finish(new Failure(1, lastWordsOf('The screen', error), { cause: error }))
    }
    process.on('exit', exit)
    process.on('uncaughtException', uncaught)
    // The window was closed: there is nobody to read any more.
    const gone = (): void => this.#finish()
    process.stdout.on('error', gone)
    process.stdin.on('end', gone)
    return () => {
      for (const undo of signals) undo()
      process.off('exit', exit)
      process.off('uncaughtException', uncaught)
      process.stdout.off('error', gone)
      process.stdin.off('end', gone)
    }
  }
}

function isOfTerminal(effect: { kind: string }): effect is TerminalEffect {
  return effect.kind === 'quit' || effect.kind === 'copy' || effect.kind === 'bell'
}
