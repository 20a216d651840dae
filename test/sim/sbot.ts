/** An SSB node over a fake machine, behind the same port as the real ones. Own writes are durable before they count. */
import type { FeedId } from '../../protocol/ids'
import { PUBLISH_GROUP_MAX, RECIPIENTS_MAX } from '../../protocol/limits'
import type { Head, Incoming, Peer, Reading, ReadOptions, Sbot, SignedValue } from '../../sbot/port'
import { incomingOf, type Message } from './messages'
import { FakeReading } from './reading'
import type { Life } from './timeline'
import { whenAwake, whileAlive } from './timeline'
import type { Machine } from './universe'

type Job = { resolve(message: Message): void; reject(error: Error): void } & (
  | { kind: 'own'; content: object; recps: FeedId[] | null }
  | { kind: 'foreign'; value: SignedValue }
)

export class FakeSbot implements Sbot {
  readonly id: FeedId
  private readonly waiting: Job[] = []
  /** Written, not yet on disk: gone in a crash, except perhaps for its beginning. */
  readonly tail: Message[] = []
  private busy = false
  private reading: FakeReading | null = null
  private readonly connected = new Map<FeedId, { peer: Peer; closed: Set<() => void> }>()
  private readonly peerListeners = new Set<(peer: Peer) => void>()
  /** True when this program was started on a disk that was written before. */
  readonly again: boolean

  constructor(
    readonly machine: Machine,
    readonly life: Life,
  ) {
    this.id = machine.id
    this.again = machine.disk.authors().length > 0
  }

  publish(content: object, recps: FeedId[]): Promise<Incoming> {
    if (recps.length === 0 || recps.length > RECIPIENTS_MAX || !recps.includes(this.id))
      return Promise.reject(new Error(`bad recipients: ${recps.length}`))
    return this.write({ kind: 'own', content, recps })
  }

  publishPublic(content: object): Promise<Incoming> {
    return this.write({ kind: 'own', content, recps: null })
  }

  async append(value: SignedValue): Promise<void> {
    await this.write({ kind: 'foreign', value })
  }

  async head(feed: FeedId): Promise<Head | null> {
    await this.settled()
    return this.machine.disk.head(feed)
  }

  async history(feed: FeedId, after: number, limit: number): Promise<SignedValue[]> {
    await this.settled()
    const held = this.machine.disk.feed(feed).slice(after, after + limit)
    return held.map(({ message }) => message.value)
  }

  read(options: ReadOptions): Reading {
    this.reading = new FakeReading(this.machine, this.life, options, this.liveOnly())
    return this.reading
  }

  /** How many messages of an author have been handed to the program. */
  given(author: FeedId): number {
    return this.reading?.given.get(author) ?? 0
  }

  request(feed: FeedId, wanted: boolean): void {
    if (wanted) this.machine.wants.add(feed)
    else this.machine.wants.delete(feed)
  }

  peers(): Peer[] {
    return [...this.connected.values()].map(({ peer }) => peer)
  }

  onPeer(then: (peer: Peer) => void): void {
    this.peerListeners.add(then)
  }

  dial(): Promise<Peer> {
    return Promise.reject(new Error('nobody dials here: links are made by the world'))
  }

  async close(): Promise<void> {}

  /** Somebody has connected. */
  connect(id: FeedId, rpc: unknown = null): void {
    const closed = new Set<() => void>()
    const peer: Peer = { id, outgoing: false, rpc, onClose: (then) => closed.add(then) }
    this.connected.set(id, { peer, closed })
    for (const then of this.peerListeners) then(peer)
  }

  disconnect(id: FeedId): void {
    const found = this.connected.get(id)
    this.connected.delete(id)
    for (const then of found?.closed ?? []) then()
  }

  /** A crash while something waits for the disk: its beginning may have got there. */
  lose(): void {
    const { random } = this.machine.universe
    const kept = random.below(this.tail.length + 1)
    for (const message of this.tail.splice(0, this.tail.length).slice(0, kept)) this.machine.store(message)
  }

