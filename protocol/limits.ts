/** Every bound of the system, named, with its reason. Units are last in the names. */

export * from './limits-replies'

/** box1 takes at most 7 recipients, the author included (private-box; ssb-keys refuses 8). */
export const RECIPIENTS_MAX = 7
/** So many bytes of text, as JSON, fit the classic 8 KiB with 7 recipients and the fullest payload (3,794 measured). */
export const ANSWER_BYTES_MAX = 3750
/** People write commands, not books: what is longer than this is not read as one. */
export const COMMAND_CHARS_MAX = 2000
/** A classic message is at most 8 KiB signed; its text can't be longer. */
export const TEXT_CHARS_MAX = 8192
/** Pub names: what fits a DNS label, leaving room for a suffix. */
export const NAME_CHARS_MAX = 32
export const DESCRIPTION_CHARS_MAX = 300
/** What a pub calls itself in public: what clients show in one line. */
export const TITLE_CHARS_MAX = 60
/** A note on an invite: whom it is for, not a letter. It stays between owners and provider. */
export const INVITE_NOTE_CHARS_MAX = 100
/** The longest path of a mail, brackets and all, is 256 octets (RFC 5321 4.5.3.1.3). */
export const EMAIL_CHARS_MAX = 254
/** Versions of the pub's image: what fits a Docker tag. */
export const VERSION_CHARS_MAX = 128
/** Lines of a pub's output in one incident, and characters of each: a hint, not a log. */
export const INCIDENT_LINES_MAX = 5
export const INCIDENT_LINE_CHARS_MAX = 200
/** Words of a hub on incidents that are kept per pub: begin and end of the 20 that `log` lists, and as much again. */
export const INCIDENTS_KEPT_MAX = 80
/** Incidents of one pub that its hub remembers having told of: more than a day's. */
export const OWN_INCIDENTS_KEPT_MAX = 100
/** A pub that is not up for this long, though it should be, is an incident. Quicker healing is no news. */
export const INCIDENT_DOWN_AFTER_MS = 2 * 60_000
/** An incident of the same kind within this time: it flaps, and is only over after INCIDENT_CALM_MS. */
export const INCIDENT_AGAIN_MS = 3_600_000
/** Out of memory, or what flaps, is over when nothing of it was seen for this long. */
export const INCIDENT_CALM_MS = 30 * 60_000
/** Incidents of one kind that begin for one pub within a day: the seventh says nothing that six did not. */
export const INCIDENTS_PER_DAY_MAX = 6
/** Times of one pub's ills that a hub holds in memory, to count them. */
export const ILLS_KEPT_MAX = 1_000
/** Owners are warned when their pub takes this share of the disk that its plan gives it … */
export const DISK_WARNING_SHARE = 0.8
/** … and the warning is over below this one. */
export const DISK_CALM_SHARE = 0.75
/** A pub that takes this share takes no more blobs, so that there is room for its feeds … */
export const DISK_FULL_SHARE = 0.95
/** … and takes them again below this one. */
export const DISK_ROOM_SHARE = 0.9
/** What a hub says of incidents is gathered this long, so that what is over already comes in one notice. */
export const INCIDENT_GATHER_MS = 3_000
/** Notices of incidents about one pub within a day that come at once … */
export const INCIDENT_NOTICES_PER_DAY_MAX = 8
/** … and how far apart, combined, those after them are. */
export const INCIDENT_NOTICES_RARE_MS = 4 * 3_600_000
/** Incidents told one by one in a combined notice; the rest is counted. */
export const INCIDENTS_PER_NOTICE_MAX = 5
/** Incidents that `log` lists. */
export const INCIDENTS_LISTED_MAX = 20
/** Owners of one pub: what they are told goes to all of them and the provider. */
export const OWNERS_MAX = RECIPIENTS_MAX - 1
/** Live pubs of which somebody may be made an owner, their own included: nobody is asked whether they want to be. */
export const OWNED_PUBS_MAX = 12
/** How often within a day somebody may be made an owner, whoever does it: each time opens a thread with them. */
export const OWNER_ADDS_PER_DAY_MAX = 6
/** How often within a day a pub may get another owner: each time a feed is asked for (GUEST_BYTES_MAX). */
export const OWNER_ADDS_PER_PUB_DAY_MAX = 8
/** People who were made owners by others and have given no valid command yet: their feeds are paid for by nobody … */
export const GUESTS_MAX = 500
/** … so that each may bring this much, as a newcomer may. */
export const GUEST_BYTES_MAX = 64 * 1024 * 1024
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
/** Who has been an owner for less has no second word: a day is what the others have to see who was added. */
export const OWNER_STANDING_MS = 24 * 3_600_000
/** A pub that is not up this long after it was asked for has failed. */
export const CREATE_DEADLINE_MS = 15 * 60_000
/** An invite that the hub can't hand to its pub within this time has failed. */
export const OP_DEADLINE_MS = 10 * 60_000
/** An invite that is taken back is void at once; its owner waits for the pub's word no longer than this … */
export const UNINVITE_WAIT_MS = 60_000
/** … and not at all for a hub that is still away after this. */
export const UNINVITE_AWAY_MS = 3_000
/** A hub that has not answered a question within this time has not answered. */
export const ASK_TIMEOUT_MS = 20_000
/** So long after its start a provider calls nothing late, and a hub that hears it again removes no volume: news is on its way. */
export const NEWS_WAIT_MS = 45_000
/** A start, stop, restart or new name that is not true after this time has failed, as far as its answer goes. */
export const CHANGE_DEADLINE_MS = 5 * 60_000
/** An upgrade or rebuild that is not through after this time has failed, as far as its answer goes: a pull, a trial, the way back. */
export const UPGRADE_DEADLINE_MS = 15 * 60_000
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
/** What a stored message takes besides its plain content: ids, signature, box. Else tiny messages would be free. */
export const MESSAGE_OVERHEAD_BYTES = 700
/** Redemptions of the provider's invite within a minute, all invites together. */
export const REDEMPTIONS_PER_MINUTE_MAX = 30
/** A pub's sealed secret: about 500 characters of base64; what is much longer is none. */
export const SEALED_SECRET_CHARS_MAX = 2_048
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
/** One pub may use one core and no more: a busy one must not starve its neighbours. */
export const RUN_CPUS = 1
/** Processes and threads of one pub: node runs about a dozen; a fork bomb ends here (CIS 5.29). */
export const RUN_PROCESSES_MAX = 128
/** Open files and sockets of one pub: some hundred connections and its log. */
export const RUN_OPEN_FILES_MAX = 4096
/** `/tmp` of a pub lives in memory and counts as such. */
export const RUN_TMP_BYTES = 16 * 1024 * 1024
/** Output kept of one pub: two pieces of this size; enough to see why it ended. */
export const RUN_OUTPUT_BYTES_MAX = 1024 * 1024
export const RUN_OUTPUT_PIECES = 2
/** An engine that does not answer one question within this time is taken for gone. */
export const ENGINE_ANSWER_MS = 60_000
/** A lost event stream is taken up again after this, doubled up to the second; a full look decides meanwhile. */
export const ENGINE_WATCH_AGAIN_MIN_MS = 250
export const ENGINE_WATCH_AGAIN_MAX_MS = 30_000
/** A pub whose daemon died ends by itself within this time; then it is ended by force. */
export const ORPHAN_ENDS_MS = 5_000

