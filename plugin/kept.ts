/** Pubs that have ended and whose data is still there: their owners may take all of it until its date. */
import type { FeedId, Millis } from '../protocol/ids'
import type { PubFact, State } from '../protocol/state'
import { feedOf, pubNamed, pubsOf } from './query'
import { exportWords } from './words-export'

/** True while key pair and data of an ended pub are still with its hub. */
export function isKept(state: State, pub: PubFact, now: Millis): boolean {
  const { status, keepUntil } = pub.record
  return status === 'ended' && keepUntil !== null && now < keepUntil && feedOf(state, pub) !== null
}

/** The one of this name that ended last; null where there is none of theirs. */
export function keptPubNamed(state: State, owner: FeedId, name: string | null, now: Millis): PubFact | null {
  const kept = pubsOf(state, owner).filter((pub) => isKept(state, pub, now) && pub.record.name === name)
  return kept.sort((a, b) => b.recordedAt - a.recordedAt)[0] ?? null
}

/** Those of an owner that can still be taken away, a line each: what can be named, and until when. */
export function keptLines(state: State, owner: FeedId, now: Millis): string[] {
  return pubsOf(state, owner).flatMap((pub) => {
    const { name, keepUntil } = pub.record
    const isNamed = pubNamed(state, owner, name) === null && keptPubNamed(state, owner, name, now) === pub
    return isNamed && keepUntil !== null ? [exportWords.kept(name, keepUntil)] : []
  })
}
