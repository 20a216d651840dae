/** One look of the provider: what it may use, and the effects it gathers. Shared by the decide-*.ts files. */
import type { FeedId, MessageId, Millis, PubId } from '../protocol/ids'
import { ANSWER_BYTES_MAX, NEWS_WAIT_MS, RECIPIENTS_MAX } from '../protocol/limits'
import {
  type AnswerPayload,
  type BlobMention,
  type NoticePayload,
  noticeKey,
  type Outcome,
  type Question,
} from '../protocol/messages/answer'
import type { OtherClock } from '../protocol/other-clock'
import type { NoticeThread, PubFact, Request, State } from '../protocol/state'
import type { Held } from './decide-dues'
import type { Brought } from './decide-import'
import type { Stuck } from './decide-moves'
import type { Effect, Reply } from './effects'
import type { MachineFacts } from './machines'
import type { MailFacts } from './mail-facts'
import type { OwnLook } from './own-looks'
import type { Policy } from './policy'
import { hostOf, type Ledger, pubNamed, pubsOf } from './query'
import { Places } from './schedule'
import { type Part, Standing } from './standing'
import { whyNoPub } from './unpaid'
import { words } from './words'

/** What is known here of hubs' leases and of pubs' keys. */
export interface MovingFacts {
  /**
   * How long ago each hub last asked for its lease, by a clock that nobody sets; for one that has not asked in this run,
   * since when this run could hear it.
   */
  silence: ReadonlyMap<FeedId, Millis>
  /** Hubs that have asked in this run. */
  heard: Pick<ReadonlySet<FeedId>, 'has'>
  /** How long ago the silence of a hub was last found to be part of a storm; absent: never in this run. */
  stormAgo?: ReadonlyMap<FeedId, Millis>
  /** The feed of a pub whose key is in escrow; null where none is. */
  keyFeedOf(pub: PubId): FeedId | null
  /** Whether a hub could be given its key now. */
  keyOpens(pub: PubId): boolean
  /** Whether its present run has opened the write-ahead; absent: that is not known. */
  isOpen?(pub: PubId): boolean
  /** True for a pub that a provider which was put back from a backup still waits for: its feed may go on beyond what is here. */
  isWaitedFor(pub: PubId): boolean
}

/** What is true on this machine only and is on no feed. */
export interface Facts {
  /** Hubs that are connected now. */
  connected: ReadonlySet<FeedId>
  /** Who redeemed our invite and has not given a valid command yet. */
  newcomers: ReadonlySet<FeedId>
  /** Unknown authors that wrote to us lately, with the last sequence seen. Bounded by who fills it. */
  strangers: ReadonlyMap<FeedId, number>
  /** What hubs said to our asks, by the request that caused them; of open requests only. */
  replies: ReadonlyMap<MessageId, Reply>
  /** What people have uploaded of pubs that ran elsewhere, whole and checked, by who did. */
  brought?: ReadonlyMap<FeedId, Brought>
  /** Pubs whose secrets are in escrow. */
  sealed?: Pick<ReadonlySet<PubId>, 'has'>
  /** Since when a peer is gone that was connected to this run of the provider. */
  goneSince?: ReadonlyMap<FeedId, Millis>
  /** What says when pubs may be placed elsewhere; absent: none moves by itself. */
  moving?: MovingFacts
  /** Since when this provider runs and hears its hubs; absent: for ever. */
  currentSince?: Millis
  /** What other clocks show now: Stripe's as the bridge tells it, hubs'. Nothing ends by our own clock alone. */
  otherClocks?: readonly OtherClock[]
  /** What was found of names of owners' own, by pub; absent: nothing yet. */
  ownLooks?: ReadonlyMap<PubId, OwnLook>
  /** What is known of rented machines; absent: none are rented here. */
  machines?: MachineFacts
  /** Mail, where this provider sends any: what is in its queue or was sent lately, by key; who has a confirmed address. */
  mail?: MailFacts | null
}