// ---- web pages of a pub ----
/** What the web pages' three processes get on top of the plan: about 20 MB each of their own, and room to make a page. */
export const WEB_RESERVED_BYTES = 64 * 1024 * 1024
export const WEB_MEMORY_BYTES = 192 * 1024 * 1024
/** The process behind a page, and the front itself, are started again after this, doubling … */
export const WEB_RESTART_MS = 1_000
/** … up to this. */
export const WEB_RESTART_MAX_MS = 60_000
/** A page nobody asked for this long gives its memory back; it is there again within a second. */
export const WEB_IDLE_MS = 10 * 60_000
/** A process behind a page that does not serve after this is ended. */
export const WEB_START_MS = 20_000
/** A page that takes longer is given up, and the program that makes it is ended: it may never get done. */
export const WEB_ANSWER_MS = 10_000
/** Visitors at one time: the pub's members come first. */
export const WEB_CONNECTIONS_MAX = 100
export const WEB_REQUESTS_MAX = 12
/** Of these, what one program works on at one time: a search reads the whole log. */
export const WEB_PROGRAM_REQUESTS_MAX = 3
/** A visitor who has not taken a page after this is let go, so that slow ones can't hold all the places. */
export const WEB_VISIT_MS = 60_000
/** What a pub says of itself on its page may be this old: finding it out reads the pub's own feed. */
export const WEB_FACTS_MS = 10_000
/** A page is rewritten in memory: longer than this no person reads. */
export const WEB_HTML_BYTES_MAX = 2 * 1024 * 1024

