/**
 * The provider's picture of the world: a product of per-author folds. Nothing here joins two authors; that is done
 * by the readers (protocol/view.ts, plugin/decide.ts), so the order in which feeds arrive makes no difference.
 */
import type { FeedId, InviteKey, MessageId, Millis, PubId } from './ids'
import type { NoticePayload, Question } from './messages/answer'
import type { HubMessage } from './messages/hub'
import type { OpMessage } from './messages/op'
import type { Moved, PubMessage } from './messages/pub'
import type { SpecMessage } from './messages/spec'
import { News } from './news'
import { type AuthorFold, initialAuthor } from './state-author'
import { initialMachines, type MachinesFold } from './state-machines'
import { initialMoney, type MoneyFold } from './state-money'
import { initialOperator, type OperatorFold } from './state-operator'

export type { AuthorFold, ContactFact, HostFact, IncidentFact, UseFact } from './state-author'

/** One private post to the provider. */
export interface Request {
  key: MessageId
  author: FeedId
  sequence: number
  /** By this node's clock: when it arrived. Paces answers; decides nothing else. */
  receivedAt: Millis
  text: string
  root: MessageId | null
  branch: MessageId[]
  recps: FeedId[]
}

/** What the provider's feed says about one request. */
export interface AnswerFact {
  received: boolean
  final: boolean
  /** Of the first answer, on the provider's feed. */
  sequence: number
}

/** A question the provider asked, under the key of the asking post. */
export interface OpenQuestion extends Question {
  key: MessageId
  /** The thread it stands in. */
  root: MessageId
  /** The request that it is about. */
  request: MessageId
  /** Who wrote that request; null where the question says only who was asked, which is everybody but them. */
  by: FeedId | null
}

/** Combined answers to one author. */
export interface BurstFact {
  /** The highest sequence any combined answer reached. */
  upTo: number
  lastAt: Millis
}

/** One pub as the provider's own feed has it. */
export interface PubFact {
  pub: PubId
  createdAt: Millis
  /** Of its first record, on the provider's feed. */
  firstSequence: number
  record: PubMessage
  /** When the present record was published. */
  recordedAt: Millis
  /** The record that gave it its present hub and epoch; `from`: the hub before, null where it is the same, or the first. */
  placed: { key: MessageId; at: Millis; from: FeedId | null }
}

/** A move of a pub to another hub that its owners have not been told of. */
export interface MoveFact extends Moved {
  /** Of the record that says it, on the provider's feed. */
  key: MessageId
  at: Millis
  epoch: number
}

/** What a request made of a pub's record; kept until the request has its final answer. */
export interface ChangeFact {
  pub: PubId
  record: PubMessage
  /** When it was first recorded. */
  recordedAt: Millis
}

/** Where a pub is reached: by a host name of its own, else by that of its hub. */
export interface Place {
  hub: FeedId
  host: string | null
}

/** The thread in which the provider tells the present owners of a pub what they did not ask for. */
export interface NoticeThread {
  root: MessageId
  /** The last of its posts. */
  head: MessageId
  /** Who reads it, the provider included: other owners get another thread. */
  recps: FeedId[]
}

