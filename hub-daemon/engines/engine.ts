/** The contract with whatever runs pubs. Three kinds fit behind it: docker, swarm and process. */
import type { Millis, PubId } from '../../protocol/ids'

/** Everything an engine needs to make one run; plain data, made by hub-daemon/run.ts. */
export interface Run {
  /** `runNameOf(pub)`: container, volume and folder carry it, so a second create fails instead of doubling. */
  name: string
  pub: PubId
  epoch: number
  /** A hash of all that can only be changed by making the container anew. */
  shape: string
  /** The version of the pub, and its image where the engine has images; null is the engine's own one. */
  version: string
  image: string | null
  /** How often it was ordered to be rebuilt. */
  rebuilds: number
  /** Published outside and listened on inside. */
  port: number
  /** Published like it: the port of the web pages; null while they are off. */
  web: number | null
  memoryBytes: number
  reservedBytes: number
  /** For the pub's entry; holds no secret (it shows in `docker inspect`). */
  environment: Record<string, string>
}

/** What an engine says of one run. A run that is not listed does not exist. */
export interface RunFact {
  name: string
  pub: PubId
  epoch: number
  shape: string
  status: 'created' | 'running' | 'exited'
  exitCode: number | null
  outOfMemory: boolean
  /** When it last started or ended, by the engine's clock; null when never. */
  since: Millis | null
  /** Where the hub reaches its ports, where that is not where it reaches those of all others. */
  dial?: string
}

export interface VolumeFact {
  name: string
  pub: PubId
}

/** What a running run has used since it began, as seen from outside. */
export interface RunStats {
  cpuMs: number
  /** Without what the kernel keeps of files and can drop at once, as `docker stats` counts. */
  memoryBytes: number
  /** Null where the engine can't count them: processes share the network of their machine. */
  inBytes: number | null
  outBytes: number | null
}

/** Kinds of trouble an engine names; everything else is a temporary failure and is retried. */
export class EngineError extends Error {
  constructor(
    readonly kind: 'exists' | 'missing' | 'port-taken' | 'no-image' | 'disk-full' | 'unreachable' | 'other',
    message: string,
    options?: { cause: unknown },
  ) {
    super(message, options)
    this.name = 'EngineError'
  }
}

/** How the image of a run came to be there. */
export interface Fetched {
  /** `here`: it was there. `pulled`: it was brought now. `kept`: it was to be pulled anew, and the present one stays. */
  how: 'here' | 'pulled' | 'kept'
  /** Why it was kept, in words. */
  why: string | null
}

export interface FetchOptions {
  /** Pull it even if there is one, where it came from a registry. */
  anew: boolean
  /** Told now and then how far it is. */
  tell(progress: string): void
  /** Ends the wait. */
  signal: AbortSignal
}

/** A file of a volume on which nothing runs. */
export interface RestingFile {
  /** Below what was asked for, with slashes; empty where that is the file itself. */
  path: string
  sizeBytes: number
  /** When it was last changed, as exactly as the engine knows. */
  at: Millis
  /** To be read before the next file is asked for, to its end or not at all. */
  bytes: AsyncIterable<Buffer>
}

/** A volume that is read as it lies there: nothing is run on it, and nothing changed. */
export interface RestingVolume {
  /** The regular files at or below `path` in the order of their paths, none where there is nothing. No link leads to the host's files. */
  files(path: string): AsyncGenerator<RestingFile>
  /** Lets go of it; what is being read fails. */
  close(): Promise<void>
}

export type EngineKind = 'docker' | 'process' | 'swarm'

export interface Engine {
  readonly kind: EngineKind
  /** Throws `unreachable` with a sentence when the engine does not answer. */
  ping(): Promise<void>
  /** All runs and volumes of this hub, by label or lock file; nobody else's. */
  list(): Promise<{ runs: RunFact[]; volumes: VolumeFact[] }>
  /** What it has for pubs as of the last list, where that is not what this machine has; null before the first. */
  room?(): { memoryBytes: number } | null
  /** Sees to it that the image of a run is there, and pulls it if need be. Throws `no-image` when it can't be had. */
  fetch(run: Run, options: FetchOptions): Promise<Fetched>
  /** Makes volume (kept if there) and container, and puts the pub's secret where it is found in the volume. Throws `exists`. */
  create(run: Run, secret: string): Promise<void>
  /** Starts it; a running one is left alone. Throws `port-taken`, `missing`. */
  start(name: string): Promise<void>
  /** Ends it within `graceMs` and by force after; a stopped one is left alone. */
  stop(name: string, graceMs: Millis): Promise<void>
  /** Removes the container, by force; the volume stays. Missing is fine. */
  remove(name: string): Promise<void>
  /** Removes the volume for ever. Missing is fine. */
  purge(name: string): Promise<void>
  /** Opens a volume on which nothing runs, to be read beside whatever comes. Counts as no run. Throws `missing`, `no-image`. */
  openVolume(name: string): Promise<RestingVolume>
  /** The last lines it printed. */
  logs(name: string, lines: number): Promise<string>
  /** What it uses. Throws `missing` where nothing runs. */
  stats(name: string): Promise<RunStats>
  /** Calls `wake` when something may have changed; a hint only. Returns the way to stop. */
  watch(wake: () => void): () => void
  close(): Promise<void>
}
