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
