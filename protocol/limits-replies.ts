/** Bounds of what is told besides messages: private blobs, and results of `run`. With their reasons, as in limits.ts. */

/** Plain bytes of one private blob: encrypted it stays under the 5 MiB that a stock client takes (5,199,665 fit). */
export const PRIVATE_BLOB_BYTES_MAX = 5_000_000
/** Long answers and exports are kept this long. */
export const PRIVATE_BLOB_KEPT_MS = 7 * 24 * 3_600_000
/** What was fetched by everybody it was for goes after this: a client that failed to store it can ask again. */
export const PRIVATE_BLOB_FETCHED_MS = 10 * 60_000
export const PRIVATE_BLOB_SWEEP_EVERY_MS = 3_600_000
/** Private blobs of one provider, all together: what is over makes the oldest go of the pub that has most. */
export const PRIVATE_BLOBS_MAX = 10_000
export const PRIVATE_BLOBS_BYTES_MAX = 2 * 1024 * 1024 * 1024
/**
 * … and of one pub: what is over makes its own oldest go, so that no owner's long answers push out what others still have
 * to fetch. Three exports of the largest size, or some dozens of the longest `run`s.
 */
export const PRIVATE_BLOBS_PER_PUB_MAX = 500
export const PRIVATE_BLOBS_PER_PUB_BYTES_MAX = 64 * 1024 * 1024
/** Items that `run` reads of a source: what a person can look through, and a second's work for a pub. */
export const RUN_ITEMS_MAX = 1_000
/** Characters of the JSON that `run` brings back: it goes into one private blob. */
export const RUN_RESULT_CHARS_MAX = 1_000_000
/** So much of a result, as JSON, is shown in the thread itself: the rest of a message is words and a link. */
export const RUN_SHOWN_BYTES_MAX = 2_800
/** A look that owes nothing and would be repeated at once is repeated after this. */
export const LOOK_AGAIN_MS = 1_000
