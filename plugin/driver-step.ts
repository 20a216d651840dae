/** What the driver of machines is asked for next: what is written against what it lists. Pure; plugin/io/machines does it. */
import type { Millis } from '../protocol/ids'
import { MACHINE_APPEAR_MS } from '../protocol/limits-machines'
import type { MachineMessage } from '../protocol/messages/machine'
import type { MachineFact } from './machine-driver'
import { admitsMachine } from './machine-records'
import { type MachineWorld, mayDestroy } from './machines'
import { unsettledBy } from './machines-calm'

export type DriverStep = { kind: 'create'; content: MachineMessage } | { kind: 'destroy'; machine: string }

/**
 * At most one; null where what is there is what shall be, or where it can't be known. `acceptedMs`: how long ago the driver took
 * an order in this run, by machine. A machine whose token was used is never made again: its second hub could not join.
 */
export function driverStep(world: MachineWorld, acceptedMs: ReadonlyMap<string, Millis>): DriverStep | null {
  const { state, policy, machines } = world
  const { listed } = machines
  if (listed === null || unsettledBy(world) !== null) return null
  const all = [...state.provider.machines.all.values()].filter(
    ({ content }) => content.driver === policy.machines.driver,
  )
  for (const one of all) {
    const { machine } = one.content
    const status = listed.get(machine)?.status
    if (status !== undefined && status !== 'ending' && mayDestroy(world, one))
      return { kind: 'destroy', machine }
  }
  // What the driver has counts, whatever the records say of it: this is the money.
  const there = all.filter(({ content }) => listed.has(content.machine)).length
  if (there >= policy.machines.max) return null
  for (const one of all) {
    const { content } = one
    const accepted = acceptedMs.get(content.machine)
    const isNew = accepted === undefined || accepted >= MACHINE_APPEAR_MS
    if (admitsMachine(state, one) && !listed.has(content.machine) && isNew) return { kind: 'create', content }
  }
  return null
}

/** Machines with this provider's mark that no record names: the operator is told, and nothing is done about them. */
export function strangersAmong({ state, machines }: MachineWorld): MachineFact[] {
  return [...(machines.listed?.values() ?? [])].filter(({ name }) => !state.provider.machines.all.has(name))
}
