/**
 * Makes the calls that are owed. Nothing of it is on disk: what a crash loses is still owed, and every call may be made
 * again.
 */
import type { Millis } from '../../protocol/ids'
import { STRIPE_REASON_CHARS_MAX } from '../../protocol/limits-money'
import type { BillingDone, OwedCall, OwedItem } from '../../protocol/rpc-billing'
import type { Clock } from '../../sbot/loop'
import type { ProviderPort } from '../port'
import { backoffMs, troubleOf } from '../trouble'
import { nextAt, noteEnd, owe, oweAnew, oweRefused, startable, type Works } from '../work'
import type { Log } from './log'
import { Impossible, type Performer } from './perform'

export interface WorkerOptions {
  performer: Pick<Performer, 'perform'>
  port: Pick<ProviderPort, 'done'>
  /** Stripe refuses a call for good, though it is owed; resolves when the operator will hear of it. */
  onRefused(call: OwedCall, at: Millis): Promise<void>
  clock: Clock
  log: Log
}

export class Worker {
  private readonly works: Works = new Map()
  private readonly running = new Set<Promise<void>>()
  private cancel: (() => void) | null = null
  private stopped = false
  /** How far our clock is behind the provider's, by which calls were asked for. */
  private behindMs = 0

  constructor(private readonly options: WorkerOptions) {}

  /** The provider's whole list, as it is now. */
  take(item: OwedItem): void {
    this.behindMs = Math.max(0, item.now - this.options.clock.now())
    owe(this.works, item.calls)
    this.begin()
  }

  /** A connection was made anew: what was told on the old one may not have come. */
  connected(): void {
    oweAnew(this.works)
    for (const work of this.works.values()) work.notBefore = 0
    this.begin()
  }

  /** Time to try again what was refused for good and is owed all the same. */
  tryRefused(): void {
    oweRefused(this.works)
    this.begin()
  }

  /** How many calls are owed that are not made. */
  waiting(): number {
    return [...this.works.values()].filter(({ state }) => state === 'waiting' || state === 'running').length
  }

  /** Begins nothing more; resolves when what runs has ended. */
  async stop(): Promise<void> {
    this.stopped = true
    this.cancel?.()
    await Promise.all(this.running)
  }

  private begin(): void {
    if (this.stopped) return
    const { clock } = this.options
    // One time for both questions: what becomes due between two would be seen by neither.
    const now = clock.now()
    for (const call of startable(this.works, now)) {
      const work = this.works.get(call.id)
      if (work !== undefined) work.state = 'running'
      const run = this.make(call).finally(() => {
        this.running.delete(run)
        this.begin()
      })
      this.running.add(run)
    }
    this.cancel?.()
    const at = nextAt(this.works, now)
    this.cancel = at === null ? null : clock.after(at - now, () => this.begin())
  }

  private async make(call: OwedCall): Promise<void> {
    const { clock, log, port, onRefused } = this.options
    try {
      const done = await this.outcomeOf(call, clock.now() + this.behindMs)
      if (done.outcome === 'failed') await onRefused(call, done.stripeTime)
      await port.done(done)
      noteEnd(this.works, call.id, done.outcome === 'failed' ? 'refused' : 'done')
      log.info({ kind: call.kind, outcome: done.outcome }, 'an owed call was made')
    } catch (error) {
      const trouble = troubleOf(error)
      const failures = (this.works.get(call.id)?.failures ?? 0) + 1
      const pauseMs = backoffMs(failures, trouble, Math.random())
      noteEnd(this.works, call.id, { retryAt: clock.now() + pauseMs })
      const fields = { kind: call.kind, reason: trouble.reason, pauseMs: Math.round(pauseMs) }
      if (trouble.kind === 'refused-key')
        log.error(
          fields,
          'Stripe refuses our key or what it may do; nothing can be paid until that is mended',
        )
      else log.warn(fields, 'an owed call could not be made; trying again')
    }
  }

  /** What the provider is told: done, or failed for good. Rejects with what may be tried again. */
  private async outcomeOf(call: OwedCall, now: Millis): Promise<BillingDone> {
    const { id } = call
    try {
      const done = await this.options.performer.perform(call, now)
      return { id, outcome: 'done', reason: null, ...done }
    } catch (error) {
      const trouble = troubleOf(error)
      const why = error instanceof Impossible ? error.message : null
      if (trouble.kind !== 'permanent' && why === null) throw error
      const reason = (why ?? trouble.reason).slice(0, STRIPE_REASON_CHARS_MAX)
      return {
        id,
        outcome: 'failed',
        reason,
        checkout: null,
        portal: null,
        stripeTime: stripeTimeOf(error, now),
      }
    }
  }
}

/** Stripe's clock, where its refusal bore it. */
function stripeTimeOf(error: unknown, now: Millis): Millis {
  const headers = (error as { headers?: { date?: unknown } } | null)?.headers
  const at = typeof headers?.date === 'string' ? Date.parse(headers.date) : Number.NaN
  return Number.isNaN(at) ? now : at
}
