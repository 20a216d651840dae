/** What comes of an operator's cluster file, as it stands on the provider's feed: each word once, that and nothing else, told once. */
import type { FeedId, MessageId, Millis, PubId } from '../../../protocol/ids'
import { pubIdOf } from '../../../protocol/ids'
import type { NoticePayload } from '../../../protocol/messages/answer'
import type { CommissionMessage } from '../../../protocol/messages/commission'
import type { PubMessage } from '../../../protocol/messages/pub'
import { parse, parsePayload } from '../../../protocol/parse'
import type { ClusterChangeView } from '../../../protocol/rpc-cluster'
import type { Applied } from '../cluster'
import type { Message } from '../messages'
import type { Violate } from './violation'

/** What a clock may have been set by since somebody reckoned with it. */
const SET_MS = 330_000

interface Made {
  key: MessageId
  content: CommissionMessage
  told: boolean
}
interface Amended {
  pub: PubId
  name: string
  ended: boolean
  told: boolean
  /** Who is an owner no more, and has not been told. */
  gone: Set<FeedId>
}

export class Cluster {
  readonly made = new Map<PubId, Made>()
  private readonly amended = new Map<MessageId, Amended>()
  private readonly applied: Applied[] = []
  private readonly done = new Map<string, number>()
  private readonly owners = new Set<FeedId>()
  /** Pubs that were made, changed and ended. */
  readonly counts = { commissions: 0, amendments: 0, prunes: 0 }

  constructor(
    private readonly violate: Violate,
    private readonly records: () => ReadonlyMap<PubId, PubMessage>,
    private readonly retentionMs: Millis,
  ) {}

  /** The operator says yes to a file. */
  applies(wish: Applied): void {
    this.applied.push(wish)
  }

  /** A file was applied whole; `after` is what it would change now. */
  isDone(before: readonly ClusterChangeView[], after: readonly ClusterChangeView[]): void {
    const left = after.find(({ words }) => before.some((one) => one.words === words))
    if (left !== undefined) this.violate('applied-once', `done, and to be done again: ${left.words}`)
  }

  /** Somebody whom the operator has made an owner. */
  isOwner(feed: FeedId): boolean {
    return this.owners.has(feed)
  }

  /** True for the first invite of a pub that the operator has made. */
  isInvite(pub: PubId, op: MessageId): boolean {
    return this.made.get(pub)?.key === op
  }

  /** A message of the provider, before its records are judged. */
  said(message: Message): void {
    const payload = parsePayload(message.content)
    if (payload?.kind === 'notice') this.notice(payload)
    const parsed = parse(message.content)
    if (!parsed.ok || parsed.value.type !== 'buttcloud/commission') return
    const content = parsed.value
    this.counts.commissions += 1
    this.made.set(pubIdOf(message.key), { key: message.key, content, told: false })
    for (const owner of content.owners) this.owners.add(owner)
    this.bound(`make ${content.name}`, ({ names }) => names.includes(content.name))
  }

  /** A record of the provider; true for one that follows from such a file. */
  recorded(before: PubMessage | undefined, record: PubMessage, { key, value }: Message): boolean {
    const made = this.made.get(record.pub)
    if (before === undefined) {
      if (made !== undefined) this.first(made, record)
      return made !== undefined
    }
    if (record.amended !== null && record.amended.times !== before.amended?.times) {
      this.amends(before, record, key, value.timestamp)
      return true
    }
    this.passes(record)
    if (isWebMended(before, record)) return true
    if (made === undefined || record.answers !== made.key || before.answers !== record.answers) return false
    if (before.status === 'live' && record.status === 'ended' && made.told)
      this.violate('commissioned', `${record.name} ends as if it had not come up`)
    return true
  }

  /** What is not as it should be when the world has come to rest. */
  unsettled(): { invariant: 'commissioned' | 'amended-once'; sentence: string }[] {
    const found: ReturnType<Cluster['unsettled']> = []
    for (const [pub, { content, told }] of this.made) {
      const record = this.records().get(pub)
      const isTold = told || record?.status === 'ended'
      const sentence = `${content.name} was commissioned and ${record === undefined ? 'there is none' : 'its owners have no invite'}`
      if (!isTold) found.push({ invariant: 'commissioned', sentence })
    }
    for (const { name, told, gone } of this.amended.values())
      if (!told || gone.size > 0)
        found.push({ invariant: 'amended-once', sentence: `not everybody has heard of a change of ${name}` })
    return found
  }

  private first({ content }: Made, record: PubMessage): void {
    const { name, owners, plan, hub, web } = record
    const is = JSON.stringify([name, owners, plan, hub, web])
    const wanted = [content.name, content.owners, content.plan, content.hub, content.web]
    if (is !== JSON.stringify(wanted))
      this.violate('commissioned', `${name} is otherwise than it was ordered`)
  }

  private amends(before: PubMessage, record: PubMessage, key: MessageId, at: Millis): void {
    const bad = (what: string) => this.violate('amended-once', `${record.name}: ${what}`)
    if (record.amended?.times !== (before.amended?.times ?? 0) + 1) bad('changes are not counted one by one')
    const rest = ({ plan, size, web, webPort, owners, amended, status, keepUntil, ...same }: PubMessage) =>
      JSON.stringify(same)
    if (rest(before) !== rest(record)) bad('more is changed than a file can say')
    const ended = record.status === 'ended'
    if (before.status === 'ended') bad('it had ended')
    this.passes(record)
    const gone = new Set(ended ? [] : before.owners.filter((one) => !record.owners.includes(one)))
    for (const owner of record.owners) this.owners.add(owner)
    this.amended.set(key, { pub: record.pub, name: record.name, ended, told: false, gone })
    if (!ended) {
      this.counts.amendments += 1
      return this.bound(`change ${record.name}`, ({ names }) => names.includes(record.name))
    }
    this.counts.prunes += 1
    if ((record.keepUntil ?? 0) < at + this.retentionMs - SET_MS)
      this.violate('retention', `${record.name} is ended by its operator and not kept for its time`)
    this.bound(`end ${record.name}`, ({ prune }) => prune.includes(record.name))
  }

  /** Who owns it again need not hear that they don't, and of a pub that ends otherwise that is told. */
  private passes(record: PubMessage): void {
    for (const [key, one] of this.amended) {
      if (one.pub !== record.pub) continue
      for (const owner of record.owners) one.gone.delete(owner)
      if (record.status === 'ended' && !one.ended) this.amended.delete(key)
    }
  }

  private notice({ causes, to, pub }: NoticePayload): void {
    const made = this.made.get(pub)
    if (made?.key === causes) {
      if (made.told) this.violate('commissioned', `the owners of ${made.content.name} are told twice`)
      made.told = true
    }
    const one = this.amended.get(causes)
    if (one === undefined) return
    const isNews = to === null ? !one.told : one.gone.delete(to)
    if (!isNews) this.violate('amended-once', `somebody hears twice of a change of ${one.name}`)
    if (to === null) one.told = true
  }

  /** No more often than the operator has said so. */
  private bound(what: string, isIt: (one: Applied) => boolean): void {
    const times = (this.done.get(what) ?? 0) + 1
    this.done.set(what, times)
    const said = this.applied.filter(isIt).length
    if (times > said) this.violate('applied-once', `${what}: done ${times} times and said ${said} times`)
  }
}

/** Web pages that an operator's change has put on, and that the pub did not come up with, go off again. */
function isWebMended(before: PubMessage, record: PubMessage): boolean {
  const mended = JSON.stringify({ ...before, web: false })
  return before.amended !== null && before.web && mended === JSON.stringify(record)
}
