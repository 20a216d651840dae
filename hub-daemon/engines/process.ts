/** Pubs as child processes of the hub daemon: for development and try-out, and where there is no Docker. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Millis } from '../../protocol/ids'
import {
  type Engine,
  EngineError,
  type Fetched,
  type FetchOptions,
  type RestingVolume,
  type Run,
  type RunFact,
  type RunStats,
  type VolumeFact,
} from './engine'
import { Child, endOrphan, needPort } from './process-child'
import { type Entries, entryOf } from './process-entry'
import { factOfRecord, RunFolders, type RunRecord } from './process-files'
import { releaseLock, takeLock } from './process-lock'
import { lastLines } from './process-output'
import { statsOfProcess } from './process-stats'
import { volumeIn } from './process-volume'

export interface ProcessEngineOptions extends Entries {
  /** Folder of all runs and volumes of this hub; made if missing. One daemon at a time holds it. */
  directory: string
  /** The address the pubs listen on (PUB_LISTEN); asked whether a port is free. */
  bind: string
  /** Given to every pub besides its run's own environment. */
  environment?: Record<string, string>
}

/** A daemon that ends gives its pubs this long to end well. */
const CLOSE_GRACE_MS = 5_000

/** Makes the engine; nothing is touched before the first call. */
export function createProcessEngine(options: ProcessEngineOptions): Engine {
  return new ProcessEngine(options)
}

class ProcessEngine implements Engine {
  readonly kind = 'process'
  private readonly folders: RunFolders
  private readonly lock: string
  /** Each child with the promise that its end has been written down. */
  private readonly children = new Map<string, { child: Child; remembered: Promise<void> }>()
  private readonly watchers = new Set<() => void>()
  /** The end of what is being done to each run: one deed at a time. */
  private readonly turns = new Map<string, Promise<void>>()
  private readying: Promise<void> | null = null
  private closed = false

  constructor(private readonly options: ProcessEngineOptions) {
    this.folders = new RunFolders(options.directory)
    this.lock = join(options.directory, 'engine.lock')
  }

  async ping(): Promise<void> {
    await this.attempt('use the folder of the pubs', () => this.ready())
  }

  async list(): Promise<{ runs: RunFact[]; volumes: VolumeFact[] }> {
    return this.attempt('list the runs of this hub', async () => {
      await this.ready()
      const runs: RunFact[] = []
      const volumes: VolumeFact[] = []
      for (const name of await this.folders.names()) {
        const before = this.children.get(name)
        const record = await this.folders.read(name)
        // Asked on both sides of the read: a start in between must not look like an end.
        const living = before ?? this.children.get(name)
        if (record !== null)
          runs.push(living === undefined ? factOfRecord(record) : factOfLiving(record, living.child))
        const volume = await this.folders.readVolume(name)
        if (volume !== null) volumes.push(volume)
      }
      return { runs, volumes }
    })
  }

  async fetch(run: Run, { anew }: FetchOptions): Promise<Fetched> {
    return this.attempt(`see to version ${run.version}`, async () => {
      entryOf(this.options, run.version)
      return anew ? { how: 'kept', why: 'a pub that is a process has none' } : { how: 'here', why: null }
    })
  }

  async create(run: Run, secret: string): Promise<void> {
    await this.inTurn(run.name, `create ${run.name}`, async () => {
      entryOf(this.options, run.version)
      if ((await this.folders.read(run.name)) !== null)
        throw new EngineError('exists', `there is a run ${run.name} already`)
      await this.folders.create(run, secret)
    })
  }

  async start(name: string): Promise<void> {
    await this.inTurn(name, `start ${name}`, async () => {
      const record = await this.needRecord(name)
      entryOf(this.options, record.run.version)
      const present = this.children.get(name)
      if (present?.child.isOver === false) return
      await present?.remembered
      await endOrphan(this.folders.lock(name))
      await needPort(this.options.bind, record.run.port)
      await this.spawn(record)
    })
  }

  async stop(name: string, graceMs: Millis): Promise<void> {
    await this.inTurn(name, `stop ${name}`, async () => {
      await this.needRecord(name)
      await this.end(name, graceMs)
    })
  }

  async remove(name: string): Promise<void> {
    await this.inTurn(name, `remove ${name}`, async () => {
      await this.end(name, 0)
      await this.folders.remove(name)
    })
    this.wake()
  }

  async purge(name: string): Promise<void> {
    await this.inTurn(name, `remove the volume ${name}`, async () => {
      if ((await this.folders.read(name)) !== null)
        throw new EngineError('other', `could not remove the volume ${name}: its run is still there`)
      await this.folders.purge(name)
    })
  }

  async openVolume(name: string): Promise<RestingVolume> {
    return this.attempt(`read the volume ${name}`, async () => {
      await this.ready()
      if ((await this.folders.readVolume(name)) === null)
        throw new EngineError('missing', `there is no volume ${name}`)
      return volumeIn(this.folders.volume(name))
    })
  }

