/** What the provider's own feed says of its operator's words: its part of the fold. */
import type { FeedId, MessageId, Millis, PubId } from './ids'
import type { AnnouncementMessage } from './messages/announcement'
import type { BlockMessage } from './messages/block'
import type { HaltMessage } from './messages/halt'
import type { Told } from './state-money'

export interface AnnouncementFact extends Told<AnnouncementMessage> {
  /** A pub of each set of owners that has not been told yet, in whose thread they are. */
  owed: Set<PubId>
  /** How many sets of owners there were. */
  sets: number
}

export interface OperatorFold {
  /** The latest word on each pub that the operator ever stopped. */
  halts: Map<PubId, Told<HaltMessage>>
  /** The latest word on everybody who was ever blocked. */
  blocks: Map<FeedId, Told<BlockMessage>>
  /** Those of the last day of the feed's own time, and those that are still being told. */
  announcements: Map<MessageId, AnnouncementFact>
  /** When each owner was recorded. */
  ownersSince: Map<FeedId, Millis>
}

/** Nothing known yet. */
export function initialOperator(): OperatorFold {
  return { halts: new Map(), blocks: new Map(), announcements: new Map(), ownersSince: new Map() }
}