/** The fold of the provider's own feed. */
export interface ProviderFold {
  id: FeedId
  sequence: number
  owners: Set<FeedId>
  hubs: Map<FeedId, HubMessage>
  usedTokens: Map<InviteKey, FeedId>
  pubs: Map<PubId, PubFact>
  /** How often pubs were placed on another hub, by why. */
  moved: Map<string, number>
  /** The last move of each pub, until its owners are told. */
  moves: Map<PubId, MoveFact>
  /** Hubs that each pub left because they could not run it, and when: the last ones (CANNOT_RUN_MOVES_MAX). */
  left: Map<PubId, { hub: FeedId; at: Millis }[]>
  /** The latest spec of each pub. */
  specs: Map<PubId, SpecMessage>
  /** What the orders of each pub reserved, wherever that changed; only the last ones (SIZES_KEPT_MAX). */
  reserved: Map<PubId, { revision: number; bytes: number }[]>
  /** Ops by the request that caused them. */
  ops: Map<MessageId, OpMessage>
  opsOfPub: Map<PubId, MessageId[]>
  /** When each op was published. */
  opTimes: Map<MessageId, Millis>
  /** Invites that were taken back, with the last sequence of their pub's feed by then: void after it, wherever they are. */
  revoked: Map<InviteKey, number>
  /** What owners noted on invites, by the invite's request. */
  notes: Map<MessageId, string>
  answers: Map<MessageId, AnswerFact>
  /** Requests that caused an op or a record: no combined answer covers them any more. */
  begun: Set<MessageId>
  /** Changes of pubs whose requests have no final answer yet, by request. */
  changes: Map<MessageId, ChangeFact>
  /** Requests whose final answer was not `done`; their invites are void. */
  unsuccessful: Set<MessageId>
  /** When requests of an author got their first answer, within the last hour of the feed's own time. */
  recent: Map<FeedId, Millis[]>
  bursts: Map<FeedId, BurstFact>
  /** When unknown authors were refused, within the last hour. */
  strangerRefusals: Millis[]
  questions: Map<MessageId, OpenQuestion>
  /** Questions that are used up, by a yes or a no. */
  confirmed: Set<MessageId>
  /** Those of them that a yes has answered, and what it was about was done. */
  agreed: Set<MessageId>
  /** Requests whose bearer item has been delivered in a thread of its own. */
  delivered: Set<MessageId>
  /** What owners have been told, by `noticeKey`. */
  notices: Map<string, NoticePayload>
  /** Where the owners of a moved pub know it to be, until they are told. */
  known: Map<PubId, Place>
  /** The host that its owners were last told in a notice about its address; null: one from before that was said in it. */
  hostsTold: Map<PubId, string | null>
  /** The last notice to owners that their pub is out of reach, and whether they were told that it is back. */
  stranded: Map<PubId, { key: MessageId; at: Millis; isOver: boolean }>
  /** Of pubs with a name of an owner's own: the record that asked for it, and when its owners were last told that it leads elsewhere. */
  own: Map<PubId, { asked: MessageId; told: { key: MessageId; at: Millis } | null }>
  /** Every place of a pub that has had more than one. */
  places: Map<PubId, Place[]>
  /** When the owners of each pub were last told of incidents; only the last INCIDENT_NOTICES_PER_DAY_MAX. */
  incidentNotices: Map<PubId, Millis[]>
  /** The latest thread of notices about each pub. */
  threads: Map<PubId, NoticeThread>
  /** Who was made an owner of which pub, within the last day of the feed's own time. */
  ownerAdds: { at: Millis; pub: PubId; owner: FeedId }[]
  /** Branches of the provider's own posts, for walking up a thread. */
  branches: Map<MessageId, MessageId[]>
  money: MoneyFold
  operator: OperatorFold
  machines: MachinesFold
}

export interface State {
  provider: ProviderFold
  authors: Map<FeedId, AuthorFold>
  /**
   * Requests without a final answer. Kept along while folding, from both sides, so that a look costs what is open
   * and not what ever was; it is a function of the folds above.
   */
  open: Map<MessageId, Request>
  /** Pubs whose record says live or whose run is not yet known to be gone. */
  names: Map<string, PubId>
  /** Pubs by owner, ended ones included. */
  byOwner: Map<FeedId, Set<PubId>>
  /** Pubs by the hub of their record. */
  byHub: Map<FeedId, Set<PubId>>
  /** Of whom something was said lately. */
  news: News
}

/** Nothing known yet. */
export function initialState(provider: FeedId): State {
  return {
    provider: {
      id: provider,
      sequence: 0,
      owners: new Set(),
      hubs: new Map(),
      usedTokens: new Map(),
      pubs: new Map(),
      moved: new Map(),
      ...{ moves: new Map(), left: new Map() },
      specs: new Map(),
      reserved: new Map(),
      ops: new Map(),
      opsOfPub: new Map(),
      opTimes: new Map(),
      revoked: new Map(),
      notes: new Map(),
      answers: new Map(),
      begun: new Set(),
      changes: new Map(),
      unsuccessful: new Set(),
      recent: new Map(),
      bursts: new Map(),
      strangerRefusals: [],
      questions: new Map(),
      confirmed: new Set(),
      agreed: new Set(),
      delivered: new Set(),
      notices: new Map(),
      known: new Map(),
      hostsTold: new Map(),
      stranded: new Map(),
      ...{ places: new Map(), own: new Map() },
      incidentNotices: new Map(),
      threads: new Map(),
      ownerAdds: [],
      branches: new Map(),
      money: initialMoney(),
      ...{ operator: initialOperator(), machines: initialMachines() },
    },
    authors: new Map(),
    open: new Map(),
    names: new Map(),
    byOwner: new Map(),
    byHub: new Map(),
    news: new News(),
  }
}

/** The fold of one author, made when first needed. */
export function authorOf(state: State, id: FeedId): AuthorFold {
  let author = state.authors.get(id)
  if (author === undefined) {
    author = initialAuthor(id)
    state.authors.set(id, author)
  }
  return author
}
