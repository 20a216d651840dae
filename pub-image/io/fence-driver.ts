/** Runs the fence: feeds it events, does what it wants done, keeps its callers. The only owner of its state. */
import { isFeedId, isInviteKey, type MessageId } from '../../protocol/ids'
import type { RawValue } from '../../protocol/rpc'
import type { FenceItem } from '../../protocol/rpc-fence'
import type { PubConfig, PubKeys } from '../config'
import { step } from '../fence'
import {
  type Fence,
  type FenceEffect,
  type FenceEvent,
  restorable,
  shutFence,
  type Wanted,
} from '../fence-state'
import type { WantedContact } from '../own'
import * as words from '../words'
import type { Gate, Passes } from './hooks'
import { readOwnFeed, valueAt } from './own-feed'
import { type Pushable, pushable } from './pushable'
import { signNext, useContent } from './sign'

type Callback = (error: Error | null, value?: unknown) => void
interface Message {
  key: MessageId
  value: RawValue
  timestamp: number
}

/** How often waiting callers are looked at; nothing runs while nobody waits. */
const TICK_MS = 500

export class FenceDriver implements Gate {
  readonly #ssb: any
  readonly #keys: PubKeys
  readonly #passes: Passes
  readonly #callers = new Map<number, Callback>()
  readonly #hubs = new Map<number, Pushable<FenceItem>>()
  readonly #ready: Promise<Fence>
  #fence: Fence | null = null
  #callerLast = 0
  #hubLast = 0
  #timestampLast = 0
  #arrived: Message | null = null
  /** Ends when nothing is being appended or restored; hub calls that change the head wait for it in turn. */
  #turn: Promise<unknown> = Promise.resolve()
  #timer: NodeJS.Timeout | null = null
  #closed = false

