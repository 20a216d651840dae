/**
 * The write-ahead of every pub (docs/ARCHITECTURE.md, Fencing). A pub's next message exists once it is in our log
 * and not before; whoever does not hold the present epoch, or would leave a gap, is refused and nothing is burnt.
 *
 * INVARIANTS
 *  - For one pub, one commit at a time: check and append can't be torn apart.
 *  - What is committed is on disk before the answer goes out.
 *  - The same message twice is answered ok twice and stored once, so a lost answer may be asked for again.
 */

import { useOf } from '../../protocol/evolve-public'
import type { FeedId, InviteKey, MessageId, PubId } from '../../protocol/ids'
import { isFeedId, isPubId } from '../../protocol/ids'
import { HISTORY_BATCH_MAX } from '../../protocol/limits'
import type { CommitAnswer, OpenAnswer, Reason } from '../../protocol/rpc'
import type { PubFact } from '../../protocol/state'
import type { Head, Sbot, SignedValue } from '../../sbot/port'
import { isGuest } from '../owners'
import { feedOf, type Ledger, liveInvites } from '../query'
import type { Inbox } from './inbox'
import type { Restored } from './restored'
import type { Sessions } from './sessions'

/** An error whose first word tells the other program what to do (protocol/rpc.ts REASONS). */
export function refusal(reason: Reason, sentence: string): Error {
  return new Error(`${reason}: ${sentence}`)
}

const PUBS_BUSY_MAX = 10_000
/** Folding takes milliseconds; a reader that needs longer is in trouble, and the pub shall hear of it. */
const FOLD_WAIT_MS = 10_000

/** The feeds whose secrets are in escrow: a pub that has one there has no other. */
export interface SealedFeeds {
  feedOf(pub: PubId): FeedId | null
  all(): Iterable<{ pub: PubId; feed: FeedId }>
}

export class Commits {
  /** Feeds named by a hub that has opened a pub and not published an observation of it yet. */
  private readonly opened = new Map<PubId, FeedId>()
  private readonly queues = new Map<PubId, Promise<unknown>>()

  constructor(
    private readonly sbot: Sbot,
    private readonly inbox: Inbox,
    private readonly ledger: Ledger,
    /** Resolves when the epochs we know are the last ones we gave. */
    private readonly current: () => Promise<void>,
    private readonly escrow: SealedFeeds,
    /** What a provider that was put back from a backup has still to find out; null in one that has grown here. */
    private readonly restored: Restored | null = null,
    /** Who has opened what, for those who ask. */
    private readonly sessions: Sessions | null = null,
  ) {}

  /** `buttcloud.open`: what has been committed, and the invites the pub may honour. */
  async open(caller: FeedId, request: unknown): Promise<OpenAnswer> {
    const fields = fieldsOf(request)
    await this.current()
    const pub = this.permitted(caller, fields.pub, fields.epoch)
    const { feed } = fields
    if (!isFeedId(feed))
      throw refusal('bad-argument', `feed: expected a feed id, found ${JSON.stringify(feed)}`)
    return this.queued(pub.pub, async () => {
      this.permitted(caller, fields.pub, fields.epoch)
      this.claim(pub, feed)
      await this.inbox.wantPub(feed)
      const created = this.inbox.state.provider.answers.get(pub.pub as string as MessageId)?.final === true
      const said = { pub: pub.pub, name: pub.record.name, feed, head: Number(fields.head) || 0, created }
      await this.restored?.comeBack(this.sbot, said)
      const head = await this.headOf(feed)
      await this.counted(feed, head.sequence)
      this.sessions?.opened(pub.pub, caller, pub.record.epoch)
      return { head: head.sequence, invites: liveInvites(this.inbox.state, pub, feed, this.ledger) }
    })
  }

