/** What happens on one connection to a pub: everything its fence asks is done in turn. */
import type { Millis } from '../../protocol/ids'
import {
  DIAL_EVERY_MS,
  FIGURES_LATE_MS,
  PROVIDER_BACKOFF_MAX_MS,
  PROVIDER_BACKOFF_MS,
  PUB_PING_EVERY_MS,
  SAMPLE_EVERY_MS,
} from '../../protocol/limits'
import { reasonOf } from '../../protocol/rpc'
import type { SessionFact } from '../facts'
import { clean } from '../words'
import { call, listen } from './calls'
import type { Client } from './client'
import { type CheckedItem, checkItem, FenceDoor } from './fence-door'
import { pause } from './pause'
import type { ProviderCalls } from './provider-link'
import type { SessionOptions } from './session'

type Change = (fields: Partial<Pick<SessionFact, 'status' | 'reason' | 'invites'>>) => void

/** Lives as long as its connection. */
export class Life {
  readonly door: FenceDoor
  readonly ended: Promise<void>
  private readonly gone = new AbortController()
  /** Replaced at every arrival of the provider; whoever waits for it is cut short. */
  private arrival = new AbortController()
  private turn: Promise<void> = Promise.resolve()
  private head = 0
  private shutAndWaiting = false
  /** Messages in a row whose place the provider holds another one for. */
  private gaps = 0
  private open = false
  /** When it last said anything by itself or answered, and whether it tells its figures. */
  private heardAt: Millis = Date.now()
  private tells = false

  constructor(
    readonly client: Client,
    private readonly options: SessionOptions,
    private readonly change: Change,
  ) {
    this.door = new FenceDoor(client.rpc, options.address.feed)
    this.ended = new Promise((resolve) => {
      const end = () => {
        this.gone.abort()
        this.arrival.abort()
        resolve()
      }
      client.onClose(end)
      listen(
        client.rpc.fence.attach(),
        (item) => this.onItem(item),
        () => {
          client.close()
          end()
        },
      )
    })
    listen(
      client.rpc.fence.figures({ everyMs: SAMPLE_EVERY_MS }),
      (item) => {
        this.heardAt = Date.now()
        this.tells = true
        options.figures(item)
      },
      // A pub of an older image tells none; it is pinged instead.
      () => {
        this.tells = false
      },
    )
    void this.ping()
  }

  providerCame(): void {
    this.arrival.abort()
    if (!this.gone.signal.aborted) this.arrival = new AbortController()
    if (this.open) this.inTurn(() => this.compare())
  }

  private onItem(item: unknown): void {
    const checked = checkItem(item)
    if (checked === null) {
      this.options.log.warn({ pub: this.options.pub }, 'the fence said something that makes no sense')
      return
    }
    if (checked.kind === 'commit') {
      this.inTurn(() => this.commit(checked))
      return
    }
    if (checked.kind === 'hello' && !this.isExpected(checked)) {
      this.client.close()
      return
    }
    this.head = checked.head
    if (this.open) this.change({ status: 'connected', reason: 'the fence asks to be opened anew' })
    this.open = false
    if (this.shutAndWaiting) return
    this.shutAndWaiting = true
    this.inTurn(() => this.openFence())
  }

  private isExpected(hello: Extract<CheckedItem, { kind: 'hello' }>): boolean {
    const { pub, epoch, address, log } = this.options
    if (hello.epoch === epoch && hello.feed === address.feed) return true
    log.error(
      { pub, epoch, found: hello.epoch },
      'the run at this port is of another epoch; it is left alone',
    )
    return false
  }

  private inTurn(work: () => Promise<void>): void {
    this.turn = this.turn.then(async () => {
      if (this.gone.signal.aborted) return
      try {
        await work()
      } catch (error) {
        const reason = clean(error instanceof Error ? error.message : String(error))
        this.options.log.warn({ pub: this.options.pub, reason }, 'a talk with the fence broke off')
      }
    })
  }

