/** The figures of one provider, gathered at every scrape, and the page that shows them. */
import { METRICS_HOST_DEFAULT, METRICS_PORTS } from '../../protocol/limits-metrics'
import type { Sample } from '../../protocol/metrics'
import { gateOf } from '../../sbot/detect'
import type { MetricsPlace } from '../../sbot/metrics-page'
import { type Monitor, startMonitor } from '../../sbot/monitor'
import { machineStep } from '../machines'
import { operatorsTask } from '../machines-trouble'
import { providerSamples } from '../metrics'
import type { Log, Provider } from './provider'

/** What is true of it now; before its log has been read only that it does not write. */
export function gatherProvider(provider: Provider | undefined): Sample[] {
  if (provider === undefined) return [{ name: 'buttcloud_writing', value: 0 }]
  const { inbox, policy, post, dns, billing, goneSince, leases } = provider
  return providerSamples(
    { state: inbox.state, now: provider.now(), policy },
    {
      connected: provider.connected(),
      goneSince,
      since: provider.since(),
      writing: gateOf(provider.sbot).status().open,
      mailWaiting: post?.waiting ?? null,
      namesLate: dns?.late() ?? null,
      callsOwed: billing.callsOwed,
      moving: { silence: leases.silence(inbox.state.provider.hubs.keys()) },
      stuck: provider.stuck(),
      machinesStuck: machinesStuck(provider),
    },
  )
}

/** Null where none are rented, or it can't be known yet. */
function machinesStuck({ machines }: Provider): boolean | null {
  const world = machines?.world() ?? null
  return world === null ? null : operatorsTask(machineStep(world), world) !== null
}

/**
 * Where the figures are shown: `config.buttcloud.metrics`. Inside somebody's own server nothing listens that they did not
 * ask for. Throws a sentence where it can't be meant.
 */
export function metricsPlaceOf(value: unknown): MetricsPlace | null {
  if (value === undefined || value === null || value === false) return null
  const { host = METRICS_HOST_DEFAULT, port = METRICS_PORTS.provider } = (
    value === true ? {} : value
  ) as Record<string, unknown>
  const whole = Number.isSafeInteger(port) && (port as number) >= 0 && (port as number) <= 65_535
  if (whole && typeof host === 'string' && host !== '') return { host, port: port as number }
  throw new Error(
    'buttcloud.metrics is true, false, or an object like {"port":9610,"host":"127.0.0.1"} (docs/METRICS.md)',
  )
}

/** Shows them where the settings say so. Throws where these can't be meant. */
export function monitorOf(setting: unknown, provider: () => Provider | undefined, log: Log): Monitor {
  const place = metricsPlaceOf(setting)
  return startMonitor(
    'provider',
    place,
    () => gatherProvider(provider()),
    (level, fact) => log(level, fact),
  )
}
