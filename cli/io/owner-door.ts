/** The door to the owner's own SSB node, whichever it is. Types only. */
import type { FeedId, MessageId, Millis } from '../../protocol/ids'
import type { NewLetter } from '../letter-content'
import type { RawLetter } from '../letters'
import type { JoinedProvider } from '../owner-book'

export interface Listener {
  /** Private messages of owner and provider, old ones first, then live ones. */
  onLetter(letter: RawLetter): void
  /** Once, when all old ones have been handed over. */
  onCaughtUp(): void
  onError(error: Error): void
}

export interface OwnerState {
  /** Null where the node can't say. */
  connected: boolean | null
  /** Why it is not connected, or may not write yet; null when all is well. */
  problem: string | null
}

export interface OwnerDoor {
  readonly id: FeedId
  /** Which node this is, for --verbose. */
  readonly description: string
  /** Publishes privately; resolves when it is safely stored on the owner's node. */
  say(letter: NewLetter): Promise<{ key: MessageId; sequence: number }>
  /** Reads the conversation until the returned function is called. */
  conversation(provider: FeedId, listener: Listener): () => void
  /** Redeems a provider's invite and remembers the provider. */
  accept(invite: string): Promise<JoinedProvider>
  state(provider: FeedId): Promise<OwnerState>
  /**
   * Resolves to true when all is here that the provider had written by now, to false when that took too long or can't
   * be known; at once to true where the node runs on by itself and can't be asked.
   */
  level(provider: FeedId, timeoutMs: Millis): Promise<boolean>
  /** Resolves when the provider has our feed up to this sequence; at once where the node runs on by itself. */
  delivered(provider: FeedId, sequence: number): Promise<void>
  close(): Promise<void>
}