  constructor(ssb: any, keys: PubKeys, config: PubConfig, passes: Passes) {
    this.#ssb = ssb
    this.#keys = keys
    this.#passes = passes
    this.#ready = readOwnFeed(ssb).then((stored) => {
      this.#timestampLast = stored.at(-1)?.timestamp ?? 0
      this.#fence = shutFence(
        ssb.id,
        config.epoch ?? 0,
        { name: config.name, description: config.description, address: null },
        stored,
      )
      return this.#fence
    })
    // Whoever asks gets the reason; nobody asking must not end the process.
    this.#ready.catch(() => undefined)
  }

  /** Resolves to the fence once the own feed was read. */
  ready(): Promise<Fence> {
    return this.#ready
  }

  publish(content: object | string, callback: Callback): void {
    this.#ask(callback, (id) => ({ on: 'asked', id, content, now: Date.now() }))
  }

  useInvite(caller: unknown, request: unknown, callback: Callback): void {
    const member = (request as { feed?: unknown } | null | undefined)?.feed
    if (!isFeedId(member)) return callback(new Error(words.FEED_MISSING))
    if (!isInviteKey(caller)) return callback(new Error(words.EXPIRED))
    this.#ask(callback, (id) => ({ on: 'use', id, invite: caller, member, now: Date.now() }))
  }

  admits(key: string): boolean {
    return (this.#fence?.table?.get(key as never)?.left ?? 0) > 0
  }

  blocks(id: string): boolean {
    return this.#fence?.own.blocking.has(id as never) ?? false
  }

  /** A hub listens: the source of what the fence needs. */
  attach(): Pushable<FenceItem> {
    this.#hubLast += 1
    const attachment = this.#hubLast
    const hub = pushable<FenceItem>(() => {
      this.#hubs.delete(attachment)
      this.#feed({ on: 'detached', attachment })
    })
    this.#hubs.set(attachment, hub)
    this.#ready.then(
      () => this.#hubs.has(attachment) && this.#feed({ on: 'attached', attachment }),
      () => hub.end(),
    )
    return hub
  }

  /** A call of the hub; resolves to the head. It waits its turn behind what changes the head. */
  call(event: Extract<FenceEvent, { on: 'open' | 'answer' | 'invite' | 'revoke' }>): Promise<number> {
    const now = async () => {
      const fence = await this.#ready
      const refusal = this.#feed(event)
      if (refusal !== null) throw new Error(refusal)
      return fence.head.sequence
    }
    return event.on === 'open' ? this.#inTurn(now) : now()
  }

  /** The hub says what the pub shall say of itself; resolves to the head once its feed says so. */
  about(wanted: Wanted): Promise<number> {
    return this.#said((id) => ({ on: 'about', id, wanted, now: Date.now() }))
  }

  /** The hub says what the pub shall say of somebody; resolves to the head once its feed says so. */
  contact(wanted: WantedContact): Promise<number> {
    return this.#said((id) => ({ on: 'contact', id, wanted, now: Date.now() }))
  }

  #said(event: (id: number) => FenceEvent): Promise<number> {
    return new Promise((resolve, reject) =>
      this.#ask(
        (error) => (error === null ? resolve(this.#fence?.head.sequence ?? 0) : reject(error)),
        event,
      ),
    )
  }

  /** Takes messages of the own feed back from the provider. */
  restore(values: RawValue[]): Promise<number> {
    return this.#inTurn(async () => {
      const fence = await this.#ready
      for (const value of values) await this.#restoreOne(fence, value)
      return fence.head.sequence
    })
  }

  /** Tells all callers that it is over, and waits for what is being appended. */
  async close(): Promise<void> {
    this.#closed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    for (const hub of [...this.#hubs.values()]) hub.end()
    for (const callback of this.#callers.values()) callback(new Error(words.ending()))
    this.#callers.clear()
    await this.#turn
  }

  async #restoreOne(fence: Fence, value: RawValue): Promise<void> {
    const what = restorable(fence, value)
    if (what.now === 'refuse') throw new Error(what.error)
    if (what.now === 'compare') {
      const sequence = value.sequence as number
      const signature = (await valueAt(this.#ssb, fence.feed, sequence)).signature
      if (signature !== value.signature) throw new Error(words.differs(sequence))
      return
    }
    try {
      const message = await this.#append(value)
      this.#arrived = message
      this.#feed({ on: 'restored', value: message.value, key: message.key })
    } catch (error) {
      throw new Error(`bad-argument: this pub's log did not take the message back: ${textOf(error)}`)
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work, work)
    this.#turn = done.catch(() => undefined)
    return done
  }

  #ask(callback: Callback, event: (id: number) => FenceEvent): void {
    if (this.#closed) return callback(new Error(words.ending()))
    this.#callerLast += 1
    const id = this.#callerLast
    this.#callers.set(id, callback)
    this.#ready.then(
      () => this.#feed(event(id)),
      (error) => this.#reply(id, textOf(error), null),
    )
  }

  /** Feeds one event and does what follows. Returns the refusal of a hub's call, or null. */
  #feed(event: FenceEvent): string | null {
    if (this.#fence === null || this.#closed) return this.#closed ? words.ending() : null
    let refusal: string | null = null
    for (const effect of step(this.#fence, event)) {
      if (effect.do === 'refuse') refusal = effect.error
      else this.#perform(this.#fence, effect)
    }
    this.#watchTime(this.#fence)
    return refusal
  }

  #perform(fence: Fence, effect: Exclude<FenceEffect, { do: 'refuse' }>): void {
    switch (effect.do) {
      case 'sign':
        return this.#sign(effect)
      case 'send':
        this.#hubs.get(fence.attachment ?? 0)?.push(effect.item)
        return
      case 'end':
        this.#hubs.get(effect.attachment)?.end()
        return
      case 'reply':
        return this.#reply(effect.id, effect.error, effect.key)
      case 'append':
        void this.#inTurn(() => this.#appendCommitted(effect.value))
        return
      default:
        effect satisfies never
    }
  }

  #sign(effect: Extract<FenceEffect, { do: 'sign' }>): void {
    const { asked, tag, head } = effect
    try {
      const content = asked.use === null ? asked.content : useContent(tag ?? '', asked.use.member)
      if (content === null) throw new Error('a write needs content')
      // Two messages of one feed never carry the same time; some indexes of stock servers lose one of them else.
      this.#timestampLast = Math.max(Date.now(), this.#timestampLast + 0.001)
      const { value, key } = signNext(this.#keys, head, content, this.#timestampLast)
      this.#feed({ on: 'signed', id: asked.id, value, key, now: Date.now() })
    } catch (error) {
      this.#feed({ on: 'unsigned', id: asked.id, message: textOf(error) })
    }
  }

  async #appendCommitted(value: RawValue): Promise<void> {
    let event: FenceEvent
    try {
      const message = await this.#append(value)
      this.#arrived = message
      event = { on: 'appended', value: message.value, key: message.key }
    } catch (error) {
      event = { on: 'unappended', message: textOf(error) }
    }
    this.#feed(event)
  }

  #append(value: RawValue): Promise<Message> {
    this.#passes.add(value)
    return new Promise((resolve, reject) =>
      this.#ssb.add(value, (error: unknown, message: Message) => (error ? reject(error) : resolve(message))),
    )
  }

  #reply(id: number, error: string | null, key: MessageId | null): void {
    const callback = this.#callers.get(id)
    this.#callers.delete(id)
    if (callback === undefined) return
    if (error !== null) callback(new Error(error))
    else if (key === null) callback(null, { ok: true })
    else callback(null, this.#arrived?.key === key ? this.#arrived : { key })
  }

  #watchTime(fence: Fence): void {
    const waits = fence.queue.length > 0 || fence.pending !== null
    if (!waits || this.#timer !== null || this.#closed) return
    this.#timer = setTimeout(() => {
      this.#timer = null
      this.#feed({ on: 'tick', now: Date.now() })
    }, TICK_MS)
  }
}

/** The sentence in whatever was thrown. */
export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
