/** What Docker says a container uses, as `docker stats` reads it. */
import { EngineError, type RunStats } from './engine'

/** The part of `GET /containers/{id}/stats` (API 1.41) that matters here; all of it is zero for what does not run. */
interface Told {
  cpu_stats?: { cpu_usage?: { total_usage?: number } }
  memory_stats?: { usage?: number; stats?: Record<string, number> }
  networks?: Record<string, { rx_bytes?: number; tx_bytes?: number }>
}

const NANOSECONDS_PER_MS = 1_000_000

/**
 * Memory without the files that were not used lately, which the kernel drops as soon as it needs room: of control
 * groups of version 1 `total_inactive_file`, of version 2 `inactive_file` (docker/cli, calculateMemUsageUnixNoCache).
 * Throws `missing` for a container that does not run.
 */
export function statsOf(name: string, told: unknown): RunStats {
  const { cpu_stats, memory_stats, networks } = (told ?? {}) as Told
  const usage = memory_stats?.usage
  if (usage === undefined) throw new EngineError('missing', `could not measure ${name}: it does not run`)
  const files = memory_stats?.stats?.total_inactive_file ?? memory_stats?.stats?.inactive_file ?? 0
  const sum = (count: 'rx_bytes' | 'tx_bytes'): number | null =>
    networks === undefined
      ? null
      : Object.values(networks).reduce((bytes, one) => bytes + (one[count] ?? 0), 0)
  return {
    cpuMs: Math.floor((cpu_stats?.cpu_usage?.total_usage ?? 0) / NANOSECONDS_PER_MS),
    memoryBytes: files < usage ? usage - files : usage,
    inBytes: sum('rx_bytes'),
    outBytes: sum('tx_bytes'),
  }
}
