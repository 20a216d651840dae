/** Whether all that we ever decided is known again. Nothing is decided before. */
import type { Millis } from '../../protocol/ids'
import type { Clock } from '../../sbot/loop'
import type { Sbot } from '../../sbot/port'
import type { Inbox } from './inbox'

interface Gate {
  sbot: Sbot
  /** Resolves when our own feed is here to its end; without it that is taken for granted. */
  mayWrite?(): Promise<void>
}

export class Current {
  /** Since when it is so, or, before that, since when we run. */
  since: Millis
  isSo: boolean
  private waiting: Promise<void> | null = null

  constructor(
    private readonly gate: Gate,
    private readonly inbox: Inbox,
    private readonly clock: Clock,
    private readonly wake: () => void,
  ) {
    this.isSo = gate.mayWrite === undefined
    this.since = clock.now()
  }

  /** Resolves when it is so; rejects with a sentence when the node ends before. */
  wait(): Promise<void> {
    this.waiting ??= this.catchUp()
    return this.waiting
  }

  private async catchUp(): Promise<void> {
    if (this.isSo) return
    const { sbot } = this.gate
    await this.gate.mayWrite?.()
    await this.inbox.folded(sbot.id, (await sbot.head(sbot.id))?.sequence ?? 0)
    this.isSo = true
    this.since = this.clock.now()
    this.wake()
  }
}
