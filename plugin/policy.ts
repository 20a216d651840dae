/** The operator's choices, as data. The embedded defaults let a provider run with no configuration at all. */
import {
  FREE_PLAN_DISK_BYTES,
  FREE_PLAN_MEMORY_BYTES,
  FREE_PLAN_RESERVED_BYTES,
  PUBS_PER_OWNER_MAX,
  REQUESTS_PER_MINUTE_MAX,
  RETENTION_MS,
} from '../protocol/limits'

export interface Policy {
  /** Ports of pubs, both included; one is a pub's own for life. */
  portMin: number
  portMax: number
  pubsPerOwnerMax: number
  retentionMs: number
  /** Requests of one owner that are looked at one by one within a minute. */
  requestsPerMinuteMax: number
  plan: { name: 'free'; memoryBytes: number; reservedBytes: number; diskBytes: number }
  /** The version that an `upgrade` without one goes to. */
  pubVersion: string
  /** What operators call their service in answers. */
  providerName: string | null
  /** The network's key, base64, for owners who connect with a program of their own; null on the public network. */
  networkKey: string | null
}

export const DEFAULT_POLICY: Policy = {
  portMin: 8100,
  portMax: 9999,
  pubsPerOwnerMax: PUBS_PER_OWNER_MAX,
  retentionMs: RETENTION_MS,
  requestsPerMinuteMax: REQUESTS_PER_MINUTE_MAX,
  plan: {
    name: 'free',
    memoryBytes: FREE_PLAN_MEMORY_BYTES,
    reservedBytes: FREE_PLAN_RESERVED_BYTES,
    diskBytes: FREE_PLAN_DISK_BYTES,
  },
  // Filled in from the package where there is one (plugin/io/wire.ts).
  pubVersion: '0.0.0',
  providerName: null,
  networkKey: null,
}
