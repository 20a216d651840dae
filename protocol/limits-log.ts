/** How much one line of a log may be. */

/** Of one text in it: a stack of twenty calls, and less than what a page of the journal takes. */
export const LOG_TEXT_CHARS_MAX = 4_000
