/** How much the operator's looks show at once, each with its reason. */

/** Two screens; more is asked for with `--last`. */
export const INCIDENTS_LISTED_DEFAULT = 40
/** A bad night of a large fleet. */
export const INCIDENTS_LISTED_MAX = 1_000
/** Two screens of two lines each. */
export const AUDIT_ENTRIES_DEFAULT = 40
/** A pub of some years, and below what a muxrpc answer may be. */
export const AUDIT_ENTRIES_MAX = 2_000
/** Of what somebody wrote: enough to know it by. */
export const AUDIT_TEXT_CHARS_MAX = 160
/** Requests that are remembered while the log is read, to be joined with their answers. */
export const AUDIT_REQUESTS_MAX = 200_000
