/**
 * What a provider keeps from one look to the next, so that a look costs what was said since and not what there is: the rooms of
 * all hubs, and for each part of a look the pubs of which something may be owed. It decides nothing: a look without it, or with a
 * new one, finds the same.
 */
import type { Millis, PubId } from '../protocol/ids'
import { CLOCK_SET_BACK_MS } from '../protocol/limits-placing'
import type { State } from '../protocol/state'
import type { Policy } from './policy'
import { Rooms } from './rooms'

/** The parts of a look that go through pubs. */
export type Part =
  | 'follow'
  | 'orders'
  | 'addresses'
  | 'incidents'
  | 'payments'
  | 'dues'
  | 'keys'
  | 'mails'
  | 'unable'

/** How far somebody has read the news. */
interface Cursor {
  generation: number
  pubs: number
  hubs: number
}

export class Standing {
  private readonly parts = new Map<Part, Cursor & { open: Set<PubId> }>()
  private kept: (Cursor & { rooms: Rooms }) | null = null
  private now: Millis = Number.NEGATIVE_INFINITY

  constructor(
    readonly state: State,
    readonly policy: Policy,
  ) {}

  /** The time of a look. Where the clock was set back, what was over is not, and all is looked at anew. */
  at(now: Millis): void {
    if (now < this.now - CLOCK_SET_BACK_MS) this.parts.clear()
    this.now = now
  }

  /**
   * Shows a part every pub of which something may be owed, the oldest first. `isSettled` gives true where nothing will be, however
   * time goes on, until something is said of the pub (protocol/evolve.ts tells the news) or the policy is another.
   */
  each(part: Part, isSettled: (pub: PubId) => boolean): void {
    const { news } = this.state
    const before = this.parts.get(part)
    const isBehind = before === undefined || before.generation !== news.generation
    const open = isBehind ? this.allPubs() : before.open
    if (!isBehind) for (const pub of news.pubs.slice(before.pubs)) open.add(pub)
    this.parts.set(part, { ...cursorOf(this.state), open })
    for (const pub of this.inOrder(open)) if (isSettled(pub)) open.delete(pub)
  }

  /** Up to date with the state. */
  rooms(): Rooms {
    const { news } = this.state
    const { kept } = this
    if (kept === null || kept.generation !== news.generation)
      this.kept = { ...cursorOf(this.state), rooms: new Rooms(this.state, this.policy) }
    else {
      for (const pub of new Set(news.pubs.slice(kept.pubs))) kept.rooms.pubChanged(pub)
      for (const hub of new Set(news.hubs.slice(kept.hubs))) kept.rooms.hubChanged(hub)
      this.kept = { ...kept, ...cursorOf(this.state) }
    }
    return (this.kept as NonNullable<typeof this.kept>).rooms
  }

  /** Those that are paid for and not made yet, too. */
  private allPubs(): Set<PubId> {
    const { pubs, money } = this.state.provider
    return new Set([...pubs.keys(), ...money.paymentsOfPub.keys()])
  }

  private inOrder(pubs: ReadonlySet<PubId>): PubId[] {
    const all = this.state.provider.pubs
    const ages = new Map<PubId, number>()
    for (const pub of pubs) ages.set(pub, all.get(pub)?.firstSequence ?? Number.POSITIVE_INFINITY)
    const ageOf = (pub: PubId): number => ages.get(pub) ?? 0
    return [...pubs].sort((a, b) => (ageOf(a) === ageOf(b) ? (a < b ? -1 : 1) : ageOf(a) - ageOf(b)))
  }
}

function cursorOf({ news }: State): Cursor {
  return { generation: news.generation, pubs: news.pubs.length, hubs: news.hubs.length }
}
