/** The record of a new machine. Pure. */
import { type FeedId, machineNameOf } from '../protocol/ids'
import { buildMachine, type MachineMessage } from '../protocol/messages/machine'
import type { State } from '../protocol/state'
import type { MachinePolicy } from './machine-settings'
import type { Ledger } from './query'

export interface NewMachine {
  why: string
  by: FeedId | null
  /** Null: made of its number. */
  label: string | null
  kind: MachineMessage['kind']
}

export interface NewWorld {
  state: State
  policy: { machines: MachinePolicy }
  ledger: Pick<Ledger, 'machine'>
  /** What the driver lists. */
  listed: Pick<ReadonlyMap<string, unknown>, 'has'>
}

/**
 * The next of this provider: its number was never given to another, because records stay on the feed for ever. A machine that
 * is there under that name all the same is from before a loss of the feed, and must not be taken for the new one.
 */
export function newMachine(world: NewWorld, wish: NewMachine): MachineMessage {
  const { state, policy, ledger, listed } = world
  const { machines, id } = state.provider
  let number = machines.all.size + 1
  while (listed.has(machineNameOf(id, number)) || machines.all.has(machineNameOf(id, number))) number += 1
  const machine = machineNameOf(id, number)
  return buildMachine({
    machine,
    label: wish.label ?? freeLabel(state, number),
    driver: policy.machines.driver,
    kind: wish.kind,
    status: 'wanted',
    token: ledger.machine(machine).key,
    ...{ why: wish.why, by: wish.by },
  })
}

/** What no hub and no other machine is called. */
function freeLabel(state: State, number: number): string {
  for (let at = number; ; at += 1) {
    const label = `machine-${at}`
    if (!isLabelTaken(state, label)) return label
  }
}

/** True where a hub that is not retired, or a machine that is not gone, is called so. */
export function isLabelTaken({ provider }: State, label: string): boolean {
  for (const hub of provider.hubs.values()) if (hub.label === label && hub.status !== 'retired') return true
  for (const { content } of provider.machines.all.values())
    if (content.label === label && content.status !== 'gone') return true
  return false
}
