/** Whether a pub is where it was placed, and what its owners are shown until it is. */
import type { ObservedMessage } from '../protocol/messages/observed'
import { reachedBy } from '../protocol/messages/pub'
import type { MovingView } from '../protocol/rpc-fleet'
import type { PubFact, State } from '../protocol/state'
import { isReached } from './change'

/** True once its present hub has said that it does there what it shall. */
export function isThere(state: State, pub: PubFact): boolean {
  const spec = state.provider.specs.get(pub.pub)
  const { hub, epoch } = pub.record
  const said: ObservedMessage | null = state.authors.get(hub)?.observed.get(pub.pub) ?? null
  const isOrdered = spec?.hub === hub && spec.host === reachedBy(pub.record) && spec.epoch === epoch
  return isOrdered && said?.epoch === epoch && isReached(spec, said)
}

/** A pub that was placed elsewhere and is not there yet; null where none of this. */
export function movingViewOf(state: State, pub: PubFact): MovingView | null {
  const move = state.provider.moves.get(pub.pub)
  if (move === undefined || move.epoch !== pub.record.epoch) return null
  // That its own hub has another name is no journey.
  if (move.from === pub.record.hub || isThere(state, pub)) return null
  return { since: move.at, why: move.why }
}
