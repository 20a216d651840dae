/** The bounds of the bridge's HTTP server, each with its reason. It stands behind a proxy that ends TLS. */

/** A whole request head comes within this: node's own 60 s let a byte a second hold a socket for a minute. */
export const HTTP_HEAD_MS = 5_000
/** A whole request, its body included: 256 kB within this is what a modem of 1998 could send. */
export const HTTP_REQUEST_MS = 10_000
/** A connection that is asked nothing more. Proxies must let go sooner (docs/OPERATORS.md). */
export const HTTP_IDLE_MS = 5_000
/** How often those are looked for; node's own 30 s would make all of them six times as long. */
export const HTTP_CHECK_MS = 1_000
/** Nothing moves in either direction: somebody who asks and does not read. Longer than HTTP_WEBHOOK_MS. */
export const HTTP_STALL_MS = 20_000
/** What a browser sends of itself; Stripe's heads have one kilobyte. Node's own is 16 kB. */
export const HTTP_HEAD_BYTES_MAX = 8_192
export const HTTP_URL_CHARS_MAX = 1_000
/** Stripe's events have a few kilobytes; the largest (an invoice of many lines) stay below this. */
export const HTTP_BODY_BYTES_MAX = 256 * 1024
/** All unfinished and waiting bodies together: a burst of a thousand events, and no more memory than that. */
export const HTTP_BODIES_BYTES_MAX = 8 * 1024 * 1024
/**
 * Open connections. Each that waits takes about 15 kB; so many are 15 MB. When there are more, the one that has kept us
 * waiting longest is ended, so that whoever is quick gets in also while others hold places.
 */
export const HTTP_CONNECTIONS_MAX = 1_000
/** Node's hard stop, above ours. */
export const HTTP_CONNECTIONS_HARD_MAX = 1_200
/** Connections of one address that comes by itself. A browser opens six, and a family shares an address. */
export const HTTP_CONNECTIONS_PER_ADDRESS_MAX = 100
/** Requests of one address under way at once, also behind a proxy. Stripe sends a burst from a few addresses. */
export const HTTP_REQUESTS_PER_ADDRESS_MAX = 64
/** A handler that has said nothing by then is answered for, with 503; its own WEBHOOK_ANSWER_MS_MAX comes before that. */
export const HTTP_WEBHOOK_MS = 17_000
/** Who is over a bound is told to come again after this. */
export const HTTP_RETRY_S = 2
/** What the provider said for the pages is asked for anew when it is older than this. */
export const PAGE_FRESH_MS = 5_000
/** While nothing is known at all, right after a start, it is asked more often. */
export const PAGE_UNKNOWN_MS = 1_000
/** A question that has no answer after this is asked again. */
export const PAGE_ANSWER_MS = 30_000
/** A visitor waits no longer than this for a provider that is slow; then they see what was last known. */
export const PAGE_WAIT_MS = 2_000
/** What was last known is called so from this age on: one failed question is no trouble yet. */
export const PAGE_STALE_MS = 60_000
/** A provider that is away for longer makes /healthz answer 503; a restart takes less. */
export const PROVIDER_AWAY_MS = 2 * 60_000
/** How long a refused sender has to take in the refusal before the connection goes: what they still send is not read. */
export const HTTP_LINGER_MS = 500
/** How long requests under way have when the server stops. */
export const HTTP_STOP_MS = 2_000
/** An operator's own terms: a long read, and no book. */
export const TEXT_FILE_BYTES_MAX = 256 * 1024
