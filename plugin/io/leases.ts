/**
 * When each hub last asked for its lease, by a clock that nobody sets. Nothing of it is ever on a feed or on disk: after a
 * start every hub has a whole lease in which to be heard.
 */
import type { FeedId, Millis } from '../../protocol/ids'
import { LEASE_MS, LEASE_TICK_MS } from '../../protocol/limits-moving'
import { type Clock, steadyOf } from '../../sbot/loop'

export class Leases {
  private readonly asked = new Map<FeedId, number>()
  private readonly steady: () => number
  private startedAt: number
  private tickedAt: number
  private listens = false
  private readonly storms = new Map<FeedId, number>()
  private cancel: () => void = () => {}

  constructor(
    private readonly clock: Clock,
    private readonly leaseMs: Millis = LEASE_MS,
    /** A hub that had no lease has one: pubs may be placed there again. */
    private readonly heardAgain: () => void = () => {},
  ) {
    this.steady = steadyOf(clock)
    this.startedAt = this.steady()
    this.tickedAt = this.startedAt
  }

  /** From now on every hub is listened to: whoever has not asked yet is silent since now. */
  begin(): void {
    this.startedAt = this.steady()
    this.tickedAt = this.startedAt
    this.listens = true
    this.tick()
  }

  /** A hub asks. */
  renew(hub: FeedId): void {
    const had = this.asked.has(hub) && this.steady() - this.since(hub) < this.leaseMs
    this.asked.set(hub, this.steady())
    this.storms.delete(hub)
    if (!had) this.heardAgain()
  }

  /** A look has found that these are silent with many others. */
  inStorm(hubs: Iterable<FeedId>): void {
    for (const hub of hubs) this.storms.set(hub, this.steady())
  }

  /** How long ago that was last so. */
  stormAgo(): Map<FeedId, Millis> {
    const now = this.steady()
    return new Map([...this.storms].map(([hub, at]) => [hub, Math.round(now - at)]))
  }

  has(hub: FeedId): boolean {
    return this.asked.has(hub)
  }

  /** How long each of these has not asked, in milliseconds. */
  silence(hubs: Iterable<FeedId>): Map<FeedId, Millis> {
    this.noticePause()
    const now = this.steady()
    // Who asks before we listen (a monitor, or the look that opens the boot gate) learns nothing of hubs.
    const since = (hub: FeedId): number => (this.listens ? this.since(hub) : now)
    return new Map([...hubs].map((hub) => [hub, Math.round(now - since(hub))]))
  }

  stop(): void {
    this.cancel()
  }

  private since(hub: FeedId): number {
    return Math.max(this.startedAt, this.asked.get(hub) ?? 0)
  }

  private tick(): void {
    this.noticePause()
    this.cancel = this.clock.after(LEASE_TICK_MS, () => this.tick())
  }

  /** While this program stood still it heard nobody, and that was nobody's silence but its own. */
  private noticePause(): void {
    const now = this.steady()
    if (now - this.tickedAt > 3 * LEASE_TICK_MS) this.startedAt = now
    this.tickedAt = now
  }
}
