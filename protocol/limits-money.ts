/** The bounds of plans, payments and mail, each with its reason. */

/** A plan's name is typed by people. */
export const PLAN_NAME_CHARS_MAX = 24
export const PLAN_WORDS_CHARS_MAX = 200
/** So many plans fit one answer, with their words. */
export const PLANS_MAX = 12
/** A terabyte of memory and a thousand of disk: beyond it, it is a slip of the pen. */
export const PLAN_MEMORY_BYTES_MAX = 1024 ** 4
/** Less is a slip of the pen too: an idle pub has some 22 MB of its own. */
export const PLAN_MEMORY_BYTES_MIN = 32 * 1024 ** 2
export const PLAN_DISK_BYTES_MAX = 1000 * 1024 ** 4
/** A changed subscription shows that at once, or after the next hourly sweep; this is both and some time more. */
export const PLAN_SHOWN_MS = 2 * 3_600_000
/** Sizes of one pub's orders that are remembered: who changes plan more often than its hub can follow waits for it. */
export const SIZES_KEPT_MAX = 20
/** A dozen plans with their words fit in far less. */
export const PLANS_FILE_BYTES_MAX = 256 * 1024
/** Stripe's `unit_amount` takes eight digits for most currencies. */
export const PLAN_PRICE_MAX = 99_999_999
/** Stripe's longest trial is two years (730 days). */
export const PLAN_TRIAL_DAYS_MAX = 730
/** Ids of Stripe's objects have no promised length; 255 is what its documentation tells to reserve. */
export const STRIPE_ID_CHARS_MAX = 255
/** Links of Checkout carry a long fragment. */
export const STRIPE_URL_CHARS_MAX = 4_096
/** What a bridge or Stripe gives as a reason, shortened. */
export const STRIPE_REASON_CHARS_MAX = 300
/** A Checkout session lives between 30 minutes and 24 hours (Stripe's `expires_at`). */
export const CHECKOUT_EXPIRES_MS = 23 * 3_600_000
/** A call that Stripe has not answered after this long is told to the owner as slow. */
export const STRIPE_SLOW_MS = 60_000
/** What may lie between two clocks that agree. */
export const CLOCKS_AGREE_MS = 10 * 60_000
/**
 * By this share of its age another clock's word may be wrong when it is carried on by a clock of ours that runs at twice the right
 * rate; no machine that serves anybody is worse. So a word that is older than 20 minutes agrees with nothing.
 */
export const CLOCK_UNSURE_SHARE = 0.5
/** A word is known for so long after it was told, to gainsay ours: Stripe is asked at least hourly. */
export const CLOCK_KEPT_MS = 2 * 3_600_000
/** A clock that is wrong at a start, or is set wrongly, is set right within this: the time of day comes over the network. */
export const CLOCK_EVEN_MS = 3_600_000
/** What waits for another clock is looked at again this often. */
export const CLOCKS_LOOK_EVERY_MS = 60_000
/** A promise that is not told to the owners within this was held up; it is made anew, with its whole span. */
export const DUES_TOLD_WITHIN_MS = 60_000
/** Owed calls that are shown to the bridge at once; the others come when these are done. */
export const OWED_CALLS_MAX = 100
/** Alerts that are shown to the operator at once: a screen of them. */
export const ALERTS_SHOWN_MAX = 20
/** Alerts that are kept in memory, to know again what was told. */
export const ALERTS_KEPT_MAX = 1_000
/**
 * So long after its end the sweep still asks what became of a session: a payment in its last minute whose webhook was lost
 * is found, also by a bridge that was away for some days.
 */
export const SESSION_REMEMBERED_MS = 7 * 24 * 3_600_000
/** Any owner may have the payer's page mailed to them; more often than this it would be a nuisance to somebody else. */
export const PORTAL_MAILS_PER_DAY_MAX = 6
/** Subscriptions whose newest state is remembered beyond the feed: facts that cross on their way are minutes apart. */
export const FACTS_SEEN_MAX = 10_000
/** A bridge needs one list of what is owed; the others are those that its last connection has not let go of yet. */
export const BILLING_SOURCES_MAX = 8
/** What was uploaded for an `import` is kept for an hour (IMPORT_KEPT_MS): whoever pays for it has to do so before. */
export const IMPORT_LINK_MS = 45 * 60_000
/** A link is said again while there is time left to pay by it; with less, a new one is made. */
export const LINK_LEFT_MS = 30 * 60_000
/** Paid, and no server has room: after this long the money goes back. */
export const PAID_WAIT_MS = 24 * 3_600_000
/** While no bridge is connected, what was paid may be unknown here: an unpaid create waits this much longer. */
export const BRIDGE_AWAY_MS = 24 * 3_600_000
/** Words on one pub's money that may still be the cause of a record: published between a decision and its record. */
export const MONEY_CAUSES_KEPT_MAX = 8
