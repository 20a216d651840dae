/** Limits of where pubs go, each with its reason. */

/**
 * Plans promise far more disk than pubs take: one that is new holds 20 MB of the gigabyte of the smallest plan. Hubs tell what
 * is free of their disks, again whenever that has changed (CAPACITY_CHANGE_SHARE), so with 4 a quarter of all that was promised is
 * still free whenever another pub comes, however full those are that are there; 300 pubs of 1 GB fit the 100 GB of a server with
 * 15 GB of memory. A pub near the end of its own plan takes no more blobs (DISK_FULL_SHARE), so none takes what is others'.
 */
export const DISK_PROMISED_TIMES = 4
/** More than this is a slip of the pen. */
export const DISK_PROMISED_MAX = 100
/** In a sentence more hubs than these are counted, no longer named: it is for people. */
export const HUBS_NAMED_MAX = 6
/** What a hub says of itself besides figures: names and values, like region=eu. */
export const HUB_LABELS_MAX = 16
export const HUB_LABEL_CHARS_MAX = 64
export const REGION_CHARS_MAX = 40
/** News of a state that are kept for readers; they read at every look, and who is further behind looks at everything once. */
export const NEWS_MAX = 20_000
/** A clock that goes back by less is corrected, not set: what was over for a moment had its whole time before. */
export const CLOCK_SET_BACK_MS = 60_000
/** What a hub offers beyond this is not counted: no server has more, so who says so is mistaken or lies. 32 TiB, and a million GB of disk. */
export const HUB_MEMORY_COUNTED_MAX_BYTES = 32 * 1024 ** 4
export const HUB_DISK_COUNTED_MAX_BYTES = 1e15
/** A hub that offers so many times the memory of any other gets all new pubs: its operator is told, because a slip or a lie looks like that. */
export const OUTSIZED_TIMES = 8