// ---- hub daemon ----
/** Pubs that a hub creates, starts, stops or removes at one time: starting is a second of CPU each. */
export const HUB_WORK_MAX = 4
/** A pub is started again at once, then after this, doubling each time … */
export const RESTART_BACKOFF_MS = 100
/** … up to this: a pub that can't run costs its neighbours one start a minute. */
export const RESTART_BACKOFF_MAX_MS = 60_000
/** A pub that has answered this long is healthy, and its failed starts are forgotten. */
export const HEALTHY_AFTER_MS = 10_000
/** A new version that is not healthy this long after its first start is given up: a start takes a second, a big log some ten. */
export const UPGRADE_TRIAL_MS = 90_000
/** Pulling an image may take this long: 150 MB over a slow line. */
export const IMAGE_PULL_MS = 10 * 60_000
/** How far a pull is goes into the hub's log this often. */
export const IMAGE_PULL_TOLD_EVERY_MS = 10_000
/** Starts without getting healthy after which it is said that a pub keeps crashing (about 15 s of trying). */
export const CRASHES_REPORTED_AFTER = 6
/** Tries after which a definite trouble (port taken, no image, disk full) is told: a passing one heals before. */
export const TROUBLE_REPORTED_AFTER = 3
/** Starts up to which `up` is told at once; a pub that needed more must be healthy first, so that it can't flap. */
export const CALM_STARTS_MAX = 2
/** A pub that was up is reported down when it has not come back within this time; quicker healing is no news. */
export const DOWN_REPORTED_AFTER_MS = 10_000
/** An engine that has not answered for this long is reported: a restart of Docker takes seconds. */
export const ENGINE_GONE_REPORTED_AFTER_MS = 60_000
/** A run that has not taken a handshake for this long is ended and started again. */
export const SILENT_KILL_MS = 60_000
/** How long a pub may take to end by itself before it is ended by force. */
export const STOP_GRACE_MS = 10_000
/** Between two full looks of a hub at its engine; events, and connections to pubs that end, wake it earlier. */
export const FULL_LOOK_EVERY_MS = 60_000
/** The same while the engine does not answer, or a pub that runs there: something is wrong and somebody waits. */
export const DOUBT_LOOK_EVERY_MS = 3_000
/** Dialling a pub that is starting: as long as a handshake takes, so that hardly any time is lost. */
export const DIAL_EVERY_MS = 50
/** Dialling a pub that has not answered for a while. */
export const DIAL_SLOW_EVERY_MS = 1_000
/** One handshake with a pub on the same machine. */
export const HANDSHAKE_TIMEOUT_MS = 5_000
/** A handshake costs the hub ten pings; that new connections are taken while the old one answers seldom changes. */
export const PROBE_EVERY_MS = 900_000
/** A `whoami` over the open connection to every pub: one that ended is noticed at once, this finds one that hangs. */
export const PUB_PING_EVERY_MS = 120_000
/** Calls to provider and pubs that take longer than this are lost: less than COMMIT_WAIT_MS of the fence. */
export const CALL_TIMEOUT_MS = 10_000
/** The hub asks its provider who it is this often, to notice a dead connection. */
export const PROVIDER_PING_EVERY_MS = 15_000
/** Dialling the provider: from, doubling, up to. */
export const PROVIDER_BACKOFF_MS = 200
export const PROVIDER_BACKOFF_MAX_MS = 10_000
/** Memory that a hub keeps for itself, its engine and its machine: the larger of this … */
export const HUB_RESERVE_BYTES = 256 * 1024 * 1024
/** … and this share. Idle pubs take little more than half of what is reserved for them (bench/README.md, P9). */
export const HUB_RESERVE_SHARE = 1 / 16
/** A changed offer is published when memory or disk differ by this share: free disk moves all the time. */
export const CAPACITY_CHANGE_SHARE = 0.2
/** Sentences about a pub's trouble are cut to this. */
export const REASON_CHARS_MAX = 300
/** Classic SSB: a whole signed message, as JSON with two spaces, has at most so many characters (ssb-validate). */
export const MESSAGE_CHARS_MAX = 8192
/** Own messages written to the log before one wait for the disk: more gains nothing, and a crash loses fewer. */
export const PUBLISH_GROUP_MAX = 64
/** Own messages that wait to be published; what comes on top is refused with `try-again`. */
export const PUBLISH_QUEUE_MAX = 2_000
/** Foreign messages that wait in `append`. */
export const APPEND_QUEUE_MAX = 5_000
/** A peer that is asked for our own feed and sends nothing for so long has not answered. */
export const GATE_ANSWER_TIMEOUT_MS = 30_000
/** A node waits at least this long after its start for peers to say what they hold of its feed. */
export const GATE_WAIT_MIN_MS = 300
/** … and so long for those whose word counts and who are away: hubs dial at least every ten seconds. */
export const GATE_ABSENT_WAIT_MS = 15_000
/** Messages of a conversation that wait for a slow reader on the owner's machine. */
export const CONVERSATION_QUEUE_MAX = 20_000

