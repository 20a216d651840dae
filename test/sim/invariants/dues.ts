/** What happens to pubs that are not paid for, as it stands on the provider's feed: promised, told, by two clocks, not too many. */
import type { DuesPolicy } from '../../../plugin/dues-policy'
import type { MessageId, Millis, PubId } from '../../../protocol/ids'
import { CLOCKS_AGREE_MS, DUES_TOLD_WITHIN_MS } from '../../../protocol/limits-money'
import { DUES_STAGES, type DuesMessage } from '../../../protocol/messages/dues'
import type { PaymentMessage } from '../../../protocol/messages/payment'
import type { PubMessage } from '../../../protocol/messages/pub'
import { parse, parsePayload } from '../../../protocol/parse'
import type { Message } from '../messages'
import { Entitled, HEARD_MS } from './entitled'
import type { Violate } from './violation'

const DAY_MS = 24 * 3_600_000
/** What a clock may have been set by since somebody told of it. */
const SET_MS = 330_000

interface Track {
  key: MessageId
  at: Millis
  dues: DuesMessage
  toldAt: Millis | null
}

export interface Rules {
  dues(): DuesPolicy
  retentionMs: Millis
  /** The provider's clock, and all others. */
  clocks(): { own: Millis; others: Millis[] }
  /** A new stage; `before`: the one before it, where this one stops or ends the pub. */
  stage(dues: DuesMessage, key: MessageId, before: MessageId | null): void
}

export class Dues {
  /** The last word on each pub. */
  readonly tracks = new Map<PubId, Track>()
  readonly entitled = new Entitled()
  private readonly toldOf = new Set<PubId>()
  private readonly keys = new Set<MessageId>()
  suspensions = 0
  ends = 0
  billing = false
  private readonly cuts: { at: Millis; stage: 'suspended' | 'ended' }[] = []
  private readonly permits: { at: Millis; what: 'suspensions' | 'ends'; count: number }[] = []

  constructor(
    private readonly violate: Violate,
    private readonly rules: Rules,
  ) {}

  /** A message of the provider. */
  said(message: Message): void {
    const at = message.value.timestamp
    const payload = parsePayload(message.content)
    if (payload?.kind === 'notice' && payload.topic === 'payment') {
      this.toldOf.add(payload.pub)
      return this.told(payload.causes, at)
    }
    const parsed = parse(message.content)
    if (!parsed.ok) return
    const content = parsed.value
    if (content.type === 'buttcloud/dues') this.promised(message.key, at, content)
    if (content.type === 'buttcloud/payment') this.paid(content, at)
    if (content.type === 'buttcloud/grant') this.entitled.given(content, at)
    if (content.type === 'buttcloud/pub') this.entitled.recorded(content, at)
    if (content.type === 'buttcloud/permit')
      this.permits.push({ at, what: content.what, count: content.count })
    if (content.type === 'buttcloud/bridge') this.billing = content.status === 'admitted'
  }

  /** A record of the provider that follows from dues; true for these. */
  recorded(before: PubMessage | undefined, record: PubMessage): boolean {
    const track = this.tracks.get(record.pub)
    const bad = (what: string) => this.violate('promised', `${record.name} ${what}`)
    const stage = track?.dues.stage ?? 'clear'
    const isStopped = stage === 'suspended' || stage === 'last-week' || stage === 'last-day'
    if (record.suspended && before?.suspended !== true && !isStopped)
      bad(`is suspended at the stage ${stage}`)
    if (track === undefined || record.answers !== track.key)
      return before?.answers === record.answers && this.keys.has(record.answers)
    if (record.suspended && this.entitled.may(record.pub, track.at, track.at - HEARD_MS))
      bad('is suspended and has a right to run')
    if (record.status !== 'ended') return true
    if (stage !== 'ended') bad(`is ended at the stage ${stage}`)
    if ((record.keepUntil ?? 0) < track.dues.endAt + this.rules.retentionMs - SET_MS)
      this.violate('retention', `${record.name} is not kept for its time`)
    return true
  }

  /** True while somebody pays, or it is given, for all that stands on the feed; and has been said until then. */
  mayRun(pub: PubId, since?: Millis): boolean {
    return this.entitled.may(pub, this.rules.clocks().own, since)
  }

  /** Why a pub that nobody pays for should not run on, though nothing is in the way; null where it may. */
  isOverdue(record: PubMessage): string | null {
    if (!this.billing || record.suspended || this.mayRun(record.pub)) return null
    const { own, others } = this.rules.clocks()
    const agreeing = others.filter((one) => Math.abs(one - own) <= CLOCKS_AGREE_MS - SET_MS)
    if (agreeing.length === 0) return null
    const track = this.tracks.get(record.pub)
    if (track === undefined || track.dues.stage === 'clear')
      return 'nobody was told that it is to be paid for'
    const due = track.dues.suspendAt + 2 * DUES_TOLD_WITHIN_MS
    if (Math.min(own, ...agreeing) < due || this.room('suspended', own) <= 0) return null
    return 'it runs on past its grace'
  }

  /** True once somebody was told of the money for this pub. */
  isToldOf(pub: PubId): boolean {
    return this.toldOf.has(pub)
  }

