/** The Sbot port over our own nodes (ssb-db2, assembled by stacks.ts). */
import type { FeedId } from '../protocol/ids'
import { APPEND_QUEUE_MAX } from '../protocol/limits'
import { readDb2 } from './db2-reader'
import type { Durability } from './flushed-first'
import { createGate, type Gate, type GateOptions } from './gatekeeper'
import { hookHistoryStream } from './history-source'
import { type Outgoing, privateOutgoing, publicOutgoing } from './outgoing'
import { asError, called, createPeerBook } from './peers'
import type { Head, Incoming, Reading, Sbot, SignedValue } from './port'
import { createPublishQueue } from './publish-queue'
import { incomingOf } from './reader'
import { isSignedBy, keyOf } from './signed'
import { unwrittenRecord } from './unwritten'

export interface GatedSbot extends Sbot {
  readonly gate: Gate
}

/** `createHistoryStream` would index the whole log for one author; the feed index answers by sequence. */
class StoredFeeds {
  readonly #ssb: any
  readonly #durability: Durability
  readonly #ready: Promise<void>
  constructor(ssb: any, durability: Durability) {
    this.#ssb = ssb
    this.#durability = durability
    this.#ready = new Promise((resolve) => {
      ssb.db.stateFeedsReady((ready: boolean) => {
        if (ready === true) resolve()
      })
    })
  }

  /** Resolves when the ends of all feeds are known. */
  ready(): Promise<void> {
    return this.#ready
  }

  /** The last message of a feed, maybe not on disk yet. */
  last(feed: FeedId): { key: string; value: SignedValue } | null {
    return this.#ssb.db.getState().getAsKV(feed, null)
  }

  async head(feed: FeedId): Promise<Head | null> {
    await this.#ready
    const last = this.last(feed)
    await this.#durability.settled()
    return last === null ? null : { sequence: last.value.sequence, key: last.key as Head['key'] }
  }

  async at(feed: FeedId, sequence: number): Promise<SignedValue | null> {
    await this.#ready
    const last = this.last(feed)
    if (last === null || sequence < 1 || sequence > last.value.sequence) return null
    if (sequence === last.value.sequence) return last.value
    const found = await this.#indexed(feed, sequence)
    if (found !== null) return found
    // Stored, but not indexed yet.
    await this.#indexUpToDate()
    return this.#indexed(feed, sequence)
  }

  #indexed(feed: FeedId, sequence: number): Promise<SignedValue | null> {
    const index = this.#ssb.db.getIndex('ebt')
    return new Promise((resolve) => {
      index.getNativeMsgFromAuthorSequence(
        [feed, sequence],
        'classic',
        (error: unknown, value: SignedValue) => resolve(error ? null : value),
      )
    })
  }

  #indexUpToDate(): Promise<void> {
    return new Promise((resolve) => this.#ssb.db.onDrain('ebt', resolve))
  }

  async history(feed: FeedId, after: number, limit: number): Promise<SignedValue[]> {
    const values: SignedValue[] = []
    for (let sequence = Math.max(after, 0) + 1; values.length < limit; sequence++) {
      const value = await this.at(feed, sequence)
      if (value === null) break
      values.push(value)
    }
    await this.#durability.settled()
    return values
  }
}

/** Foreign messages: one at a time past ssb-db2's throttle (a bad one fails alone), then one wait for the disk. */
class Appender {
  readonly #ssb: any
  readonly #feeds: StoredFeeds
  readonly #durability: Durability
  #waiting: { value: SignedValue; resolve(): void; reject(error: Error): void }[] = []
  #running = false

  constructor(ssb: any, feeds: StoredFeeds, durability: Durability) {
    this.#ssb = ssb
    this.#feeds = feeds
    this.#durability = durability
  }

  append(value: SignedValue): Promise<void> {
    if (this.#waiting.length >= APPEND_QUEUE_MAX)
      return Promise.reject(new Error(`try-again: ${APPEND_QUEUE_MAX} messages already wait to be stored`))
    return new Promise((resolve, reject) => {
      this.#waiting.push({ value, resolve, reject })
      void this.#run()
    })
  }

  async #run(): Promise<void> {
    if (this.#running) return
    this.#running = true
    await this.#feeds.ready()
    for (;;) {
      const job = this.#waiting.shift()
      if (job === undefined) break
      try {
        await this.#add(job.value)
        this.#durability.whenFlushed(this.#durability.appended(), job.resolve)
      } catch (error) {
        job.reject(asError(error))
      }
    }
    this.#running = false
  }

  async #add(value: SignedValue): Promise<void> {
    const author = value?.author
    if (typeof author !== 'string' || !isSignedBy(author, value))
      throw new Error('refused: not a message signed by the author it names')
    const held = this.#feeds.last(author)?.value.sequence ?? 0
    if (value.sequence > held + 1)
      throw new Error(
        `gap: message ${value.sequence} of ${author} can't be stored, the next one is ${held + 1}`,
      )
    if (value.sequence <= held) {
      const stored = await this.#feeds.at(author, value.sequence)
      if (stored !== null && keyOf(stored) === keyOf(value)) return
      throw new Error(`refused: fork: another message ${value.sequence} of ${author} is stored already`)
    }
    const { db } = this.#ssb
    const format = db.findFeedFormatByName('classic')
    // A copy: ssb-db2 keeps what it is given as the feed's state.
    const copy = { ...value }
    await called((callback) => db.addImmediately(copy, format, { encoding: 'js' }, callback)).catch(
      (error: unknown) => {
        const cause = asError(error).cause
        const why = cause instanceof Error ? cause.message : asError(error).message
        throw new Error(`refused: message ${value.sequence} of ${author} can't be stored: ${why}`, {
          cause: error,
        })
      },
    )
  }
}

