/** A hub tells its provider the time and hears it, as hub-daemon/io/provider-link.ts does with its ping. */
import { PROVIDER_PING_EVERY_MS } from '../../protocol/limits'
import type { OtherClock } from '../../protocol/other-clock'
import { OtherClocks } from '../../sbot/other-clocks'
import type { Link } from './link'
import { type Life, whileAlive } from './timeline'
import type { Machine } from './universe'

const PROVIDER = 'provider'

export class HubClock {
  private readonly others: OtherClocks
  private readonly steady: () => number
  private toldAt = Number.NEGATIVE_INFINITY

  constructor(
    private readonly machine: Machine,
    private readonly life: Life,
    private readonly link: Link,
    /** What it asked has got through. */
    private readonly got: () => void,
  ) {
    this.steady = () => machine.clock.steady()
    this.others = new OtherClocks(this.steady)
  }

  /** What the provider's clock shows, as it told last. */
  provider(): OtherClock | null {
    return this.others.of(PROVIDER)
  }

  /** Over the connection that there is; a call that is lost is made again at the next ping. */
  async tell(): Promise<void> {
    const { machine, link, life } = this
    if (this.steady() - this.toldAt < PROVIDER_PING_EVERY_MS) return
    this.toldAt = this.steady()
    const word = { now: machine.clock.now(), machine: machine.name }
    const asking = link.call('tell the time', async (running) => {
      running.clocks.hubSays(machine.id, word)
      running.leases.renew(machine.id)
      this.got()
      return running.now()
    })
    await whileAlive(life, asking).then(
      (time) => this.others.note(PROVIDER, time),
      () => undefined,
    )
  }
}
