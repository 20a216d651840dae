/** Bounds of backups of a provider. With their reasons, as in limits.ts. */

/** One file beside the feeds: all of ours are small; what is larger is somebody's mistake and is named, not taken. */
export const BACKUP_FILE_BYTES_MAX = 8 * 1024 * 1024
/** Files beside the feeds: three for each of 10,000 pubs and owners, and the mail that may wait. */
export const BACKUP_FILES_MAX = 50_000
/** Hubs and pubs, which have a feed each. */
export const BACKUP_FEEDS_MAX = 20_000
/** A passphrase that is shorter is guessed by trying, however slow each try is made. */
export const BACKUP_PASSPHRASE_CHARS_MIN = 12
/** Whoever asks at the address where a restored provider ran before: hosts that drop packets give no answer at all. */
export const FORMER_COPY_WAIT_MS = 5_000
/** A restored provider waits so long for hubs that are away: where its address has moved, names take minutes to follow. */
export const RESTORED_ABSENT_WAIT_MS = 600_000
/** One peer that is asked for a pub's feed after a restore; the pub's own hub hands over what is missing anyway. */
export const RESTORED_ASK_MS = 10_000
/** Peers that are asked: hubs, and owners who happen to be there. */
export const RESTORED_ASKED_MAX = 50
