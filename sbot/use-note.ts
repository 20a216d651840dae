/** The `note` of a follow that an invite's use caused: made by a pub's fence, recognised by the provider's ledger. */
import { createHmac } from 'node:crypto'
import type { FeedId } from '../protocol/ids'

const NOTE_BYTES = 18

/**
 * A keyed hash of the member with the invite's secret tag. A pub's feed is public: with a plain invite id in the
 * note, anybody could tell which members came by the same invite; this shows it only to those who know the tag.
 */
export function useNote(tag: string, member: FeedId): string {
  return createHmac('sha256', tag).update(member).digest().subarray(0, NOTE_BYTES).toString('base64')
}
