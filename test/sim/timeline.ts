/** Virtual time: one queue of events in order of time, then of making. Nothing happens outside of it. */
import type { Millis } from '../../protocol/ids'
import type { Clock } from '../../sbot/loop'
import type { Random } from './random'

interface Event {
  at: Millis
  order: number
  /** Empty for events that are not worth a line in the trace. */
  label: string
  run: (() => void) | null
}

export const START: Millis = Date.UTC(2030, 0, 1)

export class Timeline {
  now: Millis = START
  private readonly heap: Event[] = []
  private made = 0

  /** Runs `then` so much later; gives the way to call it off. */
  at(delayMs: Millis, label: string, then: () => void): () => void {
    this.made += 1
    const event: Event = { at: this.now + Math.max(0, delayMs), order: this.made, label, run: then }
    this.push(event)
    return () => {
      event.run = null
    }
  }

  /** Runs the next event; its label, or null when there is none. */
  step(): string | null {
    for (;;) {
      const event = this.pop()
      if (event === undefined) return null
      if (event.run === null) continue
      this.now = event.at
      event.run()
      return event.label
    }
  }

  private push(event: Event): void {
    const { heap } = this
    let at = heap.length
    heap.push(event)
    while (at > 0) {
      const up = (at - 1) >> 1
      const parent = heap[up] as Event
      if (before(parent, event)) break
      heap[at] = parent
      at = up
    }
    heap[at] = event
  }

  private pop(): Event | undefined {
    const { heap } = this
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined || heap.length === 0) return first
    let at = 0
    for (;;) {
      let down = 2 * at + 1
      if (down >= heap.length) break
      if (down + 1 < heap.length && before(heap[down + 1] as Event, heap[down] as Event)) down += 1
      if (before(last, heap[down] as Event)) break
      heap[at] = heap[down] as Event
      at = down
    }
    heap[at] = last
    return first
  }
}

function before(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}

/**
 * One run of one program. When it is over, none of its timers fires and none of its promises resolves. One that stands
 * still (SIGSTOP) has a list of what comes to it meanwhile, and does all of that when it goes on; its clock does not wait.
 */
export interface Life {
  alive: boolean
  readonly asleep?: (() => void)[] | null
}

/** Does this now, or when the program goes on that stands still; never when it is over by then. */
export function whenAwake(life: Life, then: () => void): void {
  if (!life.alive) return
  if (life.asleep == null) then()
  else life.asleep.push(() => whenAwake(life, then))
}

/** Now, unless the program stands still. */
export function orWhenAwake(life: Life, then: () => void): void {
  if (life.asleep == null) then()
  else whenAwake(life, then)
}

/** Has a program stand still. Gives the way to have it go on, with everything that has come to it. */
export function stopStill(life: { alive: boolean; asleep?: (() => void)[] | null }): () => void {
  const waiting: (() => void)[] = []
  if (life.asleep != null) return () => undefined
  life.asleep = waiting
  return () => {
    life.asleep = null
    for (const then of waiting) then()
  }
}

/** Resolves at once, or when a program that stands still goes on. */
export function awake(life: Life): Promise<void> {
  return new Promise((resolve) => whenAwake(life, resolve))
}

/** The clock of one machine: it runs at its own rate and is set forward or back now and then. */
export class MachineClock {
  private rate: number
  private offsetMs: Millis

  constructor(
    private readonly timeline: Timeline,
    random: Random,
  ) {
    this.rate = random.chance(0.5) ? 1 : 2 ** random.between(-1, 1)
    this.offsetMs = random.between(-300_000, 300_000)
  }

  now(): Millis {
    return Math.floor(START + (this.timeline.now - START) * this.rate + this.offsetMs)
  }

  /** Milliseconds that passed on this machine, however its clock was set. */
  steady(): number {
    return (this.timeline.now - START) * this.rate
  }

  /** From the start at the rate that is right. */
  runTrue(): void {
    this.rate = 1
  }

  set(byMs: Millis): void {
    this.offsetMs += byMs
  }

  /** The clock as one program sees it: timers die with it, and don't care when the clock is set. */
  of(life: Life): Clock {
    return {
      now: () => this.now(),
      after: (milliseconds, then) =>
        this.timeline.at(milliseconds / this.rate, '', () => whenAwake(life, then)),
      steady: () => this.steady(),
    }
  }

  /** Resolves later by this machine's clock, and never when the program is over by then. */
  pause(life: Life, milliseconds: Millis): Promise<void> {
    return new Promise((resolve) => this.of(life).after(milliseconds, resolve))
  }
}

/** A promise that is dropped when the program that waits for it is over. */
export function whileAlive<T>(life: Life, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    promise.then(
      (value) => whenAwake(life, () => resolve(value)),
      (error: unknown) => whenAwake(life, () => reject(error)),
    )
  })
}
