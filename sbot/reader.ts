/**
 * The part of reading that both homes share: who is wanted, who was skipped where, going back for them, and handing
 * each message over once, per author in order. A home feeds it records in log order, only such as are on disk.
 */
import ssbKeys from 'ssb-keys'
import { type FeedId, isFeedId, type MessageId } from '../protocol/ids'
import { Offsets } from './offsets'
import { asError } from './peers'
import type { Incoming, Reading, ReadOptions } from './port'

const BOX_SUFFIX = '.box'
/** Messages handed over from the past before other work gets a turn. */
const RECHECK_TURN = 200

/** How a home looks into its records. */
export interface Records<Item> {
  /** Looked at for every record of the log, so it must be cheap. Null: not a message. */
  authorOf(item: Item): FeedId | null
  isBoxed(item: Item): boolean
  decode(item: Item): Incoming
  /** Reads a record again. */
  fetch(offset: number): Promise<Item>
  /** Ends the home's streams. */
  stop(): void
}

/** The plain content of a box1 message; null when it is not for us. */
function unboxContent(content: unknown, keys: any): unknown {
  if (typeof content !== 'string' || !content.endsWith(BOX_SUFFIX)) return null
  try {
    return ssbKeys.unbox(content, keys) ?? null
  } catch {
    return null
  }
}

/** A stored message (`key`, `value` as signed, `timestamp` of receipt) as our programs see it. */
export function incomingOf(stored: { key: string; value: any; timestamp: number }, keys: any): Incoming {
  const opened = unboxContent(stored.value.content, keys)
  return {
    key: stored.key as MessageId,
    author: stored.value.author,
    sequence: stored.value.sequence,
    claimedAt: stored.value.timestamp,
    receivedAt: stored.timestamp,
    private: opened !== null,
    content: opened ?? stored.value.content,
  }
}

/** See above. */
export class MessageReader<Item> implements Reading {
  readonly #options: ReadOptions
  readonly #records: Records<Item>
  readonly #skipped = new Map<FeedId, Offsets>()
  readonly #goingBack = new Map<FeedId, Promise<void>>()
  #stopped = false
  #caughtUp = false

  constructor(options: ReadOptions, records: Records<Item>) {
    this.#options = options
    this.#records = records
  }

  get stopped(): boolean {
    return this.#stopped
  }

  /** The next record of the log. */
  arrive(offset: number, item: Item): void {
    if (this.#stopped) return
    try {
      this.#sort(offset, item)
    } catch (error) {
      this.fail(asError(error))
    }
  }

  /** All that was in the log at the start has arrived. */
  catchUp(): void {
    if (this.#caughtUp || this.#stopped) return
    this.#caughtUp = true
    try {
      this.#options.onCaughtUp()
    } catch (error) {
      this.fail(asError(error))
    }
  }

  fail(error: Error): void {
    if (this.#stopped) return
    this.stop()
    this.#options.onError(error)
  }

  recheck(author: FeedId): Promise<void> {
    const running = this.#goingBack.get(author)
    if (running !== undefined) return running
    if (this.#stopped || !this.#skipped.has(author) || !this.#options.wants(author)) return Promise.resolve()
    const going = this.#goBack(author)
      .catch((error: unknown) => this.fail(asError(error)))
      .finally(() => this.#goingBack.delete(author))
    this.#goingBack.set(author, going)
    return going
  }

  stop(): void {
    if (this.#stopped) return
    this.#stopped = true
    this.#records.stop()
  }

  #sort(offset: number, item: Item): void {
    const author = this.#records.authorOf(item)
    if (author === null) return
    const skipped = this.#skipped.get(author)
    const wanted = this.#options.wants(author)
    if (wanted && skipped === undefined) return this.#options.onMessage(this.#records.decode(item))
    if (skipped !== undefined) skipped.push(offset)
    else {
      const first = new Offsets()
      first.push(offset)
      this.#skipped.set(author, first)
    }
    // Wanted by now, and something of theirs was skipped: that comes first.
    if (wanted) void this.recheck(author)
    else if (this.#caughtUp) this.#offerStranger(author, item)
  }

  #offerStranger(author: FeedId, item: Item): void {
    if (this.#options.onStranger === undefined || !isFeedId(author) || !this.#records.isBoxed(item)) return
    const message = this.#records.decode(item)
    if (message.private) this.#options.onStranger(message)
  }

  async #goBack(author: FeedId): Promise<void> {
    const skipped = this.#skipped.get(author)
    if (skipped === undefined) return
    for (let count = 1; ; count++) {
      const offset = skipped.shift()
      if (offset === null || this.#stopped) break
      const item = await this.#records.fetch(offset)
      if (this.#stopped) return
      this.#options.onMessage(this.#records.decode(item))
      if (count % RECHECK_TURN === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    // In one breath with the last look at the list: whatever arrives from now on is handed over directly.
    this.#skipped.delete(author)
  }
}
