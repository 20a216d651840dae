/**
 * The provider's messages in and out: reads the log into the state, publishes, and folds what it has published
 * before anybody decides again, so that nothing is owed twice.
 */

import { describeRefusal } from '../../protocol/check'
import { evolve } from '../../protocol/evolve'
import type { FeedId } from '../../protocol/ids'
import { isFeedId } from '../../protocol/ids'
import { GUEST_BYTES_MAX, MESSAGE_OVERHEAD_BYTES, NEWCOMER_BYTES_MAX } from '../../protocol/limits'
import { checkPost } from '../../protocol/messages/post'
import { parse, parsePayload } from '../../protocol/parse'
import { initialState, type State } from '../../protocol/state'
import type { Clock } from '../../sbot/loop'
import type { Incoming, Reading, Sbot } from '../../sbot/port'
import { guestsOf, isGuest } from '../owners'
import { feedOf } from '../query'
import type { Tables } from './tables'

const STRANGERS_MAX = 200

export class Inbox {
  readonly state: State
  /** Unknown authors that wrote to us, with the last sequence seen; the oldest goes when it is full. */
  readonly strangers = new Map<FeedId, number>()
  /** The feeds of pubs among those we want: all that peers may know we hold. */
  readonly pubFeeds = new Set<FeedId>()
  /** Made owners by others, no valid command yet; with the bytes that their feeds have brought. */
  readonly guests = new Map<FeedId, number>()
  private readonly wanted = new Set<FeedId>()
  private readonly published = new Map<number, Incoming>()
  private readonly waiting = new Set<() => void>()
  private reading: Reading | null = null
  private ready = false

  constructor(
    private readonly sbot: Sbot,
    private readonly tables: Tables,
    private readonly changed: () => void,
    private readonly failed: (error: Error) => void,
    private readonly clock: Clock,
  ) {
    this.state = initialState(sbot.id)
  }

  /** True once all that was in the log has been folded; before that nobody may decide anything. */
  get complete(): boolean {
    return this.ready
  }

  /** Reads the whole log, then goes on live. Resolves when everything that was there has been folded. */
  async start(): Promise<void> {
    this.wanted.add(this.sbot.id)
    for (const newcomer of this.tables.newcomers.keys()) this.wanted.add(newcomer)
    await new Promise<void>((caughtUp, failed) => {
      this.reading = this.sbot.read({
        wants: (author) => this.wanted.has(author),
        onMessage: (message) => this.take(message),
        onStranger: (message) => this.noteStranger(message),
        onCaughtUp: caughtUp,
        onError: (error) => {
          failed(error)
          this.failed(error)
        },
      })
    })
    await this.wantEverybody()
    this.ready = true
    this.changed()
  }

  /** Everybody whose messages count: owners, newcomers, hubs, pubs. Learned from the provider's own feed. */
  private async wantEverybody(): Promise<void> {
    const { provider } = this.state
    for (const newcomer of this.tables.newcomers.keys()) this.requestFeed(newcomer)
    const hubs = [...provider.hubs.keys()]
    await Promise.all([...provider.owners, ...hubs].map((id) => this.want(id)))
    await Promise.all(guestsOf(this.state).map((id) => this.host(id)))
    const feeds: FeedId[] = []
    for (const pub of provider.pubs.values()) {
      const feed = feedOf(this.state, pub)
      if (feed !== null) feeds.push(feed)
    }
    await Promise.all(feeds.map((id) => this.wantPub(id)))
  }

  /** The same for the feed of a pub, which is nobody's secret. */
  async wantPub(feed: FeedId): Promise<void> {
    this.pubFeeds.add(feed)
    await this.want(feed)
  }

  /** From now on this author's messages count, those already here included; and its feed is asked for. */
  async want(author: FeedId): Promise<void> {
    this.requestFeed(author)
    if (this.wanted.has(author)) return
    this.wanted.add(author)
    await this.reading?.recheck(author)
  }

  /** Who was made an owner by somebody else: heard from now on, within a bound, until they write themselves. */
  private async host(guest: FeedId): Promise<void> {
    if (!this.guests.has(guest)) this.guests.set(guest, 0)
    this.strangers.delete(guest)
    await this.want(guest)
  }

  /** Who has been removed again before they ever wrote is a stranger as before. */
  private letGuestsGo(): void {
    for (const guest of [...this.guests.keys()]) {
      if (isGuest(this.state, guest)) continue
      this.guests.delete(guest)
      const { provider } = this.state
      if (!provider.owners.has(guest) && !this.tables.newcomers.has(guest)) this.unwant(guest)
    }
  }

  /** A newcomer or guest past the cap is not asked for again, however often they are let in. */
  private requestFeed(author: FeedId): void {
    const newcomer = this.tables.newcomers.get(author)?.bytes ?? 0
    const guest = this.guests.get(author) ?? 0
    this.sbot.request(author, newcomer <= NEWCOMER_BYTES_MAX && guest <= GUEST_BYTES_MAX)
  }

  /** Gone again: a newcomer that never wrote. */
  unwant(author: FeedId): void {
    if (isGuest(this.state, author)) return
    this.wanted.delete(author)
    this.sbot.request(author, false)
  }

