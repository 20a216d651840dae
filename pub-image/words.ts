/** Every sentence that the fence says to a caller: a member's client, the hub, or somebody who reads `status`. */
import type { FeedId } from '../protocol/ids'

const NOTHING_LOST = 'Nothing was written, and no use of an invite was spent'

export const busy = (max: number): string =>
  `try again: ${max} writes are waiting in this pub already. ${NOTHING_LOST}.`
export const tooLong = (why: string): string =>
  `try again: this pub may not write at the moment (${why}). An invite stays good; should the write have been stored after all, trying again tells so.`
export const refusedWrite = (message: string): string =>
  `try again: the pub's provider did not accept this write (${message}). ${NOTHING_LOST}.`
export const ending = (): string => `try again: this pub is stopping. ${NOTHING_LOST}.`

// How stock ssb-invite begins; clients look for these words.
export const EXPIRED = 'invite has expired: it has no uses left, was withdrawn, or was not made by this pub'
export const BLOCKED =
  'refused: this pub blocks that feed, so an invite can not make it follow it; its owners can take the block back'
export const FEED_MISSING = 'feed to follow is missing: expected {feed: "@….ed25519"} in invite.use'
export const NOT_HERE =
  'refused: invites of this pub are made by its provider; write "invite NAME" to the provider in a private message'
export const OWN_ONLY =
  'refused: messages of this pub are written through its fence and nowhere else, so that its feed can not fork'

export const NO_BLOBS =
  'this pub takes no pictures and other files at the moment: its disk is nearly full. Messages go on; what it holds is still given to everybody.'

export const NEVER_OPENED = 'its hub has not yet brought it up to date since it was started'
export const NO_HUB = 'its hub is not connected'
export const UNSURE = 'it is finding out whether its last write was stored'
export const REPLACED = 'the pub was placed anew and this copy may not write any more'
export const MAY_WRITE = 'Writes go to the provider first, and are appended here when it has stored them.'
export const STANDALONE =
  'Standalone: this pub writes without asking anybody. Never run a second copy, and never start it from an old backup: its feed would fork and be dead for ever.'

export const mayNotWrite = (why: string): string => `May not write: ${why}. Reading and replicating go on.`
export const staleEpoch = (asked: number, own: number): string =>
  `stale-epoch: asked to open epoch ${asked}, this run is of epoch ${own}`
export const headGap = (asked: number, own: number): string =>
  `gap: asked to open at message ${asked}, this pub's feed ends at ${own}`
export const STILL_APPENDING = 'try-again: the last committed message is just being appended'
export const RESTORE_WHILE_OPEN =
  'refused: this pub is open for writing and takes nothing back; attach again to shut it first'
export const NOT_ATTACHED = 'refused: attach first, so that the fence can say what it needs'
export const IS_STANDALONE = 'refused: this pub runs standalone and asks no hub'
export const notOwn = (feed: FeedId): string => `bad-argument: only messages of ${feed} can be restored here`
export const notNext = (sequence: number, head: number): string =>
  `gap: message ${sequence} does not follow this pub's message ${head}`
export const differs = (sequence: number): string =>
  `gap: message ${sequence} is another one here than the provider holds; this copy must not write again`
export const unknownCommit = (id: number): string => `unknown: no write waits under the number ${id}`
export const REBUILDING = 'Derived data was taken away, as ordered; it is made anew from the log.'
