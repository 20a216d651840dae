/** `buttcloud stats`: the live figures of a pub, over a connection of its own to the provider. */
import { checkLiveFigures, FIGURE_METHODS } from '../../protocol/figures'
import type { PubId } from '../../protocol/ids'
import { reasonOf } from '../../protocol/rpc'
import { drain } from '../../sbot/peers'
import type { Context } from '../context'
import { codeOf, Failure } from '../failure'
import { statsHeading, statsLine } from '../stats-text'
import { ownPub, sentenceOf } from './own-pub'
import { callProvider, identityFor } from './provider-call'

const METHODS = { ...FIGURE_METHODS, pubs: 'async' } as const
/** The heading comes again so often that it is always on the screen. */
const LINES_PER_HEADING = 20
const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** Shows one line a second until Ctrl-C, or until `count` of them. Throws a Failure when the stream ends by itself. */
export async function watchStats(context: Context, name: string | null, count: number | null): Promise<void> {
  const identity = await identityFor(context)
  const connection = await callProvider(identity, METHODS).catch((error: unknown) => {
    throw new Failure(codeOf(error), sentenceOf(error), { cause: error })
  })
  try {
    const { pub } = await ownPub(connection, name)
    await follow(context, connection.buttcloud.stats({ pub }), pub, count)
  } finally {
    await connection.close()
  }
}

function follow(context: Context, source: any, pub: PubId, count: number | null): Promise<void> {
  let lines = 0
  const show = (item: unknown): void => {
    const checked = checkLiveFigures(item, '')
    if (!checked.ok) return
    if (context.options.json) context.print(JSON.stringify({ pub, ...checked.value }))
    else {
      if (lines % LINES_PER_HEADING === 0) context.print(context.paint.bold(statsHeading()))
      context.print(statsLine(checked.value, context.second))
    }
    lines += 1
  }
  return new Promise((resolve, reject) => {
    let over = false
    const finish = (settle: () => void): void => {
      if (over) return
      over = true
      for (const signal of SIGNALS) process.off(signal, stop)
      context.stdout.off('error', stop)
      settle()
    }
    // The end is not waited for: closing the connection ends the stream in any case.
    const stop = (): void => finish(resolve)
    for (const signal of SIGNALS) process.once(signal, stop)
    // Whoever reads our output has gone.
    context.stdout.once('error', stop)
    const take = (item: unknown): void => {
      if (over) return
      show(item)
      if (lines === count) stop()
    }
    drain(source, take).then(
      () => finish(() => reject(new Failure(1, 'The provider ended the stream; run it again to go on.'))),
      (error: unknown) =>
        finish(() =>
          reject(new Failure(reasonOf(error) === 'try-again' ? 3 : 1, sentenceOf(error), { cause: error })),
        ),
    )
  })
}
