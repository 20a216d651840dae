/** What the hub sees of its server, as plain data: read by io/observe.ts, judged by plan.ts and report.ts. */
import type { FeedId, InviteKey, Millis, PubId } from '../protocol/ids'
import type { OtherClock } from '../protocol/other-clock'
import type { RunFact } from './engines/engine'

export interface EngineFacts {
  reachable: boolean
  /** Why it is not, in words, and since when. */
  reason: string | null
  unreachableSince: Millis | null
  /** As last seen; they stay while the engine does not answer. */
  runs: ReadonlyMap<PubId, RunFact>
  /** Volumes by pub, with the name they have. */
  volumes: ReadonlyMap<PubId, string>
}

/** What a pub says of itself in public. */
export interface About {
  name: string
  description: string
  /** Where it is reached, if that has changed since it was first. */
  address: { host: string; port: number } | null
}

/** What is known of a pub's disk, and what it was told about it. */
export interface DiskFact {
  /** All that its folder takes; null while that is not known. */
  usedBytes: number | null
  /** What it was told; null on a connection on which it was told nothing. */
  takesBlobs: boolean | null
  /** When to tell it again, after that failed. */
  retryAt: Millis
}

/** The one connection that the hub holds to a run, made through the pub's published port. */
export interface SessionFact {
  pub: PubId
  epoch: number
  /** Where it dials. */
  host: string
  /** The pub's own feed, known from its secret and proven by every handshake. */
  feed: FeedId
  /**
   * dialling: no handshake yet, or lost. connected: handshake and whoami succeeded, the fence is shut.
   * open: the fence is open. refused: the provider refused to open it.
   */
  status: 'dialling' | 'connected' | 'open' | 'refused'
  /** The reason in words, when it is not open. */
  reason: string | null
  /** Since when it answers without a break; null while it does not. */
  answeringSince: Millis | null
  /** Since when it does not answer; null while it does. */
  silentSince: Millis | null
  /** When a handshake from outside last succeeded; null before the first. */
  probedAt: Millis | null
  /** The invites in the pub's table. */
  invites: ReadonlySet<InviteKey>
  /** What the pub's feed is known to say of itself; null while that is not known. */
  about: About | null
  /** Who may call it as its owners, as it was told; null while that is not known. */
  owners: readonly FeedId[] | null
  /** When to tell the pub again what it shall write or know, after it failed. */
  tellRetryAt: Millis
  disk: DiskFact
}

export interface EscrowFacts {
  /**
   * Changes whenever the provider is to be asked anew whether it has the keys: with every connection to it, and with
   * every recovery key. null while it is out of reach.
   */
  mark: string | null
  /** Pubs whose key is here, and in escrow for all that this hub knows. */
  sealed: ReadonlySet<PubId>
}

export interface Facts {
  engine: EngineFacts
  escrow: EscrowFacts
  sessions: ReadonlyMap<PubId, SessionFact>
  /**
   * True once the provider's feed is known to be complete here. Before that a run without a spec is only a run
   * whose spec has not arrived, and is left alone.
   */
  ordersComplete: boolean
  /** Since when the provider is connected; null while it is not. */
  providerSince: Millis | null
  /** What the provider's clock shows now; null where it has told nothing lately. */
  providerClock: OtherClock | null
}
