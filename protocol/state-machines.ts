/** What the provider's own feed says of rented machines, and of what must outlive the runs on each hub: its part of the fold. */
import type { FeedId, Millis, PubId } from './ids'
import type { MachineMessage } from './messages/machine'

export interface MachineFact {
  content: MachineMessage
  /** When its present record was published. */
  at: Millis
  /** Its first record. */
  made: { at: Millis; why: string; by: FeedId | null }
}

export interface MachinesFold {
  /** By name, in the order in which they were first wanted; those that are gone, too, because a name is never given again. */
  all: Map<string, MachineFact>
  /** Until when each hub was told to keep the volume of a pub that runs there no more. */
  keptOn: Map<FeedId, Map<PubId, Millis>>
}

/** Nothing known yet. */
export function initialMachines(): MachinesFold {
  return { all: new Map(), keptOn: new Map() }
}
