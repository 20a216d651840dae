/**
 * Pubs that are brought along: their feed and key pair on their way from an owner to our log and escrow. One upload per
 * owner; until it is asked for it lies on our disk (import-files.ts), the key pair sealed, and goes by itself.
 */
import { randomUUID } from 'node:crypto'
import type { FeedId, PubId } from '../../protocol/ids'
import {
  checkImportCommit,
  checkImportPiece,
  checkImportRequest,
  type ImportAt,
  type ImportNews,
} from '../../protocol/import'
import { IMPORT_BATCH, IMPORT_KEPT_MS, IMPORT_WAIT_MS, IMPORTS_MAX } from '../../protocol/limits-import'
import { checkName } from '../../protocol/name'
import { FeedChain } from '../../sbot/feed-chain'
import { readFeedSecret } from '../../sbot/feed-secret'
import type { Clock } from '../../sbot/loop'
import type { Sbot, SignedValue } from '../../sbot/port'
import { sealTo } from '../../sbot/sealed-box'
import { type Brought, whyNotTake } from '../decide-import'
import { isGuest } from '../owners'
import { importWords as words } from '../words-import'
import { refusal } from './commits'
import { ImportFiles, type ImportNote } from './import-files'
import type { Inbox } from './inbox'
import { argumentOf } from './method'
import type { Tables } from './tables'
import type { Vault } from './vault'

/** A commit under way. Where its answer is lost it is asked again, and found checked. */
interface Checking {
  count: { messages: number }
  done: Promise<ImportNews>
}

export interface ImportsOptions {
  folder: string
  sbot: Sbot
  inbox: Inbox
  tables: Tables
  vault: Vault
  clock: Clock
  log(fact: string, details: Record<string, unknown>): void
}

const SWEEP_EVERY_MS = IMPORT_KEPT_MS / 6

export class Imports {
  private readonly files: ImportFiles
  private readonly checking = new Map<FeedId, Checking>()
  /** Being stored: nobody replaces those. */
  private readonly storing = new Set<FeedId>()
  private readonly queues = new Map<FeedId, Promise<unknown>>()
  private cancel: (() => void) | null = null

  constructor(private readonly on: ImportsOptions) {
    this.files = new ImportFiles(on.folder)
    this.sweepLater()
  }

  /** What is whole and checked, for a look. */
  brought(): ReadonlyMap<FeedId, Brought> {
    const found = new Map<FeedId, Brought>()
    for (const [owner, { name, feed, upload, checked }] of this.files.notes)
      if (checked !== null)
        found.set(owner, { name, feed, upload, messages: checked.messages, head: checked.head })
    return found
  }

  /** Drops what has become a pub. */
  tidy(): void {
    for (const { record } of this.on.inbox.state.provider.pubs.values())
      for (const owner of record.owners) {
        const note = this.files.notes.get(owner)
        if (note?.checked && record.status === 'live' && record.feed === note.feed) this.files.drop(owner)
      }
  }

  /** `buttcloud.importOpen`. */
  open(caller: FeedId, given: unknown): Promise<ImportAt> {
    return this.queued(caller, async () => {
      const { name, feed, bytes, sha256 } = argumentOf(checkImportRequest, given, 'request')
      if (!this.knows(caller)) throw refusal('refused', words.stranger)
      const named = checkName(name)
      if (!named.ok) throw refusal('bad-argument', named.reason)
      if (this.on.vault.recovery.mode === 'offline') throw refusal('refused', words.offline)
      if (this.storing.has(caller)) throw refusal('try-again', words.busy)
      const before = this.files.notes.get(caller)
      if (before?.feed === feed && before.sha256 === sha256 && before.bytes === bytes) {
        if (before.name !== named.name) this.files.keep({ ...before, name: named.name })
        return { at: this.files.sizeOf(caller) }
      }
      this.sweep()
      if (before === undefined && this.files.notes.size >= IMPORTS_MAX)
        throw refusal('try-again', words.full(IMPORTS_MAX))
      this.files.drop(caller)
      const what = { name: named.name, feed, bytes, sha256, upload: randomUUID() }
      this.files.keep({ v: 1, owner: caller, ...what, checked: null })
      this.sweepLater()
      return { at: 0 }
    })
  }

