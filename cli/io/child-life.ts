/** Life of a program that runs until told to end: by a signal, or by losing the program that started it. */

/** What a started program tells the one that started it. */
export type FromChild =
  | { kind: 'ready'; facts: Record<string, string> }
  /** It can't run, or not go on; the sentence says why. */
  | { kind: 'failed'; sentence: string }

/** What it is told: end well. */
export const STOP = 'stop'

const EXIT_GRACE_MS = 3_000
/** Ending well takes no longer; whoever comes next waits for the folder. */
const STOP_MS_MAX = 12_000

/** Set for a program that shall end with the one that started it. */
export const CHILD_MARK = 'BUTTCLOUD_CHILD'
const child = process.env[CHILD_MARK] === '1'
// Not handed on to the pubs that a hub starts.
delete process.env[CHILD_MARK]

/** True when another buttcloud program started this one; that one may be gone already. */
export function hasParent(): boolean {
  return child
}

/** Tells the parent, where there is one; `then` is called once that is done, or at once where there is none. */
export function tellParent(message: FromChild, then: () => void = () => {}): void {
  if (child && process.connected && process.send) process.send(message, () => then())
  else then()
}

/**
 * Resolves when the program has been told to end and `stop` has run. A second Ctrl-C ends it by force.
 * Under a parent Ctrl-C is left to the parent, which gets it too; when the parent is gone, the program ends.
 */
export function untilStopped(stop: () => Promise<void>, failed?: Promise<Error>): Promise<void> {
  return new Promise((resolve, reject) => {
    let stopping = false
    const end = (error: Error | null) => {
      if (stopping) return
      stopping = true
      // As after kill -9: everything that was acknowledged is on disk.
      setTimeout(() => process.exit(1), STOP_MS_MAX).unref()
      const settle = () => {
        if (error === null) resolve()
        else reject(error)
      }
      stop().then(settle, (trouble: Error) => {
        reject(error ?? trouble)
      })
    }
    process.on('SIGINT', () => {
      if (child) return
      if (stopping) process.exit(130)
      end(null)
    })
    process.on('SIGTERM', () => end(null))
    if (child) {
      process.on('disconnect', () => end(null))
      // It may have gone while this one was starting.
      if (!process.connected) end(null)
      process.on('message', (message) => message === STOP && end(null))
    }
    failed?.then(end)
  })
}

/** Lets go of what would keep the process alive; a library's stray timer or socket must not either. */
export function leaveSoon(): void {
  if (process.connected) process.disconnect?.()
  setTimeout(() => process.exit(), EXIT_GRACE_MS).unref()
}
