/** Which Caddy this hub drives, written down beside the membership: `buttcloud doctor` looks there, too. */
import { join } from 'node:path'
import { type CaddyPlace, caddyPlaceText, readCaddyPlace } from '../../protocol/caddy-place'
import { readJson, writeJson } from '../../sbot/durable'

export interface KeptCaddy {
  place: CaddyPlace
  /** By which this hub's route is known there. */
  mark: string
}

/** Written at every start; null: none. */
export function keepCaddy(directory: string, kept: KeptCaddy | null): void {
  const path = join(directory, 'hub.json')
  const { caddy, ...others } = (readJson(path) ?? {}) as { caddy?: unknown }
  const now = kept === null ? undefined : { at: caddyPlaceText(kept.place), mark: kept.mark }
  if (JSON.stringify(caddy) !== JSON.stringify(now))
    writeJson(path, now === undefined ? others : { ...others, caddy: now })
}

/** What the hub of a folder was last started with; null for none, or what this version can't read. */
export function readKeptCaddy(directory: string): KeptCaddy | null {
  const { caddy } = (readJson(join(directory, 'hub.json')) ?? {}) as { caddy?: unknown }
  const { at, mark } = (caddy ?? {}) as { at?: unknown; mark?: unknown }
  const read = typeof at === 'string' ? readCaddyPlace(at) : null
  return read?.ok === true && typeof mark === 'string' ? { place: read.place, mark } : null
}
