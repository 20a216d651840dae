/** What the hub's folder says of the engine that has its pubs. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { readJson, writeJson } from '../../sbot/durable'
import type { EngineTraces } from '../engine-kept'
import type { EngineKind } from '../engines/engine'

const KINDS: readonly EngineKind[] = ['docker', 'process', 'swarm']

/** The engine in hub.json; null where none stands there. Throws a sentence for one that this program does not know. */
export function readKeptEngine(directory: string): EngineKind | null {
  const path = join(directory, 'hub.json')
  const { engine } = (readJson(path) ?? {}) as { engine?: unknown }
  if (engine === undefined) return null
  const known = KINDS.find((kind) => kind === engine)
  if (known !== undefined) return known
  throw new Error(
    `${path} names the engine ${JSON.stringify(engine).slice(0, 64)}, which this version does not know: start the version that wrote it`,
  )
}

/** Writes it down, beside the membership. */
export function keepEngine(directory: string, engine: EngineKind): void {
  const path = join(directory, 'hub.json')
  writeJson(path, { ...(readJson(path) as object | null), engine })
}

/** What is in the folder of the process engine. */
export function runsIn(directory: string): EngineTraces['runs'] {
  const folder = join(directory, 'runs')
  if (!existsSync(folder)) return 'none'
  return foldersIn(folder).length > 0 ? 'pubs' : 'empty'
}

/** Whether keys of pubs lie here now, or ever did: their folders stay. */
export function keysIn(directory: string): { now: boolean; ever: boolean } {
  const folder = join(directory, 'pubs')
  if (!existsSync(folder)) return { now: false, ever: false }
  const names = foldersIn(folder)
  return { now: names.some((name) => existsSync(join(folder, name, 'secret'))), ever: names.length > 0 }
}

function foldersIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
}
