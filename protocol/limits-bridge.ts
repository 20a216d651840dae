/** The bounds of the billing bridge, each with its reason. */

/** Stripe signs the time into every delivery; an older one is a replay (the tolerance of its own libraries). */
export const WEBHOOK_AGE_SECONDS_MAX = 300
/** Stripe's clock and ours may differ; what comes from further ahead was made to be replayed later. */
export const WEBHOOK_AHEAD_SECONDS_MAX = 300
/** Deliveries that are looked at at one time; the others are told to come back, and Stripe does for three days. */
export const WEBHOOKS_AT_ONCE_MAX = 1_000
/** Stripe waits some 20 seconds for an answer to a delivery; after ours it delivers again. */
export const WEBHOOK_ANSWER_MS_MAX = 15_000
/** Events that are known again, so that a second delivery costs nothing: more than a day's of a large provider. */
export const EVENTS_KEPT_MAX = 50_000
/** Which session a subscription came of never changes; so many are remembered. */
export const SESSIONS_KEPT_MAX = 20_000
/** One request to Stripe. Its own limit is 80 seconds, but a slow answer must not hold up a lane for that long. */
export const STRIPE_TIMEOUT_MS = 30_000
/** Owed calls that run at one time: far below Stripe's limit of 25 requests a second in test mode. */
export const CALLS_AT_ONCE_MAX = 8
/** Stripe keeps idempotency keys for at least this long; later the bridge looks before it calls. */
export const IDEMPOTENCY_KEPT_MS = 24 * 3_600_000
/** Stripe refuses a Checkout session that would end sooner than this after it was made. */
export const CHECKOUT_SHORTEST_MS = 30 * 60_000
/** After a failed call: doubled each time, up to the ceiling. */
export const CALL_BACKOFF_MS = 1_000
export const CALL_BACKOFF_MAX_MS = 5 * 60_000
/** A key that Stripe refuses is a matter for the operator; asking more often would change nothing. */
export const KEY_BACKOFF_MS = 60_000
/** Saved failures of one call that are stepped over by a new key before the call waits again. */
export const KEYS_TRIED_MAX = 5
/** What no webhook has told is found after this long at the latest. */
export const SWEEP_EVERY_MS = 3_600_000
/**
 * What changed at Stripe less than this ago is no difference that a sweep tells of: its webhook may be on its way. Stripe
 * delivers within seconds, and tries once more some minutes later.
 */
export const SWEEP_ALLOWANCE_MS = 10 * 60_000
/** Stripe lists no older events than this. */
export const EVENTS_LISTED_MS = 30 * 24 * 3_600_000
/** Subscriptions that a sweep compares at one time. */
export const SWEEP_AT_ONCE_MAX = 2
/** What Stripe gives on one page of a list. */
export const STRIPE_PAGE_MAX = 100
/** Deliveries were refused while the provider was away; after so long an absence they are looked for at once. */
export const SWEEP_AGAIN_MS = 5 * 60_000
/** A sweep that failed is tried again after this long at the latest. */
export const SWEEP_RETRY_MS_MAX = 5 * 60_000
/**
 * How long a payer's link is good for at least. It stands in mails about dates that are weeks away (21 days of grace and 30
 * of being stopped, by default), and a mail may be read late; a mailbox that is years old opens nothing.
 */
export const PORTAL_LINK_MS = 180 * 24 * 3_600_000
/** All links of a payer that are made within this are the same one, so that nobody has to keep a new one every hour. */
export const PORTAL_LINK_STEP_MS = 30 * 24 * 3_600_000
/** Pages at Stripe that one payer may open within PORTAL_OPENS_MS: each is a call to Stripe, and nobody needs more. */
export const PORTAL_OPENS_MAX = 10
export const PORTAL_OPENS_MS = 3_600_000
/** Payers whose openings are counted at one time. */
export const PORTAL_PAYERS_KEPT_MAX = 10_000
/** Somebody waits for it in a browser: less than HTTP_STALL_MS, after which the connection goes. */
export const PORTAL_ANSWER_MS = 12_000
