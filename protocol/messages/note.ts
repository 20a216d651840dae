/**
 * `buttcloud/note`, provider → self: what an owner noted on an invite for themselves (`invite NAME note TEXT`). It is in
 * no other message: a hub need not see it, and a pub would publish it (what ssb-invite calls `note` stands in public in
 * the pub's follow). Shown to the pub's present owners alone. Of two about one invite the later counts.
 *
 * Example: {"type":"buttcloud/note","v":1,"invite":"%request…","pub":"%…","text":"for the book club"}
 */
import { type Check, literal, messageId, type Of, pubId, shape, text } from '../check'
import { INVITE_NOTE_CHARS_MAX } from '../limits'

const check = shape({
  type: literal('buttcloud/note'),
  v: literal(1),
  /** The request that the invite was made for; its op has the same. */
  invite: messageId,
  pub: pubId,
  text: text(INVITE_NOTE_CHARS_MAX),
})
export type NoteMessage = Of<typeof check>
export const checkNote: Check<NoteMessage> = check

/** Builds a note. */
export function buildNote(fields: Omit<NoteMessage, 'type' | 'v'>): NoteMessage {
  return { type: 'buttcloud/note', v: 1, ...fields }
}
