/** Limits of reading the volume of a pub that does not run. */

/** A record of a log that is read from its file: ssb-db takes no message of more than 8 KiB, old ones may be larger. */
export const RESTING_RECORD_BYTES_MAX = 1024 * 1024

/** A table of peers that is read from its file; stock pubs have some kilobytes. */
export const RESTING_PEERS_BYTES_MAX = 16 * 1024 * 1024

/** A pub that shall start waits so long at most for those who read its volume to let go of it. */
export const RESTING_END_MS = 5_000
