/** Moves, judged by what truly happened: asks that got through, when the provider was awake, open runs; never by the deciding code. */
import { sizeOf } from '../../../plugin/change'
import { type FeedId, type MessageId, type Millis, type PubId, pubIdOf } from '../../../protocol/ids'
import {
  FAREWELL_WAIT_MS,
  LEASE_TICK_MS,
  STORM_SHARE,
  STORM_WINDOW_MS,
} from '../../../protocol/limits-moving'
import type { NoticePayload } from '../../../protocol/messages/answer'
import type { HubMessage } from '../../../protocol/messages/hub'
import type { PubMessage } from '../../../protocol/messages/pub'
import type { SpecMessage } from '../../../protocol/messages/spec'
import { parse, parsePayload } from '../../../protocol/parse'
import type { SimHub } from '../hub'
import type { Message } from '../messages'
import { Unable } from './unable'
import type { Violate } from './violation'

/** What of the provider's machine counts. */
export interface MovesWorld {
  leaseMs: Millis
  retentionMs: Millis
  /** Time that passed on the provider's machine, however its clock was set. */
  steady(): Millis
  now(): Millis
  isConnected(hub: FeedId): boolean
  /** Owners were told that it is gone. */
  isKnownGone(hub: FeedId): boolean
}

interface Move {
  key: MessageId
  pub: PubId
  epoch: number
  told: number
  /** It has been open there, for all to see. */
  wasOpen: boolean
  desired: boolean
  at: Millis
}

/** Between a move's record and its farewell another record of the same pub may be written. */
const RECORDS_BETWEEN_MS = 1_000
/** Longer than this the provider can't have missed that it stood still. */
const PAUSE_NOTICED_MS = 3 * LEASE_TICK_MS + 1

export class Moves {
  /** By why; and those that no operator asked for by name. */
  readonly counts: Record<string, number> = { silent: 0, drain: 0, 'cannot-run': 0, other: 0 }
  private readonly asked = new Map<FeedId, Millis>()
  /** Hubs whose asks got through in this run of the provider. */
  private heard = new Set<FeedId>()
  private listeningSince: Millis = 0
  private readonly records = new Map<PubId, PubMessage>()
  private readonly recordedAt = new Map<PubId, Millis>()
  private readonly specs = new Map<PubId, SpecMessage>()
  private readonly statuses = new Map<FeedId, HubMessage>()
  private readonly moves = new Map<PubId, Move>()
  /** By hub and pub: the order whose end it has reported last; and whether it has said anything. */
  private readonly removed = new Map<string, number>()
  private readonly everSaid = new Set<string>()
  readonly unable: Unable

  constructor(
    private readonly violate: Violate,
    private readonly hubs: readonly SimHub[],
    private readonly world: MovesWorld,
  ) {
    this.unable = new Unable(world)
  }

  /** Takes new pubs. */
  isOpen(hub: FeedId): boolean {
    return this.statuses.get(hub)?.status === 'admitted'
  }

  /** A hub's ask has got through. */
  asks(hub: FeedId): void {
    this.asked.set(hub, this.world.steady())
    this.heard.add(hub)
  }

  /** A provider has started and listens from now on. */
  started(): void {
    this.heard = new Set()
    this.listeningSince = this.world.steady()
  }

  /** The provider goes on after it stood still for so long by its own machine. */
  resumed(pausedMs: Millis): void {
    if (pausedMs > PAUSE_NOTICED_MS) this.listeningSince = this.world.steady()
  }

  /** How long a hub has truly not been heard by a provider that listened. */
  private silence(hub: FeedId): Millis {
    const since = Math.max(this.listeningSince, this.asked.get(hub) ?? 0)
    return this.world.steady() - since
  }

  /** The provider is about to say this: what it decided on is true now. */
  says(content: object): void {
    const parsed = parse(content)
    if (!parsed.ok) return
    if (parsed.value.type === 'buttcloud/pub') this.decides(parsed.value)
    if (parsed.value.type === 'buttcloud/spec') this.orders(parsed.value)
  }

  private decides(record: PubMessage): void {
    const before = this.records.get(record.pub)
    if (record.status !== 'live' || before?.hub === record.hub) return
    const bad = (what: string) => this.violate('moved-for-cause', `${record.name}: ${what}`)
    const status = this.statuses.get(record.hub)?.status
    if (status !== 'admitted') bad(`placed on a hub that is ${status}`)
    this.unable.judge(record, bad)
    if (before === undefined || record.moved === null) return
    const { from, why } = record.moved
    if (why === 'silent') this.judgeSilence(from, bad)
    if (why === 'drain' && !['draining', 'retired'].includes(this.statuses.get(from)?.status ?? ''))
      bad('emptied off a hub that is not being emptied')
    // Where it goes is there, by what the provider can know.
    const isHeard = this.heard.has(record.hub) && this.silence(record.hub) <= 2 * this.world.leaseMs
    if (['silent', 'drain', 'cannot-run'].includes(why) && !isHeard) bad('placed on a hub that is not heard')
  }

