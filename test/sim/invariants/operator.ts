/** What comes of an operator's words, as it stands on the provider's feed: what is held stays down, and each is told once. */
import type { FeedId, MessageId, Millis, PubId } from '../../../protocol/ids'
import type { NoticePayload } from '../../../protocol/messages/answer'
import type { HaltMessage } from '../../../protocol/messages/halt'
import type { PubMessage } from '../../../protocol/messages/pub'
import { parse, parsePayload } from '../../../protocol/parse'
import type { Message } from '../messages'
import type { Asked } from '../people'
import type { Violate } from './violation'

interface Halt {
  key: MessageId
  content: HaltMessage
}
interface Announcement {
  /** Who owned pubs together when it was said. */
  sets: Set<string>
  told: string[]
}

export class Operator {
  private readonly halts = new Map<PubId, Halt>()
  private readonly keys = new Set<MessageId>()
  private readonly told = new Set<MessageId>()
  private readonly blocked = new Set<FeedId>()
  /** Requests that came while their author was blocked. */
  private readonly shut = new Set<MessageId>()
  private readonly announcements = new Map<MessageId, Announcement>()
  count = 0

  constructor(
    private readonly violate: Violate,
    private readonly asked: ReadonlyMap<MessageId, Asked>,
    private readonly records: () => ReadonlyMap<PubId, PubMessage>,
  ) {}

  /** Somebody's message got onto the provider's disk. */
  heard(message: Message): void {
    if (this.blocked.has(message.author)) this.shut.add(message.key)
  }

  /** A message of the provider, before its records are judged. */
  said(message: Message): void {
    const payload = parsePayload(message.content)
    if (payload?.kind === 'notice') this.notice(payload, message.recps ?? [], message.author)
    if (payload?.kind === 'answer' && this.shut.has(payload.answers)) this.served(payload.answers)
    const parsed = parse(message.content)
    if (!parsed.ok) return
    const content = parsed.value
    if (content.type === 'buttcloud/op' && this.shut.has(content.op)) this.served(content.op)
    if (content.type === 'buttcloud/pub' && this.shut.has(content.answers)) this.served(content.answers)
    if (content.type === 'buttcloud/halt') {
      this.count += 1
      this.keys.add(message.key)
      this.halts.set(content.pub, { key: message.key, content })
    }
    if (content.type === 'buttcloud/block') this.block(content.feed, content.blocked)
    if (content.type === 'buttcloud/announcement') {
      const sets = this.setsAt(message.value.timestamp)
      this.announcements.set(message.key, { sets, told: [] })
    }
  }

  /** True while its operator wants it down. */
  holds(pub: PubId): boolean {
    return this.halts.get(pub)?.content.halted === true
  }

  /** A record of the provider that follows from an operator's word; true for these. */
  recorded(before: PubMessage | undefined, record: PubMessage): boolean {
    const held = this.holds(record.pub)
    if (held && before?.suspended === true && !record.suspended && record.status === 'live')
      this.violate('held', `${record.name} is let up while its operator holds it`)
    if (before === undefined || !this.keys.has(record.answers)) return false
    // What the operator moves, or goes back from, keeps the cause of the record before it.
    if (before.answers === record.answers) return true
    const rest = ({ suspended, answers, ...same }: PubMessage): string => JSON.stringify(same)
    if (rest(before) !== rest(record))
      this.violate('held', `${record.name} is otherwise by an operator's stop`)
    if (record.suspended && !held) this.violate('held', `${record.name} is suspended, and nobody holds it`)
    return true
  }

  /** What is not as it should be when the world has come to rest. */
  unsettled(): string[] {
    const found: string[] = []
    for (const [pub, { key, content }] of this.halts) {
      const record = this.records().get(pub)
      if (record?.status !== 'live') continue
      if (content.halted && !record.suspended) found.push(`${record.name} is held and not suspended`)
      if (!this.told.has(key)) found.push(`the owners of ${record.name} have not heard of its stop`)
    }
    for (const { sets, told } of this.announcements.values())
      if (told.length < sets.size) found.push(`news reached ${told.length} sets of owners, of ${sets.size}`)
    return found
  }

  private notice({ topic, causes, pub }: NoticePayload, recps: FeedId[], author: FeedId): void {
    if (topic === 'operator') {
      if (this.told.has(causes)) this.violate('held', `a stop of ${pub.slice(0, 7)} is told twice`)
      this.told.add(causes)
    }
    if (topic !== 'announcement') return
    const news = this.announcements.get(causes)
    const set = setOf(recps.filter((id) => id !== author))
    if (news === undefined) return this.violate('held', 'news that the operator never announced')
    if (news.told.includes(pub)) this.violate('held', `${set.slice(0, 7)} heard the same news twice`)
    news.told.push(pub)
  }

  private block(feed: FeedId, isBlocked: boolean): void {
    if (isBlocked) this.blocked.add(feed)
    else this.blocked.delete(feed)
    // What waits from before is answered as anybody's.
    for (const key of this.shut) if (!isBlocked && this.asked.get(key)?.author === feed) this.shut.delete(key)
  }

  private served(request: MessageId): void {
    const { author, text } = this.asked.get(request) ?? { author: '', text: '' }
    this.violate('held', `${author.slice(0, 7)} is blocked and served: ${text.slice(0, 40)}`)
  }

  private setsAt(now: Millis): Set<string> {
    const sets = new Set<string>()
    for (const { status, keepUntil, owners } of this.records().values())
      if (status === 'live' || (keepUntil !== null && keepUntil > now)) sets.add(setOf(owners))
    return sets
  }
}

const setOf = (people: FeedId[]): string => [...people].sort().join(' ')