  /** `buttcloud.importWrite`. */
  write(caller: FeedId, given: unknown): Promise<ImportAt> {
    return this.queued(caller, async () => {
      const { at, data } = argumentOf(checkImportPiece, given, 'request')
      const note = this.noteOf(caller)
      const size = this.files.sizeOf(caller)
      if (at !== size) throw refusal('gap', words.elsewhere(size))
      const bytes = Buffer.from(data, 'base64')
      if (bytes.length === 0 || at + bytes.length > note.bytes)
        throw refusal('bad-argument', words.elsewhere(size))
      await this.files.append(caller, bytes)
      return { at: at + bytes.length }
    })
  }

  /** `buttcloud.importCommit`: checks all of it, and says how far it is in the meantime. */
  async commit(caller: FeedId, given: unknown): Promise<ImportNews> {
    const found = checkImportCommit(given, 'request')
    // Not with what was found there: that may be a secret.
    if (!found.ok) throw refusal('bad-argument', words.noKey)
    const job = this.checking.get(caller) ?? this.check(caller, found.value.secret)
    const news = await withIn(job.done, this.on.clock, IMPORT_WAIT_MS)
    return news ?? { kind: 'wait', messages: job.count.messages }
  }

  /**
   * Stores what `owner` has uploaded as this pub's: its key in escrow, its feed in our log, all on disk. Gives the feed.
   * Rejects with a sentence. The same again is fine.
   */
  async store(pub: PubId, owner: FeedId, upload: string): Promise<FeedId> {
    const note = this.files.notes.get(owner)
    if (note === undefined || note.upload !== upload || note.checked === null)
      throw refusal('refused', words.replaced)
    const { feed, checked } = note
    this.storing.add(owner)
    try {
      this.release(feed, pub)
      this.on.vault.put(pub, feed, checked.key, checked.sealed)
      await this.append(owner, feed)
      this.on.log('a pub that ran elsewhere is stored', { pub, feed, messages: checked.messages })
      return feed
    } finally {
      this.storing.delete(owner)
    }
  }

  stop(): void {
    this.cancel?.()
  }

  /** The key in escrow under a pub that never came to be, or is no more, is the same key: this pub takes its place. */
  private release(feed: FeedId, pub: PubId): void {
    const { provider, open: requests } = this.on.inbox.state
    for (const entry of [...this.on.vault.all()]) {
      if (entry.feed !== feed || entry.pub === pub) continue
      const fact = provider.pubs.get(entry.pub)
      const ended = fact === undefined ? !isOpen(requests.keys(), entry.pub) : fact.record.status === 'ended'
      if (ended) this.on.vault.forget(entry.pub)
    }
  }

  /** What we hold of the feed already must be the same; what we hold beyond it stays. */
  private async append(owner: FeedId, feed: FeedId): Promise<void> {
    const { sbot } = this.on
    const held = (await sbot.head(feed))?.sequence ?? 0
    const batch: SignedValue[] = []
    const flush = async (): Promise<void> => {
      const values = batch.splice(0)
      const [first] = values
      if (first === undefined) return
      const there = first.sequence > held ? [] : await sbot.history(feed, first.sequence - 1, values.length)
      for (const [index, value] of there.entries())
        if (value.signature !== values[index]?.signature)
          throw refusal('refused', words.forked(value.sequence))
      await Promise.all(values.slice(there.length).map((value) => sbot.append(value)))
    }
    for await (const value of this.files.values(owner)) {
      batch.push(value)
      if (batch.length === IMPORT_BATCH) await flush()
    }
    await flush()
  }

