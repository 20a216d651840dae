/** Limits of the engine `swarm`. */

/** Between two looks at a task that is on its way; Swarm forgets a task that was scaled away after 250 ms. */
export const SWARM_POLL_MS = 100
/** A task that no node has taken within this time is called back: otherwise Swarm would begin it whenever it likes. */
export const SWARM_PLACE_MS = 20_000
/** What Swarm itself may take to end a task, beside the grace that the pub has. */
export const SWARM_END_MS = 15_000
/** A change of a service fails when somebody else changed it in between; that is tried again so often. */
export const SWARM_CHANGE_TRIES_MAX = 5
/** Kept of what a pub printed before it was stopped: Swarm throws it away with the task. */
export const SWARM_LAST_OUTPUT_BYTES_MAX = 64 * 1024
/** A volume is in use until the node has cleared away the last container on it. */
export const SWARM_VOLUME_FREE_MS = 20_000
/** Emptying the volume of one pub on another node; some gigabytes of small files. */
export const SWARM_WIPE_MS = 10 * 60_000
