/** Where the content of a pub is read from: its own server while that runs, else its volume, which nobody changes then. */
import type { PubId } from '../protocol/ids'
import type { EngineFacts } from './facts'
import { desiredOf, type HubState } from './state'

export type Place =
  | { kind: 'server' }
  /** The volume of this name. */
  | { kind: 'volume'; name: string }
  /** Neither, just now or for good; the sentence begins with a reason (protocol/rpc.ts). */
  | { kind: 'nowhere'; why: string }

export interface Around {
  state: HubState
  engine: EngineFacts
  /** The hub is connected to the pub's server. */
  connected: boolean
  /** Something is being done to it that changes its volume, or is about to. */
  taken: boolean
}

/**
 * A volume is read only while its pub shall not run and does not: a pub that shall be up is about to write. So one that is in
 * trouble has to be stopped by its owner before it is read.
 */
export function placeOf(pub: PubId, { state, engine, connected, taken }: Around): Place {
  if (connected) return { kind: 'server' }
  const spec = state.specs.get(pub)?.content
  const later = (why: string): Place => ({ kind: 'nowhere', why: `try-again: ${why}` })
  if (spec === undefined || desiredOf(state, spec) === 'up' || taken)
    return later('the pub does not run here just now')
  if (!engine.reachable)
    return later(`the data of the pub can't be reached just now: ${engine.reason ?? 'no answer'}`)
  if (engine.runs.get(pub)?.status === 'running') return later('the pub is just being stopped')
  const name = engine.volumes.get(pub)
  if (name === undefined)
    return { kind: 'nowhere', why: 'unknown: nothing of this pub is left on its server' }
  return { kind: 'volume', name }
}
