/** What the fence knows, what happens to it and what it wants done: the types, and reading them. */
import type { FeedId, InviteKey, MessageId, Millis } from '../protocol/ids'
import type { InviteEntry, RawValue, Reason } from '../protocol/rpc'
import type { FenceItem, FenceStatus } from '../protocol/rpc-fence'
import { emptyOwn, evolveOwn, type Own, type WantedContact } from './own'
import * as words from './words'

/** A write that somebody waits for. */
export interface Asked {
  /** The caller's number; 0 when the fence itself asks. */
  id: number
  content: object | string | null
  /** It is the pub's word on itself: what is to be written is found out when its turn comes. */
  about: boolean
  /** The pub's word on somebody; likewise. */
  contact: WantedContact | null
  /** Set when the write is the follow that an invite's use brings. */
  use: { invite: InviteKey; member: FeedId } | null
  askedAt: Millis
  /** Every message that was signed for it: one of them may turn up as committed. */
  keys: MessageId[]
}

export interface Pending {
  commit: number
  asked: Asked
  value: RawValue
  key: MessageId
  sentAt: Millis
  stage: 'asking' | 'appending'
}

export interface Wanted {
  name: string
  description: string
  /** Where it is reached, if that shall be said. */
  address: Own['address']
}

export interface Fence {
  feed: FeedId
  epoch: number
  /** What the pub shall say of itself; an empty text asks for nothing. */
  wanted: Wanted
  head: { sequence: number; key: MessageId | null }
  own: Own
  /** Number of the attached hub connection. */
  attachment: number | null
  helloOwed: boolean
  open: boolean
  /** Why it is shut. */
  why: string
  /** The cache of the provider's ledger; null until it was filled for the first time. */
  table: Map<InviteKey, { left: number; tag: string }> | null
  queue: Asked[]
  signing: Asked | null
  pending: Pending | null
  commits: number
}

export type FenceEvent =
  | { on: 'asked'; id: number; content: object | string; now: Millis }
  | { on: 'about'; id: number; wanted: Wanted; now: Millis }
  | { on: 'contact'; id: number; wanted: WantedContact; now: Millis }
  | { on: 'use'; id: number; invite: InviteKey; member: FeedId; now: Millis }
  | { on: 'signed'; id: number; value: RawValue; key: MessageId; now: Millis }
  | { on: 'unsigned'; id: number; message: string }
  | { on: 'attached'; attachment: number }
  | { on: 'detached'; attachment: number }
  | { on: 'open'; epoch: number; head: number; invites: InviteEntry[]; now: Millis }
  | { on: 'answer'; commit: number; ok: boolean; reason: Reason | null; message: string | null }
  | { on: 'appended'; value: RawValue; key: MessageId }
  | { on: 'unappended'; message: string }
  | { on: 'restored'; value: RawValue; key: MessageId }
  | { on: 'invite'; entry: InviteEntry }
  | { on: 'revoke'; invite: InviteKey }
  | { on: 'tick'; now: Millis }

export type FenceEffect =
  /** Sign the next message after `head`; with a tag, the follow of a member by an invite's use. */
  | { do: 'sign'; asked: Asked; tag: string | null; head: Fence['head'] }
  | { do: 'send'; item: FenceItem }
  | { do: 'append'; value: RawValue }
  /** Without error and key: there was nothing to write. */
  | { do: 'reply'; id: number; error: string | null; key: MessageId | null }
  /** End the connection of a hub that attached before. */
  | { do: 'end'; attachment: number }
  /** The hub's own call is refused with this sentence; without it the call succeeded. */
  | { do: 'refuse'; error: string }

/** A shut fence over the pub's own feed as it lies on disk. */
export function shutFence(
  feed: FeedId,
  epoch: number,
  wanted: Wanted,
  stored: { key: MessageId; sequence: number; content: unknown }[],
): Fence {
  const own = emptyOwn()
  for (const message of stored) evolveOwn(own, feed, message.content)
  const last = stored.at(-1)
  return {
    ...{ feed, epoch, wanted, own, queue: [], commits: 0 },
    ...{ attachment: null, helloOwed: false, open: false, why: words.NEVER_OPENED },
    ...{ table: null, signing: null, pending: null },
    head: { sequence: last?.sequence ?? 0, key: last?.key ?? null },
  }
}

/** What the hub reads from `fence.status`. */
export function statusOf(fence: Fence): FenceStatus {
  return {
    mode: 'managed',
    pub: fence.feed,
    epoch: fence.epoch,
    open: fence.open,
    why: fence.open ? words.MAY_WRITE : words.mayNotWrite(fence.why),
    head: fence.head.sequence,
    waiting: fence.queue.length + (fence.pending === null ? 0 : 1),
    invites: fence.table?.size ?? 0,
  }
}

/** What to do with a message that the hub brings back: append it, pass over it, or refuse with this sentence. */
export function restorable(
  fence: Fence,
  value: RawValue,
): { now: 'append' } | { now: 'compare' } | { now: 'refuse'; error: string } {
  const sequence = value.sequence
  if (fence.open) return { now: 'refuse', error: words.RESTORE_WHILE_OPEN }
  if (value.author !== fence.feed || typeof sequence !== 'number' || !Number.isSafeInteger(sequence))
    return { now: 'refuse', error: words.notOwn(fence.feed) }
  if (sequence < 1 || sequence > fence.head.sequence + 1)
    return { now: 'refuse', error: words.notNext(sequence, fence.head.sequence) }
  return { now: sequence === fence.head.sequence + 1 ? 'append' : 'compare' }
}
