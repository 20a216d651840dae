/** What the driver of machines is asked for next: what is written against what it lists. Pure; plugin/io/machines does it. */
import type { Millis } from '../protocol/ids'
import { MACHINE_APPEAR_MS, MACHINES_LIST_EVERY_MS } from '../protocol/limits-machines'
import type { MachineMessage } from '../protocol/messages/machine'
import type { MachineFact as MachineRecord } from '../protocol/state-machines'
import type { MachineFact } from './machine-driver'
import { admitsMachine } from './machine-records'
import { type MachineWorld, mayDestroy } from './machines'
import { unsettledBy } from './machines-calm'

export type DriverStep = { kind: 'create'; content: MachineMessage } | { kind: 'destroy'; machine: string }

/** What came of what the driver was asked for in this run, by machine. */
export interface Asked {
  /** How long ago it took the order to make one that it has not listed since. */
  acceptedMs: ReadonlyMap<string, Millis>
  /** How long ago it took the order to destroy one that it lists. */
  destroyedMs: ReadonlyMap<string, Millis>
  /** Whose order it could not do, the last of them last. */
  refused: ReadonlySet<string>
}

/**
 * At most one; null where what is there is what shall be, or where it can't be known. One that can't be made or destroyed comes
 * after all others, so it holds none of them up. A machine whose token was used is never made again: its second hub could not join.
 */
export function driverStep(world: MachineWorld, asked: Asked): DriverStep | null {
  const { state, policy, machines } = world
  if (machines.listed === null || unsettledBy(world) !== null) return null
  const all = [...state.provider.machines.all.values()].filter(
    ({ content }) => content.driver === policy.machines.driver,
  )
  const fresh = all.filter(({ content }) => !asked.refused.has(content.machine))
  const refused = [...asked.refused].map((name) => all.filter(({ content }) => content.machine === name))
  // What the driver has counts, whatever the records say of it: this is the money.
  const there = all.filter(({ content }) => machines.listed?.has(content.machine)).length
  for (const some of [fresh, ...refused]) {
    const step = destructionAmong(some, world, asked)
    if (step !== null) return step
    const content = there < policy.machines.max ? missingAmong(some, world, asked) : null
    if (content !== null) return { kind: 'create', content }
  }
  return null
}

function destructionAmong(
  some: readonly MachineRecord[],
  world: MachineWorld,
  { destroyedMs }: Asked,
): DriverStep | null {
  for (const one of some) {
    const { machine } = one.content
    const status = world.machines.listed?.get(machine)?.status
    // A list that lags shows it for a while as if nothing had been said.
    const isSaid = (destroyedMs.get(machine) ?? MACHINES_LIST_EVERY_MS) < MACHINES_LIST_EVERY_MS
    if (status !== undefined && status !== 'ending' && !isSaid && mayDestroy(world, one))
      return { kind: 'destroy', machine }
  }
  return null
}

function missingAmong(
  some: readonly MachineRecord[],
  { state, machines }: MachineWorld,
  { acceptedMs }: Asked,
): MachineMessage | null {
  for (const one of some) {
    const { content } = one
    const isNew = (acceptedMs.get(content.machine) ?? MACHINE_APPEAR_MS) >= MACHINE_APPEAR_MS
    if (admitsMachine(state, one) && !machines.listed?.has(content.machine) && isNew) return content
  }
  return null
}

/** Machines with this provider's mark that no record names: the operator is told, and nothing is done about them. */
export function strangersAmong({ state, machines }: MachineWorld): MachineFact[] {
  return [...(machines.listed?.values() ?? [])].filter(({ name }) => !state.provider.machines.all.has(name))
}
