/** Signed classic messages: keys and checks. */
import ssbKeys from 'ssb-keys'
import type { FeedId, MessageId } from '../protocol/ids'
import type { SignedValue } from './port'

/** The key of a message: the hash of its JSON as signed. */
export function keyOf(value: SignedValue): MessageId {
  return `%${ssbKeys.hash(JSON.stringify(value, null, 2), 'latin1')}` as MessageId
}

/** True when `author` really signed this. Never throws. */
export function isSignedBy(author: FeedId, value: SignedValue): boolean {
  try {
    return value.author === author && ssbKeys.verifyObj({ public: author.slice(1) }, null, value) === true
  } catch {
    return false
  }
}
