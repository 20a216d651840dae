/**
 * Keeps what the driver of machines has equal to what stands on the feed. Level-triggered: it asks for the list, compares, does
 * one thing, and asks again. What was seen is only in memory, so a start sees everything anew.
 */
import type { Millis } from '../../../protocol/ids'
import {
  MACHINE_DAY_MS,
  MACHINE_LASTING_MS,
  MACHINES_CHECK_EVERY_MS,
  MACHINES_LIST_EVERY_MS,
} from '../../../protocol/limits-machines'
import type { MachineMessage } from '../../../protocol/messages/machine'
import type { State } from '../../../protocol/state'
import { type Clock, createLoop, type Loop, steadyOf } from '../../../sbot/loop'
import { DriverOrders, machineOfStep, nextPauseMs } from '../../driver-orders'
import { type DriverStep, driverSteps } from '../../driver-step'
import { type MachineDriver, MachineError, type MachineFact, type MachineTrouble } from '../../machine-driver'
import { hubOf } from '../../machine-records'
import type { MachineFacts, MachineWorld } from '../../machines'
import type { Log } from '../provider'

export interface MachinesOptions {
  driver: MachineDriver
  clock: Clock
  log: Log
  /** Null while this provider may not act: it does not know all that it ever decided. */
  world(facts: MachineFacts): MachineWorld | null
  state(): State
  /** What the machine runs at its first start; holds its token. */
  userData(record: MachineMessage): string
  /** What is known of machines is another. */
  changed(): void
}

interface Trouble {
  kind: MachineTrouble
  error: string
  /** By the steady clock, like nextAt. */
  since: number
  pauseMs: Millis
  nextAt: number
}

export class Machines {
  private readonly loop: Loop
  private readonly steady: () => number
  private listed: { at: number; facts: ReadonlyMap<string, MachineFact> } | null = null
  private trouble: Trouble | null = null
  /** Since when each is as it is, and when those were first seen that began in this run. */
  private readonly known = new Map<string, { as: string; since: number; begunHere: boolean; first: number }>()
  private readonly there = new Map<string, number>()
  private readonly orders = new DriverOrders()
  private readonly strangers = new Set<string>()
  private checked: { at: number; faults: readonly string[] } | null = null
  /** What the log was told last, and what of the refusals was told to the provider. */
  private told: string | null = null
  private refusals = '[]'
  private hasLooked = false
  private isStale = true

  constructor(private readonly options: MachinesOptions) {
    const { clock, log } = options
    this.steady = steadyOf(clock)
    this.loop = createLoop({
      look: () => this.look(),
      clock,
      onError: (error, pauseMs) =>
        log('error', `could not look after machines, trying again in ${Math.round(pauseMs / 1000)} s`, {
          reason: error.message,
        }),
    })
  }

  /** Something of the state may have changed. */
  wake(): void {
    this.loop.wake()
  }

  stop(): Promise<void> {
    return this.loop.stop()
  }

  get driver(): MachineDriver {
    return this.options.driver
  }

  /** What a decision about machines looks at; null while this provider may not act. */
  world(): MachineWorld | null {
    return this.options.world(this.facts())
  }

  /** What is known now. Called at every look of the provider too, so that nothing is missed in between. */
  facts(): MachineFacts {
    const now = this.steady()
    this.note(now)
    const ago = (times: Iterable<[string, number]>): Map<string, Millis> =>
      new Map([...times].map(([name, at]) => [name, Math.round(now - at)]))
    const { listed, trouble } = this
    return {
      listed: listed?.facts ?? null,
      listedAgoMs: listed === null ? 0 : Math.round(now - listed.at),
      knownMs: ago([...this.known].map(([name, { since }]) => [name, since])),
      thereMs: ago(this.there),
      madeMs: ago(
        [...this.known].flatMap(([name, one]): [string, number][] =>
          one.begunHere ? [[name, one.first]] : [],
        ),
      ),
      trouble:
        trouble === null ? null : { kind: trouble.kind, error: trouble.error, forMs: now - trouble.since },
      refused: this.orders.refusals(now),
      ...(this.checked === null ? {} : { faults: this.checked.faults }),
    }
  }

  private note(now: number): void {
    const state = this.options.state()
    for (const [name, { content }] of state.provider.machines.all) {
      const hub = hubOf(state, content)
      const as = `${content.status} ${hub ?? ''}`
      const before = this.known.get(name)
      const begunHere = before?.begunHere ?? this.hasLooked
      if (before?.as !== as) this.known.set(name, { as, since: now, begunHere, first: before?.first ?? now })
      if (hub !== null || content.status !== 'wanted') this.there.delete(name)
      else if (this.listed?.facts.has(name) && !this.there.has(name)) this.there.set(name, now)
    }
  }

  private async look(): Promise<void> {
    const { driver } = this.options
    for (;;) {
      if (this.world() === null) return
      // What is there before this run may act began in another one.
      this.hasLooked = true
      const now = this.steady()
      const pauseMs = this.trouble === null ? 0 : this.trouble.nextAt - now
      if (pauseMs > 0) return this.later(pauseMs)
      const leftMs = this.listed === null ? 0 : this.listed.at + MACHINES_LIST_EVERY_MS - now
      if (this.isStale || leftMs <= 0 || driver.kind === 'manual') {
        if (!(await this.list())) continue
        await this.check()
      }
      const step = this.owed()
      if (step === null) return
      await this.perform(step)
    }
  }

