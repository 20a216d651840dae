/** Which compiled file is which version of the pub, where pubs are processes. */
import { existsSync } from 'node:fs'
import { EngineError } from './engine'

export interface Entries {
  /** The pub of the hub's own version. */
  entry: string
  /** How that version is called; undefined: there is no other. */
  version?: string
  /** Other versions by their names. */
  entries?: Readonly<Record<string, string>>
}

/** The file to start for a version. Throws `no-image` when this server has none. */
export function entryOf({ entry: own, version, entries = {} }: Entries, wanted: string): string {
  const isOwn = version === undefined || wanted === version
  const entry = isOwn ? own : Object.hasOwn(entries, wanted) ? entries[wanted] : undefined
  if (entry === undefined)
    throw new EngineError(
      'no-image',
      `version ${wanted} is not on this server, which runs its pubs as processes; its operator can add it (docs/HUB-HOSTS.md)`,
    )
  if (!existsSync(entry))
    throw new EngineError('no-image', `the pub's program ${entry} is not there; run \`npm run build\``)
  return entry
}
