/** The operator's choices, as data. The embedded defaults let a provider run with no configuration at all. */
import type { Millis } from '../protocol/ids'
import { PUBS_PER_OWNER_MAX, REQUESTS_PER_MINUTE_MAX, RETENTION_MS } from '../protocol/limits'
import { LEASE_MS } from '../protocol/limits-moving'
import type { Plan } from '../protocol/plan'
import { DEFAULT_DUES, type DuesPolicy } from './dues-policy'
import type { MachinePolicy } from './machine-settings'
import { DEFAULT_PLACING, type PlacingPolicy } from './placing-policy'
import { DEFAULT_PLANS } from './plans-default'

export interface MovingPolicy {
  /** False: pubs stay where they are until the operator says otherwise. */
  byItself: boolean
  /** How long a hub's lease lasts from the moment it asks. */
  leaseMs: Millis
}

export interface Policy {
  /** Ports of pubs, both included; one is a pub's own for life. */
  portMin: number
  portMax: number
  pubsPerOwnerMax: number
  retentionMs: number
  /** Requests of one owner that are looked at one by one within a minute. */
  requestsPerMinuteMax: number
  /** What is offered; the first is what a `create` without a plan gets. Never empty. */
  plans: readonly Plan[]
  dues: DuesPolicy
  placing: PlacingPolicy
  /** When pubs are placed elsewhere by themselves. */
  moving: MovingPolicy
  /** When servers are rented and given back; null: never by itself, and no machine is known. */
  machines: MachinePolicy | null
  /** The version that an `upgrade` without one goes to. */
  pubVersion: string
  /** What new pubs' names are put before, for host names of their own; null: they have their hub's. */
  domain: string | null
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
  plans: DEFAULT_PLANS,
  dues: DEFAULT_DUES,
  placing: DEFAULT_PLACING,
  moving: { byItself: true, leaseMs: LEASE_MS },
  machines: null,
  // Filled in from the package where there is one (plugin/io/wire.ts).
  pubVersion: '0.0.0',
  domain: null,
  providerName: null,
  networkKey: null,
}

/** The plan of this name, or without one the first; null where it is not offered. */
export function planOf(policy: Policy, name: string | null): Plan | null {
  return (name === null ? policy.plans[0] : policy.plans.find((plan) => plan.name === name)) ?? null
}
