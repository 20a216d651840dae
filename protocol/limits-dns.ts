/** Limits of host names and their records, each with its reason. */

/** A host name in text form: RFC 1035 2.3.4 without the root's dot. */
export const HOST_CHARS_MAX = 253
/** Hosts that are remembered of one pub on one hub: whether there was more than one is all that is asked. */
export const HOSTS_KEPT_MAX = 8
/** One label of it, RFC 1035 2.3.4. */
export const LABEL_CHARS_MAX = 63
/** How long others may keep an address by default: a pub that moved is found again within a minute. */
export const DNS_TTL_S = 60
/** Less is asked of the name server with every dial; more, and a pub that moved is not found for a day. */
export const DNS_TTL_S_MIN = 10
export const DNS_TTL_S_MAX = 86_400
/** A name server that has not answered by then is called away: updates take it milliseconds. */
export const DNS_ANSWER_MS = 10_000
/** Two bytes say how long a message is, RFC 1035 4.2.2. */
export const DNS_MESSAGE_BYTES_MAX = 65_535
/** Clocks may differ by so much, RFC 8945 10. */
export const TSIG_FUDGE_S = 300
/** A name server that was away, or refused everything, is tried again after this, and then ever more seldom. */
export const DNS_PAUSE_FIRST_MS = 5_000
export const DNS_PAUSE_LONGEST_MS = 5 * 60_000
/** What it refused about one name waits for a person: tried again so often all the same. */
export const DNS_NAME_PAUSE_MS = 10 * 60_000
/** Records are set anew so often though nothing changed here: somebody may have changed them there. */
export const DNS_REFRESH_MS = 24 * 3_600_000
/** Names that a pub's pages are served by: its owner's own and its name for life, with room for more. */
export const WEB_NAMES_MAX = 8