  /** `buttcloud.commit`: one more message of a pub's feed. */
  async commit(caller: FeedId, request: unknown): Promise<CommitAnswer> {
    const fields = fieldsOf(request)
    await this.current()
    const pub = this.permitted(caller, fields.pub, fields.epoch)
    const value = signedValueOf(fields.value)
    const invite = (fields.invite ?? null) as InviteKey | null
    return this.queued(pub.pub, async () => {
      this.permitted(caller, fields.pub, fields.epoch)
      if (this.boundFeed(pub) !== value.author)
        throw refusal('refused', `this pub's feed is ${this.boundFeed(pub) ?? 'not known yet: open first'}`)
      if (this.restored?.waitsFor(pub.pub))
        throw refusal('try-again', 'this pub has not come back yet: open first')
      const head = await this.headOf(value.author)
      if (value.sequence <= head.sequence) return this.repeated(value, head)
      if (value.sequence !== head.sequence + 1 || value.previous !== head.key)
        throw refusal('gap', `the feed ends at ${head.sequence}, so ${value.sequence} can't follow`)
      this.checkUse(pub, value, invite)
      await this.append(value)
      this.sessions?.wrote(pub.pub, pub.record.epoch)
      await this.counted(value.author, value.sequence)
      return { sequence: value.sequence }
    })
  }

  /** `buttcloud.feed`: the next committed messages after a sequence, as signed. */
  async history(caller: FeedId, pubId: unknown, after: number): Promise<SignedValue[]> {
    const pub = this.owned(caller, pubId)
    const feed = this.boundFeed(pub)
    return feed === null ? [] : this.sbot.history(feed, after, HISTORY_BATCH_MAX)
  }

  /**
   * Does this while no commit of the pub is under way, with the last sequence that was committed: an invite that is taken
   * back here has been used by those whose follow stands on the feed, and by nobody after them.
   */
  between<T>(id: PubId, work: (head: number) => Promise<T>): Promise<T> {
    return this.queued(id, async () => {
      const pub = this.inbox.state.provider.pubs.get(id)
      const feed = pub === undefined ? null : this.boundFeed(pub)
      return work(feed === null ? 0 : (await this.headOf(feed)).sequence)
    })
  }

  private owned(caller: FeedId, pubId: unknown): PubFact {
    const { state } = this.inbox
    const pub = isPubId(pubId) ? state.provider.pubs.get(pubId) : undefined
    if (
      pub === undefined ||
      pub.record.hub !== caller ||
      state.provider.hubs.get(caller)?.status === 'retired'
    )
      throw refusal('unknown', 'no pub of that id is placed on this hub')
    return pub
  }

  /** The pub, where its record names this hub and this epoch; throws otherwise. */
  permitted(caller: FeedId, pubId: unknown, epoch: unknown): PubFact {
    const pub = this.owned(caller, pubId)
    if (pub.record.status !== 'live') throw refusal('stale-epoch', 'this pub has ended')
    if (epoch !== pub.record.epoch)
      throw refusal('stale-epoch', `the epoch is ${pub.record.epoch}, not ${JSON.stringify(epoch)}`)
    return pub
  }

  /** The pub's feed by all that is known here; null while it has none. */
  boundFeed(pub: PubFact): FeedId | null {
    return this.lastingFeed(pub) ?? this.opened.get(pub.pub) ?? null
  }

  /** The same, without what only an open connection has named. */
  lastingFeed(pub: PubFact): FeedId | null {
    return feedOf(this.inbox.state, pub) ?? this.escrow.feedOf(pub.pub)
  }

  /** A pub's feed is what its hub named first; it may not be anybody else's. Throws where it is not this one. */
  claim(pub: PubFact, feed: FeedId): void {
    const { state } = this.inbox
    const bound = this.lastingFeed(pub)
    if (bound !== null && bound !== feed) throw refusal('refused', `this pub's feed is ${bound}`)
    const { provider } = state
    const isPerson = provider.owners.has(feed) || isGuest(state, feed)
    const isSomebody = feed === provider.id || isPerson || provider.hubs.has(feed)
    // What our own record says has been looked at before it was written: a pub that was ended may have come back.
    // So has what is in escrow for this pub: no other hub's word about a pub of its own takes that away.
    const said = pub.record.feed === feed || this.escrow.feedOf(pub.pub) === feed
    if (!said && (isSomebody || this.otherPubHas(pub, feed)))
      throw refusal('refused', 'that feed is somebody else')
    if (this.opened.size >= PUBS_BUSY_MAX) this.opened.clear()
    this.opened.set(pub.pub, feed)
  }

