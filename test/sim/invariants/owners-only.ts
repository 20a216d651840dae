/** Whose message moved what: every record, op and owner on the provider's feed, judged by who caused it. */
import { YES } from '../../../protocol/command-words'
import type { FeedId, MessageId, PubId } from '../../../protocol/ids'
import type { NoticePayload, Question } from '../../../protocol/messages/answer'
import type { PaymentMessage } from '../../../protocol/messages/payment'
import type { PubMessage } from '../../../protocol/messages/pub'
import { parse, parsePayload } from '../../../protocol/parse'
import type { Message } from '../messages'
import type { Asked } from '../people'
import type { Cluster } from './cluster'
import type { Dues } from './dues'
import type { Operator } from './operator'
import type { Violate } from './violation'

export class OwnersOnly {
  readonly records = new Map<PubId, PubMessage>()
  /** Records that a command other than create and delete has made. */
  changes = 0
  /** Owners added and removed. */
  ownerChanges = 0
  /** Pubs with several owners that were deleted. */
  sharedEnds = 0
  /** Who was ever made an owner by somebody else. */
  private readonly added = new Set<FeedId>()
  /** What each payment says, by the key of its message. */
  private readonly payments = new Map<MessageId, PaymentMessage>()
  private readonly parents = new Map<MessageId, MessageId[]>()
  private readonly questions = new Map<MessageId, { question: Question; by: FeedId | null }>()

  constructor(
    private readonly violate: Violate,
    private readonly asked: ReadonlyMap<MessageId, Asked>,
    /** Who has redeemed the provider's invite. */
    private readonly redeemed: ReadonlySet<FeedId>,
    private readonly dues: Dues,
    private readonly operator: Operator,
    private readonly cluster: Cluster,
  ) {}

  /** A message of the provider. */
  said(message: Message): void {
    const parsed = parse(message.content)
    if (!parsed.ok) return
    const content = parsed.value
    const bad = (what: string) => this.violate('owners-only', what)
    if (content.type === 'buttcloud/owner' && !this.isKnown(content.owner))
      bad(`${short(content.owner)} became an owner without an invite`)
    if (content.type === 'buttcloud/payment') this.payments.set(message.key, content)
    if (content.type === 'buttcloud/pub') this.record(content, message)
    if (content.type === 'buttcloud/op') {
      const author = this.asked.get(content.op)?.author
      const owners = this.records.get(content.pub)?.owners ?? []
      const isFirst = this.cluster.isInvite(content.pub, content.op)
      if (!isFirst && (author === undefined || !owners.includes(author)))
        bad(`an op for ${short(content.pub)} not caused by its owner`)
    }
    if (content.type === 'post') this.parents.set(message.key, content.branch)
    const payload = content.type === 'post' ? parsePayload(message.content) : null
    if (payload?.kind !== 'answer' && payload?.kind !== 'notice') return
    const { question } = payload
    const cause = payload.kind === 'answer' ? payload.answers : payload.causes
    if (question !== null)
      this.questions.set(message.key, { question, by: this.asked.get(cause)?.author ?? null })
    if (payload.kind === 'notice') this.told(message, payload)
  }

  private isKnown(feed: FeedId): boolean {
    return this.redeemed.has(feed) || this.added.has(feed) || this.cluster.isOwner(feed)
  }

  /** What owners are told goes to all of them, and to nobody else but one who has just been removed. */
  private told(message: Message, { pub, to }: NoticePayload): void {
    // Of a pub that is paid for and not made yet, who asked for it.
    const asked = this.asked.get(pub as string as MessageId)
    const owners = this.records.get(pub)?.owners ?? (asked === undefined ? [] : [asked.author])
    const readers = (message.recps ?? []).filter((id) => id !== message.author)
    const right = to === null ? owners : [to]
    if (readers.length !== right.length || !readers.every((id) => right.includes(id)))
      this.violate('owners-only', `a notice about ${short(pub)} before the eyes of ${readers.map(short)}`)
  }

  private record(record: PubMessage, message: Message): void {
    const before = this.records.get(record.pub)
    const bad = (what: string) => this.violate('owners-only', `${record.name}: ${what}`)
    const cause = this.asked.get(record.answers)
    this.records.set(record.pub, record)
    if (this.cluster.recorded(before, record, message)) return
    if (this.operator.recorded(before, record) || this.dues.recorded(before, record)) return
    if (this.followsPayment(before, record) || isMove(before, record)) return
    if (cause === undefined) return bad('a record that nobody asked for')
    if (before === undefined) {
      if (record.owners.join() !== cause.author) bad('made for somebody else than who asked')
      if (!this.isKnown(cause.author)) bad('made for a stranger')
      return
    }
    this.judgeOwners(before, record, cause)
    // An operator's raised epoch keeps the cause of the record before it.
    if (before.answers !== record.answers && !before.owners.includes(cause.author))
      bad(`changed by ${short(cause.author)}, who does not own it`)
    if (before.status === 'ended' && record.status === 'live') bad('back to life')
    this.judgeChange(before, record, cause)
    const deleted = before.status === 'live' && record.status === 'ended'
    const isFailed = (record.answers as string) === record.pub
    if (deleted && !isFailed && !this.isYes(cause, before)) bad('deleted without a yes to its question')
  }

