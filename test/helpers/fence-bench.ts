/** A fence on a bench: everything around it that has no mind of its own, without any I/O. */
import { deepEqual } from 'node:assert'
import type { FeedId, InviteKey, MessageId } from '../../protocol/ids'
import type { RawValue, Reason } from '../../protocol/rpc'
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

export const feed = (letter: string) => `@${letter.repeat(42)}A=.ed25519` as FeedId
export const PUB = feed('p')
export const BOB = feed('b')
export const INVITE = feed('i') as string as InviteKey
const NOBODY: Wanted = { name: '', description: '', address: null }

type Reply = Extract<FenceEffect, { do: 'reply' }>
export type Commit = { id: number; value: RawValue; invite: InviteKey | null }

/** A fence with everything around it that has no mind of its own: signing, its log, what it sent and replied. */
export class Bench {
  fence: Fence
  log: { key: MessageId; sequence: number; content: unknown; value: RawValue }[] = []
  sent: FenceEffect[] = []
  replies: Reply[] = []
  refused: string | null = null
  appending: RawValue[] = []
  now = 0
  /** Appends end at once unless this is set. */
  slow = false
  unsignable = false
  static signatures = 0

  constructor(wanted = NOBODY, log: Bench['log'] = []) {
    this.log = [...log]
    this.fence = shutFence(PUB, 1, wanted, this.log)
  }

  feed(event: FenceEvent): void {
    for (const effect of step(this.fence, event)) this.perform(effect)
  }

  perform(effect: FenceEffect): void {
    if (effect.do === 'reply') this.replies.push(effect)
    if (effect.do === 'send' || effect.do === 'end') this.sent.push(effect)
    if (effect.do === 'refuse') this.refused = effect.error
    if (effect.do === 'append') {
      this.appending.push(effect.value)
      if (!this.slow) this.appended()
    }
    if (effect.do === 'sign') {
      Bench.signatures += 1
      const { asked, tag, head } = effect
      if (this.unsignable) {
        this.feed({ on: 'unsigned', id: asked.id, message: 'too large' })
        return
      }
      const content =
        asked.use === null
          ? asked.content
          : { type: 'contact', contact: asked.use.member, following: true, tag }
      const value: RawValue = { author: PUB, sequence: head.sequence + 1, previous: head.key, content }
      value.signature = `s${Bench.signatures}`
      this.feed({ on: 'signed', id: asked.id, value, key: keyOf(value), now: this.now })
    }
  }

  store(value: RawValue): void {
    deepEqual([value.sequence, value.previous], [this.log.length + 1, this.log.at(-1)?.key ?? null])
    this.log.push({ key: keyOf(value), sequence: this.log.length + 1, content: value.content, value })
  }

  appended(): void {
    const value = this.appending.shift()
    if (value === undefined) return
    this.store(value)
    this.feed({ on: 'appended', value, key: keyOf(value) })
  }

  restore(values: RawValue[]): void {
    for (const value of values) {
      const what = restorable(this.fence, value)
      if (what.now === 'refuse') throw new Error(what.error)
      if (what.now === 'compare') continue
      this.store(value)
      this.feed({ on: 'restored', value, key: keyOf(value) })
    }
  }

  attachAndOpen(left = 2): void {
    this.feed({ on: 'attached', attachment: 1 })
    this.open(left)
  }

  open(left = 2, head = this.log.length, epoch = 1): void {
    this.refused = null
    const invites = [{ key: INVITE, left, tag: 't' }]
    this.feed({ on: 'open', epoch, head, invites, now: this.now })
  }

  ask(id: number): void {
    this.feed({ on: 'asked', id, content: { type: 'post', id }, now: this.now })
  }

  about(id: number, name: string, description = '', address: Wanted['address'] = null): void {
    this.feed({ on: 'about', id, wanted: { name, description, address }, now: this.now })
  }

  contact(id: number, wanted: WantedContact): void {
    this.feed({ on: 'contact', id, wanted, now: this.now })
  }

  revoke(invite: InviteKey = INVITE): void {
    this.feed({ on: 'revoke', invite })
  }

  use(id: number, member: FeedId = BOB, invite: InviteKey = INVITE): void {
    this.feed({ on: 'use', id, invite, member, now: this.now })
  }

  commits(): Commit[] {
    return this.sent.flatMap((effect) =>
      effect.do === 'send' && effect.item.kind === 'commit' ? [effect.item] : [],
    )
  }

  answer(reason: Reason | null = null, commit = this.commits().at(-1)?.id ?? 0): void {
    this.refused = null
    this.feed({ on: 'answer', commit, ok: reason === null, reason, message: reason })
  }

  kinds(): string[] {
    return this.sent.map((effect) => (effect.do === 'send' ? effect.item.kind : effect.do))
  }
}

export const keyOf = (value: RawValue): MessageId => `%${value.signature}` as MessageId
