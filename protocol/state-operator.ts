/** What the provider's own feed says of its operator's words: its part of the fold. */
import type { FeedId, MessageId, Millis, PubId } from './ids'
import type { AnnouncementMessage } from './messages/announcement'
import type { BlockMessage } from './messages/block'
import type { CommissionMessage } from './messages/commission'
import type { HaltMessage } from './messages/halt'
import type { PubMessage } from './messages/pub'
import type { Told } from './state-money'

export interface AnnouncementFact extends Told<AnnouncementMessage> {
  /** A pub of each set of owners that has not been told yet, in whose thread they are. */
  owed: Set<PubId>
  /** How many sets of owners there were. */
  sets: number
}

/** What of a pub an operator may change. */
export type Amendable = Pick<PubMessage, 'plan' | 'web' | 'owners'>

/** A change of a pub by an operator that not everybody has been told of whom it concerns. */
export interface AmendFact {
  /** Of the record that says it. */
  key: MessageId
  pub: PubId
  at: Millis
  by: FeedId
  before: Amendable
  after: Amendable
  /** Until when its data is kept, where it was ended; null where not. */
  ended: Millis | null
  /** The present owners have been told. */
  told: boolean
  /** Who is an owner no more, and has not been told. */
  gone: Set<FeedId>
}

/** A pub that an operator had made and that never came up. */
export interface UnmadeFact extends Told<CommissionMessage> {
  pub: PubId
  /** When it was given up, by the feed's own time. */
  endedAt: Millis
}

export interface OperatorFold {
  /** The latest word on each pub that the operator ever stopped. */
  halts: Map<PubId, Told<HaltMessage>>
  /** The latest word on everybody who was ever blocked. */
  blocks: Map<FeedId, Told<BlockMessage>>
  /** Those of the last day of the feed's own time, and those that are still being told. */
  announcements: Map<MessageId, AnnouncementFact>
  /** Pubs that operators have made and whose owners have not got their invite, by id. */
  commissions: Map<PubId, Told<CommissionMessage>>
  /** Those that never came up, by name, until there is a pub of that name; of the last days (NEVER_UP_SHOWN_MS). */
  unmade: Map<string, UnmadeFact>
  /** By the records that say them. */
  amends: Map<MessageId, AmendFact>
  /** When each owner was recorded. */
  ownersSince: Map<FeedId, Millis>
}

/** Nothing known yet. */
export function initialOperator(): OperatorFold {
  return {
    halts: new Map(),
    blocks: new Map(),
    announcements: new Map(),
    commissions: new Map(),
    unmade: new Map(),
    amends: new Map(),
    ownersSince: new Map(),
  }
}
