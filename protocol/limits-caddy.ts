/** Limits of driving a Caddy, each with its reason. */

/** Caddy forgets what it was told when it is started or given its file again: so often the hub looks whether its names are there. */
export const CADDY_LOOK_EVERY_MS = 30_000
/** A change makes Caddy load all of its configuration anew, which takes it well under a second; it may be busy. */
export const CADDY_ANSWER_MS = 20_000
/** Its whole web configuration: a pub takes about 300 bytes of it, an operator's own file some kilobytes. */
export const CADDY_ANSWER_BYTES_MAX = 16 * 1024 * 1024
/**
 * One makes the route what it shall be, and one more for each that stands in a wrong place, of which there is hardly ever one; others may
 * write between them. What is still left then is left to the next look.
 */
export const CADDY_CHANGES_PER_LOOK_MAX = 8
/** Caddy is tried again after this, and then ever more seldom, up to CADDY_LOOK_EVERY_MS. */
export const CADDY_PAUSE_FIRST_MS = 1_000
/**
 * A Caddy that was there and is away for longer is no offer any more. Less, and each restart of it would change the address
 * that owners are told, twice.
 */
export const CADDY_GONE_AFTER_MS = 10 * 60_000
/** A program that is not there refuses at once: longer, and a visitor waits for nothing. */
export const CADDY_DIAL_S = 5
/** Caddy keeps a connection to a pub no longer than this: less than WEB_ANSWER_MS, after which the pub ends it. */
export const CADDY_IDLE_S = 5
/** The path of a socket, or the address of a port: far more than either has. */
export const CADDY_PLACE_CHARS_MAX = 300
