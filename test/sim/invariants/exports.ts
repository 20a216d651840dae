/** Links to exports: read by the pub's owners only, and handed out once per request. */
import type { FeedId, MessageId, PubId } from '../../../protocol/ids'
import type { PubMessage } from '../../../protocol/messages/pub'
import { parsePayload } from '../../../protocol/parse'
import type { Message } from '../messages'
import type { Asked } from '../people'
import type { Violate } from './violation'

export class Exports {
  /** Requests whose link was handed out. */
  readonly handedOut = new Set<MessageId>()

  constructor(
    private readonly violate: Violate,
    private readonly asked: ReadonlyMap<MessageId, Asked>,
    private readonly records: ReadonlyMap<PubId, PubMessage>,
    private readonly provider: FeedId,
  ) {}

  /** A message of the provider. */
  said(message: Message): void {
    const text = String((message.content as { text?: unknown } | null)?.text ?? '')
    if (!text.includes('?unbox=')) return
    const payload = parsePayload(message.content)
    const found =
      payload?.kind === 'answer'
        ? { pub: payload.pub, request: payload.answers }
        : payload?.kind === 'bearer'
          ? { pub: payload.pub, request: payload.delivers }
          : null
    if (found === null) return this.violate('bearer-to-owners', 'a link that belongs to no request')
    const { pub, request } = found
    const owners = pub === null ? [] : (this.records.get(pub)?.owners ?? [])
    const readers = message.recps ?? ['everybody' as FeedId]
    const wrong = readers.filter((id) => id !== this.provider && !owners.includes(id))
    if (wrong.length > 0)
      this.violate('bearer-to-owners', `a link before the eyes of ${wrong.join(', ').slice(0, 60)}`)
    if (!owners.includes(this.asked.get(request)?.author ?? ('' as FeedId)))
      this.violate('owners-only', 'a link that no owner has asked for')
    if (this.handedOut.has(request)) this.violate('link-once', `two links for ${request.slice(0, 7)}`)
    this.handedOut.add(request)
  }
}