  async logs(name: string, lines: number): Promise<string> {
    return this.attempt(`read the output of ${name}`, async () => {
      await this.ready()
      await this.needRecord(name)
      return lastLines(this.folders.output(name), lines)
    })
  }

  async stats(name: string): Promise<RunStats> {
    return this.attempt(`measure ${name}`, async () => {
      await this.ready()
      const child = this.children.get(name)?.child
      if (child === undefined || child.isOver)
        throw new EngineError('missing', `could not measure ${name}: it does not run`)
      return statsOfProcess(child.pid)
    })
  }

  watch(wake: () => void): () => void {
    this.watchers.add(wake)
    return () => {
      this.watchers.delete(wake)
    }
  }

  /** Ends all pubs: they could not outlive the daemon anyway. */
  async close(): Promise<void> {
    this.closed = true
    this.watchers.clear()
    await Promise.all(this.turns.values())
    await Promise.all([...this.children.keys()].map((name) => this.end(name, CLOSE_GRACE_MS)))
    if (this.readying !== null) await this.readying.then(() => releaseLock(this.lock)).catch(() => undefined)
    this.readying = null
  }

  /** Takes the folder and makes sure that no pub of a daemon which died lives on, once. */
  private ready(): Promise<void> {
    if (this.closed) throw new EngineError('unreachable', 'this engine has been closed')
    if (this.readying === null) {
      const readying = this.takeFolder()
      readying.catch(() => {
        if (this.readying === readying) this.readying = null
      })
      this.readying = readying
    }
    return this.readying
  }

  private async takeFolder(): Promise<void> {
    const { directory } = this.options
    await mkdir(directory, { recursive: true, mode: 0o700 })
    const holder = takeLock(this.lock)
    if (holder !== null)
      throw new EngineError(
        'unreachable',
        `another hub daemon (process ${holder.pid}) runs the pubs in ${directory}; end that one, or give this one another folder`,
      )
    try {
      await Promise.all((await this.folders.names()).map((name) => endOrphan(this.folders.lock(name))))
    } catch (error) {
      releaseLock(this.lock)
      throw error
    }
  }

  private async needRecord(name: string): Promise<RunRecord> {
    const record = await this.folders.read(name)
    if (record === null) throw new EngineError('missing', `there is no run ${name}`)
    return record
  }

  private async spawn(record: RunRecord): Promise<void> {
    const { run } = record
    const child = await Child.spawn({
      run,
      entry: entryOf(this.options, run.version),
      volume: this.folders.volume(run.name),
      lock: this.folders.lock(run.name),
      output: this.folders.output(run.name),
      listen: this.options.bind,
      environment: this.options.environment ?? {},
    })
    const written = this.folders.write({
      ...record,
      state: 'started',
      since: child.startedAt,
      exitCode: null,
      outOfMemory: false,
    })
    // One after the other: both write the same file.
    const remembered = written.catch(() => undefined).then(() => this.remember(record, child))
    this.children.set(run.name, { child, remembered })
    await written.catch(async (error: unknown) => {
      await child.end(0)
      await remembered
      throw error
    })
  }

  /** Waits for the end of a child and writes it down. */
  private async remember(record: RunRecord, child: Child): Promise<void> {
    const { at, exitCode, outOfMemory } = await child.ended
    try {
      await this.folders.write({ ...record, state: 'ended', since: at, exitCode, outOfMemory })
    } catch {
      // A full disk: the record says `started` and no process lives, which reads as ended for an unknown reason.
    }
    this.children.delete(record.run.name)
    this.wake()
  }

  private async end(name: string, graceMs: Millis): Promise<void> {
    const present = this.children.get(name)
    if (present === undefined) return endOrphan(this.folders.lock(name))
    await present.child.end(graceMs)
    await present.remembered
  }

  private wake(): void {
    for (const wake of [...this.watchers]) wake()
  }

  private async inTurn(name: string, attempt: string, act: () => Promise<void>): Promise<void> {
    const before = this.turns.get(name) ?? Promise.resolve()
    const deed = before.then(() =>
      this.attempt(attempt, async () => {
        await this.ready()
        await act()
      }),
    )
    const settled = deed.catch(() => undefined)
    this.turns.set(name, settled)
    await settled
    if (this.turns.get(name) === settled) this.turns.delete(name)
    return deed
  }

  private async attempt<Answer>(what: string, act: () => Promise<Answer>): Promise<Answer> {
    try {
      return await act()
    } catch (error) {
      if (error instanceof EngineError) throw error
      const { code, message } = error as NodeJS.ErrnoException
      const full = code === 'ENOSPC' || code === 'EDQUOT'
      throw new EngineError(full ? 'disk-full' : 'other', `could not ${what}: ${message}`, { cause: error })
    }
  }
}

function factOfLiving(record: RunRecord, child: Child): RunFact {
  return {
    ...factOfRecord(record),
    status: 'running',
    exitCode: null,
    outOfMemory: false,
    since: child.startedAt,
  }
}
