/** The bounds of rented machines, each with its reason. Money is burnt by loops, so every loop has an end. */

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** A name that every cloud takes as a host name's label, with room for what a driver puts around it. */
export const MACHINE_NAME_CHARS_MAX = 40
/** What a flavour or an image is called; the longest that Nova takes is 255. */
export const MACHINE_KIND_CHARS_MAX = 255
/** One word for why. */
export const MACHINE_WHY_CHARS_MAX = 40
export const MACHINE_DRIVER_CHARS_MAX = 20
/** More than one provider could look after by one feed. */
export const MACHINES_MAX = 1_000

/** What is looked at after a hub fell silent, before anything is rented or given back: most are back by then. */
export const MACHINE_CALM_MS = 10 * MINUTE_MS
/** Room beyond the threshold that must be left before a machine is given back: else it would be rented again at the next pub. */
export const MACHINE_SURPLUS_SHARE = 0.25
/** A machine that was accepted and is on no list yet is not asked for again within this: lists of clouds lag. */
export const MACHINE_APPEAR_MS = 10 * MINUTE_MS
/** How often the driver is asked what there is. */
export const MACHINES_LIST_EVERY_MS = MINUTE_MS
/** How often the driver looks whether the other side has what the settings name. */
export const MACHINES_CHECK_EVERY_MS = 60 * MINUTE_MS
/** Pauses after trouble with the driver: the first, doubling up to the longest. */
export const MACHINE_PAUSE_FIRST_MS = 10_000
export const MACHINE_PAUSE_LONGEST_MS = 15 * MINUTE_MS
/** What should pass by itself (a cloud that is busy, or does not answer) and did not for so long is told to the operator: it may cost. */
export const MACHINE_LASTING_MS = HOUR_MS
/** Machines that may be rented within a day, whatever the clock and the policy say. */
export const MACHINE_DAY_MS = DAY_MS
export const MACHINES_PER_DAY = 5
export const MACHINES_PER_DAY_MAX = 100
/** Between two decisions: a fresh machine takes minutes to join, and its room is seen only then. */
export const MACHINE_COOL_DOWN_MINUTES = 15
/** Fetching and building everything on a small machine took five minutes; four times that is no accident. */
export const MACHINE_JOIN_MINUTES = 20
export const MACHINE_MINUTES_MAX = 7 * 24 * 60
/** Machines in a row that never join before the operator is waited for: one may be bad luck, three are a fault in the settings. */
export const MACHINE_TRIES = 3
export const MACHINE_TRIES_MAX = 20
/** A hub that was silent for so many hours may be given back, once its pubs are up elsewhere; 0: only by the operator's word. */
export const MACHINE_DEAD_HOURS_MAX = 24 * 365
/** Hours of a month, as clouds reckon it: 365 days through twelve. */
export const HOURS_PER_MONTH = 730
/** A price of a machine is at most so much a month: above that it is a slip of the pen. */
export const MACHINE_PRICE_MAX = 1_000_000
/** The operator is mailed again about the same trouble with machines after this. */
export const MACHINE_MAIL_AGAIN_MS = DAY_MS
