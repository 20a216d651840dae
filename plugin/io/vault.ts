/**
 * The escrow: the sealed secret of every pub, and the recovery key that opens them. Local, never on a feed, a part of
 * what a backup must hold (docs/ARCHITECTURE.md):
 *   recovery.json        the recovery key pair; without its private half while that is offline
 *   escrow/<run>.json    one pub's feed, its sealed secret, and the recovery key that it was sealed to
 *   escrow/<run>.former  a list of the same, sealed to former recovery keys: what took their place could not be looked into
 * Every change is on disk when its method returns. Nothing here logs; errors hold no secret.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type FeedId, isFeedId, isPubId, type PubId, runNameOf } from '../../protocol/ids'
import { SEALED_SECRET_CHARS_MAX } from '../../protocol/limits'
import type { Recovery } from '../../protocol/rpc-escrow'
import { makeFolder, readJson, removeDurably, writeJson } from '../../sbot/durable'
import { type FeedSecret, readFeedSecret } from '../../sbot/feed-secret'
import { type BoxPair, isBoxKey, isBoxPair, makeBoxPair, openSealed, sealTo } from '../../sbot/sealed-box'
import { refusal } from './commits'

/** The crypto; the simulator brings a plain one. */
export interface VaultCrypto {
  makePair(): BoxPair
  isPair(pair: BoxPair): boolean
  seal(key: string, text: string): string
  open(pair: BoxPair, sealed: string): string | null
  /** Null for what is no secret of a feed. */
  read(text: string): FeedSecret | null
}

const REAL: VaultCrypto = {
  makePair: makeBoxPair,
  isPair: isBoxPair,
  seal: sealTo,
  open: openSealed,
  read: readFeedSecret,
}

interface Entry {
  pub: PubId
  feed: FeedId
  /** The recovery key it was sealed to. */
  key: string
  sealed: string
}

const OFFLINE =
  "the recovery key is offline: its provider's operator has to bring it with `buttcloud admin recovery online KEYFILE`"

export class Vault {
  private readonly entries = new Map<PubId, Entry>()
  private pair: { public: string; private: string | null }
  /** What the operator should hear at the start; null where all is well. */
  readonly warning: string | null

  constructor(
    private readonly directory: string,
    private readonly crypto: VaultCrypto = REAL,
  ) {
    makeFolder(this.folder)
    for (const name of readdirSync(this.folder)) {
      if (!name.endsWith('.json')) continue
      const entry = entryOf(readJson(join(this.folder, name)))
      if (entry === null)
        throw new Error(
          `${join(this.folder, name)} is damaged; put a copy from a backup in its place, or remove it`,
        )
      this.entries.set(entry.pub, entry)
    }
    const found = pairOf(readJson(this.keyPath))
    this.pair = found ?? this.crypto.makePair()
    const lost = found === null && this.entries.size > 0
    this.warning = lost
      ? `the recovery key is gone from ${this.keyPath}: what was sealed to it opens again when \`buttcloud admin recovery online KEYFILE\` brings it back. A new key was made; hubs seal to it what they hold`
      : null
    if (found === null) writeJson(this.keyPath, this.pair)
  }

  private get folder(): string {
    return join(this.directory, 'escrow')
  }

  private get keyPath(): string {
    return join(this.directory, 'recovery.json')
  }

  /** Which kind of recovery is on, and what to seal to. */
  get recovery(): Recovery {
    return { mode: this.pair.private === null ? 'offline' : 'automatic', key: this.pair.public }
  }

  /** The feed whose secret is in escrow for this pub; null when none is. */
  feedOf(pub: PubId): FeedId | null {
    return this.entries.get(pub)?.feed ?? null
  }

  /** True for a pub whose secret is in escrow. */
  has(pub: PubId): boolean {
    return this.entries.has(pub)
  }

  /** Every pub whose secret is in escrow. */
  pubs(): Iterable<PubId> {
    return this.entries.keys()
  }

  /** Feeds and pubs of everything in escrow. */
  *all(): Generator<{ pub: PubId; feed: FeedId }> {
    yield* this.entries.values()
  }

  /** True when the secret of this pub is here, sealed to the present key. */
  holds(pub: PubId, feed: FeedId | null = this.feedOf(pub)): boolean {
    const entry = this.entries.get(pub)
    return entry !== undefined && entry.feed === feed && entry.key === this.pair.public
  }

  /** True when the secret of this pub could be given out now. */
  opens(pub: PubId): boolean {
    return this.holds(pub) && this.pair.private !== null
  }

  /**
   * Takes a sealed secret; on disk when it returns. Refused: another feed than the one that is here, and, where it can
   * be looked into, what is not the secret of this feed.
   */
  put(pub: PubId, feed: FeedId, key: string, sealed: string): void {
    this.check(pub, feed)
    if (key !== this.pair.public) throw refusal('try-again', 'the recovery key is another one now')
    if (this.holds(pub, feed)) return
    if (sealed.length > SEALED_SECRET_CHARS_MAX)
      throw refusal('bad-argument', `sealed: expected at most ${SEALED_SECRET_CHARS_MAX} characters`)
    if (this.pair.private !== null) this.open({ pub, feed, key, sealed })
    else this.keepFormer(pub)
    this.keep({ pub, feed, key, sealed })
  }

  /** The secret in the clear, for the hub that shall run it. Refused, with what to do, where it can't be had. */
  take(pub: PubId): FeedSecret {
    const entry = this.entries.get(pub)
    if (entry === undefined) throw refusal('refused', "this pub's key is not in escrow")
    return this.open(entry)
  }

