/** Messages of the fake feeds. Boxes are not encrypted; who may open one is looked up here, so nobody can cheat. */
import { createHash } from 'node:crypto'
import type { FeedId, MessageId, Millis } from '../../protocol/ids'
import type { Head, Incoming, SignedValue } from '../../sbot/port'

export interface Message {
  key: MessageId
  value: SignedValue
  author: FeedId
  sequence: number
  /** Plain content, as its author wrote it. */
  content: unknown
  /** Null in public. */
  recps: FeedId[] | null
}

/** A message on one machine. */
export interface Held {
  message: Message
  receivedAt: Millis
}

/** Every message that was ever signed, by its signature. */
export class Mint {
  private readonly signed = new Map<string, Message>()

  make(
    author: FeedId,
    head: Head | null,
    content: unknown,
    recps: FeedId[] | null,
    timestamp: Millis,
  ): Message {
    const sequence = (head?.sequence ?? 0) + 1
    const previous = head?.key ?? null
    const hash = createHash('sha256')
      .update(JSON.stringify([author, sequence, previous, timestamp, content, recps]))
      .digest('base64')
    const boxed = recps === null ? content : `${hash}.box`
    const signature = `${hash}.sig.ed25519`
    const value: SignedValue = {
      ...{ previous, sequence, author, timestamp },
      ...{ hash: 'sha256', content: boxed, signature },
    }
    const message = { key: `%${hash}.sha256` as MessageId, value, author, sequence, content, recps }
    this.signed.set(signature, message)
    return message
  }

  /** The message that was signed so; undefined for a forgery. */
  find(signature: unknown): Message | undefined {
    return typeof signature === 'string' ? this.signed.get(signature) : undefined
  }
}

/** A message as the owner of a machine sees it. */
export function incomingOf(held: Held, self: FeedId): Incoming {
  const { message, receivedAt } = held
  const opened = message.recps?.includes(self) ?? false
  return {
    key: message.key,
    author: message.author,
    sequence: message.sequence,
    claimedAt: message.value.timestamp,
    receivedAt,
    private: opened,
    content: opened || message.recps === null ? message.content : message.value.content,
  }
}

/** What a machine has on disk: survives every crash. */
export class Disk {
  private readonly feeds = new Map<FeedId, Held[]>()

  feed(author: FeedId): readonly Held[] {
    return this.feeds.get(author) ?? []
  }

  authors(): FeedId[] {
    return [...this.feeds.keys()]
  }

  head(author: FeedId): Head | null {
    const last = this.feed(author).at(-1)
    return last === undefined ? null : { sequence: last.message.sequence, key: last.message.key }
  }

  /** Takes the next message of a feed. False when it does not follow. */
  store(message: Message, receivedAt: Millis): boolean {
    const head = this.head(message.author)
    if (message.sequence !== (head?.sequence ?? 0) + 1) return false
    if (message.value.previous !== (head?.key ?? null)) return false
    const held = { message, receivedAt }
    const feed = this.feeds.get(message.author)
    if (feed === undefined) this.feeds.set(message.author, [held])
    else feed.push(held)
    return true
  }
}
