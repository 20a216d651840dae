/** What is kept of everybody else's feeds. Whether an author may say these things is for the reader to judge. */
import type { FeedId, MessageId, Millis, PubId } from './ids'
import type { CapacityMessage } from './messages/capacity'
import type { IncidentMessage } from './messages/incident'
import type { ObservedMessage } from './messages/observed'
import type { ResultMessage } from './messages/result'
import type { Request } from './state'

/** One word of a hub on an incident, under the key of its message. */
export interface IncidentFact {
  key: MessageId
  sequence: number
  /** By this node's clock: what comes together is told together. */
  receivedAt: Millis
  incident: IncidentMessage
}

/** By which hosts a hub has said that a pub of its is reached, while it was up. */
export interface HostFact {
  /** Each once, the first one first; only that and the latest ones (HOSTS_KEPT_MAX). */
  all: string[]
  now: string
  /** Of the message that first said the present one. */
  key: MessageId
}

/** One use of an invite, as a pub's own feed shows it. */
export interface UseFact {
  member: FeedId
  note: string
  sequence: number
  at: Millis
}

/** The last word of a pub on somebody, written by order. */
export interface ContactFact {
  following: boolean
  blocking: boolean
  sequence: number
}

/** The fold of anybody else's feed. Whether its author may say these things is for the reader to judge. */
export interface AuthorFold {
  id: FeedId
  sequence: number
  /** Every private post to us that a person wrote; the text is dropped once it has its final answer. */
  requests: Map<MessageId, Request>
  capacity: CapacityMessage | null
  observed: Map<PubId, ObservedMessage>
  /** When the last of these arrived here, by this node's clock. */
  observedAt: Map<PubId, Millis>
  /** The highest revision that it has carried out for each pub, up or stopped as ordered: no run of those before runs. */
  carriedOut: Map<PubId, number>
  /** Why it could not run each pub, as it last said under which epoch; none of those that have been up since. */
  failed: Map<PubId, Pick<ObservedMessage, 'epoch' | 'trouble' | 'reason'>>
  /** The first feed id it named for each pub: a pub's feed never changes. */
  feeds: Map<PubId, FeedId>
  /** By which hosts each pub was said to be up. */
  hosts: Map<PubId, HostFact>
  results: Map<MessageId, ResultMessage>
  uses: UseFact[]
  /** Whom it follows or blocks by order; members that came by an invite are in `uses`. */
  contacts: Map<FeedId, ContactFact>
  /** What it said of incidents, by pub, oldest first; only the last ones (INCIDENTS_KEPT_MAX). */
  incidents: Map<PubId, IncidentFact[]>
}

/** Nothing known yet. */
export function initialAuthor(id: FeedId): AuthorFold {
  return {
    id,
    sequence: 0,
    requests: new Map(),
    capacity: null,
    observed: new Map(),
    observedAt: new Map(),
    carriedOut: new Map(),
    failed: new Map(),
    feeds: new Map(),
    hosts: new Map(),
    results: new Map(),
    uses: [],
    contacts: new Map(),
    incidents: new Map(),
  }
}
