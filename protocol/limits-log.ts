/** How much one line of a log may be. */

/** Of one text in it: a stack of twenty calls, and less than what a page of the journal takes. */
export const LOG_TEXT_CHARS_MAX = 4_000

/** Of what a pub printed, shown at once: ten screens, and enough to find the beginning of a trouble. */
export const OUTPUT_LINES_MAX = 500
/** Two screens, as with other lists. */
export const OUTPUT_LINES_DEFAULT = 50
/** Of one line of it: a stack in JSON; more is no line that anybody reads. */
export const OUTPUT_LINE_CHARS_MAX = 2_000
/** Of all lines together: a provider passes it on for many owners at once. */
export const OUTPUT_CHARS_MAX = 200_000
/** Who follows it asks again after this time: each question reads the output anew, and a person reads no faster. */
export const OUTPUT_FOLLOW_MS = 2_000
/** Of these lines it finds what is new: more than a pub prints between two questions, but for one in a loop. */
export const OUTPUT_FOLLOW_LINES = 200
