/** The figures of one bridge, gathered at every scrape, and the page that shows them. */
import type { Sample } from '../../protocol/metrics'
import type { MetricsPlace } from '../../sbot/metrics-page'
import { type Monitor, startMonitor } from '../../sbot/monitor'
import type { Link } from './link'
import type { Log } from './log'

/** Shows them at `place`; undefined: nowhere. `owed` is how many calls wait; null before the bridge is there. */
export function monitorBilling(
  place: MetricsPlace | undefined,
  link: Pick<Link, 'awayMs'>,
  owed: () => number | null,
  log: Log,
): Monitor {
  const gather = (): Sample[] => {
    const awayMs = link.awayMs()
    return [
      { name: 'buttcloud_provider_connected', value: awayMs === null ? 1 : 0 },
      { name: 'buttcloud_provider_away_seconds', value: (awayMs ?? 0) / 1_000 },
      { name: 'buttcloud_stripe_calls_owed', value: owed() ?? 0 },
    ]
  }
  return startMonitor('billing', place ?? null, gather, (level, sentence) => log[level]({}, sentence))
}

/** What came of a delivery, by the answer to it. */
export function webhookOutcome(status: number): 'kept' | 'bad-signature' | 'later' {
  return status === 200 ? 'kept' : status === 400 ? 'bad-signature' : 'later'
}