  private otherPubHas(pub: PubFact, feed: FeedId): boolean {
    for (const [id, other] of this.opened) if (other === feed && id !== pub.pub) return true
    for (const other of this.escrow.all()) if (other.feed === feed && other.pub !== pub.pub) return true
    for (const other of this.inbox.state.provider.pubs.values())
      if (other.pub !== pub.pub && feedOf(this.inbox.state, other) === feed) return true
    return false
  }

  private async headOf(feed: FeedId): Promise<Head> {
    return (await this.sbot.head(feed)) ?? { sequence: 0, key: null }
  }

  /** Already stored: fine when it is the very same message, a fork when it is another one. */
  private async repeated(value: SignedValue, head: Head): Promise<CommitAnswer> {
    const [stored] = await this.sbot.history(value.author, value.sequence - 1, 1)
    if (stored?.sequence === value.sequence && stored.signature === value.signature)
      return { sequence: value.sequence }
    throw refusal('gap', `the feed ends at ${head.sequence}; ${value.sequence} is taken by another message`)
  }

  /**
   * A follow that names an invite is let through only while the ledger has uses left for it. One that the pub wrote before
   * its invite was taken back comes again where our copy of its feed was lost, and stands.
   */
  private checkUse(pub: PubFact, value: SignedValue, invite: InviteKey | null): void {
    const use = useOf(value.content)
    if (use === null) {
      if (invite !== null) throw refusal('refused', 'that message is no use of an invite')
      return
    }
    const live = liveInvites(this.inbox.state, pub, value.author, this.ledger, value.sequence)
    const entry = live.find((one) => this.ledger.note(one.tag, use.member) === use.note)
    if (entry === undefined || (invite !== null && entry.key !== invite))
      throw refusal('refused', 'this invite has been used up or is not known')
  }

  private async append(value: SignedValue): Promise<void> {
    try {
      await this.sbot.append(value)
    } catch (error) {
      const head = await this.headOf(value.author)
      // It came by replication meanwhile; or another one did, and then this one must not be appended by the pub.
      if (head.sequence >= value.sequence) {
        await this.repeated(value, head)
        return
      }
      throw refusal('refused', `the message does not fit the feed: ${(error as Error).message}`)
    }
  }

  /** The ledger must have seen a message before the next one is judged by it. */
  private async counted(feed: FeedId, sequence: number): Promise<void> {
    if (await this.inbox.folded(feed, sequence, FOLD_WAIT_MS)) return
    throw refusal('try-again', 'the message is stored and not counted yet')
  }

  private queued<T>(pub: PubId, work: () => Promise<T>): Promise<T> {
    const before = this.queues.get(pub) ?? Promise.resolve()
    const mine = before.then(work, work)
    const settled = mine.then(
      () => undefined,
      () => undefined,
    )
    this.queues.set(pub, settled)
    void settled.then(() => {
      if (this.queues.get(pub) === settled) this.queues.delete(pub)
    })
    return mine
  }
}

/** What was sent as an object; throws for anything else. */
export function fieldsOf(request: unknown): Record<string, unknown> {
  if (typeof request === 'object' && request !== null && !Array.isArray(request))
    return request as Record<string, unknown>
  throw refusal('bad-argument', `expected an object, found ${JSON.stringify(request)?.slice(0, 60)}`)
}

function signedValueOf(value: unknown): SignedValue {
  const fields = fieldsOf(value)
  const sound =
    isFeedId(fields.author) &&
    Number.isSafeInteger(fields.sequence) &&
    typeof fields.signature === 'string' &&
    (fields.previous === null || typeof fields.previous === 'string')
  if (!sound) throw refusal('bad-argument', 'value: expected a signed message')
  return fields as unknown as SignedValue
}
