/** The bounds of the page of figures that a monitor fetches, each with its reason. One program asks it, every few seconds. */

/** Where the figures are, unless told otherwise: nobody but this machine is meant to read them. */
export const METRICS_HOST_DEFAULT = '127.0.0.1'
/** One after the other, and none of those that ssb, Prometheus and its exporters use. */
export const METRICS_PORTS = { provider: 9_610, hub: 9_611, billing: 9_612 } as const
/** A monitor, its spare, and somebody with curl; a connection beyond that is dropped. */
export const METRICS_CONNECTIONS_MAX = 16
/** A whole request head comes within this. */
export const METRICS_HEAD_MS = 5_000
/** A connection that is asked nothing more: longer than most monitors wait between two questions would hold it for ever. */
export const METRICS_IDLE_MS = 5_000
/** Nothing moves in either direction. */
export const METRICS_STALL_MS = 10_000
/** A monitor's head has some hundred bytes. */
export const METRICS_HEAD_BYTES_MAX = 4_096
/** Lateness is measured so often, and the worst of so many is shown: a minute, the longest pause between two scrapes. */
export const LAG_EVERY_MS = 1_000
export const LAG_SAMPLES = 60
