/** Whose message moved what: every record, op and owner on the provider's feed, judged by who caused it. */
import { YES } from '../../../protocol/command-words'
import type { FeedId, MessageId, PubId } from '../../../protocol/ids'
import type { Question } from '../../../protocol/messages/answer'
import type { PubMessage } from '../../../protocol/messages/pub'
import { parse, parsePayload } from '../../../protocol/parse'
import type { Message } from '../messages'
import type { Asked } from '../people'
import type { Violate } from './violation'

export class OwnersOnly {
  readonly records = new Map<PubId, PubMessage>()
  /** Records that a command other than create and delete has made. */
  changes = 0
  private readonly questions = new Map<MessageId, Question>()

  constructor(
    private readonly violate: Violate,
    private readonly asked: ReadonlyMap<MessageId, Asked>,
    /** Who has redeemed the provider's invite. */
    private readonly redeemed: ReadonlySet<FeedId>,
  ) {}

  /** A message of the provider. */
  said(message: Message): void {
    const parsed = parse(message.content)
    if (!parsed.ok) return
    const content = parsed.value
    const bad = (what: string) => this.violate('owners-only', what)
    if (content.type === 'buttcloud/owner' && !this.redeemed.has(content.owner))
      bad(`${short(content.owner)} became an owner without an invite`)
    if (content.type === 'buttcloud/pub') this.record(content)
    if (content.type === 'buttcloud/op') {
      const author = this.asked.get(content.op)?.author
      const owners = this.records.get(content.pub)?.owners ?? []
      if (author === undefined || !owners.includes(author))
        bad(`an op for ${short(content.pub)} not caused by its owner`)
    }
    const payload = content.type === 'post' ? parsePayload(message.content) : null
    if (payload?.kind === 'answer' && payload.question !== null)
      this.questions.set(message.key, payload.question)
  }

  private record(record: PubMessage): void {
    const before = this.records.get(record.pub)
    const bad = (what: string) => this.violate('owners-only', `${record.name}: ${what}`)
    const cause = this.asked.get(record.answers)
    this.records.set(record.pub, record)
    if (cause === undefined) return bad('a record that nobody asked for')
    if (before === undefined) {
      if (record.owners.join() !== cause.author) bad('made for somebody else than who asked')
      if (!this.redeemed.has(cause.author)) bad('made for a stranger')
      return
    }
    if (record.owners.join() !== before.owners.join()) bad('its owners changed')
    if (!before.owners.includes(cause.author)) bad(`changed by ${short(cause.author)}, who does not own it`)
    if (before.status === 'ended' && record.status === 'live') bad('back to life')
    this.judgeChange(before, record, cause)
    const deleted = before.status === 'live' && record.status === 'ended'
    const isFailed = (record.answers as string) === record.pub
    if (deleted && !isFailed && !this.isYes(cause, record.pub)) bad('deleted without a yes to its question')
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
    if (record.web !== before.web && !says(/^web /)) bad('got or lost its web pages')
    if (record.title !== before.title && !cause.text.endsWith(`as ${record.title}`)) bad('was named')
    if (record.description !== before.description && !cause.text.endsWith(`as ${record.description}`))
      bad('was described')
  }

  private isYes(cause: Asked, pub: PubId): boolean {
    const questions = cause.branch.map((key) => this.questions.get(key))
    const isAsked = questions.some((one) => one?.pub === pub && one.asked.includes(cause.author))
    return isAsked && YES.has(cause.text.toLowerCase())
  }
}

function short(id: string): string {
  return id.slice(0, 7)
}