  /**
   * Publishes to these recipients and resolves when the message is on disk and folded. What we write must parse
   * by the same check that reads it: a message is for ever.
   */
  async say(content: object, recps: FeedId[]): Promise<Incoming> {
    const checked = parse(content)
    if (!checked.ok)
      throw new Error(`Refusing to publish what we could not read back: ${describeRefusal(checked)}`)
    // An answer without a readable payload answers nothing, so it would be owed, and published, for ever.
    if (Object.hasOwn(content, 'buttcloud') && parsePayload(content) === null)
      throw new Error('Refusing to publish an answer whose payload we could not read back')
    const message = await this.sbot.publish(content, recps)
    this.foldOwn(message)
    await this.folded(this.sbot.id, message.sequence)
    this.changed()
    return message
  }

  /** True once the fold of this author has reached the sequence; false when it has not within `waitMs`. */
  folded(author: FeedId, sequence: number, waitMs = Number.POSITIVE_INFINITY): Promise<boolean> {
    const reached = (): boolean => {
      const fold = author === this.sbot.id ? this.state.provider : this.state.authors.get(author)
      return (fold?.sequence ?? 0) >= sequence
    }
    if (reached()) return Promise.resolve(true)
    return new Promise((resolve) => {
      let cancel = (): void => {}
      const look = (): void => {
        if (reached()) end(true)
      }
      const end = (result: boolean): void => {
        cancel()
        this.waiting.delete(look)
        resolve(result)
      }
      this.waiting.add(look)
      if (Number.isFinite(waitMs)) cancel = this.clock.after(waitMs, () => end(false))
    })
  }

  stop(): void {
    this.reading?.stop()
  }

  private take(message: Incoming): void {
    if (message.author === this.sbot.id) this.foldOwn(message)
    else {
      evolve(this.state, message)
      this.meter(message)
      this.follow(message)
    }
    if (!this.ready) return
    for (const look of [...this.waiting]) look()
    this.changed()
  }

  /** Own messages come twice, from publish and from the log, and are folded once, in order. */
  private foldOwn(message: Incoming): void {
    const { provider } = this.state
    if (message.sequence <= provider.sequence) return
    this.published.set(message.sequence, message)
    for (;;) {
      const next = this.published.get(provider.sequence + 1)
      if (next === undefined) break
      this.published.delete(next.sequence)
      evolve(this.state, next)
      this.follow(next)
    }
    for (const look of [...this.waiting]) look()
  }

  /** Whom a message makes us want: a new owner, a new hub, a pub's feed that its own hub names. */
  private follow(message: Incoming): void {
    if (!this.ready || !message.private) return
    const parsed = parse(message.content)
    if (!parsed.ok) return
    const content = parsed.value
    if (message.author === this.sbot.id) {
      if (content.type === 'buttcloud/owner') this.quietly(this.adopt(content.owner))
      if (content.type === 'buttcloud/hub') this.quietly(this.want(content.hub))
      if (content.type === 'buttcloud/pub') {
        for (const owner of content.owners) if (isGuest(this.state, owner)) this.quietly(this.host(owner))
        this.letGuestsGo()
      }
      if (content.type === 'buttcloud/pub' && content.feed !== null) this.quietly(this.wantPub(content.feed))
    } else if (content.type === 'buttcloud/observed' && content.feed !== null) {
      const pub = this.state.provider.pubs.get(content.pub)
      // Only the feed it named first counts; a hub that names others shall not fill our disk with them.
      if (pub?.record.hub === message.author && feedOf(this.state, pub) === content.feed)
        this.quietly(this.wantPub(content.feed))
    }
  }

  private async adopt(owner: FeedId): Promise<void> {
    this.tables.settle(owner)
    this.guests.delete(owner)
    this.strangers.delete(owner)
    await this.want(owner)
  }

  /** A newcomer's feed is paid for by nobody yet: past the cap it is asked for no more. */
  private meter(message: Incoming): void {
    const newcomer = this.tables.newcomers.get(message.author)
    const guest = this.guests.get(message.author)
    if (newcomer === undefined && guest === undefined) return
    const bytes = MESSAGE_OVERHEAD_BYTES + JSON.stringify(message.content ?? null).length
    if (guest !== undefined) {
      this.guests.set(message.author, guest + bytes)
      if (guest + bytes > GUEST_BYTES_MAX) this.sbot.request(message.author, false)
    }
    if (newcomer === undefined) return
    newcomer.bytes += bytes
    if (message.private && checkPost(message.content).ok) newcomer.wrote = true
    if (newcomer.bytes > NEWCOMER_BYTES_MAX) this.sbot.request(message.author, false)
  }

  private noteStranger(message: Incoming): void {
    const post = checkPost(message.content)
    if (!post.ok || post.value.byProgram || !isFeedId(message.author)) return
    this.strangers.delete(message.author)
    this.strangers.set(message.author, message.sequence)
    const oldest = this.strangers.keys().next().value
    if (this.strangers.size > STRANGERS_MAX && oldest !== undefined) this.strangers.delete(oldest)
    this.changed()
  }

  private quietly(work: Promise<void>): void {
    work.catch((error: unknown) => this.failed(error instanceof Error ? error : new Error(String(error))))
  }
}
