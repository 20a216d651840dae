/** What this machine can offer, read from the machine itself unless the operator says otherwise. */
import { existsSync, mkdirSync, readFileSync, statfsSync } from 'node:fs'
import { totalmem } from 'node:os'
import { regionLabel } from '../../protocol/hub-labels'
import { HUB_RESERVE_BYTES, HUB_RESERVE_SHARE } from '../../protocol/limits'
import type { Engine } from '../engines/engine'
import type { Offer } from '../report'

export interface CapacityOptions {
  /** A swarm has the memory of its nodes. */
  engine: Pick<Engine, 'kind' | 'room'>
  host: string
  version: string
  /** Where the pubs' data goes. */
  directory: string
  /** Overrides; what they say is offered as it is. */
  memoryBytes: number | undefined
  diskBytes: number | undefined
  /** Where it is, as its host says. */
  region: string | undefined
  /** Whether pubs' pages are served by HTTPS. */
  https: 'yes' | null
  /** What this hub has last said that it offers; a swarm that has not answered since the start has it still. */
  said: number | null
}

/** Where Linux says how much memory this process may use; version 2 and version 1 of its control groups. */
const MEMORY_LIMITS = ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes']

/** The offer as it is now. */
export function readOffer(options: CapacityOptions): Offer {
  const { engine, host, version } = options
  const room =
    engine.room === undefined ? offeredMemoryBytes() : (engine.room()?.memoryBytes ?? options.said ?? 0)
  return {
    memoryBytes: options.memoryBytes ?? room,
    diskBytes: options.diskBytes ?? freeDiskBytes(options.directory),
    ...{ engine: engine.kind, host, version, https: options.https },
    labels: options.region === undefined ? null : [regionLabel(options.region)],
  }
}

function offeredMemoryBytes(): number {
  const bytes = Math.min(totalmem(), ...MEMORY_LIMITS.map(readLimit))
  return Math.max(0, Math.floor(bytes - Math.max(HUB_RESERVE_BYTES, bytes * HUB_RESERVE_SHARE)))
}

function readLimit(path: string): number {
  if (!existsSync(path)) return Number.POSITIVE_INFINITY
  const limit = Number(readFileSync(path, 'utf8').trim())
  return Number.isFinite(limit) && limit > 0 ? limit : Number.POSITIVE_INFINITY
}

/** What is free less a tenth: a full disk stops everything. */
function freeDiskBytes(directory: string): number {
  mkdirSync(directory, { recursive: true })
  const { bavail, bsize } = statfsSync(directory)
  return Math.floor(bavail * bsize * 0.9)
}
