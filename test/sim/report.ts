/** What came of seeds, in lines for people. */
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
  readonly counts: Outcome['counts'] = {
    requests: 0,
    pubs: 0,
    uses: 0,
    takenBack: 0,
    ownerChanges: 0,
    sharedEnds: 0,
    changes: 0,
    exports: 0,
    starts: 0,
    epochs: 0,
    incidents: 0,
    suspensions: 0,
    ends: 0,
    subscriptions: 0,
    gifts: 0,
    halts: 0,
    commissions: 0,
    amendments: 0,
    prunes: 0,
    machines: 0,
    joins: 0,
    returned: 0,
    mails: 0,
    silentMoves: 0,
    drainMoves: 0,
    unableMoves: 0,
  }
  forks = 0
  private virtualMs = 0
  private events = 0
  private readonly since = process.cpuUsage()

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
    // Of the processor, not of the clock on the wall: machines that test are shared.
    const { user, system } = process.cpuUsage(this.since)
    const usedMs = (user + system) / 1000
    const { requests, pubs, uses, takenBack, changes, exports, starts, epochs, incidents } = this.counts
    return [
      `${this.seeds} seeds, ${this.failed.length} failed;`,
      `${this.events} events, ${(this.virtualMs / 3_600_000).toFixed(1)} simulated hours in`,
      `${(usedMs / 1000).toFixed(1)} s of processor time (${Math.round(this.virtualMs / usedMs)} to 1);`,
      `${requests} requests, ${pubs} pubs, ${uses} uses of invites, ${takenBack} taken back,`,
      `${this.counts.ownerChanges} changes of owners, ${this.counts.sharedEnds} shared pubs deleted,`,
      `${changes} pubs changed, ${exports} exports, ${incidents} words on incidents,`,
      `${this.counts.subscriptions} subscriptions, ${this.counts.gifts} gifts, ${this.counts.halts} stops by the operator, ${this.counts.commissions} pubs made ${this.counts.amendments} changed and ${this.counts.prunes} ended by a cluster file, ${this.counts.machines} servers rented ${this.counts.joins} joined and ${this.counts.returned} given back, ${this.counts.mails} mails, ${this.counts.suspensions} suspended and ${this.counts.ends} ended unpaid,`,
      `${starts} starts of the provider, ${epochs} raised epochs, ${this.counts.silentMoves} pubs moved off silent hubs ${this.counts.drainMoves} off such that are emptied and ${this.counts.unableMoves} off such that could not run them`,
    ].join(' ')
  }
}
