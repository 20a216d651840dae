/** Limits of beginning replication again on a connection that stands without it. */

/** A peer that ends a stream to begin another does so within a moment on a connection that is slow, too. */
export const EBT_AGAIN_AFTER_MS = 1_000

/** Where both sides look after it, the second waits until the first has had its turn: two beginnings at once end each other. */
export const EBT_AGAIN_SECOND_FACTOR = 3

/** The pause doubles with every time in a row up to this: one small call to a peer that will not replicate. */
export const EBT_AGAIN_CEILING_MS = 600_000

/** A stream that went on for so long was a good one; after it the pause is the first one again. */
export const EBT_HELD_MS = 60_000