  private told(causes: MessageId, at: Millis): void {
    for (const track of this.tracks.values()) {
      if (track.key !== causes) continue
      if (track.toldAt !== null) this.violate('promised', 'the same stage is told twice')
      track.toldAt = at
    }
  }

  private paid(payment: PaymentMessage, at: Millis): void {
    const before = this.entitled.paid(payment, at)
    if (before === null) return
    const same = (one: PaymentMessage) =>
      JSON.stringify([one.status, one.plan, one.periodEnd, one.cancelAt, one.refunded])
    if (same(before) === same(payment))
      this.violate('fact-once', `${payment.subscription} is said to be ${payment.status} twice`)
    if (payment.at < before.at) this.violate('fact-once', `${payment.subscription} goes back in time`)
  }

  private promised(key: MessageId, at: Millis, dues: DuesMessage): void {
    const before = this.tracks.get(dues.pub) ?? null
    const open = before !== null && before.dues.stage !== 'clear' ? before : null
    this.tracks.set(dues.pub, { key, at, dues, toldAt: null })
    const cuts = dues.stage === 'suspended' || dues.stage === 'ended'
    this.rules.stage(dues, key, cuts && open !== null && open.dues.stage !== dues.stage ? open.key : null)
    this.keys.add(key)
    const bad = (what: string) => this.violate('promised', `${dues.pub.slice(0, 7)}: ${what}`)
    if (dues.stage === 'clear') return this.cleared(dues.pub, at, open)
    if (open === null) {
      if (dues.stage !== 'grace') bad(`begins with ${dues.stage}`)
      const paid = dues.reason !== 'leaving' && this.entitled.isPaid(dues.pub, at - HEARD_MS)
      if (paid || this.entitled.isGiven(dues.pub, at, at - HEARD_MS)) bad('its owners are told to pay')
      if (dues.suspendAt < at + this.spanOf(dues) - DUES_TOLD_WITHIN_MS - SET_MS)
        bad(`a grace until ${dues.suspendAt - at} ms`)
      return
    }
    if (dues.endAt < open.dues.endAt) bad('its end has moved closer')
    if (dues.suspendAt < open.dues.suspendAt) bad('its stop has moved closer')
    const steps = DUES_STAGES.indexOf(dues.stage) - DUES_STAGES.indexOf(open.dues.stage)
    if (steps > 2 || (steps === 2 && dues.stage !== 'suspended' && dues.stage !== 'last-day'))
      bad(`from ${open.dues.stage} to ${dues.stage}`)
    if (steps <= 0) return
    if (open.toldAt === null) return bad(`${dues.stage} comes before ${open.dues.stage} was told`)
    if (dues.stage === 'suspended') this.cut(dues.stage, at, open.dues.suspendAt, dues, open)
    if (dues.stage === 'ended') this.cut(dues.stage, at, open.dues.endAt, dues, open)
  }

  private cleared(pub: PubId, at: Millis, open: Track | null): void {
    const bad = (what: string) => this.violate('promised', `${pub.slice(0, 7)}: ${what}`)
    if (open === null) bad('nothing was owed')
    if (this.billing && !this.entitled.mayHave(pub, at))
      bad('it is said to be in order, and is neither paid nor given')
  }

  private cut(
    stage: 'suspended' | 'ended',
    at: Millis,
    date: Millis,
    { pub }: DuesMessage,
    { dues, toldAt }: Track,
  ): void {
    const bad = (what: string) => this.violate('promised', `${pub.slice(0, 7)} ${stage}: ${what}`)
    if (stage === 'suspended') this.suspensions += 1
    else this.ends += 1
    if (this.entitled.may(pub, at, at - HEARD_MS)) bad('it is paid for, or given')
    if (at < date) bad('before its date')
    if (at - (toldAt ?? at) < this.spanOf(dues) - 2 * DUES_TOLD_WITHIN_MS)
      bad(`${at - (toldAt ?? at)} ms after it was told`)
    const { own, others } = this.rules.clocks()
    const agrees = (one: Millis): boolean =>
      Math.abs(one - own) <= CLOCKS_AGREE_MS + SET_MS && one >= date - SET_MS
    if (!others.some(agrees)) bad('by one clock')
    if (this.room(stage, at) <= 0) this.violate('daily-cap', `one more is ${stage} than the cap allows`)
    this.cuts.push({ at, stage })
  }

  private room(stage: 'suspended' | 'ended', now: Millis): number {
    const { suspensionsPerDayMax, endsPerDayMax } = this.rules.dues()
    const what = stage === 'suspended' ? 'suspensions' : 'ends'
    let room = stage === 'suspended' ? suspensionsPerDayMax : endsPerDayMax
    for (const one of this.permits) if (one.what === what && one.at > now - DAY_MS) room += one.count
    for (const one of this.cuts) if (one.stage === stage && one.at > now - DAY_MS) room -= 1
    return room
  }

  private spanOf({ stage, reason }: DuesMessage): Millis {
    const policy = this.rules.dues()
    if (stage === 'grace') return reason === 'leaving' ? policy.lastDayMs : policy.graceMs[reason]
    if (stage === 'reminded') return policy.remindMs
    if (stage === 'suspended') return policy.suspendedMs
    return stage === 'last-week' ? policy.lastWeekMs : policy.lastDayMs
  }
}
