/** At most one received and one final answer per request; a combined answer leaves alone what is under way. */
import type { FeedId, MessageId } from '../../../protocol/ids'
import type { AnswerPayload, BurstPayload } from '../../../protocol/messages/answer'
import { parse, parsePayload } from '../../../protocol/parse'
import type { Message } from '../messages'
import type { Asked } from '../people'
import type { Violate } from './violation'

export class OneFinal {
  private readonly received = new Set<MessageId>()
  readonly final = new Set<MessageId>()
  /** Requests for which something has been begun. */
  private readonly begun = new Set<MessageId>()

  constructor(
    private readonly violate: Violate,
    private readonly asked: ReadonlyMap<MessageId, Asked>,
  ) {}

  /** A message of the provider. */
  said(message: Message): void {
    const parsed = parse(message.content)
    if (!parsed.ok) return
    const content = parsed.value
    if (content.type === 'buttcloud/op') this.begun.add(content.op)
    if (content.type === 'buttcloud/checkout') this.begun.add(content.checkout)
    if (content.type === 'buttcloud/pub') this.begun.add(content.answers)
    if (content.type !== 'post') return
    const payload = parsePayload(message.content)
    if (payload?.kind === 'answer') this.answer(payload)
    if (payload?.kind === 'burst') this.burst(payload)
  }

  private answer(payload: AnswerPayload): void {
    const key = payload.answers
    const asked = this.asked.get(key)
    if (asked === undefined || asked.author !== payload.to)
      return this.violate('one-final', `an answer to ${short(key)}, which ${short(payload.to)} never wrote`)
    if (this.final.has(key))
      return this.violate('one-final', `another answer to ${short(key)} after its final one`)
    if (payload.final) this.final.add(key)
    else if (this.received.has(key)) this.violate('one-final', `a second received for ${short(key)}`)
    else this.received.add(key)
  }

  private burst(payload: BurstPayload): void {
    for (const one of this.asked.values()) {
      if (one.author !== payload.author || one.sequence > payload.upTo) continue
      // What is under way is owed an answer of its own; were it given none, `answered` would notice.
      if (!this.received.has(one.key) && !this.begun.has(one.key)) this.final.add(one.key)
    }
  }

  /** Requests of these people that have no final answer. */
  unanswered(authors: ReadonlySet<FeedId>): Asked[] {
    return [...this.asked.values()].filter((one) => authors.has(one.author) && !this.final.has(one.key))
  }
}

function short(id: string): string {
  return id.slice(0, 7)
}
