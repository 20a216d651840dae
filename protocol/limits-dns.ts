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
/** A name of an owner's own is a CNAME of its pub's over at most so many steps: resolvers follow about as many. */
export const OWN_CHAIN_MAX = 8
/** Names that are looked up at the same time: each waits for name servers of strangers. */
export const OWN_LOOKS_AT_ONCE = 8
/** One name server, and the whole of one name: who has not answered by then counts as not there. */
export const OWN_ANSWER_MS = 4_000
export const OWN_LOOK_MS = 30_000
/** Names not proven yet are looked up every minute at first, then whenever a tenth of their age has passed, at most half an hour. */
export const OWN_PAUSE_FIRST_MS = 60_000
export const OWN_PAUSE_LONGEST_MS = 30 * 60_000
/** One that is proven is looked up so often; every hour while it is not found to lead here, so that a mended one is seen soon. */
export const OWN_REFRESH_MS = 24 * 3_600_000
export const OWN_DOUBT_PAUSE_MS = 3_600_000
/** Not proven by then, it is given up: a registrar's records are seen everywhere within two days. */
export const OWN_PENDING_MS = 3 * 24 * 3_600_000
/** But never before so many looks: the provider, or its way out, may have been away, or a clock have jumped. */
export const OWN_PENDING_LOOKS_MIN = 10
/** Led elsewhere for so long, its owners are told: records are changed back and forth within a day. */
export const OWN_TOLD_AFTER_MS = 24 * 3_600_000
export const OWN_TOLD_LOOKS_MIN = 3
/** So long after they were told it is dropped, a week in all, and never after fewer looks that found it elsewhere. */
export const OWN_DROPPED_AFTER_MS = 6 * 24 * 3_600_000
export const OWN_DROPPED_LOOKS_MIN = 24
/** Names of one owner's pubs that are not proven: each costs looks at strangers' name servers for three days. */
export const OWN_PENDING_PER_OWNER_MAX = 5
/** Names' servers that may be given in the settings: more are never asked. */
export const RESOLVERS_MAX = 8
/** Names that a pub's pages are served by: its owner's own and its name for life, with room for more. */
export const WEB_NAMES_MAX = 8
