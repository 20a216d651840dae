/** The part of a look that rents servers and gives them back: one record at most. */
import type { Look } from './look'
import { type MachineWorld, machineStep } from './machines'
import { operatorsTask } from './machines-trouble'

/** Owes the next record of a machine, or of the hub on one that is leaving. */
export function oweMachines(look: Look): void {
  const { state, policy, now, facts, ledger } = look.world
  const { machines: settings } = policy
  const { machines, connected, moving, currentSince, otherClocks = [] } = facts
  if (settings === null || machines === undefined) return
  const roomOf: MachineWorld['roomOf'] = (hub) => look.places.roomOn(hub)
  const world: MachineWorld = {
    ...{ state, policy: { ...policy, machines: settings }, now, connected, moving, currentSince },
    ...{ otherClocks, machines, ledger, roomOf },
  }
  const step = machineStep(world)
  if (step.kind === 'say') look.owe({ kind: 'record', content: step.content })
  if (step.kind === 'hub') look.owe({ kind: 'order', content: step.content })
  const task = operatorsTask(step, world)
  if (task !== null) look.machinesWait = task
  if (step.kind === 'wait' && step.againInMs !== null) look.wakeAt(now + step.againInMs)
}