// ---- figures ----
/** A pub tells its figures this often: a minute shows what a person wants to see, and costs its hub what a ping did. */
export const SAMPLE_EVERY_MS = 60_000
/** Minutes of a day, and quarters of an hour of 30 days: what a hub keeps of each pub, in a file of fixed size. */
export const FINE_POINTS = 1_440
export const COARSE_POINTS = 2_880
export const COARSE_EVERY_MS = 900_000
/** A pub that has told nothing for so long is asked whether it lives, and its engine for its figures. */
export const FIGURES_LATE_MS = 75_000
/** A live stream has one item a second: faster is not readable. Slower than a day nobody needs. */
export const LIVE_EVERY_MS = 1_000
export const FIGURES_EVERY_MAX_MS = 86_400_000
/** Live streams that one owner reads at a time: a terminal for each pub, and some that were forgotten. */
export const STATS_PER_OWNER_MAX = 12
/** Questions for figures of one owner that wait for their hub. */
export const FIGURES_ASKED_PER_OWNER_MAX = 12
/** A `status` waits this long for its figures; then it is answered without. */
export const STATUS_WAIT_MS = 6_000
/** … and of that so long for its picture, which takes a quarter of a second. */
export const PICTURE_WAIT_MS = 3_000
/** A pub looks through its folder at most this often: thousands of blobs are thousands of looks at the disk. */
export const FOLDER_LOOK_EVERY_MS = 300_000

// ---- export ----
/** One piece of an export on its way: several a second on a slow line, hardly any waiting for answers on a fast one. */
export const EXPORT_CHUNK_BYTES = 512 * 1024
/** Messages of a pub's log that its hub reads at one time: at most 2 MB of the classic 8 KiB. */
export const EXPORT_PAGE_MESSAGES = 250
/** A read of an export is answered with `wait` after this, so that nobody takes counting for a broken connection. */
export const EXPORT_WAIT_MS = 3_000
/** An export that nobody has read from for so long is over; its owner can go on with a new one. */
export const EXPORT_IDLE_MS = 60_000
/** Exports of one owner at one time: the second is for somebody who forgot the first. */
export const EXPORTS_PER_OWNER_MAX = 2
/** Exports that one hub serves at one time: each keeps one pub busy and takes some megabytes. */
export const EXPORTS_PER_HUB_MAX = 4
/** The log of a plain ssb-server counts its bytes in 32 bits (flumelog-offset as ssb-db 20 opens it). */
export const EXPORT_LOG_BYTES_MAX = 2 ** 32 - 1
/** A request by message waits so long for a hub that is away: most come back at once, after a restart or a changed network. */
export const EXPORT_HUB_WAIT_MS = 30_000
/** What comes as blobs in a message, four of them at most; a table of peers is some kilobytes. */
export const EXPORT_MESSAGE_BYTES_MAX = 20_000_000
export const EXPORT_LINKS_MAX = 4
