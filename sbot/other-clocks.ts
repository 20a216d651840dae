/**
 * What other machines' clocks show: the latest word of each, carried on by a clock that nobody sets. A jump of our own
 * clock moves none of them, so that the two can be held against each other.
 */
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import type { Millis } from '../protocol/ids'
import { CLOCK_KEPT_MS } from '../protocol/limits-money'

interface Word {
  time: Millis
  /** By the steady clock. */
  toldAt: number
}

export class OtherClocks {
  private readonly words = new Map<string, Word>()

  constructor(
    /** Milliseconds that no setting of a clock moves. */
    private readonly steady: () => number,
  ) {}

  /** Somebody says what time it is, just now. */
  note(source: string, time: Millis): void {
    this.words.set(source, { time, toldAt: this.steady() })
  }

  /** The same where the word may have been under way for long: one that is behind what is known says nothing. */
  noteLate(source: string, time: Millis): void {
    if (time > (this.of(source) ?? Number.NEGATIVE_INFINITY)) this.note(source, time)
  }

  /** What this one's clock shows now; null where it said nothing lately. */
  of(source: string): Millis | null {
    const word = this.words.get(source)
    if (word === undefined) return null
    const passedMs = this.steady() - word.toldAt
    if (passedMs <= CLOCK_KEPT_MS) return Math.round(word.time + passedMs)
    this.words.delete(source)
    return null
  }

  /** What all of them show now. */
  all(): Millis[] {
    return [...this.words.keys()].flatMap((source) => this.of(source) ?? [])
  }
}

/** Another one on each machine, and after each of its starts: programs that have the same one share one clock. */
export function machineId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return hostname()
  }
}
