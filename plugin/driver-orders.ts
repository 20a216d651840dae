/**
 * What the driver of machines was asked for in this run and what came of it, by machine: so none is asked for again and again,
 * and one that can't be made or destroyed holds no other up. In memory only. Pure: times are by a clock that nobody sets.
 */
import type { Millis } from '../protocol/ids'
import {
  MACHINE_APPEAR_MS,
  MACHINE_LASTING_MS,
  MACHINE_PAUSE_FIRST_MS,
  MACHINE_PAUSE_LONGEST_MS,
  MACHINES_LIST_EVERY_MS,
} from '../protocol/limits-machines'
import type { DriverStep } from './driver-step'
import type { MachineFact, MachineTrouble } from './machine-driver'

/** Why one machine can't be made or destroyed. */
export interface Refusal {
  kind: MachineTrouble
  error: string
  /** How long it has been so. */
  forMs: Millis
}

interface Order {
  kind: DriverStep['kind']
  /** What the driver said; null where it took the order. */
  refused: { kind: MachineTrouble; error: string } | null
  since: number
  pauseMs: Millis
  /** Left alone until then. */
  until: number
}

/** The pause after one of so long; they double up to the longest. After none it is the first. */
export function nextPauseMs(before: Millis | null): Millis {
  return Math.min(Math.max(MACHINE_PAUSE_FIRST_MS, (before ?? 0) * 2), MACHINE_PAUSE_LONGEST_MS)
}

export const machineOfStep = (step: DriverStep): string =>
  step.kind === 'destroy' ? step.machine : step.content.machine

export class DriverOrders {
  private readonly all = new Map<string, Order>()

  /** The driver took it. */
  taken(step: DriverStep, now: number): void {
    const before = this.before(step)
    // A list that lags does not show it for a while, or shows it as if nothing had been said.
    const leastMs = step.kind === 'create' ? MACHINE_APPEAR_MS : MACHINES_LIST_EVERY_MS
    const pauseMs = Math.max(leastMs, nextPauseMs(before?.pauseMs ?? null))
    this.put(step, { refused: null, since: before?.since ?? now, pauseMs, until: now + pauseMs })
  }

  /** The driver could not do it. True where that is news. */
  refused(step: DriverStep, why: { kind: MachineTrouble; error: string }, now: number): boolean {
    const before = this.before(step)
    const pauseMs = nextPauseMs(before?.pauseMs ?? null)
    this.put(step, { refused: why, since: before?.since ?? now, pauseMs, until: now + pauseMs })
    return before?.refused?.error !== why.error
  }

  /** What the driver lists now, and what it should be asked for by that: what is done with is forgotten. */
  saw(listed: ReadonlyMap<string, MachineFact>, owed: readonly DriverStep[], now: number): void {
    const isOwed = new Set(owed.map((step) => `${step.kind} ${machineOfStep(step)}`))
    for (const [machine, order] of this.all) {
      // Told to end and still there, or taken and not there yet, though nobody wants it any more.
      const isUnderWay = order.kind === 'destroy' ? listed.has(machine) : isComing(order) && order.until > now
      if (order.kind === 'create' && listed.has(machine)) this.all.delete(machine)
      else if (!isUnderWay && !isOwed.has(`${order.kind} ${machine}`)) this.all.delete(machine)
    }
    for (const { name, status } of listed.values()) {
      if (status !== 'ending' || this.all.get(name)?.kind === 'destroy') continue
      this.put({ kind: 'destroy', machine: name }, { refused: null, since: now, pauseMs: 0, until: now })
    }
  }

  /** The first that is not left alone now. */
  next(owed: readonly DriverStep[], now: number): DriverStep | null {
    return owed.find((step) => (this.before(step)?.until ?? now) <= now) ?? null
  }

  /** When the first of these may be asked for again; null where there is none. */
  againInMs(owed: readonly DriverStep[], now: number): Millis | null {
    const times = owed.map((step) => Math.max(0, (this.before(step)?.until ?? now) - now))
    return times.length === 0 ? null : Math.min(...times)
  }

  /** Those that the driver took the order to make, or may have: on no list yet, and paid for all the same. */
  coming(): Set<string> {
    return new Set([...this.all].flatMap(([name, order]) => (isComing(order) ? [name] : [])))
  }

  /** By machine. What was taken and is not so after so long counts, too: it is paid for, or may be. */
  refusals(now: number): Map<string, Refusal> {
    const found = new Map<string, Refusal>()
    for (const [machine, { kind, refused, since }] of this.all) {
      const forMs = now - since
      if (refused !== null) found.set(machine, { ...refused, forMs })
      else if (forMs >= MACHINE_LASTING_MS)
        found.set(machine, { kind: 'busy', error: lateWords[kind](machine), forMs })
    }
    return found
  }

  private before(step: DriverStep): Order | undefined {
    const order = this.all.get(machineOfStep(step))
    return order?.kind === step.kind ? order : undefined
  }

  private put(step: DriverStep, order: Omit<Order, 'kind'>): void {
    this.all.set(machineOfStep(step), { kind: step.kind, ...order })
  }
}

/** An answer that got lost may have been a yes. */
const isComing = ({ kind, refused }: Order): boolean =>
  kind === 'create' && (refused === null || refused.kind === 'unreachable')

const lateWords = {
  create: (machine: string): string =>
    `${machine} was asked for more than an hour ago and is not listed: look where it is rented, it may cost`,
  destroy: (machine: string): string =>
    `${machine} was told to end more than an hour ago and is still listed: look at it where it is rented, it may cost`,
}