export interface Db2Options {
  ssb: any
  keys: any
  durability: Durability
  firstStart: boolean
  gate: GateOptions
  /** True: `ssb.publish` and friends go through the durable queue; false: they are refused. */
  routeForeignWrites: boolean
}

/** The Sbot over an assembled node. One per node; see detect.ts. */
export function createDb2Sbot(options: Db2Options): GatedSbot {
  const { ssb, keys, durability } = options
  const self: FeedId = ssb.id
  const feeds = new StoredFeeds(ssb, durability)
  const appender = new Appender(ssb, feeds, durability)
  const book = createPeerBook(ssb)
  const readings = new Set<Reading>()
  const unwritten = unwrittenRecord(keys, ssb.config.path)
  if (options.firstStart) unwritten.make()
  const gate = createGate(
    {
      id: self,
      firstStart: options.firstStart,
      neverWrote: () => unwritten.holds(),
      ownHead: () => feeds.head(self),
      ownAt: (sequence) => feeds.at(self, sequence),
      append: (value) => appender.append(value),
      peers: book.peers,
      onPeer: book.onPeer,
    },
    options.gate,
  )
  const create = async (message: Outgoing): Promise<Incoming> => {
    const { content, recps } = message
    const request =
      recps === null
        ? { keys, content, feedFormat: 'classic', encoding: 'js' }
        : { keys, content, recps, encryptionFormat: 'box', feedFormat: 'classic', encoding: 'js' }
    unwritten.forget()
    durability.permit(request)
    const stored: any = await called((callback) => ssb.db.create(request, callback))
    return { ...incomingOf(stored, keys), private: recps !== null, content }
  }
  const queue = createPublishQueue({ mayWrite: gate.wait, create, settle: durability.settled })
  hookHistoryStream(ssb, (feed, after, limit) => feeds.history(feed, after, limit))
  if (options.routeForeignWrites) durability.onForeignCreate(routeTo(self, queue.publish))

  return {
    id: self,
    gate,
    async publish(content, recps) {
      return queue.publish(privateOutgoing(self, content, recps))
    },
    async publishPublic(content) {
      return queue.publish(publicOutgoing(self, content))
    },
    append: (value) => appender.append(value),
    head: (feed) => feeds.head(feed),
    history: (feed, after, limit) => feeds.history(feed, after, limit),
    read(readOptions) {
      const reading = readDb2(
        { log: ssb.db.getLog(), folder: ssb.config.path, keys, durability },
        readOptions,
      )
      readings.add(reading)
      return {
        recheck: (author) => reading.recheck(author),
        stop() {
          readings.delete(reading)
          reading.stop()
        },
      }
    },
    request: (feed, wanted) => ssb.ebt.request(feed, wanted),
    ...book,
    async close() {
      for (const reading of [...readings]) reading.stop()
      await gate.close()
      await queue.close()
      await durability.settled()
      await called<void>((callback) => ssb.close(callback))
    },
  }
}

/** Writes of plugins (ssb-invite's accept, ssb-friends' follow) go the durable way too. */
function routeTo(self: FeedId, publish: (message: Outgoing) => Promise<Incoming>) {
  return (createOptions: any, callback: (error: Error | null, value?: unknown) => void) => {
    const run = async () => {
      if (createOptions?.keys !== undefined && createOptions.keys.id !== self)
        throw new Error('refused: this node writes its own feed only')
      const recps = createOptions?.recps ?? createOptions?.content?.recps
      const message =
        recps === undefined
          ? publicOutgoing(self, createOptions?.content)
          : privateOutgoing(self, createOptions?.content, recps)
      const done = await publish(message)
      return {
        key: done.key,
        value: {
          author: done.author,
          sequence: done.sequence,
          timestamp: done.claimedAt,
          content: done.content,
        },
        timestamp: done.receivedAt,
      }
    }
    run().then(
      (value) => callback(null, value),
      (error: unknown) => callback(asError(error)),
    )
  }
}
