/** A clock that stands still until a test moves it. */
import type { Millis } from '../../protocol/ids'
import type { Clock } from '../../sbot/loop'

export interface HandClock extends Clock {
  /** Moves on, and calls whoever waited for that. */
  pass(milliseconds: number): void
}

export function handClock(start: Millis): HandClock {
  let time = start
  let waiting: { at: Millis; then: () => void }[] = []
  return {
    now: () => time,
    after(milliseconds, then) {
      const one = { at: time + Math.max(0, milliseconds), then }
      waiting.push(one)
      return () => {
        waiting = waiting.filter((other) => other !== one)
      }
    },
    pass(milliseconds) {
      time += milliseconds
      const due = waiting.filter(({ at }) => at <= time).sort((a, b) => a.at - b.at)
      waiting = waiting.filter(({ at }) => at > time)
      for (const { then } of due) then()
    },
  }
}
