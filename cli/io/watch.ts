/** `buttcloud status --watch`: the owner's pubs as they change, over a connection of its own; no messages. */
import type { PubView } from '../../protocol/rpc'
import { drain } from '../../sbot/peers'
import type { Context } from '../context'
import { codeOf, Failure, firstLine } from '../failure'
import { ownPubsText } from '../render'
import { callProvider, type Identity, identityFor } from './provider-call'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const
/** How long after a lost connection it is tried again; doubled up to the second. */
const AGAIN_MIN_MS = 1_000
const AGAIN_MAX_MS = 30_000

/**
 * Shows every change until Ctrl-C: on a terminal in one place, else a table or, with --json, a line each. A provider that
 * goes away is waited for. Throws a Failure where it can't be reached in the beginning, or knows no pub of that name.
 */
export async function watchPubs(context: Context, name: string | null): Promise<void> {
  const identity = await identityFor(context)
  const screen = new Screen(context)
  let stop = (): void => {}
  const stopped = new Promise<null>((resolve) => {
    stop = () => resolve(null)
  })
  for (const signal of SIGNALS) process.once(signal, stop)
  context.stdout.once('error', stop)
  try {
    for (let pauseMs = AGAIN_MIN_MS, met = false; ; ) {
      const ended = await Promise.race([stopped, followOnce(identity, name, screen)])
      if (ended === null) return
      if (ended.seen) {
        pauseMs = AGAIN_MIN_MS
        met = true
      }
      if (ended.error instanceof Failure) throw ended.error
      if (!met) throw new Failure(codeOf(ended.error), sentenceOf(ended.error), { cause: ended.error })
      screen.lost(sentenceOf(ended.error))
      let timer: NodeJS.Timeout | undefined
      const pause = new Promise<true>((resolve) => {
        timer = setTimeout(() => resolve(true), pauseMs)
      })
      const go = await Promise.race([stopped, pause])
      clearTimeout(timer)
      if (go === null) return
      pauseMs = Math.min(pauseMs * 2, AGAIN_MAX_MS)
    }
  } finally {
    for (const signal of SIGNALS) process.off(signal, stop)
    context.stdout.off('error', stop)
  }
}

/** One connection, to its end. */
async function followOnce(
  identity: Identity,
  name: string | null,
  screen: Screen,
): Promise<{ seen: boolean; error: unknown }> {
  let seen = false
  try {
    const connection = await callProvider(identity, { watch: 'source' })
    try {
      await drain(connection.buttcloud.watch(), (item: unknown) => {
        if (!Array.isArray(item)) return
        const pubs = (item as PubView[]).filter((pub) => name === null || pub.name === name)
        if (name !== null && pubs.length === 0 && !seen)
          throw new Failure(1, `You have no pub called ${name}. Yours: ${namesOf(item as PubView[])}.`)
        seen = true
        screen.show(pubs)
      })
      return { seen, error: new Error('the connection broke off') }
    } finally {
      await connection.close()
    }
  } catch (error) {
    return { seen, error }
  }
}

const namesOf = (pubs: PubView[]): string => pubs.map(({ name }) => name).join(', ') || 'none'

/** What is shown, in one place where that is a terminal. */
class Screen {
  #lines = 0
  #last = ''
  constructor(readonly context: Context) {}

  show(pubs: PubView[]): void {
    const { context } = this
    if (context.options.json) {
      context.print(JSON.stringify({ at: Date.now(), pubs }))
      return
    }
    const text = ownPubsText(pubs, context)
    if (text === this.#last) return
    this.#last = text
    this.#draw(`${context.paint.dim(context.when(Date.now()).replace(/, .*$/, ''))}\n${text}`)
  }

  lost(why: string): void {
    this.#last = ''
    if (this.context.options.json) this.context.say(why)
    else this.context.say(`${why} Trying again; Ctrl-C ends it.`)
    this.#lines = 0
  }

  #draw(text: string): void {
    const { stdout } = this.context
    // Back to where the table began, and everything below it away.
    const back = stdout.isTTY === true && this.#lines > 0 ? `\u001b[${this.#lines}F\u001b[J` : ''
    stdout.write(`${back}${text}\n${stdout.isTTY === true ? '' : '\n'}`)
    this.#lines = text.split('\n').length
  }
}

function sentenceOf(error: unknown): string {
  const text = firstLine(error).replace(/^[a-z-]+: /, '')
  return `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, '')}.`
}
