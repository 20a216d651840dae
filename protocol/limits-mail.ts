/** The bounds of mail, each with its reason. */

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** Digits of the code that confirms an address: typed by hand, and tried at most EMAIL_TRIES_MAX times. */
export const EMAIL_CODE_DIGITS = 6
/** Wrong tries until a code is void: five of a million is a chance of one in 200,000. */
export const EMAIL_TRIES_MAX = 5
/** Long enough for a mail that is held back at first (greylisting takes minutes, RFC 6647), and short enough to guess nothing. */
export const EMAIL_CODE_EXPIRES_MS = 2 * HOUR_MS
/** Codes that one owner may ask for within an hour: three slips of the pen. */
export const EMAIL_CODES_PER_HOUR_MAX = 3
/** Codes that are sent to one address within a day, whoever asks: nobody's mailbox is filled through us. */
export const EMAIL_CODES_PER_ADDRESS_PER_DAY_MAX = 5
/** Codes in all within an hour: many feeds cost nothing, and mail servers block who sends too much. */
export const EMAIL_CODES_IN_ALL_PER_HOUR_MAX = 100
/** Times of codes are kept as long as they count. */
export const EMAIL_CODES_KEPT_MS = DAY_MS
/** A code that was taken stays good for the same answer this long: what was asked before a crash is asked again. */
export const EMAIL_CODE_AGAIN_MS = 10 * MINUTE_MS
/** Owners and payers whose addresses are kept; a file of 300 bytes for each. */
export const ADDRESSES_MAX = 50_000

/** Invoices of one payer that are known to be mailed: the sweep tells the last one of each of their subscriptions again. */
export const PAYER_RECEIPTS_MAX = 100

/** Mails that wait at once: more than a provider of a thousand pubs owes on its worst day. */
export const MAILS_WAITING_MAX = 2_000
/** A mail is tried this long; what nobody could take for so long helps nobody any more. */
export const MAIL_TRIED_MS = 3 * DAY_MS
/** The pauses of one mail that its server puts off: the first, doubling up to the longest (RFC 5321 4.5.4.1 tells 30 minutes). */
export const MAIL_PAUSE_FIRST_MS = MINUTE_MS
export const MAIL_PAUSE_LONGEST_MS = 30 * MINUTE_MS
/** The pauses when the mail server itself is out of reach: it may only be starting again. */
export const MAIL_SERVER_PAUSE_FIRST_MS = 5_000
export const MAIL_SERVER_PAUSE_LONGEST_MS = 15 * MINUTE_MS
/** What was sent is known by its key this long: longer than causes count, so that nothing is owed twice. */
export const MAIL_KEPT_MS = 14 * DAY_MS
/** Keys that are kept of what was sent; the oldest go first. */
export const MAILS_KEPT_MAX = 20_000
/** Only what was caused within this time of the feed is mailed: an old log, read anew, sends nobody anything. */
export const MAIL_CAUSE_MS = 7 * DAY_MS
/** A subject fits one line of a list of mails. */
export const MAIL_SUBJECT_CHARS_MAX = 120
/** What a mail server says, shortened. */
export const MAIL_REASON_CHARS_MAX = 300
/** Lines of the dialogue that `admin mail test` shows. */
export const MAIL_DIALOGUE_LINES_MAX = 40
/** Mails that could not be delivered and are listed to the operator; older ones go. */
export const MAILS_FAILED_LISTED_MAX = 50

/** A slow mail server is waited for this long at each step; more than a minute and it is as good as away. */
export const SMTP_CONNECT_MS = 20_000
export const SMTP_ANSWER_MS = 60_000
/** Connections to the mail server at once: many accept no more of one client. */
export const SMTP_CONNECTIONS_MAX = 2
/** `admin mail test` answers before its caller gives up (cli/io/admin.ts waits 30 s). */
export const MAIL_TEST_MS = 25_000

/** Pubs that one mail says are up: a screen of them, and a key that stays short. */
export const WELCOMES_PER_MAIL_MAX = 20
/** What is over within this time is told by message alone: nobody reads a mail sooner. */
export const INCIDENT_MAIL_MS = 10 * MINUTE_MS
/** Incidents of one pub that are mailed within a day; the thread tells of all. */
export const INCIDENT_MAILS_PER_DAY_MAX = 3
/** A hub may restart, or its line be cut for a while; after this the operator has to look. */
export const HUB_SILENT_MAIL_MS = 15 * MINUTE_MS
/** The operator is told when less than this share of all memory for pubs is left: time to bring another server. */
export const CAPACITY_LOW_SHARE = 0.15
/** How often the operator is told the same while it lasts. */
export const HUB_SILENT_AGAIN_MS = DAY_MS
export const HUB_UNABLE_AGAIN_MS = DAY_MS
export const CAPACITY_LOW_AGAIN_MS = 7 * DAY_MS
export const UNDELIVERED_AGAIN_MS = DAY_MS
export const CUTS_STOPPED_AGAIN_MS = DAY_MS
