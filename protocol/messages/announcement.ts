/**
 * `buttcloud/announcement`, provider → self, by the operator: a text for all owners. It causes one notice to each set of
 * owners that there was at this place of the provider's feed: of pubs that were live, or ended and still kept.
 *
 * Example: {"type":"buttcloud/announcement","v":1,"text":"On Sunday all pubs are away for an hour.","by":"@operator…"}
 */
import { type Check, feedId, literal, type Of, shape, text } from '../check'
import { ANNOUNCEMENT_CHARS_MAX } from '../limits-operator'

const check = shape({
  type: literal('buttcloud/announcement'),
  v: literal(1),
  /** Markdown, as people read it. */
  text: text(ANNOUNCEMENT_CHARS_MAX),
  /** Who said it: the provider itself, or one of the operators its settings name. */
  by: feedId,
})
export type AnnouncementMessage = Of<typeof check>
export const checkAnnouncement: Check<AnnouncementMessage> = check

/** Builds an announcement. */
export function buildAnnouncement(fields: Omit<AnnouncementMessage, 'type' | 'v'>): AnnouncementMessage {
  return { type: 'buttcloud/announcement', v: 1, ...fields }
}
