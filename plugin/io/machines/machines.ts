/**
 * Keeps what the driver of machines has equal to what stands on the feed. Level-triggered: it asks for the list, compares, does
 * one thing, and asks again. What was seen is only in memory, so a start sees everything anew.
 */
import type { Millis } from '../../../protocol/ids'
import {
  MACHINE_DAY_MS,
  MACHINE_PAUSE_FIRST_MS,
  MACHINE_PAUSE_LONGEST_MS,
  MACHINES_CHECK_EVERY_MS,
  MACHINES_LIST_EVERY_MS,
} from '../../../protocol/limits-machines'
import type { MachineMessage } from '../../../protocol/messages/machine'
import type { State } from '../../../protocol/state'
import { type Clock, createLoop, type Loop, steadyOf } from '../../../sbot/loop'
import { type Asked, type DriverStep, driverStep } from '../../driver-step'
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
  pauseMs: Millis
  /** By the steady clock. */
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
  private readonly accepted = new Map<string, number>()
  private readonly destroyed = new Map<string, number>()
  private readonly refused = new Set<string>()
  private readonly strangers = new Set<string>()
  private checked: { at: number; faults: readonly string[] } | null = null
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
      trouble: trouble === null ? null : { kind: trouble.kind, error: trouble.error },
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
      const world = this.world()
      const step = world === null ? null : driverStep(world, this.asked())
      if (step === null) {
        this.refused.clear()
        this.recovered()
        return this.later(MACHINES_LIST_EVERY_MS)
      }
      await this.perform(step)
    }
  }

  private later(ms: Millis): void {
    this.loop.wakeAt(this.options.clock.now() + Math.max(1, Math.ceil(ms)))
  }

  private asked(): Asked {
    const now = this.steady()
    const ago = (times: ReadonlyMap<string, number>) =>
      new Map([...times].map(([name, at]): [string, Millis] => [name, now - at]))
    return { acceptedMs: ago(this.accepted), destroyedMs: ago(this.destroyed), refused: this.refused }
  }

  /** False where it could not be asked for. */
  private async list(): Promise<boolean> {
    const { driver, changed } = this.options
    const at = this.steady()
    const found = await this.tried(() => driver.list())
    if (found === null) return false
    const facts = new Map(found.map((one) => [one.name, one]))
    const before = shownOf(this.listed?.facts)
    this.listed = { at, facts }
    this.isStale = false
    this.tellStrangers()
    for (const name of facts.keys()) this.accepted.delete(name)
    for (const name of this.destroyed.keys()) if (!facts.has(name)) this.destroyed.delete(name)
    if (shownOf(facts) !== before || this.waitsForEnd()) changed()
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
    this.isStale = true
    const machine = step.kind === 'destroy' ? step.machine : step.content.machine
    // Behind all others, until it can be done.
    this.refused.delete(machine)
    const done = await this.tried(async () => {
      if (step.kind === 'destroy') await driver.destroy(machine)
      else await driver.create({ name: machine, userData: userData(step.content), kind: step.content.kind })
      return true
    })
    if (done === null) return void this.refused.add(machine)
    this.recovered()
    const taken = step.kind === 'destroy' ? this.destroyed : this.accepted
    taken.set(machine, this.steady())
    if (step.kind === 'destroy') log('info', 'a machine is being destroyed', { machine })
    else log('info', 'a machine is asked for', { machine, driver: driver.kind })
  }

  /** Null where the driver could not; then it is left alone for a while. */
  private async tried<T>(work: () => Promise<T>): Promise<T | null> {
    try {
      return await work()
    } catch (error) {
      this.failed(error)
      return null
    }
  }

  /** All that was to be done is, or a deed of it. A list alone says nothing of what was refused: the pauses would never grow. */
  private recovered(): void {
    const { log, changed } = this.options
    if (this.trouble === null) return
    log('info', 'the driver of machines answers again')
    this.trouble = null
    changed()
  }

  private failed(error: unknown): void {
    const { log, changed } = this.options
    const { message } = error as Error
    const kind = error instanceof MachineError ? error.kind : 'refused'
    const asked = error instanceof MachineError ? error.retryAfterMs : null
    const doubled = Math.min(
      (this.trouble?.pauseMs ?? MACHINE_PAUSE_FIRST_MS / 2) * 2,
      MACHINE_PAUSE_LONGEST_MS,
    )
    // Nobody sends us away for ever.
    const pauseMs = Math.min(Math.max(doubled, asked ?? 0), MACHINE_DAY_MS)
    const isNews = this.trouble?.error !== message
    this.trouble = { kind, error: message, pauseMs: doubled, nextAt: this.steady() + pauseMs }
    this.isStale = true
    if (!isNews) return
    log('warn', 'the driver of machines could not do what was asked, trying again', { kind, reason: message })
    changed()
  }
}

function shownOf(facts: ReadonlyMap<string, MachineFact> | undefined): string {
  return facts === undefined ? '-' : JSON.stringify([...facts.values()])
}
