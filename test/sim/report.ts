/** What came of seeds, in lines for people. */
import { performance } from 'node:perf_hooks'
import type { Outcome } from './run'

/** A failing seed: what was broken, when, and how to see all of it. */
export function report({ seed, violation }: Outcome): string {
  if (violation === null) return `seed ${seed}: all promises held`
  const { invariant, sentence, tick } = violation
  return [
    `seed ${seed}, tick ${tick}: ${invariant}: ${sentence}`,
    `  the whole trace: node --no-deprecation dist/test/sim/replay.js ${seed}`,
  ].join('\n')
}

export class Tally {
  seeds = 0
  readonly failed: number[] = []
  readonly counts: Outcome['counts'] = { requests: 0, pubs: 0, uses: 0, starts: 0, epochs: 0 }
  forks = 0
  private virtualMs = 0
  private events = 0
  private readonly since = performance.now()

  add(outcome: Outcome): void {
    this.seeds += 1
    if (outcome.violation !== null) this.failed.push(outcome.seed)
    this.forks += outcome.forks
    this.virtualMs += outcome.virtualMs
    this.events += outcome.events
    for (const name of Object.keys(this.counts) as (keyof Outcome['counts'])[])
      this.counts[name] += outcome.counts[name]
  }

  line(): string {
    const wallMs = performance.now() - this.since
    const { requests, pubs, uses, starts, epochs } = this.counts
    return [
      `${this.seeds} seeds, ${this.failed.length} failed;`,
      `${this.events} events, ${(this.virtualMs / 3_600_000).toFixed(1)} simulated hours in`,
      `${(wallMs / 1000).toFixed(1)} s (${Math.round(this.virtualMs / wallMs)} to 1);`,
      `${requests} requests, ${pubs} pubs, ${uses} uses of invites,`,
      `${starts} starts of the provider, ${epochs} raised epochs`,
    ].join(' ')
  }
}
