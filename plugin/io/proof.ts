/** That somebody owns the feed which they join with. */
import ssbKeys from 'ssb-keys'
import type { FeedId } from '../../protocol/ids'

/** True when this feed's key has signed the text (protocol/rpc.ts, joinText). Never throws. */
export function isProven(feed: FeedId, proof: unknown, text: string): boolean {
  if (typeof proof !== 'string') return false
  try {
    return ssbKeys.verify({ public: feed.slice(1), curve: 'ed25519', id: feed }, proof, text) === true
  } catch {
    return false
  }
}
