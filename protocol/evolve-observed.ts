/** What a hub says of a pub on it. */
import { noteHost } from './evolve-hosts'
import type { MessageId, Millis } from './ids'
import type { ObservedMessage } from './messages/observed'
import type { AuthorFold } from './state-author'

/** Folds one word of a hub about a pub, in the order of its feed. */
export function evolveObserved(
  author: AuthorFold,
  message: { key: MessageId; receivedAt: Millis },
  said: ObservedMessage,
): void {
  const { pub, phase, trouble, reason, revision, epoch, feed } = said
  author.observed.set(pub, said)
  author.observedAt.set(pub, message.receivedAt)
  // One that is stopped as ordered was never up under this order, and no run of an order before it runs either.
  if (phase === 'up' || (phase === 'down' && trouble === null))
    author.carriedOut.set(pub, Math.max(revision, author.carriedOut.get(pub) ?? 0))
  // That its run is gone says nothing of why it was never up.
  if (phase === 'failed') author.failed.set(pub, { epoch, trouble, reason })
  else if (phase === 'up') author.failed.delete(pub)
  noteHost(author, message.key, said)
  if (feed !== null && !author.feeds.has(pub)) author.feeds.set(pub, feed)
}
