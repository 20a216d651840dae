/** What `buttcloud doctor` says of the Caddy that a hub of this machine drives. */
import { caddyPlaceText } from '../../protocol/caddy-place'
import { namesServed } from '../caddy-plan'
import { readCaddy } from './caddy-api'
import { readKeptCaddy } from './kept-caddy'

export interface CaddyLook {
  place: string
  /** Names of this hub's pubs that it has now. */
  names: number
}

/** Asks the Caddy of the hub in a folder; null where that hub drives none. Changes nothing. Rejects with a sentence. */
export async function lookAtCaddy(directory: string): Promise<CaddyLook | null> {
  const kept = readKeptCaddy(directory)
  if (kept === null) return null
  const { http } = await readCaddy(kept.place, new AbortController().signal)
  return { place: caddyPlaceText(kept.place), names: namesServed(kept.mark, http) }
}
