/** What the public words of pubs mean to the provider's state. */
import type { Folded } from './evolve'
import { type FeedId, isFeedId } from './ids'
import type { AuthorFold } from './state'

const NOTE_CHARS_MAX = 64

/** In public only a pub's words on people matter: the use of an invite, and whom it follows or blocks by order. */
export function evolvePublic(author: AuthorFold, message: Folded): void {
  const use = useOf(message.content)
  if (use !== null) author.uses.push({ ...use, sequence: message.sequence, at: message.claimedAt })
  const contact = contactOf(message.content)
  if (contact === null) return
  const { feed, following, blocking } = contact
  author.contacts.set(feed, { following, blocking, sequence: message.sequence })
}

/** A `contact` exactly as a fence writes it by order: an owner's own, of whom there are thousands, are not kept. */
function contactOf(content: unknown): { feed: FeedId; following: boolean; blocking: boolean } | null {
  if (typeof content !== 'object' || content === null) return null
  const { type, contact, following, blocking, ...rest } = content as Record<string, unknown>
  if (type !== 'contact' || !isFeedId(contact) || Object.keys(rest).length > 0) return null
  if (typeof following !== 'boolean' || typeof blocking !== 'boolean') return null
  return { feed: contact, following, blocking }
}

/** The member and the note of a follow that an invite's use caused; null for anything else. */
export function useOf(content: unknown): { member: FeedId; note: string } | null {
  if (typeof content !== 'object' || content === null) return null
  const fields = content as Record<string, unknown>
  if (fields.type !== 'contact' || fields.pub !== true || fields.following !== true) return null
  if (typeof fields.note !== 'string' || fields.note.length > NOTE_CHARS_MAX) return null
  if (typeof fields.contact !== 'string') return null
  return { member: fields.contact as FeedId, note: fields.note }
}