export interface World {
  state: State
  now: Millis
  policy: Policy
  facts: Facts
  ledger: Ledger
  /** What is kept from look to look; without it everything is looked at. */
  standing?: Standing
}

/** Gathers what one look owes, so that two decisions of the same look don't take the same port, name or room. */
export class Look {
  readonly effects: Effect[] = []
  readonly names = new Set<string>()
  readonly pubsMade = new Map<FeedId, number>()
  readonly pubsEnded = new Set<PubId>()
  /** Pubs that get another record by a command. */
  readonly pubsChanged = new Set<PubId>()
  /** Creates that are taken back before they were made. */
  readonly takenBack = new Set<MessageId>()
  /** What is due for want of payment, and waits. */
  readonly held: Held[] = []
  /** Pubs that should be elsewhere, and why they are not. */
  readonly stuck: Stuck[] = []
  /** What the operator has to do about rented machines, in words; null: nothing. */
  machinesWait: string | null = null
  private wake: Millis | null = null
  private wakes = 0
  private readonly standing: Standing
  private placesYet: Places | null = null

  constructor(readonly world: World) {
    this.standing = world.standing ?? new Standing(world.state, world.policy)
    this.standing.at(world.now)
  }

  /** Shows a part of the look the pubs of which it may owe something (plugin/standing.ts). */
  each(part: Part, isSettled: (pub: PubId) => boolean): void {
    this.standing.each(part, isSettled)
  }

  /** Goes up whenever something is owed, held back, or to be looked at again at some time. */
  get stirs(): number {
    return this.effects.length + this.held.length + this.wakes
  }

  /** What is free, less what this look has given away. */
  get places(): Places {
    const { state, policy, facts } = this.world
    this.placesYet ??= new Places({
      ...{ state, policy, connected: facts.connected },
      rooms: this.standing.rooms(),
    })
    return this.placesYet
  }

  owe(effect: Effect): void {
    this.effects.push(effect)
  }

  /**
   * When a wait that should have ended `at` is over: a provider that was away itself first hears what its hubs did
   * meanwhile, else it would take away at its start what has long been done.
   */
  heardBy(at: Millis): Millis {
    const { facts, now } = this.world
    const { currentSince } = facts
    // Started under a clock that was ahead and was set back since: it has heard them by now.
    if (currentSince === undefined || currentSince > now) return at
    return Math.max(at, currentSince + NEWS_WAIT_MS)
  }

  /**
   * When a wait of `spanMs` that began at `since`, in the past, is over. What a clock that was ahead has dated further away
   * than it may take would never end: it counts from when this provider was current, and is over where that is not known.
   */
  deadline(since: Millis, spanMs: Millis): Millis {
    const { facts, now } = this.world
    if (since <= now + spanMs) return this.heardBy(since + spanMs)
    const { currentSince } = facts
    return currentSince === undefined || currentSince > now ? now : this.heardBy(currentSince + spanMs)
  }

  /** Look again at this time at the latest, even if nothing arrives. */
  wakeAt(at: Millis): void {
    this.wakes += 1
    if (this.wake === null || at < this.wake) this.wake = at
  }

  get wakeTime(): Millis | null {
    return this.wake
  }
}

export interface AnswerOptions {
  command?: string
  pub?: AnswerPayload['pub']
  question?: Question
  confirms?: MessageId
  /** What the text shows or links to. */
  blobs?: BlobMention[]
  declines?: MessageId
}

/** Owes an answer in the request's own thread. */
export function answer(
  look: Look,
  request: Request,
  outcome: Outcome,
  text: string,
  options: AnswerOptions = {},
): void {
  look.owe({
    kind: 'answer',
    request,
    recps: replyRecipients(request, look.world.state.provider.id),
    text: clip(text),
    ...(options.blobs === undefined ? {} : { blobs: options.blobs }),
    payload: {
      v: 1,
      kind: 'answer',
      answers: request.key,
      to: request.author,
      outcome,
      final: outcome !== 'received',
      command: options.command ?? null,
      pub: options.pub ?? null,
      question: options.question ?? null,
      confirms: options.confirms ?? null,
      declines: options.declines ?? null,
    },
  })
}

