/** What a pub says of somebody: by its own feed, and by the orders that are under way. Pure. */
import type { Command } from '../protocol/command-kinds'
import type { FeedId } from '../protocol/ids'
import type { ContactOp } from '../protocol/messages/op'
import type { PubFact, State } from '../protocol/state'
import type { Effect } from './effects'
import { feedOf, resultOf } from './query'

export type ContactCommand = Extract<Command, { kind: 'follow' | 'unfollow' | 'block' | 'unblock' }>
export interface Standing {
  following: boolean
  blocking: boolean
}

const NEITHER: Standing = { following: false, blocking: false }

/** What the pub's feed says of somebody, as far as it is stored here: which is all of it, before the pub itself has it. */
export function standingOf(state: State, pub: PubFact, feed: FeedId): Standing {
  const own = feedOf(state, pub)
  const author = own === null ? undefined : state.authors.get(own)
  const use = author?.uses.findLast((one) => one.member === feed)
  const contact = author?.contacts.get(feed)
  if (use !== undefined && use.sequence > (contact?.sequence ?? 0))
    return { following: true, blocking: false }
  return contact === undefined ? NEITHER : { following: contact.following, blocking: contact.blocking }
}

/** The contact ops of a pub about one feed, oldest first. */
export function contactOpsOf(state: State, pub: PubFact, feed: FeedId): ContactOp[] {
  const ops: ContactOp[] = []
  for (const key of state.provider.opsOfPub.get(pub.pub) ?? []) {
    const op = state.provider.ops.get(key)
    if (op?.kind === 'contact' && op.contact.feed === feed) ops.push(op)
  }
  return ops
}

/** The last order about somebody whose end is not known; also one that this very look has decided. */
export function pendingOf(
  state: State,
  pub: PubFact,
  feed: FeedId,
  owed: readonly Effect[],
): ContactOp | null {
  for (let at = owed.length - 1; at >= 0; at -= 1) {
    const effect = owed[at]
    if (effect?.kind !== 'order' || effect.content.type !== 'buttcloud/op') continue
    const op = effect.content
    if (op.kind === 'contact' && op.pub === pub.pub && op.contact.feed === feed) return op
  }
  const last = contactOpsOf(state, pub, feed).at(-1)
  return last === undefined || resultOf(state, last) !== null ? null : last
}

/** What a command makes of what is said so far. */
export function changedBy(kind: ContactCommand['kind'], before: Standing): Standing {
  switch (kind) {
    case 'follow':
      return { following: true, blocking: false }
    case 'unfollow':
      return { ...before, following: false }
    case 'block':
      return { following: false, blocking: true }
    case 'unblock':
      return { ...before, blocking: false }
  }
}

export function isSameStanding(one: Standing, other: Standing): boolean {
  return one.following === other.following && one.blocking === other.blocking
}
