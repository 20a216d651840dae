/** What the process engine keeps on disk of each run: `<directory>/<name>/{run.json,volume.json,volume/,output.log}`. */
import { mkdir, open, readdir, readFile, rename, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isPubId, type Millis } from '../../protocol/ids'
import { EngineError, type Run, type RunFact, type VolumeFact } from './engine'

/** A run as its folder remembers it. `started` without a living process means: the daemon died meanwhile. */
export interface RunRecord {
  run: Run
  state: 'created' | 'started' | 'ended'
  since: Millis | null
  exitCode: number | null
  outOfMemory: boolean
}

/** Writes a file so that after a power cut there is the old one or the new one, whole. */
export async function writeDurably(path: string, text: string, mode = 0o600): Promise<void> {
  const draft = `${path}.new`
  const file = await open(draft, 'w', mode)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(draft, path)
  await syncFolder(join(path, '..'))
}

/** Makes changes of names in a folder last. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** The folders of one engine's runs. */
export class RunFolders {
  constructor(readonly directory: string) {}

  /** Throws for a name that could lead elsewhere. */
  folder(name: string): string {
    if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/.test(name))
      throw new EngineError('other', `${JSON.stringify(name)} is no name of a run`)
    return join(this.directory, name)
  }

  volume(name: string): string {
    return join(this.folder(name), 'volume')
  }

  lock(name: string): string {
    return join(this.folder(name), 'lock')
  }

  output(name: string): string {
    return join(this.folder(name), 'output.log')
  }

  /** Names of all folders that may hold a run or a volume. */
  async names(): Promise<string[]> {
    const entries = await readdir(this.directory, { withFileTypes: true })
    return entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => name)
  }

  /** Null when there is no run, also when its record can't be read: it is then made anew on the same volume. */
  async read(name: string): Promise<RunRecord | null> {
    const record = (await readJson(join(this.folder(name), 'run.json'))) as RunRecord | null
    return record !== null && isPubId(record.run?.pub) && record.run.name === name ? record : null
  }

  async write(record: RunRecord): Promise<void> {
    await writeDurably(join(this.folder(record.run.name), 'run.json'), JSON.stringify(record))
  }

  async readVolume(name: string): Promise<VolumeFact | null> {
    const fact = (await readJson(join(this.folder(name), 'volume.json'))) as VolumeFact | null
    return fact !== null && isPubId(fact.pub) ? { name, pub: fact.pub } : null
  }

  /** Volume, secret and record, in this order: only with the last of them is there a run. */
  async create(run: Run, secret: string): Promise<void> {
    const folder = this.folder(run.name)
    await mkdir(this.volume(run.name), { recursive: true, mode: 0o700 })
    await writeDurably(join(folder, 'volume.json'), JSON.stringify({ pub: run.pub }))
    await writeDurably(join(this.volume(run.name), 'secret'), secret)
    await this.write({ run, state: 'created', since: null, exitCode: null, outOfMemory: false })
    await syncFolder(this.directory)
  }

  /** The run goes, the volume stays. */
  async remove(name: string): Promise<void> {
    const folder = this.folder(name)
    for (const file of ['run.json', 'lock', 'output.log', 'output.log.1'])
      await rm(join(folder, file), { force: true })
    if ((await this.readVolume(name)) === null) await rm(folder, { recursive: true, force: true })
    else await syncFolder(folder)
  }

  /** The volume goes; what names it goes last, so that a purge which was cut short is seen and done again. */
  async purge(name: string): Promise<void> {
    const folder = this.folder(name)
    await rm(this.volume(name), { recursive: true, force: true })
    await rm(join(folder, 'volume.json'), { force: true })
    await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
    })
  }
}

/** What a record says when no process of it lives. */
export function factOfRecord(record: RunRecord): RunFact {
  const { name, pub, epoch, shape } = record.run
  const base = { name, pub, epoch, shape, since: record.since }
  if (record.state === 'created') return { ...base, status: 'created', exitCode: null, outOfMemory: false }
  if (record.state === 'started') return { ...base, status: 'exited', exitCode: null, outOfMemory: false }
  return { ...base, status: 'exited', exitCode: record.exitCode, outOfMemory: record.outOfMemory }
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
