/** Pull-stream sources of the API: bounded, and gone when the other side goes. */
type SourceCallback<T> = (end: Error | true | null, value?: T) => void
export type Source<T> = (abort: Error | true | null, cb: SourceCallback<T>) => void

/** Ends at once with an error. */
export function refusedSource(error: Error): Source<never> {
  return (abort, cb) => cb(abort ?? error)
}

/** A source that is there a moment later; an abort before that is handed on when it comes. */
export function laterSource<T>(coming: Promise<Source<T>>): Source<T> {
  return (abort, cb) => {
    coming.then(
      (source) => source(abort, cb),
      (error: Error) => cb(abort ?? error),
    )
  }
}

/** What a generator yields; it is ended when the other side goes. */
export function generatedSource<T>(generator: AsyncGenerator<T>): Source<T> {
  return (abort, cb) => {
    if (abort !== null && abort !== undefined && abort !== (false as unknown)) {
      generator.return(undefined).then(
        () => cb(abort),
        () => cb(abort),
      )
      return
    }
    generator.next().then(
      ({ done, value }) => (done === true ? cb(true) : cb(null, value)),
      (error: Error) => cb(error),
    )
  }
}

/** Everything after a position, page by page, until a page comes back empty. */
export function pagedSource<T extends { sequence: number }>(
  after: number,
  page: (after: number) => Promise<T[]>,
): Source<T> {
  let from = after
  let waiting: T[] = []
  return (abort, cb) => {
    if (abort !== null && abort !== undefined) return cb(abort)
    const next = waiting.shift()
    if (next !== undefined) {
      from = next.sequence
      return cb(null, next)
    }
    page(from).then(
      (values) => {
        const [first, ...rest] = values
        if (first === undefined) return cb(true)
        waiting = rest
        from = first.sequence
        cb(null, first)
      },
      (error: Error) => cb(error),
    )
  }
}

/** Calls back after every change; gives the way to stop. */
interface Subscribed {
  subscribe(then: () => void): () => void
}

/**
 * What is true now, and again whenever it has changed. A slow reader gets the latest picture, not every one
 * between; nothing is kept for it. An error that `look` gives ends it.
 */
export function latestSource<P extends Subscribed, T>(
  ready: Promise<P>,
  look: (of: P) => T | Error,
  onEnd: () => void = () => {},
): Source<T> {
  let shown: string | null = null
  let asked: SourceCallback<T> | null = null
  let ended: Error | true | null = null
  let unsubscribe: (() => void) | null = null
  let of: P | null = null

  const show = (): void => {
    if (asked === null || of === null) return
    const value = look(of)
    if (value instanceof Error) return end(value)
    const text = JSON.stringify(value)
    if (text === shown) return
    shown = text
    const cb = asked
    asked = null
    cb(null, value)
  }
  const end = (why: Error | true): void => {
    if (ended === null) onEnd()
    ended = why
    unsubscribe?.()
    const cb = asked
    asked = null
    cb?.(why)
  }
  ready.then((one) => {
    if (ended !== null) return
    of = one
    unsubscribe = one.subscribe(show)
    show()
  }, end)
  return (abort, cb) => {
    if (abort !== null && abort !== undefined) {
      end(abort)
      return cb(abort)
    }
    if (ended !== null) return cb(ended)
    asked = cb
    show()
  }
}
