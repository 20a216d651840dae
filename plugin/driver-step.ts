/** What the driver of machines should be asked for: what is written against what it lists. Pure; plugin/io/machines does it. */
import type { MachineMessage } from '../protocol/messages/machine'
import type { MachineFact } from './machine-driver'
import { admitsMachine } from './machine-records'
import { type MachineWorld, mayDestroy } from './machines'
import { unsettledBy } from './machines-calm'

export type DriverStep = { kind: 'create'; content: MachineMessage } | { kind: 'destroy'; machine: string }

/**
 * All that is owed, whether or not it was asked for a moment ago (driver-orders.ts); null where it can't be known. `coming`: those
 * that it may have taken the order for and does not list yet. A machine whose token was used is never made again: its second hub
 * could not join.
 */
export function driverSteps(world: MachineWorld, coming: ReadonlySet<string>): DriverStep[] | null {
  const { state, policy, machines } = world
  const { listed } = machines
  if (listed === null || unsettledBy(world) !== null) return null
  const all = [...state.provider.machines.all.values()].filter(
    ({ content }) => content.driver === policy.machines.driver,
  )
  const ends = all.flatMap((one): DriverStep[] => {
    const { machine } = one.content
    const status = listed.get(machine)?.status
    const isOwed = status !== undefined && status !== 'ending' && mayDestroy(world, one)
    return isOwed ? [{ kind: 'destroy', machine }] : []
  })
  // What the driver has or took counts, whatever the records say of it: this is the money.
  const there = all.filter(({ content: { machine } }) => listed.has(machine) || coming.has(machine)).length
  let room = policy.machines.max - there
  const creates: DriverStep[] = []
  for (const one of all) {
    const { content } = one
    if (listed.has(content.machine) || !admitsMachine(state, one)) continue
    // One that was taken and never appeared has its place among them.
    if (coming.has(content.machine) ? room < 0 : room <= 0) continue
    if (!coming.has(content.machine)) room -= 1
    creates.push({ kind: 'create', content })
  }
  return [...ends, ...creates]
}

/** Machines with this provider's mark that no record names: the operator is told, and nothing is done about them. */
export function strangersAmong({ state, machines }: MachineWorld): MachineFact[] {
  return [...(machines.listed?.values() ?? [])].filter(({ name }) => !state.provider.machines.all.has(name))
}
