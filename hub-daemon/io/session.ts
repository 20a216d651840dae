/**
 * The hub's one connection to a run: dialled until it answers, then the pump between the pub's fence and the
 * provider. It decides nothing about what is committed; it carries questions and answers, one at a time.
 */
import type { FeedId, InviteKey, Millis, PubId } from '../../protocol/ids'
import {
  DIAL_EVERY_MS,
  DIAL_SLOW_EVERY_MS,
  HEALTHY_AFTER_MS,
  PROVIDER_BACKOFF_MAX_MS,
} from '../../protocol/limits'
import type { InviteEntry } from '../../protocol/rpc'
import type { FenceContactRequest } from '../../protocol/rpc-fence'
import type { Log } from '../../sbot/log'
import type { About, DiskFact, SessionFact } from '../facts'
import { clean } from '../words'
import type { Client } from './client'
import { pause } from './pause'
import type { ProviderCalls } from './provider-link'
import { connectToPub, type PubAddress } from './pub-client'
import { Life } from './session-life'

export interface SessionOptions {
  pub: PubId
  epoch: number
  address: PubAddress
  keys: object
  capsShs: string | null
  provider(): ProviderCalls | null
  log: Log
  /** Something in `fact()` is other than before. */
  changed(): void
  /** The pub has told its figures. */
  figures(item: unknown): void
  /** A connection that was there has ended by itself: the run may have ended too, whether its event arrives or not. */
  lost(): void
}

export class Session {
  private status: SessionFact['status'] = 'dialling'
  private reason: string | null = null
  private answeringSince: Millis | null = null
  private silentSince: Millis | null = Date.now()
  private probedAt: Millis | null = null
  private invites: ReadonlySet<InviteKey> = new Set()
  private about: About | null = null
  private owners: readonly FeedId[] | null = null
  private tellRetryAt: Millis = 0
  private disk: DiskFact = { usedBytes: null, takesBlobs: null, retryAt: 0 }
  private readonly closing = new AbortController()
  private life: Life | null = null
  private readonly running: Promise<void>

  constructor(private readonly options: SessionOptions) {
    this.running = this.run()
  }

  get epoch(): number {
    return this.options.epoch
  }

  fact(): SessionFact {
    const { pub, epoch, address } = this.options
    const {
      status,
      reason,
      answeringSince,
      silentSince,
      probedAt,
      invites,
      about,
      owners,
      tellRetryAt,
      disk,
    } = this
    const talk = { status, reason, answeringSince, silentSince, probedAt }
    return {
      pub,
      epoch,
      host: address.host,
      feed: address.feed,
      ...talk,
      invites,
      about,
      owners,
      tellRetryAt,
      disk,
    }
  }

  /** The connection to the pub, for calls on its server; null while there is none. */
  get rpc(): any {
    return this.life?.client.rpc ?? null
  }

  /** Puts an invite into the pub's table. Rejects when the fence is not open. */
  async invite(entry: InviteEntry): Promise<void> {
    if (this.life === null || this.status !== 'open')
      throw new Error('try-again: could not make the invite: the fence is not open')
    await this.life.door.invite(entry)
    this.change({ invites: new Set([...this.invites, entry.key]) })
  }

  /** Takes an invite out of the pub's table. Rejects when that is not known to be so. */
  async revoke(key: InviteKey): Promise<void> {
    const { life } = this
    if (life === null) throw new Error('try-again: could not take back the invite: the pub does not answer')
    await life.door.revoke(key)
    if (life === this.life) this.change({ invites: new Set([...this.invites].filter((one) => one !== key)) })
  }

  /** Has the pub say this of itself. Rejects when that is not known to be so yet; then it is tried again later. */
  tellAbout(about: About): Promise<void> {
    return this.tell(async (life) => {
      await life.door.about(about)
      if (life === this.life) this.change({ about })
    })
  }

  /** Has the pub say this of somebody; likewise. */
  tellContact(contact: FenceContactRequest): Promise<void> {
    return this.tell((life) => life.door.contact(contact))
  }