  private liveOnly(): boolean {
    return this.again && this.machine.universe.bugs.has('restart-reads-live-only')
  }

  private async settled(): Promise<void> {
    const { random } = this.machine.universe
    while (this.tail.length > 0) await this.machine.clock.pause(this.life, random.between(1, 20))
  }

  private write(
    job: { kind: 'own'; content: object; recps: FeedId[] | null } | { kind: 'foreign'; value: SignedValue },
  ): Promise<Incoming> {
    const done = new Promise<Message>((resolve, reject) => {
      this.waiting.push({ ...job, resolve, reject })
      this.runSoon()
    })
    const incoming = done.then((message) => {
      const receivedAt = this.machine.clock.now()
      const held = this.machine.disk.feed(message.author)[message.sequence - 1]
      return incomingOf(held ?? { message, receivedAt }, this.id)
    })
    return whileAlive(this.life, incoming)
  }

  private later(mostMs: number, what: string, then: () => void): void {
    const { timeline, random } = this.machine.universe
    timeline.at(random.between(0, mostMs), what && `${this.machine.name} ${what}`, () =>
      whenAwake(this.life, then),
    )
  }

  /** True when the program has died at this very moment. */
  private dies(when: string): boolean {
    const { universe } = this.machine
    if (!universe.random.chance(universe.faults.crash)) return false
    universe.crash(this.machine, when)
    return true
  }

  private runSoon(): void {
    if (this.busy || this.waiting.length === 0) return
    this.busy = true
    this.later(2, '', () => this.writeGroup())
  }

  private writeGroup(): void {
    if (this.dies('before a write')) return
    const { universe } = this.machine
    const most = Math.min(PUBLISH_GROUP_MAX, this.waiting.length)
    const size = universe.random.chance(0.3) ? 1 + universe.random.below(most) : most
    const written: { job: Job; message: Message }[] = []
    // A disk that is full is full for everything that waits.
    const full = universe.random.chance(universe.faults.writeError) ? universe.random.below(size) : size
    const jobs = this.waiting.splice(0, full < size ? this.waiting.length : size)
    for (const [at, job] of jobs.entries()) {
      const message = at >= full ? new Error('try-again: the disk is full') : this.messageOf(job)
      if (message instanceof Error) this.later(5, '', () => job.reject(message))
      else {
        this.tail.push(message)
        written.push({ job, message })
      }
    }
    if (universe.bugs.has('ack-before-disk')) this.acknowledgeEarly(written)
    if (this.dies('between write and flush')) return
    this.later(60, 'flushes', () => this.flush(written))
  }

  private acknowledgeEarly(written: { job: Job; message: Message }[]): void {
    for (const { job, message } of written) {
      this.later(5, '', () => job.resolve(message))
      this.machine.universe.stored(this.machine, message)
    }
  }

  private messageOf(job: Job): Message | Error {
    const { universe, disk, clock } = this.machine
    const author = job.kind === 'own' ? this.id : job.value.author
    const last = this.tail.findLast((message) => message.author === author)
    const head = last === undefined ? disk.head(author) : { sequence: last.sequence, key: last.key }
    if (job.kind === 'own') return universe.mint.make(author, head, job.content, job.recps, clock.now())
    const message = universe.mint.find(job.value.signature)
    if (message === undefined || message.author !== author) return new Error('bad signature')
    const follows =
      message.sequence === (head?.sequence ?? 0) + 1 && message.value.previous === (head?.key ?? null)
    return follows ? message : new Error(`${message.sequence} does not follow ${head?.sequence ?? 0}`)
  }

  private flush(written: { job: Job; message: Message }[]): void {
    for (const message of this.tail.splice(0, this.tail.length)) this.machine.store(message)
    if (this.dies('between flush and acknowledgement')) return
    for (const { job, message } of written) this.later(5, '', () => job.resolve(message))
    this.busy = false
    this.runSoon()
  }
}
