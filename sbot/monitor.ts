/** A program's figures and their page, or neither. */
import type { MetricProgram, Sample } from '../protocol/metrics'
import { Meters, type Note, noNote } from './meters'
import { type MetricsPage, type MetricsPlace, type Say, startMetricsPage } from './metrics-page'
import { readVersion } from './version'

export interface Monitor {
  note: Note
  /** The port of the page, once it is known; null where there is none. */
  port: Promise<number | null>
  stop(): Promise<void>
}

/** `place` null: nothing listens and nothing is counted. Never rejects: the program is worth more than its figures. */
export function startMonitor(
  program: MetricProgram,
  place: MetricsPlace | null,
  gather: () => Sample[] | Promise<Sample[]>,
  say: Say,
): Monitor {
  if (place === null) return { note: noNote, port: Promise.resolve(null), stop: async () => {} }
  const meters = new Meters(program, readVersion())
  meters.gather(gather)
  const page: Promise<MetricsPage> = startMetricsPage(meters, place, say)
  return {
    note: meters.note,
    port: page.then(({ port }) => port),
    async stop() {
      meters.stop()
      await (await page).stop()
    },
  }
}
