/** Bounds of what is brought to a provider. With their reasons, as in limits.ts. */

/** One piece of a feed on its way to the provider, before base64: eight of them are the megabyte a slow line takes in seconds. */
export const IMPORT_CHUNK_BYTES = 128 * 1024
/** The pub's own feed, as lines of JSON. A pub of ten years with 50 follows a day has 180,000 messages of 700 bytes. */
export const IMPORT_BYTES_MAX = 256 * 1024 * 1024
/** A commit is answered with `wait` after this, so that nobody takes checking for a broken connection. */
export const IMPORT_WAIT_MS = 3_000
/** What was brought and not asked for with `import NAME` goes after this; so does what was never finished. */
export const IMPORT_KEPT_MS = 3_600_000
/** Feeds that wait at one provider: with the size of each the most that people can put on its disk this way is 2 GiB. */
export const IMPORTS_MAX = 8
/** Storing a feed of IMPORT_BYTES_MAX takes minutes on a slow disk; a longer silence is trouble. */
export const IMPORT_STORE_MS = 15 * 60_000
/** Messages that are checked or stored before other work gets a turn. */
export const IMPORT_BATCH = 50
/** A pub's file `secret` has 300 characters, and stock programs write 700 of comments into it. */
export const IMPORT_SECRET_CHARS_MAX = 4_096
/** Peers of the old pub that are asked how much of its feed they hold: as many as answer within a minute. */
export const IMPORT_PEERS_MAX = 12
export const IMPORT_PEER_MS = 6_000
