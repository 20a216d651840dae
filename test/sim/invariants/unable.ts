/** Pubs that go elsewhere because their hub said for long that it can't run them; and where nothing can be run. */
import { type FeedId, type Millis, type PubId, pubIdOf } from '../../../protocol/ids'
import { CANNOT_RUN_AGAIN_MS, CANNOT_RUN_FOR_MS, CANNOT_RUN_MOVES_MAX } from '../../../protocol/limits-moving'
import type { Payload } from '../../../protocol/messages/answer'
import type { CapacityMessage } from '../../../protocol/messages/capacity'
import type { ObservedMessage } from '../../../protocol/messages/observed'
import type { PubMessage } from '../../../protocol/messages/pub'

/** A message that is on the provider's disk is folded within this. */
const FOLDED_WITHIN_MS = 5_000
const MAKING: readonly string[] = ['create', 'import']
const OF_THE_HUB: readonly unknown[] = ['port-taken', 'no-image', 'disk-full', 'unreachable']

/** What of the provider's machine counts. */
interface UnableWorld {
  steady(): Millis
  now(): Millis
}

export class Unable {
  private readonly said = new Map<string, { word: ObservedMessage; at: Millis }>()
  private readonly offers = new Map<FeedId, { trouble: string | null; since: Millis }>()
  private readonly left = new Map<PubId, { hub: FeedId; at: Millis }[]>()

  /** Pubs whose owners have been told that they are there. */
  private readonly made = new Set<PubId>()

  constructor(private readonly world: UnableWorld) {}

  /** Something was said to owners. */
  told(payload: Payload): void {
    const isAnswer = payload.kind === 'answer' && payload.final && MAKING.includes(payload.command ?? '')
    if (isAnswer) this.made.add(pubIdOf(payload.answers))
    if (payload.kind === 'notice' && payload.topic === 'operator') this.made.add(payload.pub)
  }

  reported(hub: FeedId, word: ObservedMessage): void {
    this.said.set(`${hub} ${word.pub}`, { word, at: this.world.now() })
  }

  offered(hub: FeedId, { trouble }: CapacityMessage): void {
    this.offers.set(hub, { trouble, since: this.world.steady() })
  }

  recorded({ pub, hub, status }: PubMessage, record: PubMessage, at: Millis): void {
    if (record.hub !== hub && status === 'live' && record.moved?.why === 'cannot-run')
      this.left.set(pub, [...(this.left.get(pub) ?? []), { hub, at }])
  }

  /** Hubs that it left within a day because they could not run it. */
  leftFor(pub: PubId): FeedId[] {
    const now = this.world.now()
    const lately = (this.left.get(pub) ?? []).filter(({ at }) => at <= now && now - at < CANNOT_RUN_AGAIN_MS)
    return lately.map(({ hub }) => hub)
  }

  /** Is about to be placed on another hub. */
  judge(record: PubMessage, bad: (what: string) => void): void {
    const { pub, hub, moved } = record
    const offer = this.offers.get(hub)
    const isKnown = offer !== undefined && this.world.steady() - offer.since > FOLDED_WITHIN_MS
    if (isKnown && offer.trouble === 'unreachable') bad('placed where no engine answers')
    if (moved?.why !== 'cannot-run') return
    const said = this.said.get(`${moved.from} ${pub}`)
    if (said === undefined || !OF_THE_HUB.includes(said.word.trouble))
      return bad(`leaves its hub, which says ${said?.word.phase} of it, ${said?.word.trouble}`)
    const waitedMs = this.world.now() - said.at
    // One that is still being made goes on at once.
    if (this.made.has(pub) && waitedMs >= 0 && waitedMs < CANNOT_RUN_FOR_MS - FOLDED_WITHIN_MS)
      bad(`leaves its hub after ${waitedMs} ms of ${said.word.trouble}`)
    const left = this.leftFor(pub)
    if (left.includes(hub)) bad('goes where it could not run some hours ago')
    if (left.length >= CANNOT_RUN_MOVES_MAX) bad(`leaves its hub for the ${left.length + 1}th time in a day`)
  }
}
