/** From commander's action to one of ours: the context is made, and trouble becomes a sentence and an exit code. */
import type { Command } from 'commander'
import { type Context, createContext } from '../context'
import { Failure, firstLine } from '../failure'
import { tellParent } from './child-life'
import { originOf } from './settings'

type Action = (context: Context, values: unknown[]) => Promise<void>

/** Wraps an action. Sets the exit code; never calls process.exit, so that nodes can flush. */
export function run(action: Action): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    // commander hands over the arguments, the command's own options, and the command.
    const command = given.at(-1) as Command
    try {
      await action(createContext(command.optsWithGlobals()), given.slice(0, -2))
    } catch (error) {
      fail(withOrigin(error, command), command.optsWithGlobals().verbose === true)
    }
  }
}

/** A complaint about an option that no flag gave says where it stands. */
function withOrigin(error: unknown, command: Command): unknown {
  if (!(error instanceof Failure) || error.code !== 2) return error
  const origin = originOf(command, error.message)
  return origin === '' ? error : new Failure(2, `${error.message}${origin}`, { cause: error })
}

/** `buttcloud … | head` has read enough: what comes after goes nowhere, and the program ends as it would have. */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
}

/** One sentence on stderr, and the exit code. What is no Failure is shown whole with --verbose. */
export function fail(error: unknown, verbose: boolean): void {
  const text = error instanceof Failure ? error.message : firstLine(error)
  tellParent({ kind: 'failed', sentence: text })
  process.stderr.write(`${text}\n`)
  if (verbose && error instanceof Error) process.stderr.write(`${error.stack}\n${causes(error)}`)
  process.exitCode = error instanceof Failure ? error.code : 1
}

function causes(error: Error): string {
  return error.cause instanceof Error ? `because of ${error.cause.stack}\n${causes(error.cause)}` : ''
}