  /** What is to be asked for now; where that is nothing, when to look again is set. */
  private owed(): DriverStep | null {
    const world = this.world()
    const now = this.steady()
    const owed = world === null ? null : driverSteps(world, this.orders.coming())
    if (owed !== null) {
      this.orders.saw(this.listed?.facts ?? new Map(), owed, now)
      this.tellRefusals()
    }
    const step = this.orders.next(owed ?? [], now)
    const againInMs = this.orders.againInMs(owed ?? [], now) ?? MACHINES_LIST_EVERY_MS
    if (step === null) this.later(Math.min(againInMs, MACHINES_LIST_EVERY_MS))
    return step
  }

  private later(ms: Millis): void {
    this.loop.wakeAt(this.options.clock.now() + Math.max(1, Math.ceil(ms)))
  }

  /** False where it could not be asked for. */
  private async list(): Promise<boolean> {
    const { driver, log, changed } = this.options
    const at = this.steady()
    let found: MachineFact[]
    try {
      found = await driver.list()
    } catch (error) {
      this.failed(error)
      return false
    }
    const facts = new Map(found.map((one) => [one.name, one]))
    const isNews = this.trouble !== null || shownOf(facts) !== shownOf(this.listed?.facts)
    if (this.trouble !== null) log('info', 'the driver of machines answers again')
    this.trouble = null
    this.listed = { at, facts }
    this.isStale = false
    this.tellStrangers()
    if (isNews || this.waitsForEnd()) changed()
    return true
  }

  /** Whether the other side has what the settings name: told before a machine is wanted, and not only when it can't be made. */
  private async check(): Promise<void> {
    const { driver, log, changed } = this.options
    const now = this.steady()
    if (this.checked !== null && now < this.checked.at + MACHINES_CHECK_EVERY_MS) return
    const before = this.checked?.faults ?? []
    // A driver that can't be asked is told of by its list.
    const faults = await driver.check().catch(() => before)
    this.checked = { at: now, faults }
    for (const fault of faults)
      if (!before.includes(fault)) log('warn', 'a machine could not be made as the settings say', { fault })
    if (faults.join('\n') !== before.join('\n')) changed()
  }

  /** Somebody waits to hear that a machine is gone: a later list than the last may say it, though it has the same. */
  private waitsForEnd(): boolean {
    for (const { content } of this.options.state().provider.machines.all.values())
      if (content.status === 'leaving' && !this.listed?.facts.has(content.machine)) return true
    return false
  }

  private tellStrangers(): void {
    const { all } = this.options.state().provider.machines
    for (const name of this.listed?.facts.keys() ?? []) {
      if (all.has(name) || this.strangers.has(name)) continue
      this.strangers.add(name)
      this.options.log('warn', 'there is a machine that no record names; nothing is done about it', {
        machine: name,
      })
    }
  }

  private async perform(step: DriverStep): Promise<void> {
    const { driver, log, userData } = this.options
    const machine = machineOfStep(step)
    this.isStale = true
    try {
      if (step.kind === 'destroy') await driver.destroy(machine)
      else await driver.create({ name: machine, userData: userData(step.content), kind: step.content.kind })
    } catch (error) {
      const why = troubleIn(error)
      if (this.orders.refused(step, why, this.steady())) this.tell(why)
      // Whoever names a time means every question.
      if (why.retryAfterMs !== null) this.failed(error)
      return
    }
    this.orders.taken(step, this.steady())
    if (step.kind === 'destroy') log('info', 'a machine is being destroyed', { machine })
    else log('info', 'a machine is asked for', { machine, driver: driver.kind })
  }

  /** The driver can't be asked; then it is left alone for a while. */
  private failed(error: unknown): void {
    const { kind, error: sentence, retryAfterMs } = troubleIn(error)
    const now = this.steady()
    const before = this.trouble
    const pauseMs = nextPauseMs(before?.pauseMs ?? null)
    // Nobody sends us away for ever.
    const waitMs = Math.min(Math.max(pauseMs, retryAfterMs ?? 0), MACHINE_DAY_MS)
    const since = before?.since ?? now
    this.trouble = { kind, error: sentence, since, pauseMs, nextAt: now + waitMs }
    this.isStale = true
    if (before?.error === sentence) return
    this.tell({ kind, error: sentence })
    this.options.changed()
  }

  private tell({ kind, error }: { kind: MachineTrouble; error: string }): void {
    const fact = 'the driver of machines could not do what was asked, trying again'
    if (this.told !== error) this.options.log('warn', fact, { kind, reason: error })
    this.told = error
  }

  /** What can't be done is another, or has lasted so long that somebody should be told. */
  private tellRefusals(): void {
    const all = [...this.orders.refusals(this.steady())]
    const shown = JSON.stringify(all.map(([name, { error, forMs }]) => [name, error, isLasting(forMs)]))
    if (shown === this.refusals) return
    this.refusals = shown
    if (all.length === 0) this.told = null
    this.options.changed()
  }
}

function troubleIn(error: unknown): { kind: MachineTrouble; error: string; retryAfterMs: Millis | null } {
  const { message } = error as Error
  if (!(error instanceof MachineError)) return { kind: 'refused', error: message, retryAfterMs: null }
  return { kind: error.kind, error: message, retryAfterMs: error.retryAfterMs }
}

const isLasting = (forMs: Millis): boolean => forMs >= MACHINE_LASTING_MS

function shownOf(facts: ReadonlyMap<string, MachineFact> | undefined): string {
  return facts === undefined ? '-' : JSON.stringify([...facts.values()])
}
