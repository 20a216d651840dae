/** `buttcloud logs`: what a pub printed, over a connection of its own to the provider; no message. */
import { OUTPUT_FOLLOW_LINES, OUTPUT_FOLLOW_MS } from '../../protocol/limits-log'
import { checkOutput, newLines, OUTPUT_METHODS, type Output } from '../../protocol/output'
import { type PubView, reasonOf } from '../../protocol/rpc'
import { called } from '../../sbot/peers'
import type { Context } from '../context'
import { codeOf, Failure } from '../failure'
import { nothingPrinted } from '../logs-text'
import { ownPub, sentenceOf } from './own-pub'
import { callProvider, type Identity, identityFor, type ProviderConnection } from './provider-call'

const METHODS = { ...OUTPUT_METHODS, pubs: 'async' } as const
const SIGNALS = ['SIGINT', 'SIGTERM'] as const
/** After trouble the pauses double up to this. */
const AGAIN_MAX_MS = 30_000

/** Shows the last lines; with `follow` whatever comes, until Ctrl-C. Throws a Failure where they can't be had. */
export async function showLogs(
  context: Context,
  name: string | null,
  wish: { last: number; follow: boolean },
): Promise<void> {
  const identity = await identityFor(context)
  // Who follows looks further back than what is shown, so that nothing is missed between two looks.
  const reader = new Reader(identity, wish.follow ? Math.max(wish.last, OUTPUT_FOLLOW_LINES) : wish.last)
  try {
    const first = await reader.begin(name).catch((error: unknown) => {
      if (error instanceof Failure) throw error
      throw new Failure(codeOf(error), sentenceOf(error), { cause: error })
    })
    const show = (lines: readonly string[]): void => {
      const { pub, name: itsName } = first.view
      for (const line of lines)
        context.print(context.options.json ? JSON.stringify({ pub, name: itsName, line }) : line)
    }
    show(first.output.lines.slice(-wish.last))
    const nothing = nothingPrinted(first.view.name, first.output)
    if (nothing !== null) context.tell(nothing)
    if (wish.follow) await follow(context, reader, first.output, show)
  } finally {
    await reader.close()
  }
}

/** Asks again and again. A provider or a server that is away is said once, and waited for. */
async function follow(
  context: Context,
  reader: Reader,
  first: Output,
  show: (lines: readonly string[]) => void,
): Promise<void> {
  const stopped = new AbortController()
  const stop = (): void => stopped.abort()
  for (const signal of SIGNALS) process.once(signal, stop)
  // Whoever reads our output has gone.
  context.stdout.once('error', stop)
  const ended = new Promise<null>((resolve) =>
    stopped.signal.addEventListener('abort', () => resolve(null), { once: true }),
  )
  try {
    let before: readonly string[] = first.lines
    let pauseMs = OUTPUT_FOLLOW_MS
    while (!stopped.signal.aborted) {
      await passed(pauseMs, stopped.signal)
      if (stopped.signal.aborted) return
      try {
        const output = await Promise.race([reader.read(), ended])
        if (output === null) return
        show(newLines(before, output.lines))
        // While it is made anew there is nothing; what was shown is not shown again.
        if (output.kept) before = output.lines
        pauseMs = OUTPUT_FOLLOW_MS
      } catch (error) {
        if (reasonOf(error) !== 'try-again') throw new Failure(1, sentenceOf(error), { cause: error })
        if (pauseMs === OUTPUT_FOLLOW_MS) context.tell(`${sentenceOf(error)} Asking again.`)
        pauseMs = Math.min(pauseMs * 2, AGAIN_MAX_MS)
        await reader.close()
      }
    }
  } finally {
    for (const signal of SIGNALS) process.off(signal, stop)
    context.stdout.off('error', stop)
  }
}

/** One connection at a time, made again when it is needed. */
class Reader {
  private connection: ProviderConnection | null = null
  private view: PubView | null = null

  constructor(
    private readonly identity: Identity,
    private readonly lines: number,
  ) {}

  async begin(name: string | null): Promise<{ view: PubView; output: Output }> {
    const view = await ownPub(await this.connected(), name)
    this.view = view
    return { view, output: await this.read() }
  }

  /** Rejects with what the provider said, its reason at the front. */
  async read(): Promise<Output> {
    const { buttcloud } = await this.connected()
    const request = { pub: this.view?.pub, lines: this.lines }
    const checked = checkOutput(await called((callback) => buttcloud.logs(request, callback)), 'logs')
    if (checked.ok) return checked.value
    throw new Error('refused: the provider answered what makes no sense; it may be of another version')
  }

  async close(): Promise<void> {
    const { connection } = this
    this.connection = null
    await connection?.close()
  }

  private async connected(): Promise<ProviderConnection> {
    this.connection ??= await callProvider(this.identity, METHODS)
    return this.connection
  }
}

/** Resolves after so many milliseconds, or when the signal comes. */
function passed(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end, { once: true })
  })
}
