/** Limits of host names and their records. */

/** A host name in text form: RFC 1035 2.3.4 without the root's dot. */
export const HOST_CHARS_MAX = 253
