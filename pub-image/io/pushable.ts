/** A pull-stream source that is fed from outside; small, and told when its reader goes away. */

type End = true | Error | null
type Answer<T> = (end: End, item?: T) => void

export interface Pushable<T> {
  read(abort: End, answer: Answer<T>): void
  push(item: T): void
  end(): void
}

/** `onEnd` is called once, when the reader has gone or after `end`. */
export function pushable<T>(onEnd: () => void): Pushable<T> {
  const items: T[] = []
  let waiting: Answer<T> | null = null
  let ended: End = null
  const finish = (how: End) => {
    if (ended !== null) return
    ended = how
    const answer = waiting
    waiting = null
    answer?.(ended)
    onEnd()
  }
  return {
    read(abort, answer) {
      if (abort !== null && (abort as unknown) !== undefined && (abort as unknown) !== false) {
        finish(abort)
        answer(abort)
        return
      }
      const item = items.shift()
      if (item !== undefined) answer(null, item)
      else if (ended !== null) answer(ended)
      else waiting = answer
    },
    push(item) {
      if (ended !== null) return
      const answer = waiting
      waiting = null
      if (answer === null) items.push(item)
      else answer(null, item)
    },
    end: () => finish(true),
  }
}