  /**
   * A plan that follows its subscription changes plan and size alone; what the operator moves keeps the cause, and so does
   * the way back from a version that turned out bad.
   */
  private followsPayment(before: PubMessage | undefined, record: PubMessage): boolean {
    const payment = this.payments.get(record.answers)
    if (before === undefined || payment?.pub !== record.pub || payment.plan !== record.plan) return false
    const rest = (one: PubMessage): string => {
      const { plan, size, answers, epoch, hub, port, feed, version, ...same } = one
      return JSON.stringify(before.answers === record.answers ? same : { ...same, version })
    }
    return rest(before) === rest(record)
  }

  /** One owner more or less, whom an owner has named; never none, never more than a message reaches. */
  private judgeOwners(before: PubMessage, record: PubMessage, cause: Asked): void {
    const bad = (what: string) => this.violate('owners-only', `${record.name}: ${what}: ${cause.text}`)
    const came = record.owners.filter((id) => !before.owners.includes(id))
    const went = before.owners.filter((id) => !record.owners.includes(id))
    if (new Set(record.owners).size !== record.owners.length || record.owners.length > 6)
      bad('too many owners')
    for (const id of came) this.added.add(id)
    if (came.length + went.length === 0) return
    this.ownerChanges += 1
    const [one] = [...came, ...went]
    if (
      came.length + went.length > 1 ||
      !cause.text.endsWith(` ${came.length > 0 ? 'add' : 'remove'} ${one}`)
    )
      bad('its owners changed')
  }

  /** Who stops, starts or names a pub has said so. */
  private judgeChange(before: PubMessage, record: PubMessage, cause: Asked): void {
    if (before.answers === record.answers || record.status === 'ended') return
    this.changes += 1
    const says = (words: RegExp): boolean => words.test(cause.text)
    const bad = (what: string) => this.violate('owners-only', `${record.name} ${what}: ${cause.text}`)
    if (before.desired === 'up' && record.desired === 'down' && !says(/stop|off/)) bad('was stopped')
    if (before.desired === 'down' && record.desired === 'up' && !says(/start|up|reboot/)) bad('was started')
    if (record.restarts > before.restarts + 1) bad('was restarted twice for one command')
    if (record.restarts > before.restarts && !says(/restart|reboot/)) bad('was restarted')
    if (record.rebuilds > before.rebuilds + 1) bad('was rebuilt twice for one command')
    if (record.rebuilds > before.rebuilds && !says(/rebuild/)) bad('was rebuilt')
    if (record.version !== before.version && !says(/upgrade/)) bad('was upgraded')
    if (record.plan !== before.plan && !(says(/plan/) && cause.text.includes(record.plan)))
      bad('got another plan')
    if (record.web !== before.web && !says(/^web /)) bad('got or lost its web pages')
    if (record.title !== before.title && !cause.text.endsWith(`as ${record.title}`)) bad('was named')
    if (record.description !== before.description && !cause.text.endsWith(`as ${record.description}`))
      bad('was described')
  }

  /** What a post descends from, through the provider's own. */
  private above(branch: readonly MessageId[]): MessageId[] {
    const found = new Set<MessageId>(branch)
    for (const key of found) for (const parent of this.parents.get(key) ?? []) found.add(parent)
    return [...found]
  }

  /** Of one who was asked and owns it; where several do, of another one than who wants it. */
  private isYes(cause: Asked, { pub, owners }: PubMessage): boolean {
    const isShared = owners.length > 1
    if (isShared) this.sharedEnds += 1
    const isAsked = this.above(cause.branch).some((key) => {
      const one = this.questions.get(key)
      if (one?.question.pub !== pub || !one.question.asked.includes(cause.author)) return false
      return !isShared || one.by !== cause.author
    })
    return isAsked && owners.includes(cause.author) && YES.has(cause.text.toLowerCase())
  }
}

function short(id: string): string {
  return id.slice(0, 7)
}

/** Another hub under the next epoch, and nothing else. */
function isMove(before: PubMessage | undefined, record: PubMessage): boolean {
  if (before === undefined || record.moved === null || record.epoch !== before.epoch + 1) return false
  const { hub, epoch, feed, moved } = before
  const rest = JSON.stringify({ ...record, hub, epoch, feed, moved })
  return record.hub !== hub && record.moved.from === hub && rest === JSON.stringify(before)
}
