/** The bounds of leases, of moving pubs and of taking hubs out of use, each with its reason. */

/**
 * How long a hub's lease lasts from the moment it asks. It only decides when its pubs may be placed elsewhere: three
 * asks fit into it, so two may be lost, and a dead hub's pubs are still up again within a minute.
 */
export const LEASE_MS = 45_000
/** A hub asks three times per lease. Shorter, and a machine that is busy for a few seconds loses its pubs. */
export const LEASE_MS_MIN = 10_000
/** Longer, and nobody would call it moving by itself. */
export const LEASE_MS_MAX = 3_600_000
/** What an ask may be under way, and what two steady clocks may differ over one lease. A clock that errs by more costs a move, never a fork. */
export const LEASE_MARGIN_MS = 3_000
/** How often the provider makes sure that it is itself awake, and a third of what it takes for a pause of its own. */
export const LEASE_TICK_MS = 5_000
/** Where so large a part of the hubs falls silent together, we are the part that is broken (docs/ARCHITECTURE.md). */
export const STORM_SHARE = 0.55
/** Hubs that fall silent within this of each other do so together: a cable, a switch, a provider's own network. */
export const STORM_WINDOW_MS = 120_000
/**
 * How long the new hub's order waits for the former hub to say that its run is gone. Safety does not need it (the epoch
 * has shut that run out), so it ends: stopping takes seconds, and an engine that hangs must not keep a pub down.
 */
export const FAREWELL_WAIT_MS = 30_000
/** Pubs of one hub that are being drained at once: each is unwritable for seconds, and starting is what costs. */
export const DRAINED_AT_ONCE_MAX = 2
/** A pub that is not up so long after a move was placed badly: it may be placed once more, elsewhere. */
export const MOVE_RETRY_AFTER_MS = 180_000
/**
 * For so long a hub says that it can't run a pub, through no fault of the pub's, before that goes elsewhere: an engine that is
 * updated, or a server that is started anew, is back within it, and its owners have been told that it is down.
 */
export const CANNOT_RUN_FOR_MS = 300_000
/** A hub that a pub left for that is not tried again by it before: an operator mends a server within a day, or it needs no pubs. */
export const CANNOT_RUN_AGAIN_MS = 24 * 3_600_000
/** So often within that a pub goes elsewhere for it. What as many servers can't run is more likely its own fault than theirs. */
export const CANNOT_RUN_MOVES_MAX = 3
/** Owners of a pub that shall run are told that nobody can write in it after this: most moves are over in one or two minutes. */
export const STRANDED_TOLD_AFTER_MS = 600_000
/** Of the same pub not more often: a server that comes and goes all day is told of once. */
export const STRANDED_TOLD_AGAIN_MS = 24 * 3_600_000
