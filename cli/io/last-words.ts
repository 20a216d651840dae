/** What nobody caught: a program that runs for long says one sentence and ends, instead of a stack or going on half. */
import { writeSync } from 'node:fs'
import { redactText } from '../../protocol/redact'
import { isDiskFull } from '../../sbot/failing-disk'
import { firstLine } from '../failure'
import { hasParent, tellParent } from './child-life'

const STDERR = 2
/** The parent shall hear it, but a parent that hangs must not keep a broken program alive. */
const TELL_MS_MAX = 1_000

/**
 * From now on an exception that nobody catches, or a promise that nobody does, is told in one sentence (`name` is who
 * speaks: "The provider") and the program ends with code 1. What was acknowledged is on disk, as after kill -9.
 */
export function endOnTheUncaught(name: string, verbose: boolean): void {
  let ending = false
  // Node raises what rejects unhandled as an exception too, so one listener hears both.
  process.on('uncaughtException', (error: unknown) => {
    if (ending) return
    ending = true
    // It stands among the lines of the log, and keeps to what they keep to.
    const sentence = redactText(lastWordsOf(name, error))
    const stack =
      error instanceof Error && (verbose || hasParent()) ? `${redactText(error.stack ?? '')}\n` : ''
    try {
      // At once and past the stream, which may be what is broken.
      writeSync(STDERR, `${sentence}\n${stack}`)
    } catch {
      // Nobody reads it any more; the exit code still says it.
    }
    setTimeout(() => process.exit(1), TELL_MS_MAX)
    tellParent({ kind: 'failed', sentence }, () => process.exit(1))
  })
}

/** The one sentence with which a program ends over something that nobody caught. */
export function lastWordsOf(name: string, error: unknown): string {
  const why = firstLine(error)
  // Said by who knew which disk it is, and what to do.
  if (/so this program ends\./.test(why)) return `${name} has ended. ${why}`
  if (isDiskFull(error))
    return `${name} has ended: its disk is full (${why}). Make room and start it again; nothing that was acknowledged is lost.`
  return `${name} has ended over something it did not expect: ${why}. Start it again; nothing that was acknowledged is lost. Should it happen again, please report it with the output of --verbose.`
}
