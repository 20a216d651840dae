/** Whether our own clock has gone on evenly for a while: what is thrown away by its date alone waits for that. */
import { CLOCK_EVEN_MS, CLOCKS_AGREE_MS } from '../../protocol/limits-money'
import { type Clock, steadyOf } from '../../sbot/loop'

export class ClockTrust {
  private readonly steady: () => number
  private since: number
  private last: { now: number; steady: number }

  constructor(private readonly clock: Clock) {
    this.steady = steadyOf(clock)
    this.since = this.steady()
    this.last = { now: clock.now(), steady: this.since }
  }

  /** To be asked now and then: a clock that is set between two of these is noticed by the second. */
  isEven(): boolean {
    const [now, steady] = [this.clock.now(), this.steady()]
    const stepMs = now - this.last.now - (steady - this.last.steady)
    if (Math.abs(stepMs) > CLOCKS_AGREE_MS) this.since = steady
    this.last = { now, steady }
    return steady - this.since >= CLOCK_EVEN_MS
  }
}