  /** Tells the pub who may call it as its owners; the fence need not be open. */
  tellOwners(owners: readonly FeedId[]): Promise<void> {
    const work = async (life: Life) => {
      await life.door.owners(owners)
      if (life === this.life) this.change({ owners })
    }
    return this.tell(work, false)
  }

  /** What does not succeed is not tried again at once. */
  private async tell(work: (life: Life) => Promise<void>, writes = true): Promise<void> {
    const { life } = this
    try {
      if (life === null || (writes && this.status !== 'open'))
        throw new Error('try-again: could not tell the pub what to write: the fence is not open')
      await work(life)
    } catch (error) {
      if (life === this.life) this.change({ tellRetryAt: Date.now() + PROVIDER_BACKOFF_MAX_MS })
      throw error
    }
  }

  /** Tells the pub whether to take blobs. Rejects when it does not know; then it is told again later. */
  async tellBlobs(take: boolean): Promise<void> {
    const { life } = this
    try {
      if (life === null)
        throw new Error('try-again: could not tell the pub about blobs: the pub does not answer')
      await life.door.blobs(take)
      if (life === this.life) this.change({ disk: { ...this.disk, takesBlobs: take } })
    } catch (error) {
      this.change({ disk: { ...this.disk, retryAt: Date.now() + PROVIDER_BACKOFF_MAX_MS } })
      throw error
    }
  }

  /** The pub has told what it takes on its disk; an idle one tells the same again and again. */
  tookDisk(usedBytes: number): void {
    if (usedBytes !== this.disk.usedBytes) this.change({ disk: { ...this.disk, usedBytes } })
  }

  /** A probe from outside succeeded, or failed: then the connection is not trusted any more either. */
  probed(ok: boolean, now: Millis): void {
    if (ok) this.change({ probedAt: now })
    else this.life?.client.close()
  }

  /** The provider is there again: what waited for it goes on, and an open fence is compared with its ledger. */
  providerChanged(): void {
    if (this.options.provider() !== null) this.life?.providerCame()
  }

  /** Ends the connection; the fence shuts itself. */
  async close(): Promise<void> {
    this.closing.abort()
    this.life?.client.close()
    await this.running
  }

  private change(fields: Partial<Omit<SessionFact, 'pub' | 'epoch' | 'host' | 'feed'>>): void {
    Object.assign(this, fields)
    this.options.changed()
  }

  private async run(): Promise<void> {
    const { signal } = this.closing
    while (!signal.aborted) {
      try {
        const client = await connectToPub(this.options.address, this.options.keys, this.options.capsShs)
        const began = Date.now()
        if (signal.aborted) client.close()
        else await this.serve(client)
        // A pub that takes the handshake and hangs up at once must not be dialled twenty times a second.
        if (Date.now() - began < DIAL_SLOW_EVERY_MS) await pause(DIAL_SLOW_EVERY_MS, signal)
      } catch (error) {
        this.reason = clean(error instanceof Error ? error.message : String(error))
      }
      const silentMs = Date.now() - (this.silentSince ?? Date.now())
      await pause(silentMs < HEALTHY_AFTER_MS ? DIAL_EVERY_MS : DIAL_SLOW_EVERY_MS, signal)
    }
  }

  /** One connection, from the handshake to its end. */
  private async serve(client: Client): Promise<void> {
    const now = Date.now()
    const life = new Life(client, this.options, (fields) => this.change(fields))
    this.life = life
    const disk = { ...this.disk, takesBlobs: null, retryAt: 0 }
    const well = { answeringSince: now, silentSince: null, probedAt: now }
    this.change({ status: 'connected', reason: null, ...well, disk })
    try {
      await life.ended
    } finally {
      this.life = null
      this.change({
        status: 'dialling',
        reason: 'the connection ended',
        answeringSince: null,
        silentSince: Date.now(),
        invites: new Set(),
        about: null,
        owners: null,
        tellRetryAt: 0,
      })
      if (!this.closing.signal.aborted) this.options.lost()
    }
  }
}
