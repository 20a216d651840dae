/** What the operator has said of pubs and people, as others ask for it. */
import type { FeedId, PubId } from '../protocol/ids'
import type { BlockMessage } from '../protocol/messages/block'
import type { HaltMessage } from '../protocol/messages/halt'
import type { State } from '../protocol/state'
import type { Told } from '../protocol/state-money'
import { isStoppedAt } from './dues'

/** The operator's stop of a pub that is in force; null where there is none. */
export function haltOf({ provider }: State, pub: PubId): Told<HaltMessage> | null {
  const told = provider.operator.halts.get(pub)
  return told?.content.halted === true ? told : null
}

/** True for a pub that is stopped whatever its owners want: by its operator, or for want of payment. */
export function shallBeSuspended(state: State, pub: PubId): boolean {
  const stage = state.provider.money.dues.get(pub)?.content.stage
  return haltOf(state, pub) !== null || (stage !== undefined && isStoppedAt(stage))
}

/** The operator's word that somebody is not served, where it is in force. */
export function blockOf({ provider }: State, feed: FeedId): Told<BlockMessage> | null {
  const told = provider.operator.blocks.get(feed)
  return told?.content.blocked === true ? told : null
}
