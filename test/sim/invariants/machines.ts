/** Rented machines, judged by what is truly on them and by the provider's feed; never by the deciding code. */
import { desiredOf } from '../../../plugin/change'
import type { MachinePolicy } from '../../../plugin/machine-settings'
import type { FeedId, InviteKey, Millis, PubId } from '../../../protocol/ids'
import type { MachineMessage } from '../../../protocol/messages/machine'
import type { PubMessage } from '../../../protocol/messages/pub'
import type { SpecMessage } from '../../../protocol/messages/spec'
import { parse } from '../../../protocol/parse'
import type { SimHub } from '../hub'
import type { Message } from '../messages'
import type { Violate } from './violation'

/** An operator may ask for one while another is still on its way, and these two do not count each other alike. */
const TRIES_BEYOND = 1
/** Nothing that is being given back takes longer, once all is mended: a lease, a calm, the dates of volumes. */
const LEAVES_WITHIN_MS = 2 * 3_600_000

export class Machines {
  private readonly records = new Map<string, { content: MachineMessage; at: Millis }>()
  private readonly joined = new Map<InviteKey, FeedId>()
  private readonly orders = new Map<string, SpecMessage>()
  private readonly created = new Set<string>()
  private readonly discarded = new Set<string>()
  private readonly ups = new Map<PubId, Set<FeedId>>()
  private failures = 0
  readonly counts = { machines: 0, joins: 0, returned: 0 }

  constructor(
    private readonly violate: Violate,
    private readonly pubs: () => ReadonlyMap<PubId, PubMessage>,
    private readonly world: { now(): Millis; policy(): MachinePolicy | null },
  ) {}

  /** A message of the provider. */
  said(message: Message): void {
    const parsed = parse(message.content)
    if (!parsed.ok) return
    const content = parsed.value
    if (content.type === 'buttcloud/machine') this.recorded(content, message.value.timestamp)
    if (content.type === 'buttcloud/spec') this.orders.set(`${content.hub} ${content.pub}`, content)
    if (content.type !== 'buttcloud/hub') return
    const machine = [...this.records.values()].find((one) => one.content.token === content.token)
    if (machine === undefined && content.status === 'retired')
      this.violate('machine-kept', `${content.label}, which was joined by hand, is given back`)
    if (machine === undefined || this.joined.has(machine.content.token)) return
    this.joined.set(machine.content.token, content.hub)
    this.counts.joins += 1
    this.failures = 0
  }

  /** The operator gives up what is kept there. */
  discards(machine: string): void {
    this.discarded.add(machine)
  }

  /** A pub starts somewhere. */
  launched(pub: PubId, hub: FeedId): void {
    this.ups.set(pub, (this.ups.get(pub) ?? new Set()).add(hub))
  }

  /** The driver is asked for one; `there`: how many are rented before that. */
  creates(name: string, isNew: boolean, there: number): void {
    const bad = (what: string) => this.violate('machines-bounded', `${name}: ${what}`)
    const { max, triesMax } = this.world.policy() ?? { max: 0, triesMax: 0 }
    const record = this.records.get(name)?.content
    if (record === undefined) return bad('asked for, and on no record')
    if (record.status !== 'wanted') bad(`asked for, and ${record.status}`)
    if (isNew && there + 1 > max) bad(`${there + 1} machines, and at most ${max} may be there`)
    if (this.joined.has(record.token)) bad('made anew, though its token was used')
    if (this.created.has(name)) return
    this.created.add(name)
    this.counts.machines += 1
    if (record.by === null && this.failures > triesMax - 1 + TRIES_BEYOND)
      bad(`one more after ${this.failures} that never joined`)
  }

  /** The driver is asked to destroy one. `hub`: what runs there; null where nothing ever did. */
  destroys(name: string, hub: SimHub | null): void {
    const bad = (what: string) => this.violate('machine-kept', `${name} is destroyed ${what}`)
    const record = this.records.get(name)?.content
    if (record === undefined || record.status === 'wanted') bad('and is wanted')
    const isJoined = record !== undefined && this.joined.has(record.token)
    if (hub === null || !isJoined) return
    this.counts.returned += 1
    const id = hub.machine.id
    for (const record of this.pubs().values()) {
      const { pub, status, name: called, hub: at } = record
      if (at === id && status === 'live') bad(`with ${called}`)
      const isElsewhere = status === 'live' && at !== id && desiredOf(record) === 'up'
      const hasCopy = [...hub.engine.volumes.values()].some((one) => one.pub === pub)
      if (isElsewhere && hasCopy && !this.ups.get(pub)?.has(at)) bad(`before ${called} was ever up elsewhere`)
    }
    if (this.discarded.has(name)) return
    for (const { pub } of hub.engine.volumes.values()) {
      const until = this.orders.get(`${id} ${pub}`)?.keepUntil ?? 0
      if (until > this.world.now())
        bad(`with a volume that is to be kept for another ${until - this.world.now()} ms`)
    }
  }

  /** What is not as it should be when the world has come to rest. `agree`: some other clock does with the provider's. */
  unsettled(rented: ReadonlySet<string>, healedAt: Millis, agree: boolean): { name: string; why: string }[] {
    const found: { name: string; why: string }[] = []
    for (const name of rented)
      if (!this.records.has(name) || this.records.get(name)?.content.status === 'gone')
        found.push({ name, why: 'is paid for and not in the books' })
    for (const [name, { content, at }] of this.records) {
      const hub = this.joined.get(content.token)
      const isHeld = [...this.pubs().values()].some((one) => one.status === 'live' && one.hub === hub)
      // A date that no second clock has reached is waited for for ever.
      if (content.status === 'leaving' && !isHeld && agree)
        found.push({ name, why: `is leaving since ${at}` })
      const isOld = this.world.now() > healedAt + LEAVES_WITHIN_MS
      if (content.status === 'wanted' && !rented.has(name) && isOld)
        found.push({ name, why: 'is wanted and not there' })
    }
    return found
  }

  private recorded(content: MachineMessage, at: Millis): void {
    const before = this.records.get(content.machine)?.content
    const bad = (what: string) => this.violate('machines-bounded', `${content.machine} ${what}`)
    this.records.set(content.machine, { content, at })
    if (before === undefined && content.status !== 'wanted') bad(`begins as ${content.status}`)
    if (before?.status === 'gone') bad('comes back')
    if (before?.status === 'leaving' && content.status === 'wanted') bad('is wanted again')
    if (before === undefined && content.by !== null) this.failures = 0
    const isFailure = content.why === 'never-joined' || content.why === 'failed'
    if (before?.status === 'wanted' && content.status === 'leaving' && isFailure) this.failures += 1
  }
}
