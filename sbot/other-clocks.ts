/**
 * What other machines' clocks show: the latest word of each, carried on by a clock that nobody sets. A jump of our own
 * clock moves none of them, so that the two can be held against each other.
 */
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import type { Millis } from '../protocol/ids'
import { CLOCK_KEPT_MS } from '../protocol/limits-money'
import { earliest, type OtherClock } from '../protocol/other-clock'

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

  /** The same where the word may have been under way for long: one that is behind what it shows at least says nothing. */
  noteLate(source: string, time: Millis): void {
    const known = this.of(source)
    if (known === null || time > earliest(known)) this.note(source, time)
  }

  /** What this one's clock shows now; null where it said nothing lately. */
  of(source: string): OtherClock | null {
    const word = this.words.get(source)
    if (word === undefined) return null
    const ageMs = this.steady() - word.toldAt
    if (ageMs <= CLOCK_KEPT_MS) return { shows: Math.round(word.time + ageMs), ageMs }
    this.words.delete(source)
    return null
  }

  /** What all of them show now. */
  all(): OtherClock[] {
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