  private check(caller: FeedId, secret: string): Checking {
    const count = { messages: 0 }
    const job = { count, done: this.queued(caller, () => this.checkAll(caller, secret, count)) }
    this.checking.set(caller, job)
    const over = (): void => void this.checking.delete(caller)
    job.done.then(over, over)
    return job
  }

  private async checkAll(caller: FeedId, text: string, count: Checking['count']): Promise<ImportNews> {
    const note = this.noteOf(caller)
    const secret = readFeedSecret(text)
    if (secret === null) throw refusal('refused', words.noKey)
    if (secret.feed !== note.feed) throw refusal('refused', words.otherKey(note.feed))
    // Said to nobody but who holds its key: whom we know is nobody else's business.
    const newcomers = new Set(this.on.tables.newcomers.keys())
    const against = whyNotTake(this.on.inbox.state, newcomers, note.feed)
    if (against !== null) {
      this.files.drop(caller)
      throw refusal('refused', against)
    }
    if (note.checked !== null) return newsOf(note.checked)
    const size = this.files.sizeOf(caller)
    if (size < note.bytes) throw refusal('gap', words.short(size, note.bytes))
    if ((await this.files.hashOf(caller)) !== note.sha256) {
      this.files.drop(caller)
      throw refusal('try-again', words.spoilt)
    }
    const chain = new FeedChain(note.feed)
    try {
      for await (const value of this.files.values(caller)) {
        chain.add(value)
        count.messages = chain.head.sequence
        if (count.messages % IMPORT_BATCH === 0) await new Promise((resolve) => setImmediate(resolve))
      }
    } catch (error) {
      this.files.drop(caller)
      throw refusal('refused', words.unsound((error as Error).message))
    }
    const { key } = this.on.vault.recovery
    const { sequence, key: head } = chain.head
    if (head === null) throw refusal('refused', words.none)
    await this.files.sync(caller)
    const checked = { key, sealed: sealTo(key, secret.text), messages: sequence, head }
    this.files.keep({ ...note, checked })
    return newsOf(checked)
  }

  private knows(caller: FeedId): boolean {
    const { state } = this.on.inbox
    return state.provider.owners.has(caller) || this.on.tables.newcomers.has(caller) || isGuest(state, caller)
  }

  private noteOf(caller: FeedId): ImportNote {
    const note = this.files.notes.get(caller)
    if (note === undefined) throw refusal('unknown', words.none)
    return note
  }

  /** What nobody has touched for a while goes. */
  private sweep(): void {
    for (const owner of [...this.files.notes.keys()]) {
      if (this.storing.has(owner) || this.checking.has(owner)) continue
      if (this.on.clock.now() - this.files.touchedAt(owner) > IMPORT_KEPT_MS) this.files.drop(owner)
    }
  }

  private sweepLater(): void {
    if (this.cancel !== null || this.files.notes.size === 0) return
    this.cancel = this.on.clock.after(SWEEP_EVERY_MS, () => {
      this.cancel = null
      this.sweep()
      this.sweepLater()
    })
  }

  /** One thing at a time with one owner's upload. */
  private queued<T>(owner: FeedId, work: () => Promise<T>): Promise<T> {
    const mine = (this.queues.get(owner) ?? Promise.resolve()).then(work, work)
    const settled = mine.then(
      () => undefined,
      () => undefined,
    )
    this.queues.set(owner, settled)
    void settled.then(() => {
      if (this.queues.get(owner) === settled) this.queues.delete(owner)
    })
    return mine
  }
}

function isOpen(requests: Iterable<string>, pub: PubId): boolean {
  for (const request of requests) if (request === pub) return true
  return false
}

function newsOf({ messages, head }: Pick<Brought, 'messages' | 'head'>): ImportNews {
  return { kind: 'checked', messages, head }
}

/** What comes of it, or null when that takes longer. */
function withIn<T>(work: Promise<T>, clock: Clock, timeoutMs: number): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(timeoutMs, () => resolve(null))
    work.then(resolve, reject).finally(cancel)
  })
}