  private judgeSilence(from: FeedId, bad: (what: string) => void): void {
    const silence = this.silence(from)
    const { leaseMs } = this.world
    if (silence < leaseMs) bad(`moved for silence of ${Math.round(silence)} ms only`)
    // Of those that were heard until shortly before it, how many fell silent with it?
    const fell = [...this.statuses.values()]
      .filter(({ hub, status }) => status !== 'retired' && (this.heard.has(hub) || this.mayBeThere(hub)))
      .map(({ hub }) => this.silence(hub))
      .filter((other) => other <= silence + STORM_WINDOW_MS)
    const withIt = fell.filter((other) => other >= leaseMs && other >= silence - STORM_WINDOW_MS)
    if (fell.length > 1 && withIt.length / fell.length >= STORM_SHARE)
      bad(`moved in a storm: ${withIt.length} of ${fell.length} hubs fell silent`)
  }

  private mayBeThere(hub: FeedId): boolean {
    if (this.world.isKnownGone(hub)) return false
    const shallRun = ({ status, desired, suspended }: PubMessage) =>
      status === 'live' && desired === 'up' && !suspended
    return [...this.records.values()].some((record) => record.hub === hub && shallRun(record))
  }

  /** An order for the next hub waits for the former one's word, for a while. */
  private orders(spec: SpecMessage): void {
    const before = this.specs.get(spec.pub)
    if (before === undefined || before.hub === spec.hub || spec.desired === 'none') return
    const said = this.removed.get(`${before.hub} ${spec.pub}`) ?? 0
    const isOver = said >= before.revision
    const recordedAt = this.recordedAt.get(spec.pub) ?? 0
    const waitedMs = this.world.now() - recordedAt
    const mayGo =
      isOver ||
      waitedMs >= FAREWELL_WAIT_MS ||
      waitedMs < 0 ||
      this.silence(before.hub) >= this.world.leaseMs ||
      !this.everSaid.has(`${before.hub} ${spec.pub}`) ||
      (this.records.get(spec.pub)?.moved?.why === 'restored' && !this.world.isConnected(before.hub))
    if (!mayGo) this.violate('moved-for-cause', `${spec.name} is ordered up before its former run is gone`)
  }

  /** A hub's word is on the provider's disk. */
  reported({ author, content }: Message): void {
    const parsed = parse(content)
    if (parsed.ok && parsed.value.type === 'buttcloud/capacity') this.unable.offered(author, parsed.value)
    if (!parsed.ok || parsed.value.type !== 'buttcloud/observed') return
    this.unable.reported(author, parsed.value)
    const { pub, phase, revision } = parsed.value
    this.everSaid.add(`${author} ${pub}`)
    if (phase === 'removed') this.removed.set(`${author} ${pub}`, revision)
  }

  /** A message of the provider is on its disk. */
  said(message: Message): void {
    const parsed = parse(message.content)
    if (!parsed.ok) return
    const { value: content } = parsed
    if (content.type === 'buttcloud/hub') this.statuses.set(content.hub, content)
    if (content.type === 'buttcloud/pub') this.recorded(message, content)
    if (content.type === 'buttcloud/spec') this.ordered(content)
    const payload = content.type === 'post' ? parsePayload(message.content) : null
    if (payload?.kind === 'notice' && payload.topic === 'moved') this.told(payload)
    // The answer to a create says where the pub is, and so does the first notice about one that an operator has made.
    if (payload?.kind === 'notice' && pubIdOf(payload.causes) === payload.pub) this.moves.delete(payload.pub)
    if (payload?.kind === 'answer' && payload.final && ['create', 'import'].includes(payload.command ?? ''))
      this.moves.delete(pubIdOf(payload.answers))
    if (payload !== null) this.unable.told(payload)
  }