  /** Drops what is here of a pub that is gone for ever. Missing is fine. */
  forget(pub: PubId): void {
    if (!this.entries.delete(pub)) return
    removeDurably(this.formerPath(pub))
    removeDurably(join(this.folder, `${runNameOf(pub)}.json`))
  }

  /** The private half as a line for a key file; null while it is offline. For the operator's eyes only. */
  reveal(): string | null {
    const { private: half, public: key } = this.pair
    return half === null ? null : `${FILE_WORD} ${key} ${half}`
  }

  /** Removes the private half from here. `file` is the line that was revealed, as proof that somebody has it. */
  goOffline(file: string): void {
    if (this.pair.private === null) return
    if (this.reveal() !== lineOf(file))
      throw refusal('refused', 'that is not the recovery key of this provider: nothing was removed')
    this.setPair({ public: this.pair.public, private: null })
  }

  /**
   * Brings a private half. The present key's: recovery is automatic again. A former one's: what is still sealed to that is
   * sealed to the present one. Gives how many secrets that were.
   */
  bring(file: string): number {
    const pair = pairIn(file)
    if (pair === null || !this.crypto.isPair(pair))
      throw refusal(
        'bad-argument',
        `expected a recovery key file: \`${FILE_WORD} PUBLIC PRIVATE\` in one line`,
      )
    if (pair.public === this.pair.public) {
      this.setPair(pair)
      return 0
    }
    let moved = 0
    for (const entry of [...this.entries.values()]) {
      for (const one of [entry, ...this.formerOf(entry.pub)]) {
        if (one.key !== pair.public) continue
        const text = this.crypto.open(pair, one.sealed)
        const secret = text === null ? null : this.crypto.read(text)
        if (secret === null || secret.feed !== entry.feed) continue
        const key = this.pair.public
        this.keep({ ...entry, key, sealed: this.crypto.seal(key, secret.text) })
        moved += 1
        break
      }
    }
    if (moved === 0) throw refusal('refused', 'nothing here is sealed to that key')
    return moved
  }

  /**
   * A new key pair instead of one that is lost. What was sealed to the lost one stays closed until hubs, who hold the
   * secrets of what they run, seal it again.
   */
  replace(): void {
    if (this.pair.private !== null)
      throw refusal(
        'refused',
        'the recovery key is here, so it is not lost; `recovery offline` takes it away',
      )
    this.setPair(this.crypto.makePair())
  }

  private check(pub: PubId, feed: FeedId): void {
    const held = this.feedOf(pub)
    if (held !== null && held !== feed) throw refusal('refused', `this pub's feed is ${held}`)
    for (const other of this.entries.values())
      if (other.feed === feed && other.pub !== pub) throw refusal('refused', 'that feed is another pub')
  }

  private open(entry: Entry): FeedSecret {
    const { public: key, private: half } = this.pair
    if (half === null) throw refusal('refused', OFFLINE)
    if (entry.key !== key)
      throw refusal(
        'refused',
        "this pub's key is sealed to a former recovery key; `buttcloud admin recovery online KEYFILE` with that one opens it",
      )
    const text = this.crypto.open({ public: key, private: half }, entry.sealed)
    const secret = text === null ? null : this.crypto.read(text)
    if (secret === null || secret.feed !== entry.feed)
      throw refusal('refused', `what is sealed is not the secret of ${entry.feed}`)
    return secret
  }

  private formerPath(pub: PubId): string {
    return join(this.folder, `${runNameOf(pub)}.former`)
  }

  private formerOf(pub: PubId): Entry[] {
    const found = readJson(this.formerPath(pub))
    return Array.isArray(found) ? found.flatMap((one) => entryOf(one) ?? []) : []
  }

  /** Lays aside what only a former recovery key opens: offline nobody can tell whether what comes instead is any good. */
  private keepFormer(pub: PubId): void {
    const entry = this.entries.get(pub)
    if (entry === undefined) return
    const former = this.formerOf(pub)
    if (former.some((one) => one.key === entry.key)) return
    writeJson(this.formerPath(pub), [...former, entry])
  }

  private keep(entry: Entry): void {
    writeJson(join(this.folder, `${runNameOf(entry.pub)}.json`), entry)
    this.entries.set(entry.pub, entry)
  }

  private setPair(pair: { public: string; private: string | null }): void {
    writeJson(this.keyPath, pair)
    this.pair = pair
  }
}

const FILE_WORD = 'buttcloud-recovery-1'

function lineOf(file: string): string {
  return (
    file
      .split('\n')
      .map((line) => line.trim())
      .find((line) => line.startsWith(FILE_WORD)) ?? ''
  )
}

function pairIn(file: string): BoxPair | null {
  const [, open, closed] = lineOf(file).split(/\s+/)
  return isBoxKey(open) && isBoxKey(closed) ? { public: open, private: closed } : null
}

function pairOf(found: unknown): { public: string; private: string | null } | null {
  if (found === null) return null
  const { public: open, private: closed } = found as Record<string, unknown>
  if (isBoxKey(open) && (closed === null || isBoxKey(closed))) return { public: open, private: closed }
  throw new Error('recovery.json is damaged; put a copy from a backup in its place, or remove it')
}

function entryOf(found: unknown): Entry | null {
  const { pub, feed, key, sealed } = (found ?? {}) as Record<string, unknown>
  const sound = isPubId(pub) && isFeedId(feed) && isBoxKey(key) && typeof sealed === 'string'
  return sound ? { pub, feed, key, sealed } : null
}
