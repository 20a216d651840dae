/**
 * The look-again loop, the only retry in the system. A wake is a hint that something may have changed: many wakes
 * during one look make one more look, never two at once. A look that fails is tried again with growing pauses.
 */
import type { Millis } from '../protocol/ids'

export interface LoopOptions {
  /** Looks at everything and does what is owed. A rejection means: temporary, look again later. */
  look(): Promise<void>
  /** Told of every failed look, with the pause until the next one. */
  onError?(error: Error, pauseMs: number): void
  /** Pause after the first failure in a row; doubles up to the ceiling. */
  firstPauseMs?: number
  ceilingPauseMs?: number
  clock?: Clock
}

/** Time as the loop sees it; tests bring their own. */
export interface Clock {
  now(): Millis
  /** Calls back after so many milliseconds; the result cancels it. */
  after(milliseconds: number, then: () => void): () => void
  /** Milliseconds that no setting of the clock moves; absent: this process's own. */
  steady?(): number
}

/** See Clock.steady. */
export const steadyOf = (clock: Clock): (() => number) =>
  clock.steady === undefined ? () => performance.now() : () => clock.steady?.() ?? 0

export interface Loop {
  /** Look soon (at once, or again when a look is running). Also cuts a pause after an error short. */
  wake(): void
  /** Look at this time at the latest; an earlier standing appointment is kept. */
  wakeAt(time: Millis): void
  /** Resolves when nothing is running and no wake waits; appointments and pauses don't count. */
  idle(): Promise<void>
  /** No more looks; resolves when the running one has ended. */
  stop(): Promise<void>
}

/** Node cuts longer timers to one millisecond. */
const TIMER_MS_MAX = 2 ** 31 - 1
/** An appointment is by a clock that may be set, and its timer is not: so often they are held against each other. */
const PIECE_MS_MAX = 5 * 60_000

export const realClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, then) {
    const timer = setTimeout(then, Math.min(Math.max(milliseconds, 0), TIMER_MS_MAX))
    return () => clearTimeout(timer)
  },
}

/** See LoopOptions. The first look comes with the first wake. */
export function createLoop(options: LoopOptions): Loop {
  const clock = options.clock ?? realClock
  const firstPauseMs = options.firstPauseMs ?? 500
  const ceilingPauseMs = options.ceilingPauseMs ?? 60_000
  let running = false
  let again = false
  let stopped = false
  let failures = 0
  let appointment: Millis | null = null
  let cancel: (() => void) | null = null
  const resting: (() => void)[] = []

  const disarm = () => {
    cancel?.()
    cancel = null
  }
  const arm = () => {
    disarm()
    if (stopped || appointment === null) return
    cancel = clock.after(Math.min(appointment - clock.now(), PIECE_MS_MAX), () => {
      cancel = null
      if (appointment !== null && appointment > clock.now()) return arm()
      appointment = null
      loop.wake()
    })
  }

  const run = async () => {
    running = true
    while (again && !stopped) {
      again = false
      try {
        await options.look()
        failures = 0
      } catch (error) {
        const pauseMs = Math.min(firstPauseMs * 2 ** failures, ceilingPauseMs)
        failures++
        options.onError?.(error instanceof Error ? error : new Error(String(error)), pauseMs)
        // Wakes that came during the failed look wait for the pause, else a failing look would spin.
        again = false
        loop.wakeAt(clock.now() + pauseMs)
      }
    }
    running = false
    for (const then of resting.splice(0)) then()
  }

  const loop: Loop = {
    wake() {
      if (stopped) return
      again = true
      if (!running) void run()
    },
    wakeAt(time) {
      if (stopped) return
      // One that has passed has a timer from before the clock was set: it is late already, and holds no other up.
      const isStanding = appointment !== null && appointment > clock.now()
      if (isStanding && appointment !== null && appointment <= time) return
      appointment = Math.min(appointment ?? time, time)
      arm()
    },
    idle() {
      return running ? new Promise((resolve) => resting.push(resolve)) : Promise.resolve()
    },
    stop() {
      stopped = true
      disarm()
      return loop.idle()
    },
  }
  return loop
}
