/** Says in the log when the hub's lease is out, and when it has one again. It changes nothing: epochs say who may write. */
import type { Millis } from '../../protocol/ids'
import type { Log } from '../../sbot/log'

export class LeaseWatch {
  private timer: NodeJS.Timeout | undefined
  private isOut = false

  constructor(private readonly log: Pick<Log, 'info' | 'warn'>) {}

  /** The lease holds for so long from now; null: this provider gives none. */
  renewed(leftMs: Millis | null): void {
    clearTimeout(this.timer)
    if (leftMs === null) return
    if (this.isOut) this.log.info({}, 'the lease is renewed')
    this.isOut = false
    this.timer = setTimeout(() => this.ranOut(), Math.max(0, leftMs))
    // Nobody's end waits for it.
    this.timer.unref()
  }

  stop(): void {
    clearTimeout(this.timer)
  }

  private ranOut(): void {
    this.isOut = true
    this.log.warn({}, 'the lease is out: the provider may place the pubs of this hub elsewhere')
  }
}
