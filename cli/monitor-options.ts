/** The options of a program that shows figures to a monitor. */
import { METRICS_HOST_DEFAULT, METRICS_PORTS } from '../protocol/limits-metrics'
import type { MetricProgram } from '../protocol/metrics'
import { wholeOption } from './options'

/** As commander takes them: flags and what they do. */
export const monitorFlags = (program: MetricProgram): [flags: string, description: string][] => [
  [
    '--metrics-port <n>',
    `where GET /metrics shows figures (default: ${METRICS_PORTS[program]}; 0 takes a free one)`,
  ],
  [
    '--metrics-host <address>',
    `the address to show them on (default: ${METRICS_HOST_DEFAULT}, this machine only)`,
  ],
  ['--no-metrics', 'show no figures'],
]

export interface MonitorChoice {
  /** As it was said; absent where nothing was. */
  metrics?: { host: string; port: number } | false
  /** Where nothing else is said. */
  metricsDefault: { host: string; port: number }
}

/** Throws a Failure (2) that names the option. */
export function monitorChoice(given: Record<string, unknown>, program: MetricProgram): MonitorChoice {
  const metricsDefault = { host: METRICS_HOST_DEFAULT, port: METRICS_PORTS[program] }
  if (given.metrics === false) return { metrics: false, metricsDefault }
  const { metricsHost, metricsPort } = given
  if (metricsHost === undefined && metricsPort === undefined) return { metricsDefault }
  const port =
    metricsPort === undefined ? metricsDefault.port : wholeOption('--metrics-port', metricsPort, 0, 65_535)
  const host = typeof metricsHost === 'string' && metricsHost !== '' ? metricsHost : metricsDefault.host
  return { metrics: { host, port }, metricsDefault }
}

/** The place that follows, for programs that have no settings file; absent: nowhere. */
export function monitorPlace(
  given: Record<string, unknown>,
  program: MetricProgram,
): { metrics?: { host: string; port: number } } {
  const { metrics, metricsDefault } = monitorChoice(given, program)
  return metrics === false ? {} : { metrics: metrics ?? metricsDefault }
}
