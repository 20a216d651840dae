/** What is told of incidents: each end once, one of a kind at a time, and to the owners, who hear of all of them. */
import type { FeedId, MessageId, Millis, PubId } from '../../../protocol/ids'
import { INCIDENT_NOTICES_PER_DAY_MAX } from '../../../protocol/limits'
import type { NoticePayload } from '../../../protocol/messages/answer'
import type { IncidentMessage } from '../../../protocol/messages/incident'
import type { PubMessage } from '../../../protocol/messages/pub'
import { parse, parsePayload } from '../../../protocol/parse'
import type { Message } from '../messages'
import type { Violate } from './violation'

interface Said {
  key: MessageId
  sequence: number
  incident: IncidentMessage
}

export class Incidents {
  /** By hub and pub. */
  private readonly said = new Map<string, Said[]>()
  /** Up to which sequence of its hub's feed the owners of a pub were told. */
  private readonly toldUpTo = new Map<string, number>()
  private readonly notices = new Map<PubId, Millis[]>()
  count = 0

  constructor(
    private readonly violate: Violate,
    private readonly records: ReadonlyMap<PubId, PubMessage>,
    private readonly provider: FeedId,
  ) {}

  /** A message of a hub. */
  reported(hub: FeedId, message: Message): void {
    const parsed = parse(message.content)
    if (!parsed.ok || parsed.value.type !== 'buttcloud/incident') return
    const incident = parsed.value
    const { pub, number, kind, state } = incident
    const before = this.of(hub, pub)
    const same = before.filter((one) => one.incident.number === number)
    if (same.some((one) => one.incident.state === state || one.incident.kind !== kind))
      this.violate('incidents', `${kind} ${state} ${number} of ${pub.slice(0, 7)} is said twice`)
    if (state === 'begun' && this.open(hub, pub).some((one) => one.kind === kind))
      this.violate('incidents', `${kind} of ${pub.slice(0, 7)} begins again before it is over`)
    this.said.set(`${hub} ${pub}`, [...before, { key: message.key, sequence: message.sequence, incident }])
    this.count += 1
  }

  /** A message of the provider. */
  told(message: Message): void {
    const payload = parsePayload(message.content)
    if (payload?.kind !== 'notice' || payload.topic !== 'incident') return
    const record = this.records.get(payload.pub)
    if (record === undefined || record.status !== 'live')
      return this.violate('incidents', `a notice about ${payload.pub.slice(0, 7)}, which is nobody's`)
    const readers = [...(message.recps ?? [])].sort().join()
    if (readers !== [...record.owners, this.provider].sort().join())
      this.violate('owners-only', `others than the owners of ${record.name} are told of its incidents`)
    this.notices.set(payload.pub, [...(this.notices.get(payload.pub) ?? []), message.value.timestamp])
    this.covered(record, payload)
  }

  /** What is told begins where the last notice ended. */
  private covered(record: PubMessage, { pub, causes }: NoticePayload): void {
    const place = `${record.hub} ${pub}`
    const cause = this.of(record.hub, pub).find((one) => one.key === causes)
    if (cause === undefined)
      return this.violate('incidents', `a notice about ${record.name} that no word of its hub caused`)
    if (cause.sequence <= (this.toldUpTo.get(place) ?? 0))
      this.violate('incidents', `the owners of ${record.name} are told the same twice`)
    this.toldUpTo.set(place, cause.sequence)
  }

  /** What is not over yet, of what its hub said. */
  open(hub: FeedId, pub: PubId): IncidentMessage[] {
    const all = this.of(hub, pub).map(({ incident }) => incident)
    return all.filter(
      (one) =>
        one.state === 'begun' && !all.some((other) => other.number === one.number && other.state === 'over'),
    )
  }

  /** True when the owners have not heard everything, though nothing held it back. */
  isUntold({ hub, pub }: PubMessage): boolean {
    const last = this.of(hub, pub).at(-1)?.sequence ?? 0
    const many = (this.notices.get(pub)?.length ?? 0) >= INCIDENT_NOTICES_PER_DAY_MAX
    return !many && last > (this.toldUpTo.get(`${hub} ${pub}`) ?? 0)
  }

  private of(hub: FeedId, pub: PubId): Said[] {
    return this.said.get(`${hub} ${pub}`) ?? []
  }
}
