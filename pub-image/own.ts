/** What the pub's own feed says: whom it follows and blocks, and what it calls itself. A fold over that feed alone. */
import { type FeedId, isFeedId } from '../protocol/ids'

export interface Own {
  /** The last word on each person; the fold changes it in place, a pub may have thousands of members. */
  following: Map<FeedId, boolean>
  blocking: Set<FeedId>
  name: string | null
  description: string | null
  /** Where it last said that it is reached; null where it never did. */
  address: { host: string; port: number } | null
}

/** What the pub shall say of somebody; both false takes back what it said before. */
export interface WantedContact {
  feed: FeedId
  following: boolean
  blocking: boolean
}

export function emptyOwn(): Own {
  return { following: new Map(), blocking: new Set(), name: null, description: null, address: null }
}

/** Takes in the next message of the pub's own feed. Boxed or odd content says nothing and is passed over. */
export function evolveOwn(own: Own, feed: FeedId, content: unknown): void {
  if (typeof content !== 'object' || content === null) return
  const found = content as Record<string, unknown>
  if (found.type === 'contact' && isFeedId(found.contact)) {
    // As ssb-friends reads it: blocking wins over following, anything else ends both.
    const blocks = Boolean(found.blocking) || Boolean(found.flagged)
    own.following.set(found.contact, !blocks && found.following === true)
    if (blocks) own.blocking.add(found.contact)
    else own.blocking.delete(found.contact)
  }
  if (found.type === 'about' && found.about === feed) {
    if (typeof found.name === 'string') own.name = found.name
    if (typeof found.description === 'string') own.description = found.description
  }
  if (found.type === 'pub') {
    const said = typeof found.address === 'object' && found.address !== null ? found.address : {}
    const { host, port, key } = said as Record<string, unknown>
    if (key === feed && typeof host === 'string' && typeof port === 'number') own.address = { host, port }
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

/**
 * What is still to be published so that the feed says all of this; null where it does. Clients take the address from a `pub`
 * message, whoever wrote it.
 */
export function wordOwed(
  own: Own,
  feed: FeedId,
  wanted: { name: string; description: string; address: Own['address'] },
): Record<string, unknown> | null {
  const about = aboutOwed(own, feed, wanted)
  const { address } = wanted
  if (about !== null || address === null) return about
  const { host, port } = address
  if (own.address?.host === host && own.address.port === port) return null
  return { type: 'pub', address: { host, port, key: feed } }
}

/** The `contact` that is still to be published so that the feed says this, or null. */
export function contactOwed(own: Own, wanted: WantedContact): Record<string, unknown> | null {
  const { feed, following, blocking } = wanted
  const follows = own.following.get(feed) === true
  if (own.blocking.has(feed) === blocking && (blocking || follows === following)) return null
  return { type: 'contact', contact: feed, following: following && !blocking, blocking }
}
