/** A pub's process: the real fence over a fake log, a caller's door and a hub's door. */
import type { FeedId, InviteKey, MessageId } from '../../protocol/ids'
import type { InviteEntry, RawValue } from '../../protocol/rpc'
import type { FenceItem } from '../../protocol/rpc-fence'
import { step } from '../../pub-image/fence'
import {
  type Fence,
  type FenceEffect,
  type FenceEvent,
  restorable,
  shutFence,
  type Wanted,
} from '../../pub-image/fence-state'
import type { WantedContact } from '../../pub-image/own'
import type { Head } from '../../sbot/port'
import { useNote } from '../../sbot/use-note'
import type { Message } from './messages'
import { awake, type MachineClock, orWhenAwake, stopStill, whileAlive } from './timeline'
import type { Universe } from './universe'

const TICK_MS = 2_000

/** What a pub's volume holds. It outlives the process, and may be set back to an earlier state. */
export interface Volume {
  feed: FeedId
  log: Message[]
  usedBytes: number
}

export interface Listener {
  item(item: FenceItem): void
  ended(): void
}

type Caller = (error: string | null) => void

export class PubProcess {
  readonly life: { alive: boolean; asleep?: (() => void)[] | null } = { alive: true }
  takesBlobs = true
  /** Who may call it as its owners; forgotten with the process. */
  owners: readonly FeedId[] = []
  private readonly fence: Fence
  private readonly listeners = new Map<number, Listener>()
  private readonly callers = new Map<number, Caller>()
  private callerLast = 0
  private listenerLast = 0
  private turn: Promise<unknown> = Promise.resolve()
  private ticking = false

  constructor(
    private readonly universe: Universe,
    readonly name: string,
    readonly volume: Volume,
    readonly epoch: number,
    wanted: Wanted,
    private readonly clock: MachineClock,
    /** Told of every message that gets on this pub's disk. */
    private readonly appended: (message: Message) => void,
  ) {
    const stored = volume.log.map(({ key, sequence, content }) => ({ key, sequence, content }))
    this.fence = shutFence(volume.feed, epoch, wanted, stored)
  }

  get isOpen(): boolean {
    return this.life.alive && this.fence.open
  }

  /** It lives, and does not stand still. */
  get answers(): boolean {
    return this.life.alive && this.life.asleep == null
  }

  /** It stands still; gives the way to have it go on. */
  pause(): () => void {
    return stopStill(this.life)
  }

  get head(): number {
    return this.fence.head.sequence
  }

  invites(): ReadonlySet<InviteKey> {
    return new Set(this.fence.table?.keys() ?? [])
  }

  /** Dies at once; the last messages may not have been flushed. */
  kill(): void {
    if (!this.life.alive) return
    this.life.alive = false
    const { random } = this.universe
    if (random.chance(0.5)) this.volume.log.splice(Math.max(0, this.volume.log.length - random.below(3)))
    for (const listener of this.listeners.values()) listener.ended()
    for (const caller of this.callers.values()) caller('the connection was closed')
  }

  /** A plugin of the pub writes something. */
  write(content: object, then: Caller): void {
    if (this.universe.bugs.has('no-fence'))
      return void this.writeUnfenced(content).then(
        () => then(null),
        (error: Error) => then(error.message),
      )
    this.ask(then, (id) => ({ on: 'asked', id, content, now: this.clock.now() }))
  }

  /** A member uses an invite. */
  use(invite: InviteKey, member: FeedId, then: Caller): void {
    this.ask(then, (id) => ({ on: 'use', id, invite, member, now: this.clock.now() }))
  }

  attach(listener: Listener): () => void {
    this.listenerLast += 1
    const attachment = this.listenerLast
    this.listeners.set(attachment, listener)
    this.take({ on: 'attached', attachment })
    return () => {
      const detached = () => void this.take({ on: 'detached', attachment })
      if (this.listeners.delete(attachment)) orWhenAwake(this.life, detached)
    }
  }

  open(epoch: number, head: number, invites: InviteEntry[]): Promise<void> {
    return this.inTurn(() => this.called({ on: 'open', epoch, head, invites, now: this.clock.now() }))
  }

  answer(event: Omit<Extract<FenceEvent, { on: 'answer' }>, 'on'>): Promise<void> {
    return this.called({ on: 'answer', ...event })
  }

  invite(entry: InviteEntry): Promise<void> {
    return this.called({ on: 'invite', entry })
  }

  revoke(invite: InviteKey): Promise<void> {
    return this.called({ on: 'revoke', invite })
  }

  /** Resolves when the pub says so of itself. */
  about(wanted: Wanted): Promise<void> {
    return this.said((id) => ({ on: 'about', id, wanted, now: this.clock.now() }))
  }

  /** Resolves when the pub says so of somebody. */
  contact(wanted: WantedContact): Promise<void> {
    return this.said((id) => ({ on: 'contact', id, wanted, now: this.clock.now() }))
  }

  private said(event: (id: number) => FenceEvent): Promise<void> {
    if (!this.life.alive) return Promise.reject(new Error('try-again: the pub is gone'))
    return new Promise((resolve, reject) =>
      this.ask((error) => (error === null ? resolve() : reject(new Error(error))), event),
    )
  }

