/** What of rented machines only a person can help with. Pure. */
import { MACHINE_LASTING_MS } from '../protocol/limits-machines'
import type { Refusal } from './driver-orders'
import type { MachineStep, MachineWorld } from './machines'

type Known = Pick<MachineWorld, 'machines'>

/** What the operator is waited for with: the policy is at its end, the driver refuses for good, or what should pass does not. */
export function operatorsTask(step: MachineStep, { machines }: Known): string | null {
  const { trouble, refused } = machines
  const lasting = [...(trouble === null ? [] : [trouble]), ...refused.values()].find(needsSomebody)
  return lasting?.error ?? (step.kind === 'wait' && step.stuck ? step.why : null)
}

/** Why the driver can't do something now, whether or not it passes; null where all is well. */
export function troubleOf({ machines }: Known): string | null {
  const [first] = machines.refused.values()
  return (machines.trouble ?? first)?.error ?? null
}

const needsSomebody = ({ kind, forMs }: Refusal): boolean =>
  (kind !== 'busy' && kind !== 'unreachable') || forMs >= MACHINE_LASTING_MS
