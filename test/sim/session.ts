/** A hub's connection to one pub: the same talk as hub-daemon/io, over fake connections and virtual time. */
import type { About, SessionFact } from '../../hub-daemon/facts'
import type { FeedId, InviteKey, Millis, PubId } from '../../protocol/ids'
import { HISTORY_BATCH_MAX, PROVIDER_BACKOFF_MAX_MS, PROVIDER_BACKOFF_MS } from '../../protocol/limits'
import { type InviteEntry, reasonOf } from '../../protocol/rpc'
import type { FenceItem } from '../../protocol/rpc-fence'
import type { WantedContact } from '../../pub-image/own'
import type { Link } from './link'
import type { PubProcess } from './pub'
import { type Life, orWhenAwake, whileAlive } from './timeline'
import type { Machine } from './universe'

const DIAL_EVERY_MS = 200
const DIAL_SLOW_EVERY_MS = 2_000

export interface SessionOptions {
  pub: PubId
  feed: FeedId
  epoch: number
  host: string
  machine: Machine
  link: Link
  /** The run that answers where this session dials. */
  dial(): PubProcess | null
  changed(): void
}

export class SimSession {
  private readonly life: Life
  private status: SessionFact['status'] = 'dialling'
  private reason: string | null = null
  private answeringSince: Millis | null = null
  private silentSince: Millis | null
  private probedAt: Millis | null = null
  private invites: ReadonlySet<InviteKey> = new Set()
  private about: About | null = null
  private owners: readonly FeedId[] | null = null
  private tellRetryAt: Millis = 0
  private takesBlobs: boolean | null = null
  private blobsRetryAt: Millis = 0
  private usedBytes: number | null = null
  private process: PubProcess | null = null
  private detach: () => void = () => {}
  /** Raised with every connection: what belongs to an older one is dropped. */
  private connection = 0
  /** Resolves with the end of the present connection: nobody waits for answers of a pub that is gone. */
  private over: Promise<void> = Promise.resolve()
  private end: () => void = () => {}
  private turn: Promise<void> = Promise.resolve()
  private head = 0
  private opening = false

  constructor(private readonly options: SessionOptions) {
    // A session dies with its hub and when it is closed.
    const hub = options.machine.life
    let closed = false
    this.life = {
      get alive() {
        return hub.alive && !closed
      },
      set alive(value) {
        closed = !value
      },
      get asleep() {
        return hub.asleep ?? null
      },
    }
    this.silentSince = options.machine.clock.now()
    void this.dialOn()
  }

  fact(): SessionFact {
    const { pub, epoch, host, feed } = this.options
    const { status, reason, answeringSince, silentSince, probedAt, invites, about, owners, tellRetryAt } =
      this
    const talk = { status, reason, answeringSince, silentSince, probedAt }
    this.usedBytes = this.process?.volume.usedBytes ?? this.usedBytes
    const disk = { usedBytes: this.usedBytes, takesBlobs: this.takesBlobs, retryAt: this.blobsRetryAt }
    return { pub, epoch, host, feed, ...talk, invites, about, owners, tellRetryAt, disk }
  }

  async invite(entry: InviteEntry): Promise<void> {
    if (this.process === null || this.status !== 'open') throw new Error('try-again: the fence is not open')
    await this.process.invite(entry)
    this.change({ invites: new Set([...this.invites, entry.key]) })
  }

  async revoke(key: InviteKey): Promise<void> {
    if (this.process === null) throw new Error('try-again: the pub does not answer')
    if (!this.options.machine.universe.bugs.has('revoke-not-done')) await this.process.revoke(key)
    this.change({ invites: new Set([...this.invites].filter((one) => one !== key)) })
  }

  /** Has the pub say this of itself; a pub that does not is asked again later. */
  async tellAbout(about: About): Promise<void> {
    if (this.options.machine.universe.bugs.has('about-not-said')) return this.change({ about })
    const { connection } = this
    const said = await this.tell((process) => process.about(about))
    if (said && connection === this.connection) this.change({ about })
  }

  /** Has the pub say this of somebody; true when it does. */
  tellContact(contact: WantedContact): Promise<boolean> {
    return this.tell((process) => process.contact(contact))
  }

  /** Tells the pub who may call it as its owners. */
  tellOwners(owners: readonly FeedId[]): void {
    if (this.process === null) return
    if (!this.options.machine.universe.bugs.has('owners-not-told')) this.process.owners = owners
    this.change({ owners })
  }

  private async tell(work: (process: PubProcess) => Promise<void>): Promise<boolean> {
    const { process, connection } = this
    try {
      if (process === null || this.status !== 'open') throw new Error('try-again: the fence is not open')
      const lost = this.over.then(() => Promise.reject(new Error('try-again: the connection ended')))
      await Promise.race([work(process), lost])
      return true
    } catch {
      if (connection === this.connection) this.change({ tellRetryAt: this.now() + PROVIDER_BACKOFF_MAX_MS })
      return false
    }
  }

  /** Tells the pub whether to take blobs; the answer may get lost. */
  tellBlobs(take: boolean): void {
    if (this.process?.life.alive) {
      this.process.takesBlobs = take
      this.takesBlobs = take
    } else this.blobsRetryAt = this.now() + PROVIDER_BACKOFF_MAX_MS
    this.options.changed()
  }

  /** A handshake from outside. */
  probed(): void {
    if (this.process?.answers) this.change({ probedAt: this.now() })
    else this.ended()
  }