type Notice = Pick<NoticePayload, 'pub' | 'topic' | 'causes'> &
  Partial<Pick<NoticePayload, 'question' | 'to'>>

/**
 * Owes the owners of a pub something they did not ask for; nothing where they have been told. With `to` it is for one
 * who is no owner any more, alone.
 */
export function notify(look: Look, owners: FeedId[], text: string, notice: Notice): void {
  const { state } = look.world
  const pub = notice.topic === 'moved' ? state.provider.pubs.get(notice.pub) : undefined
  const host = pub === undefined ? null : hostOf(state, pub)
  const payload: NoticePayload = { v: 1, kind: 'notice', question: null, to: null, host, ...notice }
  if (state.provider.notices.has(noticeKey(payload))) return
  look.owe({ kind: 'notice', owners, text: clip(text), payload })
}

/**
 * The thread that a notice goes into; null for a new one. Others than the readers of the last one get another, and a
 * change of owners always begins one, though the same people may have had one before.
 */
export function noticeThread(state: State, recps: FeedId[], notice: NoticePayload): NoticeThread | null {
  if (notice.to !== null || notice.topic === 'owners') return null
  const thread = state.provider.threads.get(notice.pub)
  const same = thread?.recps.length === recps.length && thread.recps.every((id) => recps.includes(id))
  return same ? thread : null
}

/**
 * The live pub that a command is about: by its name, or the only one its writer has. Owes the refusal and gives null
 * where there is none, or none of theirs.
 */
export function pubFor(look: Look, request: Request, command: string, name: string | null): PubFact | null {
  const { state } = look.world
  const live = pubsOf(state, request.author).filter((pub) => pub.record.status === 'live')
  const only = live.length === 1 ? (live[0] ?? null) : null
  const pub = name === null ? only : pubNamed(state, request.author, name)
  if (pub !== null) return pub
  const names = live.map((one) => one.record.name)
  const text = name === null ? words.whichPub(command, names) : whyNoPub(state, request.author, name, names)
  answer(look, request, 'refused', text, { command })
  return null
}

/**
 * Whom a reply goes to: the same people as the request, as Patchwork expects; only author and provider where the
 * request does not name both or names too many.
 */
export function replyRecipients(request: Request, provider: FeedId): FeedId[] {
  const { recps, author } = request
  const usable = recps.length <= RECIPIENTS_MAX && recps.includes(author) && recps.includes(provider)
  return usable ? recps : [author, provider]
}

/** True when nobody but the pub's owners and the provider reads along. */
export function onlyOwnersRead(request: Request, owners: FeedId[], provider: FeedId): boolean {
  return replyRecipients(request, provider).every((id) => id === provider || owners.includes(id))
}

/** Cuts a text to what fits a private post with the most recipients, at a character's edge, and says so. */
export function clip(text: string): string {
  return cutTo(text, ANSWER_BYTES_MAX)
}

/** The same for any size; what fits is left as it is. */
export function cutTo(text: string, bytesMax: number): string {
  if (text.length <= bytesMax && jsonBytes(text) <= bytesMax) return text
  const rest = '\n… (shortened)'
  let end = Math.min(text.length, bytesMax)
  while (end > 0 && jsonBytes(text.slice(0, end) + rest) > bytesMax) end = Math.floor(end * 0.95) - 1
  return text.slice(0, Math.max(0, end)) + rest
}

/** Bytes of a text inside JSON, in UTF-8: quotes, line ends and non-ASCII cost more than one. */
export function jsonBytes(text: string): number {
  let bytes = 0
  for (const character of JSON.stringify(text)) {
    const code = character.codePointAt(0) ?? 0
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return bytes
}
