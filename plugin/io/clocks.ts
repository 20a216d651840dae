/** The clocks that dates of consequence are held against: Stripe's, as the bridge tells it, and those of hubs. */
import { shape, text, whole } from '../../protocol/check'
import type { FeedId, Millis } from '../../protocol/ids'
import type { OtherClock } from '../../protocol/other-clock'
import { type Clock, steadyOf } from '../../sbot/loop'
import { machineId, OtherClocks } from '../../sbot/other-clocks'

const checkWord = shape({ now: whole(0, Number.MAX_SAFE_INTEGER), machine: text(100) })

export class Clocks {
  private readonly others: OtherClocks

  constructor(
    clock: Clock,
    /** Somebody has told the time, of whom nothing was known. */
    private readonly changed: () => void,
  ) {
    this.others = new OtherClocks(steadyOf(clock))
  }

  /** What a hub sent along when it asked who we are. A hub on this machine has the same clock, which proves nothing. */
  hubSays(hub: FeedId, request: unknown): void {
    const word = checkWord(request, 'whoami')
    if (!word.ok || word.value.machine === machineId()) return
    const isNew = this.others.of(hub) === null
    this.others.note(hub, word.value.now)
    if (isNew) this.changed()
  }

  /** Stripe's time at a moment that may be some while ago. */
  stripeSays(time: Millis): void {
    const isNew = this.others.of('stripe') === null
    this.others.noteLate('stripe', time)
    if (isNew) this.changed()
  }

  /** What they show now. */
  all(): OtherClock[] {
    return this.others.all()
  }
}