  /** What the pub says of somebody. */
  saysOf(feed: FeedId): { following: boolean; blocking: boolean } {
    const { following, blocking } = this.fence.own
    return { following: following.get(feed) === true, blocking: blocking.has(feed) }
  }

  /** What the pub says of itself. */
  get says(): { name: string | null; description: string | null } {
    const { name, description } = this.fence.own
    return { name, description }
  }

  restore(values: RawValue[]): Promise<void> {
    return this.inTurn(async () => {
      for (const value of values) await this.restoreOne(value)
    })
  }

  history(after: number): RawValue[] {
    return this.volume.log.slice(after).map((message) => ({ ...message.value }))
  }

  private async restoreOne(value: RawValue): Promise<void> {
    const what = restorable(this.fence, value)
    if (what.now === 'refuse') throw new Error(what.error)
    if (what.now === 'compare') {
      const mine = this.volume.log[(value.sequence as number) - 1]
      if (mine?.value.signature !== value.signature) throw new Error('bad-argument: it differs')
      return
    }
    const message = await this.append(value)
    this.take({ on: 'restored', value, key: message.key })
  }

  private async called(event: FenceEvent): Promise<void> {
    if (this.life.asleep != null) await awake(this.life)
    if (!this.life.alive) throw new Error('try-again: the pub is gone')
    const refusal = this.take(event)
    if (refusal !== null) throw new Error(refusal)
  }

  private ask(then: Caller, event: (id: number) => FenceEvent): void {
    this.callerLast += 1
    const id = this.callerLast
    this.callers.set(id, then)
    orWhenAwake(this.life, () => void this.take(event(id)))
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.turn.then(work, work)
    this.turn = done.catch(() => undefined)
    return whileAlive(this.life, done)
  }

  private take(event: FenceEvent): string | null {
    if (!this.life.alive) return null
    let refusal: string | null = null
    for (const effect of step(this.fence, event)) {
      if (effect.do === 'refuse') refusal = effect.error
      else this.perform(effect)
    }
    this.watchTime()
    return refusal
  }

  private perform(effect: Exclude<FenceEffect, { do: 'refuse' }>): void {
    switch (effect.do) {
      case 'sign':
        return this.sign(effect)
      case 'send':
        if (effect.item.kind === 'commit' && this.universe.bugs.has('fence-appends-first'))
          this.append(effect.item.value).catch(() => undefined)
        this.listeners.get(this.fence.attachment ?? 0)?.item(effect.item)
        return
      case 'end':
        this.listeners.get(effect.attachment)?.ended()
        this.listeners.delete(effect.attachment)
        return
      case 'reply': {
        const caller = this.callers.get(effect.id)
        this.callers.delete(effect.id)
        return caller?.(effect.error)
      }
      case 'append':
        void this.inTurn(() => this.appendCommitted(effect.value))
        return
    }
  }

  /** As a stock pub does it, which has nobody to ask. */
  private async writeUnfenced(content: object): Promise<void> {
    const last = this.volume.log.at(-1)
    const head = last === undefined ? null : { sequence: last.sequence, key: last.key }
    const { value } = this.universe.mint.make(this.volume.feed, head, content, null, this.clock.now())
    await this.append({ ...value })
  }

  private sign({ asked, tag, head }: Extract<FenceEffect, { do: 'sign' }>): void {
    const { mint } = this.universe
    const { feed } = this.volume
    const use = asked.use
    const content =
      use === null
        ? asked.content
        : {
            ...{ type: 'contact', contact: use.member, following: true, pub: true },
            note: useNote(tag ?? '', use.member),
          }
    const after: Head | null = head.key === null ? null : { sequence: head.sequence, key: head.key }
    const message = mint.make(feed, after, content, null, this.clock.now())
    const value: RawValue = { ...message.value }
    this.take({ on: 'signed', id: asked.id, value, key: message.key, now: this.clock.now() })
  }

  private async appendCommitted(value: RawValue): Promise<void> {
    try {
      const message = await this.append(value)
      this.take({ on: 'appended', value, key: message.key })
    } catch (error) {
      this.take({ on: 'unappended', message: (error as Error).message })
    }
  }

  private async append(value: RawValue): Promise<Message> {
    await this.clock.pause(this.life, this.universe.random.between(0, 15))
    const message = this.universe.mint.find(value.signature)
    const last = this.volume.log.at(-1)
    if (message === undefined) throw new Error('bad signature')
    if (last?.key === message.key) return message
    const key: MessageId | null = last?.key ?? null
    if (message.sequence !== (last?.sequence ?? 0) + 1 || message.value.previous !== key)
      throw new Error(`${message.sequence} does not follow ${last?.sequence ?? 0}`)
    this.volume.log.push(message)
    this.appended(message)
    return message
  }

  private watchTime(): void {
    if (this.ticking || (this.fence.queue.length === 0 && this.fence.pending === null)) return
    this.ticking = true
    this.clock.of(this.life).after(TICK_MS, () => {
      this.ticking = false
      this.take({ on: 'tick', now: this.clock.now() })
    })
  }
}
