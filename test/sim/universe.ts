/** What everything in a world shares: time, chance, the faults that are on, and who watches. */
import type { FeedId } from '../../protocol/ids'
import type { Bugs } from './bugs'
import { Disk, type Message, type Mint } from './messages'
import type { Random } from './random'
import { type Life, MachineClock, stopStill, type Timeline } from './timeline'

/** Probabilities and times; `heal` sets them to nothing. */
export interface Faults {
  /** A message, request or answer gets lost on the way (and is sent again later, or times out). */
  loss: number
  /** A message arrives twice. */
  duplication: number
  /** The longest way between two machines. */
  delayMs: number
  /** A program dies at one of the moments around a write. */
  crash: number
  /** A write is refused (disk full). */
  writeError: number
  /** The engine fails, or fails to answer after it has succeeded. */
  engineError: number
  /** An event of the engine is not told. */
  eventLoss: number
}

export function someFaults(random: Random): Faults {
  const bad = random.chance(0.85)
  const up = (most: number) => (bad ? random.next() * most : 0)
  return {
    loss: up(0.3),
    duplication: up(0.5),
    delayMs: 20 + random.below(bad ? 3_000 : 200),
    crash: up(0.03),
    writeError: up(0.04),
    engineError: up(0.15),
    eventLoss: up(0.5),
  }
}

export function heal(faults: Faults): void {
  Object.assign(faults, { loss: 0, duplication: 0, crash: 0, writeError: 0, engineError: 0, eventLoss: 0 })
}

export interface Universe {
  readonly timeline: Timeline
  readonly random: Random
  readonly mint: Mint
  readonly faults: Faults
  readonly bugs: Bugs
  /** Something new lies on a disk. */
  stored(machine: Machine, message: Message): void
  /** The program on this machine dies now. */
  crash(machine: Machine, when: string): void
  trace(line: () => string): void
}

/** One computer with its disk and its clock. Its program comes and goes. */
export class Machine {
  readonly disk = new Disk()
  readonly clock: MachineClock
  /** Whose feeds its program asks for at the moment. */
  readonly wants = new Set<FeedId>()
  /** The program that runs now. */
  life: Life = { alive: false }
  private readonly listeners = new Set<(message: Message) => void>()

  constructor(
    readonly universe: Universe,
    readonly name: string,
    readonly id: FeedId,
  ) {
    this.clock = new MachineClock(universe.timeline, universe.random)
  }

  /** A message onto the disk. False when it does not follow what is there. */
  store(message: Message): boolean {
    if (!this.disk.store(message, this.clock.now())) return false
    this.universe.stored(this, message)
    for (const then of [...this.listeners]) then(message)
    return true
  }

  onStored(then: (message: Message) => void): () => void {
    this.listeners.add(then)
    return () => this.listeners.delete(then)
  }

  /** Its program stands still; gives the way to have it go on. */
  pause(): () => void {
    return stopStill(this.life)
  }

  /** Starts the next program; what the former had in memory is gone. */
  boot(): Life {
    this.life.alive = false
    this.listeners.clear()
    this.wants.clear()
    this.life = { alive: true }
    return this.life
  }
}
