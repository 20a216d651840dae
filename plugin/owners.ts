/** Who owns what, and how many may: joined from records. A change of owners is bounded, because each calls somebody. */

import type { FeedId, Millis } from '../protocol/ids'
import {
  GUESTS_MAX,
  OWNED_PUBS_MAX,
  OWNER_ADDS_PER_DAY_MAX,
  OWNER_ADDS_PER_PUB_DAY_MAX,
  OWNERS_MAX,
} from '../protocol/limits'
import type { PubFact, State } from '../protocol/state'
import { blockOf } from './operator-facts'
import type { Policy } from './policy'
import { feedOf, pubsOf } from './query'
import { isWithin } from './within'

const DAY_MS = 24 * 3_600_000

/** The live pubs somebody owns, alone or with others. */
export function livePubsOf(state: State, owner: FeedId): PubFact[] {
  return pubsOf(state, owner).filter((pub) => pub.record.status === 'live')
}

/**
 * Those of them that count for this owner's quota: a pub counts for the first of its owners only. Else nobody could own
 * one with others but at the price of their own, and be brought to the limit by others, too.
 */
export function countedFor(state: State, owner: FeedId): PubFact[] {
  return livePubsOf(state, owner).filter((pub) => pub.record.owners[0] === owner)
}

/** Made an owner by somebody else, and has given no valid command yet. */
export function isGuest(state: State, feed: FeedId): boolean {
  return !state.provider.owners.has(feed) && livePubsOf(state, feed).length > 0
}

/** Everybody of whom that is true. */
export function guestsOf(state: State): FeedId[] {
  return [...state.byOwner.keys()].filter((feed) => isGuest(state, feed))
}

/** A feed that speaks for a program, and owns nothing. */
export function isProgram(state: State, feed: FeedId): boolean {
  if (feed === state.provider.id || state.provider.hubs.has(feed)) return true
  for (const pub of state.provider.pubs.values()) if (feedOf(state, pub) === feed) return true
  return false
}

/** What stands against one more owner. */
export type NoAdd =
  | 'program'
  | 'blocked'
  | 'full'
  | 'many-pubs'
  | 'called-often'
  | 'changed-often'
  | 'many-guests'

/** Why this feed can't become an owner of the pub now; null when it can. */
export function whyNotAdd(state: State, pub: PubFact, feed: FeedId, now: Millis): NoAdd | null {
  if (isProgram(state, feed)) return 'program'
  if (blockOf(state, feed) !== null) return 'blocked'
  if (pub.record.owners.length >= OWNERS_MAX) return 'full'
  if (livePubsOf(state, feed).length >= OWNED_PUBS_MAX) return 'many-pubs'
  const today = state.provider.ownerAdds.filter(({ at }) => isWithin(at, DAY_MS, now))
  if (today.filter((one) => one.owner === feed).length >= OWNER_ADDS_PER_DAY_MAX) return 'called-often'
  if (today.filter((one) => one.pub === pub.pub).length >= OWNER_ADDS_PER_PUB_DAY_MAX) return 'changed-often'
  const isNew = !state.provider.owners.has(feed) && !isGuest(state, feed)
  return isNew && guestsOf(state).length >= GUESTS_MAX ? 'many-guests' : null
}

/**
 * The owners without one of them, the first of whom it counts for. When that one goes it is the next who has room for it;
 * null when nobody has, or nobody is left.
 */
export function ownersWithout(state: State, policy: Policy, pub: PubFact, gone: FeedId): FeedId[] | null {
  const { owners } = pub.record
  const rest = owners.filter((id) => id !== gone)
  if (owners[0] !== gone) return rest.length === 0 ? null : rest
  const next = rest.find((id) => countedFor(state, id).length < policy.pubsPerOwnerMax)
  return next === undefined ? null : [next, ...rest.filter((id) => id !== next)]
}
