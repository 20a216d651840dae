/**
 * The small door to an SSB node. Two implementations: `sbot/db2.ts` (our own nodes, ssb-db2) and
 * `sbot/classic.ts` (the plugin inside a stock ssb-server 16, classic log). Types only.
 */
import type { FeedId, MessageId, Millis } from '../protocol/ids'

/** A classic SSB message value exactly as signed. `content` is an object, or a string when boxed. */
export interface SignedValue {
  previous: MessageId | null
  sequence: number
  author: FeedId
  timestamp: Millis
  hash: 'sha256'
  content: unknown
  signature: string
}

/** One message as our programs see it: decrypted where it was for us. */
export interface Incoming {
  key: MessageId
  author: FeedId
  sequence: number
  /** The author's own claim; never trusted for order. */
  claimedAt: Millis
  /** When this node received it (its own clock). */
  receivedAt: Millis
  /** True when the content was boxed and this node could open it. */
  private: boolean
  /** Plain content. Unknown until parsed. */
  content: unknown
}

/** Where a feed ends on this node. */
export interface Head {
  sequence: number
  key: MessageId | null
}

export interface ReadOptions {
  /**
   * Asked before anything is unboxed: messages of other authors are skipped unread. It may answer differently
   * later; `Reading.recheck` then goes back for what was skipped.
   */
  wants(author: FeedId): boolean
  /** Every wanted message of the log, old ones first, then live ones; per author in sequence order, each once. */
  onMessage(message: Incoming): void
  /**
   * A live private message, boxed for us, by an author who is not wanted. Bounded by the caller.
   * Never called for messages that were in the log at the start.
   */
  onStranger?(message: Incoming): void
  /** Once, when everything that was in the log at the start has been handed over. */
  onCaughtUp(): void
  /** The reading broke and will not go on. */
  onError(error: Error): void
}

export interface Reading {
  /** Hands over the messages of an author who was skipped before and is wanted now. Resolves when done. */
  recheck(author: FeedId): Promise<void>
  stop(): void
}

export interface Peer {
  id: FeedId
  /** True when this node dialled. */
  outgoing: boolean
  /** The muxrpc door to the peer; only io/ files look inside. */
  rpc: unknown
  onClose(then: () => void): void
}

export interface Sbot {
  readonly id: FeedId
  /**
   * Publishes privately (box1) to `recps`, which must be 1 to 7 feed ids with our own among them, and resolves
   * when the message is on disk, never before. Refuses empty recipients, oversized content, and everything while
   * the boot gate is shut (it waits then). Several waiting messages are committed as one group.
   */
  publish(content: object, recps: FeedId[]): Promise<Incoming>
  /** Publishes in public (a provider's own `about`, an owner's follow); same promise. */
  publishPublic(content: object): Promise<Incoming>
  /** Stores somebody else's next message; resolves when on disk. Rejects a gap, a fork or a bad signature. */
  append(value: SignedValue): Promise<void>
  /** The end of a feed as stored here; null when nothing of it is. */
  head(feed: FeedId): Promise<Head | null>
  /** The stored messages of a feed after a sequence, as signed, oldest first, at most `limit`. */
  history(feed: FeedId, after: number, limit: number): Promise<SignedValue[]>
  read(options: ReadOptions): Reading
  /** Replicate a feed by request, without following it (in memory: ask again at every start). */
  request(feed: FeedId, wanted: boolean): void
  peers(): Peer[]
  onPeer(then: (peer: Peer) => void): void
  /** Opens a connection; the address is a multiserver address. Resolves to the peer. */
  dial(address: string): Promise<Peer>
  /** Flushes and ends. */
  close(): Promise<void>
}
