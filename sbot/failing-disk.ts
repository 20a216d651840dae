/**
 * A disk that takes nothing any more, mostly because it is full. ssb-db2 then throws at nobody when its log can't be
 * written, and goes on when an index can't: what that index has lost it never gets back, because its position is
 * written later. Both must end the program, and a start finds everything that was acknowledged. All that is left to do
 * here is to end at once, and to say so in a sentence that a person can act on.
 */
import { statfsSync } from 'node:fs'

const FULL_CODES = new Set(['ENOSPC', 'EDQUOT'])
const FULL_WORDS = /no space left on device|disk quota exceeded/i
/** With less than one block of the log free a write may have failed for want of room, whatever the error says. */
const BLOCK_BYTES = 64 * 1024

/** True when an error, or what caused it, says that there is no room. */
export function isDiskFull(error: unknown): boolean {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 10; at = at.cause, depth++) {
    const { code } = at as NodeJS.ErrnoException
    if ((code !== undefined && FULL_CODES.has(code)) || FULL_WORDS.test(at.message)) return true
  }
  return false
}

/** For people: what happened, what it means, what to do. */
function diskSentence(path: string, error: unknown): string {
  const what = isDiskFull(error) ? 'is full' : `can't be written (${(error as Error).message})`
  const todo = isDiskFull(error) ? 'Make room there' : 'Mend it'
  return `The disk that holds ${path} ${what}, so this program ends. Nothing that was acknowledged is lost. ${todo} and start it again.`
}

const watched = new Set<string>()

/** What ssb-db2's log throws ends the program by itself; before that it is said in words which disk is meant. */
function sayBeforeEnd(error: Error): void {
  if (!isDiskFull(error)) return
  for (const path of watched) if (isNearlyFull(path)) process.stderr.write(`${diskSentence(path, error)}\n`)
}

function isNearlyFull(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(path)
    return bavail * bsize < BLOCK_BYTES
  } catch {
    return true
  }
}

/** Watches over the disk of a node until it is closed. Call it before the first message is stored. */
export function endWhenDiskFails(ssb: any, path: string): void {
  if (watched.size === 0) process.on('uncaughtExceptionMonitor', sayBeforeEnd)
  watched.add(path)
  ssb.close.hook(function (this: unknown, close: any, args: unknown[]) {
    watched.delete(path)
    if (watched.size === 0) process.off('uncaughtExceptionMonitor', sayBeforeEnd)
    return close.apply(this, args)
  })
  for (const index of Object.values<any>(ssb.db.getIndexes())) {
    const { level } = index
    level.batch = endOnError(level.batch.bind(level), path)
    level.put = endOnError(level.put.bind(level), path)
  }
}

/** A method of a Level database whose failure ends the program. */
function endOnError(write: (...args: any[]) => unknown, path: string) {
  return (...args: any[]): unknown => {
    const callback = args.at(-1)
    if (typeof callback !== 'function') return write(...args)
    return write(...args.slice(0, -1), (error: Error | null, ...rest: unknown[]) => {
      if (error === null || error === undefined) return callback(error, ...rest)
      // Not through the callback: whoever gets it would only log it and go on.
      throw new Error(diskSentence(path, error), { cause: error })
    })
  }
}
