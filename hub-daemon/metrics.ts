/** What a monitor is told of a hub. Names: protocol/metrics.ts. */
import type { Sample } from '../protocol/metrics'
import type { CaddyFacts } from './caddy-offer'
import type { HubState } from './state'

/** What is known besides the feeds. */
export interface Around {
  writing: boolean
  engineReachable: boolean
  /** How long the provider has been out of reach; null while it is there. */
  providerAwayMs: number | null
  /** For how long its lease still lasts, negative once it is out; null: it was given none. */
  leaseLeftMs: number | null
  /** Null where it drives none. */
  caddy: CaddyFacts | null
  /** The sequence of the hub's own feed. */
  feedMessages: number
}

/** All gauges of a hub, and the length of its feed. */
export function hubSamples(state: HubState, around: Around): Sample[] {
  const { writing, engineReachable, providerAwayMs, leaseLeftMs, caddy, feedMessages } = around
  const lease: Sample[] =
    leaseLeftMs === null ? [] : [{ name: 'buttcloud_lease_left_seconds', value: leaseLeftMs / 1_000 }]
  return [
    { name: 'buttcloud_writing', value: writing ? 1 : 0 },
    { name: 'buttcloud_engine_reachable', value: engineReachable ? 1 : 0 },
    { name: 'buttcloud_provider_connected', value: providerAwayMs === null ? 1 : 0 },
    { name: 'buttcloud_provider_away_seconds', value: (providerAwayMs ?? 0) / 1_000 },
    { name: 'buttcloud_feed_messages_total', value: feedMessages },
    ...lease,
    ...caddyOf(caddy),
    ...phasesOf(state),
  ]
}

function caddyOf(caddy: CaddyFacts | null): Sample[] {
  if (caddy === null) return []
  return [
    { name: 'buttcloud_caddy_reachable', value: caddy.reachable ? 1 : 0 },
    { name: 'buttcloud_caddy_names', value: caddy.names },
  ]
}

function phasesOf({ specs, observed }: HubState): Sample[] {
  const counts: Record<string, number> = { up: 0 }
  for (const pub of specs.keys()) {
    const phase = observed.get(pub)?.content.phase ?? 'placed'
    // Nothing of it is here any more.
    if (phase !== 'removed') counts[phase] = (counts[phase] ?? 0) + 1
  }
  return Object.entries(counts).map(([phase, value]) => ({
    name: 'buttcloud_pubs',
    labels: { phase },
    value,
  }))
}