  /** Waits for the provider, brings both heads together and opens the fence; tries again until it is open. */
  private async openFence(): Promise<void> {
    const { pub, epoch, address, log } = this.options
    let backoffMs = PROVIDER_BACKOFF_MS
    // Once is an earlier try of the same write. A log that was forked by hand would go round for ever, at full speed.
    if (this.gaps > 1) await this.afterGaps()
    while (!this.gone.signal.aborted) {
      const arrival = this.arrival.signal
      const provider = this.options.provider()
      if (provider === null) {
        await pause(PROVIDER_BACKOFF_MAX_MS, arrival)
        continue
      }
      const { head } = this
      try {
        const answer = await provider.open({ pub, epoch, feed: address.feed, head })
        if (head < answer.head)
          await provider.feed({ pub, after: head }, async (batch) => {
            this.head = await this.door.restore(batch)
          })
        else if (head > answer.head) await this.handOver(provider, answer.head)
        await this.door.open({ epoch, head: answer.head, invites: answer.invites })
        this.shutAndWaiting = false
        this.open = true
        const invites = new Set(answer.invites.map((entry) => entry.key))
        this.change({ status: 'open', reason: null, invites })
        log.info({ pub, epoch, head: answer.head }, 'the fence is open')
        return
      } catch (error) {
        await this.afterRefusal(error, backoffMs, arrival)
        backoffMs = Math.min(PROVIDER_BACKOFF_MAX_MS, backoffMs * 2)
      }
    }
  }

  private async afterGaps(): Promise<void> {
    const { pub, log } = this.options
    const pauseMs = Math.min(PROVIDER_BACKOFF_MAX_MS, PROVIDER_BACKOFF_MS * 2 ** (this.gaps - 1))
    this.change({ reason: 'its feed here is another one than its provider holds, so it may not write' })
    log.warn(
      { pub, pauseMs },
      'the provider holds another message in this place; waiting before the next try',
    )
    await pause(pauseMs, this.gone.signal)
  }

  private async afterRefusal(error: unknown, backoffMs: Millis, arrival: AbortSignal): Promise<void> {
    const { pub, log } = this.options
    if (this.gone.signal.aborted) return
    const why = reasonOf(error)
    const reason = clean(error instanceof Error ? error.message : String(error))
    log.warn({ pub, reason }, 'could not open the fence; trying again')
    const refused = why === 'stale-epoch' || why === 'refused' || why === 'unknown' || why === 'bad-argument'
    this.change({ status: refused ? 'refused' : 'connected', reason })
    // After a gap the pub's own word on where it stands counts.
    await pause(why === 'gap' ? DIAL_EVERY_MS : backoffMs, arrival)
    if (!this.gone.signal.aborted) this.head = await this.door.head().catch(() => this.head)
  }

  /** The pub has more than the provider (one restored from a backup): the provider gets it, message by message. */
  private async handOver(provider: ProviderCalls, after: number): Promise<void> {
    const { pub, epoch } = this.options
    await this.door.history(after, async (batch) => {
      for (const value of batch) await provider.commit({ pub, epoch, value, invite: null })
    })
  }

  /** One write: the provider first. What it refuses was not stored; of everything else nobody can say. */
  private async commit(item: Extract<CheckedItem, { kind: 'commit' }>): Promise<void> {
    const { pub, epoch, log } = this.options
    const { id, value, invite } = item
    const provider = this.options.provider()
    try {
      if (provider === null) throw new Error('try-again: the provider is out of reach')
      await provider.commit({ pub, epoch, value, invite })
    } catch (error) {
      const message = clean(error instanceof Error ? error.message : String(error))
      log.warn({ pub, reason: message }, 'a message of the pub was not committed')
      if (reasonOf(error) === 'gap') this.gaps += 1
      await this.door.answer({ id, ok: false, reason: reasonOf(error), message })
      return
    }
    this.gaps = 0
    await this.door.answer({ id, ok: true, reason: null, message: null })
  }

  /** A provider that was away may have been restored: heads that differ are brought together again. */
  private async compare(): Promise<void> {
    const { pub, epoch, address } = this.options
    const provider = this.options.provider()
    if (provider === null || !this.open) return
    const head = await this.door.head()
    const answer = await provider.open({ pub, epoch, feed: address.feed, head })
    if (answer.head === head || this.shutAndWaiting) return
    this.head = head
    if (head > answer.head) await this.handOver(provider, answer.head)
    else this.client.close()
  }

  /**
   * A pub that does not answer is let go, so that it is dialled, and ended if that does not help. One that tells its
   * figures lives, and is asked only when they are late.
   */
  private async ping(): Promise<void> {
    for (;;) {
      const dueAt = () => this.heardAt + (this.tells ? FIGURES_LATE_MS : PUB_PING_EVERY_MS)
      await pause(Math.max(0, dueAt() - Date.now()), this.gone.signal)
      if (this.gone.signal.aborted) return
      if (Date.now() < dueAt()) continue
      try {
        await call(this.client.rpc.whoami, [], 'ask the pub who it is')
        this.heardAt = Date.now()
      } catch {
        this.client.close()
        return
      }
    }
  }
}