  private recorded({ key, value }: Message, record: PubMessage): void {
    const before = this.records.get(record.pub)
    this.records.set(record.pub, record)
    this.recordedAt.set(record.pub, value.timestamp as Millis)
    const { pub, name, epoch, hub, moved, status } = record
    if (before === undefined) return
    this.unable.recorded(before, record, value.timestamp as Millis)
    const bad = (what: string) => this.violate('epoch-rises', `${name} ${what}`)
    if (epoch < before.epoch) bad(`goes from epoch ${before.epoch} to ${epoch}`)
    const isMove = hub !== before.hub
    if (isMove && epoch !== before.epoch + 1)
      bad(`is on another hub under epoch ${epoch}, before ${before.epoch}`)
    if (isMove && moved?.from !== before.hub) bad('does not say where it comes from')
    if (!isMove && moved?.from === hub) bad('moved onto its own hub')
    if (status === 'ended') this.moves.delete(pub)
    if (!isMove || moved === null || status === 'ended') return
    const why = ['silent', 'drain', 'cannot-run'].includes(moved.why) ? moved.why : 'other'
    this.counts[why] = (this.counts[why] ?? 0) + 1
    const desired = record.desired === 'up' && !record.suspended
    this.moves.set(pub, { key, pub, epoch, told: 0, wasOpen: false, desired, at: this.world.steady() })
  }

  /** The former hub is told until when it keeps the volume. */
  private ordered(spec: SpecMessage): void {
    const before = this.specs.get(spec.pub)
    this.specs.set(spec.pub, spec)
    const record = this.records.get(spec.pub)
    if (record === undefined) return
    if (spec.epoch > record.epoch || (before !== undefined && spec.epoch < before.epoch))
      this.violate('epoch-rises', `${record.name} is ordered under epoch ${spec.epoch}`)
    if (record.hub === spec.hub || record.status !== 'live') {
      if (before !== undefined && before.hub !== spec.hub && before.desired !== 'none')
        this.violate('retention', `${record.name} goes to another hub, and its former one is told nothing`)
      return
    }
    const due = (this.recordedAt.get(spec.pub) ?? 0) + this.world.retentionMs
    // A later record of the same pub may have come between the two.
    if (spec.desired !== 'none')
      this.violate('moved-for-cause', `${record.name} is ordered up on its former hub`)
    else if (
      before?.hub === spec.hub &&
      before.desired !== 'none' &&
      (spec.keepUntil ?? 0) < due - RECORDS_BETWEEN_MS
    )
      this.violate(
        'retention',
        `the copy of ${record.name} on its former hub has no date, or too early a one`,
      )
  }

  private told({ pub, causes }: NoticePayload): void {
    const move = this.moves.get(pub)
    const name = this.records.get(pub)?.name
    const bad = (what: string) =>
      this.violate('told-of-moves', `the owners of ${name} are told of a move ${what}`)
    if (move === undefined || move.key !== causes) return bad('that does not stand')
    move.told += 1
    if (move.told > 1) bad('twice')
    const record = this.records.get(pub)
    if (record?.desired === 'up' && !record.suspended && !move.wasOpen) bad('before it is up there')
  }

  /** After every event. */
  look(): void {
    for (const move of this.moves.values()) {
      if (move.wasOpen) continue
      const record = this.records.get(move.pub)
      const hub = this.hubs.find((one) => one.machine.id === record?.hub)
      const process = hub?.engine.processOf(move.pub)
      if (process?.isOpen && process.epoch >= move.epoch) move.wasOpen = true
    }
  }

  /** Moves that owners were not told of in the end. */
  untold(arrives: (record: PubMessage) => boolean): string[] {
    return [...this.moves.values()].flatMap(({ pub, told }) => {
      const record = this.records.get(pub)
      if (told > 0 || record === undefined || !arrives(record)) return []
      return [`the owners of ${record.name} were not told that it has moved`]
    })
  }

  /** What is left on hubs that are being emptied and would fit elsewhere. */
  undrained(room: (hub: FeedId) => number, isThere: (hub: FeedId) => boolean): string[] {
    const found: string[] = []
    for (const { hub, status, label } of this.statuses.values()) {
      if (status !== 'draining') continue
      for (const record of this.records.values()) {
        if (record.hub !== hub || record.status !== 'live') continue
        const left = this.unable.leftFor(record.pub)
        const open = [...this.statuses.values()].filter(
          (one) => one.status === 'admitted' && isThere(one.hub) && !left.includes(one.hub),
        )
        const fits = open.some((one) => room(one.hub) >= sizeOf(record).reservedBytes)
        if (fits) found.push(`${record.name} is still on ${label}, which is being emptied, and there is room`)
      }
    }
    return found
  }

  /** By the records: what each hub's pubs reserve. */
  reservedOn(hub: FeedId): number {
    let bytes = 0
    for (const record of this.records.values())
      if (record.hub === hub && record.status === 'live') bytes += sizeOf(record).reservedBytes
    return bytes
  }
}