  close(): void {
    this.detach()
    this.life.alive = false
  }

  /** The connection breaks. */
  cut(): void {
    const { detach } = this
    this.ended()
    detach()
  }

  private now(): Millis {
    return this.options.machine.clock.now()
  }

  private pause(milliseconds: Millis): Promise<void> {
    return this.options.machine.clock.pause(this.life, milliseconds)
  }

  private change(fields: Partial<Omit<SessionFact, 'pub' | 'epoch' | 'feed'>>): void {
    Object.assign(this, fields)
    this.options.changed()
  }

  private async dialOn(): Promise<void> {
    for (;;) {
      const silentMs = this.now() - (this.silentSince ?? this.now())
      await this.pause(silentMs < 10_000 ? DIAL_EVERY_MS : DIAL_SLOW_EVERY_MS)
      if (this.process !== null) continue
      const found = this.options.dial()
      if (found?.answers && found.volume.feed === this.options.feed) this.connected(found)
    }
  }

  private connected(process: PubProcess): void {
    this.connection += 1
    const mine = this.connection
    this.process = process
    this.over = new Promise((resolve) => {
      this.end = resolve
    })
    const now = this.now()
    this.opening = false
    this.takesBlobs = null
    this.change({ status: 'connected', reason: null, answeringSince: now, silentSince: null, probedAt: now })
    this.detach = process.attach({
      item: (item) => {
        const { timeline, random } = this.options.machine.universe
        const arrive = () => {
          if (this.life.alive && mine === this.connection) this.onItem(item)
        }
        timeline.at(random.between(0, 3), '', () => orWhenAwake(this.life, arrive))
      },
      ended: () =>
        orWhenAwake(this.life, () => {
          if (this.life.alive && mine === this.connection) this.ended()
        }),
    })
  }

  private ended(): void {
    if (this.process === null) return
    this.connection += 1
    this.end()
    this.process = null
    this.detach = () => {}
    this.change({
      ...{ status: 'dialling', reason: 'the connection ended', answeringSince: null },
      ...{ silentSince: this.now(), invites: new Set(), about: null, owners: null, tellRetryAt: 0 },
    })
  }

  private onItem(item: FenceItem): void {
    if (item.kind === 'commit') return this.inTurn((process) => this.commit(process, item))
    if (item.kind === 'hello' && item.epoch !== this.options.epoch) return this.cut()
    this.head = item.head
    if (this.status === 'open') this.change({ status: 'connected', reason: 'to be opened anew' })
    if (this.opening) return
    this.opening = true
    this.inTurn((process) => this.openFence(process))
  }

  /** One thing after the other, and nothing of a connection that is over. */
  private inTurn(work: (process: PubProcess) => Promise<void>): void {
    const mine = this.connection
    this.turn = this.turn.then(async () => {
      const { process } = this
      if (process === null || mine !== this.connection) return
      const done = work(process).catch(() => undefined)
      await whileAlive(this.life, Promise.race([done, this.over]))
    })
  }

  private async openFence(process: PubProcess): Promise<void> {
    const mine = this.connection
    let backoffMs = PROVIDER_BACKOFF_MS
    while (mine === this.connection) {
      try {
        await this.openOnce(process)
        return
      } catch (error) {
        if (mine !== this.connection) return
        const why = reasonOf(error)
        const refused = ['stale-epoch', 'refused', 'unknown', 'bad-argument'].includes(why)
        this.change({ status: refused ? 'refused' : 'connected', reason: (error as Error).message })
        await this.pause(backoffMs)
        backoffMs = Math.min(PROVIDER_BACKOFF_MAX_MS, backoffMs * 2)
        this.head = process.head
      }
    }
  }

  private async openOnce(process: PubProcess): Promise<void> {
    const { pub, epoch, feed, link, machine } = this.options
    const mine = this.connection
    const request = { pub, epoch, feed, head: this.head }
    const answer = await link.call('open a pub', (provider) => provider.commits.open(machine.id, request))
    for (let head = this.head; head < answer.head; ) {
      const after = head
      const values = await link.call('read a feed', (provider) =>
        provider.commits.history(machine.id, pub, after),
      )
      if (values.length === 0) break
      const wanted = values.slice(0, Math.min(HISTORY_BATCH_MAX, answer.head - head))
      await process.restore(wanted.map((value) => ({ ...value })))
      head += wanted.length
    }
    for (const value of process.history(answer.head)) await this.ask(value, null)
    await process.open(epoch, answer.head, answer.invites)
    if (mine !== this.connection) return
    this.opening = false
    this.change({ status: 'open', reason: null, invites: new Set(answer.invites.map((entry) => entry.key)) })
  }

  private ask(value: object, invite: InviteKey | null): Promise<unknown> {
    const { pub, epoch, link, machine } = this.options
    const request = { pub, epoch, value, invite }
    return link.call('commit', (provider) => provider.commits.commit(machine.id, request))
  }

  private async commit(process: PubProcess, item: Extract<FenceItem, { kind: 'commit' }>): Promise<void> {
    const commit = item.id
    try {
      await this.ask(item.value, item.invite)
    } catch (error) {
      const { message } = error as Error
      await process.answer({ commit, ok: false, reason: reasonOf(error), message })
      return
    }
    await process.answer({ commit, ok: true, reason: null, message: null })
  }
}
