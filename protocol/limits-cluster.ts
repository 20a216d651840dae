/** Limits of the file that says what a provider shall be, each with its reason. */

/** Some four thousand pubs with their owners; the file goes over in one call. */
export const CLUSTER_FILE_BYTES_MAX = 512 * 1024
/** The name of a file, as it stands before each fault. */
export const CLUSTER_FILE_CHARS_MAX = 200
/** A file with more faults than these is read again when these are mended. */
export const CLUSTER_FAULTS_MAX = 50
/** A quota that nobody means to be one. */
export const PUBS_PER_OWNER_MAX_MAX = 100_000
export const REQUESTS_PER_MINUTE_MAX_MAX = 100_000
/** Ten years: whoever wants to keep a deleted pub's data for longer keeps a backup. */
export const RETENTION_MS_MAX = 10 * 366 * 24 * 3_600_000
/** What operators call themselves stands in every pub's description. */
export const SERVICE_NAME_CHARS_MAX = 100
/**
 * So long the operator is shown that a pub they had made never came up, and who asked for one that it did not. Whoever has not
 * applied the file again by then does not want it any more.
 */
export const NEVER_UP_SHOWN_MS = 7 * 24 * 3_600_000
/** Each of them reckons the room of all hubs anew, between two decisions; whoever changes more pubs at a time applies again. */
export const CLUSTER_PUB_CHANGES_MAX = 100
