/** What is due for want of payment, and waits for another clock or for the operator: said whenever it is something else. */
import type { Held } from '../decide-dues'
import type { Log } from './provider'

export class HeldBack {
  held: readonly Held[] = []
  private told = ''

  constructor(private readonly log: Log) {}

  /** What the last look has found. */
  are(held: readonly Held[]): void {
    this.held = held
    const count = (why: Held['why']): number => held.filter((one) => one.why === why).length
    const waits = { clocks: count('clocks'), bridge: count('bridge') }
    const now = { suspensions: count('suspensions'), ends: count('ends'), ...waits }
    const text = held.length === 0 ? '' : JSON.stringify(now)
    if (text === this.told) return
    this.told = text
    if (held.length === 0) this.log('info', 'nothing that is not paid for waits any more')
    else
      this.log(
        'warn',
        'pubs that are not paid for wait: `buttcloud admin money` says which, and for what',
        now,
      )
  }
}
