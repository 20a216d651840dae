/**
 * When each hub last asked for its lease, by a clock that nobody sets. Nothing of it is ever on a feed or on disk: after a
 * start every hub has a whole lease in which to be heard.
 */
import type { FeedId, Millis } from '../../protocol/ids'
import { LEASE_TICK_MS } from '../../protocol/limits-moving'
import { type Clock, steadyOf } from '../../sbot/loop'

export class Leases {
  private readonly asked = new Map<FeedId, number>()
  private readonly steady: () => number
  private startedAt: number
  private tickedAt: number
  private cancel: () => void = () => {}

  constructor(private readonly clock: Clock) {
    this.steady = steadyOf(clock)
    this.startedAt = this.steady()
    this.tickedAt = this.startedAt
  }

  /** From now on every hub is listened to: whoever has not asked yet is silent since now. */
  begin(): void {
    this.startedAt = this.steady()
    this.tickedAt = this.startedAt
    this.tick()
  }

  /** A hub asks. */
  renew(hub: FeedId): void {
    this.asked.set(hub, this.steady())
  }

  has(hub: FeedId): boolean {
    return this.asked.has(hub)
  }

  /** How long each of these has not asked, in milliseconds. */
  silence(hubs: Iterable<FeedId>): Map<FeedId, Millis> {
    this.noticePause()
    const now = this.steady()
    const since = (hub: FeedId): number => Math.max(this.startedAt, this.asked.get(hub) ?? 0)
    return new Map([...hubs].map((hub) => [hub, Math.round(now - since(hub))]))
  }

  stop(): void {
    this.cancel()
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
