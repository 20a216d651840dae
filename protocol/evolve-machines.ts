/** What the provider's words about machines mean to its state, and what its orders mean to the disks of hubs. */
import type { Millis } from './ids'
import type { MachineMessage } from './messages/machine'
import type { SpecMessage } from './messages/spec'
import type { MachinesFold } from './state-machines'

/** Folds a machine's record. */
export function evolveMachine({ all }: MachinesFold, at: Millis, content: MachineMessage): void {
  const { why, by } = content
  const made = all.get(content.machine)?.made ?? { at, why, by }
  all.set(content.machine, { content, at, made })
}

/** An order says that a run ends and until when its volume stays, or that there is a run again. */
export function noteKept({ keptOn }: MachinesFold, { hub, pub, desired, keepUntil }: SpecMessage): void {
  const kept = keptOn.get(hub)
  if (desired !== 'none') kept?.delete(pub)
  else if (keepUntil !== null) {
    if (kept === undefined) keptOn.set(hub, new Map([[pub, keepUntil]]))
    else kept.set(pub, keepUntil)
  }
}
