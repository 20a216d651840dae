/** What the pub's own feed says: whom it follows, and what it calls itself. A fold over that feed and nothing else. */
import { type FeedId, isFeedId } from '../protocol/ids'

export interface Own {
  /** The last word on each person; the fold changes it in place, a pub may have thousands of members. */
  following: Map<FeedId, boolean>
  name: string | null
  description: string | null
}

export function emptyOwn(): Own {
  return { following: new Map(), name: null, description: null }
}

/** Takes in the next message of the pub's own feed. Boxed or odd content says nothing and is passed over. */
export function evolveOwn(own: Own, feed: FeedId, content: unknown): void {
  if (typeof content !== 'object' || content === null) return
  const found = content as Record<string, unknown>
  if (found.type === 'contact' && isFeedId(found.contact)) {
    // As ssb-friends reads it: blocking wins over following, anything else ends both.
    own.following.set(found.contact, found.blocking !== true && found.following === true)
  }
  if (found.type === 'about' && found.about === feed) {
    if (typeof found.name === 'string') own.name = found.name
    if (typeof found.description === 'string') own.description = found.description
  }
}

/** The `about` that is still to be published, or null. An empty wanted text asks for nothing. */
export function aboutOwed(
  own: Own,
  feed: FeedId,
  wanted: { name: string; description: string },
): Record<string, string> | null {
  const about: Record<string, string> = { type: 'about', about: feed }
  if (wanted.name !== '' && wanted.name !== own.name) about.name = wanted.name
  if (wanted.description !== '' && wanted.description !== own.description)
    about.description = wanted.description
  return Object.keys(about).length > 2 ? about : null
}
