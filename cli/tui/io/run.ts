/** The loop: what happens becomes messages, the model follows, and what has changed is painted. */
import { spawn } from 'node:child_process'
import type { Context } from '../../context'
import { Failure } from '../../failure'
import { lastWordsOf } from '../../io/last-words'
import type { Effect, Fact, Message, Source } from '../message'
import type { Model } from '../model'
import { firstModel } from '../model-first'
import { update } from '../update'
import { view } from '../view'
import { isUnicode } from './colours'
import { hush } from './hush'
import { keepTerminal } from './keeper'
import { readRemembered } from './kept-files'
import { Terminal } from './paint'

const TICK_MS = 1_000
const SIGNALS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const
/** A program ended by a signal exits with this and its number. */
const SIGNALLED = 128

/** Runs until somebody quits. Throws a Failure (2) where there is no terminal. */
export async function runTui(context: Context): Promise<void> {
  const { stdin, stdout } = process
  if (stdin.isTTY !== true || stdout.isTTY !== true)
    throw new Failure(
      2,
      'buttcloud tui needs a terminal for input and output. In scripts use the other verbs: buttcloud --help',
    )
  if ((process.env.TERM ?? 'dumb') === 'dumb')
    throw new Failure(2, 'This terminal says that it is dumb (TERM), so nothing can be drawn on it.')
  await new Loop(context).run()
}

class Loop {
  readonly #terminal: Terminal
  #model: Model
  #source: Source | null = null
  /** Effects before the source was there. */
  #early: Effect[] = []
  #facts: Fact[] = []
  #painting: NodeJS.Immediate | undefined
  #finish: (error?: unknown) => void = () => {}
  #note: (text: string) => void = () => {}

  constructor(private readonly context: Context) {
    const now = (): number => Date.now()
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
    this.#model = firstModel({ now: now(), size: this.#terminal.size(), unicode: isUnicode(process.env) })
    const facts = readRemembered(context.options.dir)
    if (facts !== null && (context.options.provider ?? facts.provider?.id) === facts.provider?.id)
      this.#model = { ...this.#model, facts }
  }

  async run(): Promise<void> {
    const finished = new Promise<void>((resolve, reject) => {
      this.#finish = (error) => (error === undefined ? resolve() : reject(error))
    })
    const undo = this.#guard()
    const keeper = keepTerminal()
    const quiet = hush(this.context.options.dir)
    this.#note = quiet.note
    const ticking = setInterval(() => this.#happened({ kind: 'tick', now: Date.now() }), TICK_MS)
    try {
      this.#terminal.open()
      this.#paint()
      // The first picture does not wait for what speaks with nodes to be loaded.
      setImmediate(() => this.#begin())
      await finished
    } finally {
      clearInterval(ticking)
      clearImmediate(this.#painting)
      this.#terminal.close()
      keeper.release()
      await this.#source?.stop()
      quiet.undo()
      undo()
      this.#tellUnwritten()
    }
  }

  #begin(): void {
    try {
      const { createSource } = require('./source') as typeof import('./source')
      const source = createSource({
        context: this.context,
        facts: () => this.#model.facts,
        note: (text) => this.#note(text),
      })
      source.start((fact) => this.#learned(fact))
      this.#source = source
      for (const effect of this.#early.splice(0)) this.#perform(effect)
    } catch (error) {
      this.#finish(error)
    }
  }

  /** Facts that come together are one message, and one picture. */
  #learned(fact: Fact): void {
    this.#facts.push(fact)
    if (this.#facts.length > 1) return
    setImmediate(() => this.#happened({ kind: 'facts', facts: this.#facts.splice(0), now: Date.now() }))
  }

  #happened(message: Message): void {
    try {
      const { model, effects } = update(this.#model, message)
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
      this.#terminal.paint(view(this.#model))
    } catch (error) {
      this.#finish(error)
    }
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case 'quit':
        return this.#finish()
      case 'copy':
        return this.#terminal.copy(effect.text)
      case 'bell':
        return this.#terminal.bell()
      case 'open':
        return openLink(effect.link)
      case 'picture':
        return this.#happened({ ...pictureOf(effect.code), now: Date.now() })
      default:
        if (this.#source === null) this.#early.push(effect)
        else this.#source.perform(effect)
    }
  }

  /** What the owner's node could not write yet is lost with the session, so it is said. */
  #tellUnwritten(): void {
    const unwritten = this.#model.requests.filter(({ state }) => state === 'writing')
    for (const { text } of unwritten)
      this.context.say(`Not sent, because your node may not write before the provider is back: ${text}`)
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

/** Light margins are the view's; null where it is too much for a picture. */
function pictureOf(code: string): { kind: 'picture'; code: string; picture: string[] | null } {
  try {
    const { modules } = (require('qrcode') as typeof import('qrcode')).create(code, {
      errorCorrectionLevel: 'L',
    })
    const picture = Array.from({ length: modules.size }, (_, y) =>
      Array.from({ length: modules.size }, (_cell, x) => (modules.get(y, x) ? '#' : ' ')).join(''),
    )
    return { kind: 'picture', code, picture }
  } catch {
    return { kind: 'picture', code, picture: null }
  }
}

/** In the browser of this machine, where it has one; else nothing happens, and the link can be copied. */
function openLink(link: string): void {
  if (!/^https?:\/\/[\x21-\x7e]+$/.test(link)) return
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open'
  const child = spawn(opener, [link], { stdio: 'ignore', detached: true })
  child.on('error', () => {})
  child.unref()
}
