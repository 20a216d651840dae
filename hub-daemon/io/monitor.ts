/** The figures of one hub, gathered at every scrape, and the page that shows them. */

import type { Log } from '../../sbot/log'
import type { MetricsPlace } from '../../sbot/metrics-page'
import { type Monitor, startMonitor } from '../../sbot/monitor'
import type { Sbot } from '../../sbot/port'
import { hubSamples } from '../metrics'
import type { HubState } from '../state'
import type { CaddyDoor } from './caddy-door'
import type { Observer } from './observe'
import type { ProviderLink } from './provider-link'

export interface HubSources {
  sbot: Sbot
  gate: { status(): { open: boolean } }
  state: HubState
  observer: Observer
  caddy: Pick<CaddyDoor, 'facts'>
  /** Null while the hub is being wired together. */
  link(): ProviderLink | null
  log: Log
}

/** Shows them at `place`; undefined: nowhere. */
export function monitorHub(place: MetricsPlace | undefined, sources: HubSources): Monitor {
  const { sbot, gate, state, observer, caddy, link, log } = sources
  const gather = async () =>
    hubSamples(state, {
      writing: gate.status().open,
      engineReachable: observer.facts().engine.reachable,
      providerAwayMs: link()?.awayMs() ?? null,
      leaseLeftMs: link()?.leaseLeftMs() ?? null,
      caddy: caddy.facts(),
      feedMessages: (await sbot.head(sbot.id))?.sequence ?? 0,
    })
  return startMonitor('hub', place ?? null, gather, (level, sentence) => log[level]({}, sentence))
}
