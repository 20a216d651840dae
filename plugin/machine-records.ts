/** Machines as the provider's own feed has them, and the hubs that came of them. Pure. */
import type { FeedId } from '../protocol/ids'
import type { MachineMessage } from '../protocol/messages/machine'
import type { State } from '../protocol/state'
import type { MachineFact as MachineRecord } from '../protocol/state-machines'

/** The hub that came with a machine's token; null where none has. */
export function hubOf(state: State, { token }: Pick<MachineMessage, 'token'>): FeedId | null {
  return state.provider.usedTokens.get(token) ?? null
}

/** The machine that a hub runs on, by the hub's token; null for one that was joined by hand. */
export function machineOf(state: State, hub: FeedId): MachineRecord | null {
  for (const one of state.provider.machines.all.values()) if (hubOf(state, one.content) === hub) return one
  return null
}

/** The machine of a one-time token; null where it is none's. */
export function machineWithToken({ provider }: State, token: unknown): MachineRecord | null {
  for (const one of provider.machines.all.values()) if (one.content.token === token) return one
  return null
}

/** True while the machine's token lets a hub in. */
export function admitsMachine(state: State, { content }: MachineRecord): boolean {
  return content.status === 'wanted' && hubOf(state, content) === null
}
