/** Which providers a feed has joined: the one thing the CLI remembers. */
import { type FeedId, isFeedId } from '../protocol/ids'

export interface JoinedProvider {
  /** The feed that joined; the same person may have one in a desktop client and one of our own. */
  owner: FeedId
  id: FeedId
  /** Multiserver address. */
  address: string
}

export interface OwnerBook {
  v: 1
  /** Newest last. */
  providers: JoinedProvider[]
}

export const EMPTY_BOOK: OwnerBook = { v: 1, providers: [] }
/** A person has a handful of providers; the bound keeps a broken loop from filling the disk. */
const PROVIDERS_MAX = 50

/** Reads the book; entries that make no sense are left out. Null where it is no book at all. */
export function parseBook(value: unknown): OwnerBook | null {
  if (typeof value !== 'object' || value === null || (value as { v?: unknown }).v !== 1) return null
  const entries = (value as { providers?: unknown }).providers
  if (!Array.isArray(entries)) return null
  const providers: JoinedProvider[] = []
  for (const entry of entries as unknown[]) {
    if (typeof entry !== 'object' || entry === null) continue
    const { owner, id, address } = entry as Record<string, unknown>
    if (isFeedId(owner) && isFeedId(id) && typeof address === 'string') providers.push({ owner, id, address })
  }
  return { v: 1, providers }
}

/** With one more provider, or a newer address of a known one. */
export function withProvider(book: OwnerBook, joined: JoinedProvider): OwnerBook {
  const others = book.providers.filter((entry) => entry.owner !== joined.owner || entry.id !== joined.id)
  return { v: 1, providers: [...others, joined].slice(-PROVIDERS_MAX) }
}

/** The providers of one feed, newest last. */
export function providersOf(book: OwnerBook, owner: FeedId): JoinedProvider[] {
  return book.providers.filter((entry) => entry.owner === owner)
}
