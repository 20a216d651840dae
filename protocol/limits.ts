/** Every bound of the system, named, with its reason. Units are last in the names. */

/** box1 takes at most 7 recipients, the author included (private-box; ssb-keys refuses 8). */
export const RECIPIENTS_MAX = 7
/** A private post of this many bytes of text still fits the classic 8 KiB message with 7 recipients. */
export const ANSWER_BYTES_MAX = 5000
/** People write commands, not books: what is longer than this is not read as one. */
export const COMMAND_CHARS_MAX = 2000
/** A classic message is at most 8 KiB signed; its text can't be longer. */
export const TEXT_CHARS_MAX = 8192
/** Pub names: what fits a DNS label, leaving room for a suffix. */
export const NAME_CHARS_MAX = 32
export const DESCRIPTION_CHARS_MAX = 300
/** One free plan; the quota keeps one person from filling a community's server. */
export const PUBS_PER_OWNER_MAX = 3
/** Uses of one invite: a village, not a city; more invites can be made. */
export const INVITE_USES_MAX = 100
/** Live invites of one pub: the pub holds them all in memory. */
export const INVITES_PER_PUB_MAX = 50
/** Requests of one owner that are decided one by one within a minute; what is over is refused in one answer. */
export const REQUESTS_PER_MINUTE_MAX = 20
/** Requests over the limit are gathered this long, so that a burst gets one combined answer. */
export const BURST_GATHER_MS = 3_000
/** Combined answers to one author are at least this far apart. */
export const BURST_ANSWER_EVERY_MS = 60_000
/** A stranger is refused at most once in this time, combined. */
export const STRANGER_ANSWER_EVERY_MS = 3_600_000
/** Refusals to all strangers together within an hour: strangers must not grow the feed. */
export const STRANGER_ANSWERS_PER_HOUR_MAX = 20
/** A question waits for its `yes` this long. */
export const QUESTION_EXPIRES_MS = 24 * 3_600_000
/** A pub that is not up this long after it was asked for has failed. */
export const CREATE_DEADLINE_MS = 15 * 60_000
/** An invite that the hub can't hand to its pub within this time has failed. */
export const OP_DEADLINE_MS = 10 * 60_000
/** Volumes of deleted pubs are kept this long. */
export const RETENTION_MS = 7 * 24 * 3_600_000
/** Ports of pubs lie in this range unless the provider's policy says otherwise. */
export const PORT_MIN = 1024
export const PORT_MAX = 65535
/** Reservations and limits of the one free plan (docs/ARCHITECTURE.md, Capacity). */
export const FREE_PLAN_RESERVED_BYTES = 48 * 1024 * 1024
export const FREE_PLAN_MEMORY_BYTES = 192 * 1024 * 1024
export const FREE_PLAN_DISK_BYTES = 1024 * 1024 * 1024
/** Newcomers (redeemed the provider's invite, no valid command yet): bounded table, cap and expiry. */
export const NEWCOMERS_MAX = 500
export const NEWCOMER_EXPIRES_MS = 14 * 24 * 3_600_000
export const NEWCOMER_BYTES_MAX = 64 * 1024 * 1024
/** Redemptions of the provider's invite within a minute, all invites together. */
export const REDEMPTIONS_PER_MINUTE_MAX = 30
/** A one-time token of a hub is good for a day. */
export const HUB_TOKEN_EXPIRES_MS = 24 * 3_600_000
/** A fence waits this long for its write-ahead before it tells the member to try again. */
export const COMMIT_WAIT_MS = 15_000
/** Writes that wait in one fence. */
export const FENCE_QUEUE_MAX = 100
/** Messages of a pub's feed handed over in one piece when it is brought back. */
export const HISTORY_BATCH_MAX = 200
/** How far a question is looked for up the branches of a thread. */
export const BRANCH_WALK_MAX = 200
/** Parents named by one message of a thread; Patchwork names the heads, which are few. */
export const BRANCHES_MAX = 10
