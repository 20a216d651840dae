/** The Sbot port inside a stock ssb-server 16 (ssb-db 20, classic log). */

import { existsSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import ssbKeys from 'ssb-keys'
import type { FeedId } from '../protocol/ids'
import { APPEND_QUEUE_MAX } from '../protocol/limits'
import { readClassic } from './classic-reader'
import type { GatedSbot } from './db2'
import { writeDurably } from './durable'
import { createGate, type GateOptions } from './gatekeeper'
import { type Outgoing, privateOutgoing, publicOutgoing } from './outgoing'
import { forgetPeerClocks } from './peer-clocks'
import { asError, called, createPeerBook } from './peers'
import type { Head, Incoming, Reading, SignedValue } from './port'
import { createPublishQueue } from './publish-queue'
import { incomingOf } from './reader'
import { isSignedBy, keyOf } from './signed'

export interface ClassicOptions {
  ssb: any
  config: any
  gate: GateOptions
}

interface FeedState {
  id: Head['key']
  sequence: number
}

/** Synced, what the log's file holds survives a power cut; ssb-db itself only writes. */
async function syncLog(path: string): Promise<void> {
  const file = await open(join(path, 'flume', 'log.offset'), 'r+')
  try {
    await file.datasync()
  } finally {
    await file.close()
  }
}

function createFeeds(ssb: any) {
  const state = (feed: FeedId) => called<FeedState>((callback) => ssb.getFeedState(feed, callback))
  const at = async (feed: FeedId, sequence: number): Promise<SignedValue | null> => {
    if (sequence < 1 || sequence > (await state(feed)).sequence) return null
    // Undecrypted, as signed.
    const found: any = await called((callback) => ssb.getAtSequence([feed, sequence], callback)).catch(
      () => null,
    )
    return found?.value ?? null
  }
  return {
    state,
    at,
    async head(feed: FeedId): Promise<Head | null> {
      const { id, sequence } = await state(feed)
      return sequence > 0 ? { sequence, key: id } : null
    },
    async history(feed: FeedId, after: number, limit: number): Promise<SignedValue[]> {
      const values: SignedValue[] = []
      for (let sequence = Math.max(after, 0) + 1; values.length < limit; sequence++) {
        const value = await at(feed, sequence)
        if (value === null) break
        values.push(value)
      }
      return values
    },
  }
}
type Feeds = ReturnType<typeof createFeeds>

/** Stores one foreign message; see Sbot.append. */
async function add(ssb: any, feeds: Feeds, value: SignedValue): Promise<void> {
  const author = value?.author
  if (typeof author !== 'string' || !isSignedBy(author, value))
    throw new Error('refused: not a message signed by the author it names')
  const held = (await feeds.state(author)).sequence
  if (value.sequence > held + 1)
    throw new Error(
      `gap: message ${value.sequence} of ${author} can't be stored, the next one is ${held + 1}`,
    )
  if (value.sequence <= held) {
    const stored = await feeds.at(author, value.sequence)
    if (stored !== null && keyOf(stored) === keyOf(value)) return
    throw new Error(`refused: fork: another message ${value.sequence} of ${author} is stored already`)
  }
  await called((callback) => ssb.add(value, callback)).catch((error: unknown) => {
    throw new Error(
      `refused: message ${value.sequence} of ${author} can't be stored: ${asError(error).message}`,
      {
        cause: error,
      },
    )
  })
}

/** One message at a time, so that each is judged alone and after the one before it. */
function createAppender(ssb: any, feeds: Feeds, settle: () => Promise<void>) {
  let waiting = 0
  let last: Promise<unknown> = Promise.resolve()
  return (value: SignedValue): Promise<void> => {
    if (waiting >= APPEND_QUEUE_MAX)
      return Promise.reject(new Error(`try-again: ${APPEND_QUEUE_MAX} messages already wait to be stored`))
    waiting++
    const added = last.then(() => add(ssb, feeds, value))
    last = added.catch(() => {}).finally(() => waiting--)
    return added.then(settle)
  }
}

/**
 * Whether the operator's word "this identity is new" (`newIdentity: true` in the config) still counts: it is used up
 * by the first start, for which a marker is left, so that a restored copy doesn't get the benefit.
 */
function usesUpNewIdentity(path: string, said: boolean): boolean {
  const marker = join(path, 'buttcloud-started')
  if (existsSync(marker)) return false
  writeDurably(marker, `${new Date().toISOString()}\n`)
  return said
}

/** Publishing by anybody on this server waits for the gate; the first callers keep their order. */
function holdPublishing(ssb: any, mayWrite: () => Promise<void>): { passing<T>(run: () => T): T } {
  let passing = false
  ssb.publish.hook(function (this: unknown, publish: any, args: any[]) {
    if (passing) return publish.apply(this, args)
    mayWrite().then(
      () => publish.apply(this, args),
      (error: unknown) => args.at(-1)(error),
    )
  })
  return {
    passing(run) {
      passing = true
      try {
        return run()
      } finally {
        passing = false
      }
    },
  }
}

/** The Sbot of a stock server; one per server, see detect.ts. */
export function createClassicSbot(options: ClassicOptions): GatedSbot {
  const { ssb, config } = options
  const self: FeedId = ssb.id
  const keys = config.keys ?? ssb.keys
  const path: string = config.path
  forgetPeerClocks(path)
  const feeds = createFeeds(ssb)
  const settle = () => syncLog(path)
  const append = createAppender(ssb, feeds, settle)
  const book = createPeerBook(ssb)
  const readings = new Set<Reading>()
  const gate = createGate(
    {
      id: self,
      firstStart: usesUpNewIdentity(path, config.buttcloud?.newIdentity === true),
      // Anything in a stock server may have written before we were there.
      neverWrote: () => false,
      ownHead: () => feeds.head(self),
      ownAt: (sequence) => feeds.at(self, sequence),
      append,
      peers: book.peers,
      onPeer: book.onPeer,
    },
    { nobodyElse: config.buttcloud?.nobodyElse === true, ...options.gate },
  )
  const hold = holdPublishing(ssb, gate.wait)
  const create = async ({ content, recps }: Outgoing): Promise<Incoming> => {
    // Boxed here, as Patchwork does it: what the server's own boxers make of `recps` doesn't matter then.
    const sent = recps === null ? content : ssbKeys.box(content, recps)
    const stored: any = await called((callback) => hold.passing(() => ssb.publish(sent, callback)))
    return { ...incomingOf(stored, keys), private: recps !== null, content }
  }
  const queue = createPublishQueue({ mayWrite: gate.wait, create, settle })
  return {
    id: self,
    gate,
    async publish(content, recps) {
      return queue.publish(privateOutgoing(self, content, recps))
    },
    async publishPublic(content) {
      return queue.publish(publicOutgoing(self, content))
    },
    append,
    ...{ head: feeds.head, history: feeds.history },
    read(readOptions) {
      const reading = readClassic(ssb, keys, readOptions)
      readings.add(reading)
      return reading
    },
    request: (feed, wanted) => requestFeed(ssb, feed, wanted),
    ...book,
    async close() {
      for (const reading of readings) reading.stop()
      await gate.close()
      await queue.close()
      await called<void>((callback) => ssb.close(callback))
    },
  }
}

/** Stock ssb-ebt 5 takes requests like its successor; ssb-replicate's own book is told too. */
function requestFeed(ssb: any, feed: FeedId, wanted: boolean): void {
  if (ssb.replicate?.request) ssb.replicate.request(feed, wanted)
  else ssb.ebt.request(feed, wanted)
}
