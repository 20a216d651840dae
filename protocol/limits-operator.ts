/** The bounds of what an operator says and does, each with its reason. */

/** A few sentences: why a pub is stopped, or somebody is not served any more. */
export const REASON_CHARS_MAX = 500
/** Two screens of text; beyond it a link says more. It has to fit one message with the most recipients, too (ANSWER_BYTES_MAX). */
export const ANNOUNCEMENT_CHARS_MAX = 2_000
/** Who gets more of them in a day stops reading; and each is a message on the feed per set of owners. */
export const ANNOUNCEMENTS_PER_DAY_MAX = 3
/** The same text again within this is a slip: a terminal that was cut off, and somebody who asks again. */
export const ANNOUNCEMENT_REPEAT_MS = 24 * 3_600_000
/** Announcements told in one look: whoever asks something meanwhile is answered between two of these. */
export const ANNOUNCED_AT_ONCE_MAX = 25
/** What somebody writes who is blocked is answered together, and no more often: the feed never forgets. */
export const BLOCKED_ANSWER_EVERY_MS = 24 * 3_600_000
/** Unless they flood us: what waits for its answer is held in memory. With so many it comes as soon as anybody's would. */
export const BLOCKED_WAITING_MAX = 200
/** A service that more people run than this has other means than a file. */
export const OPERATORS_MAX = 20
