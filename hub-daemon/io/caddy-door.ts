/** The hub's side of a Caddy, whether there is one or not. */
import { caddyPlaceText, readCaddyPlace } from '../../protocol/caddy-place'
import type { FeedId } from '../../protocol/ids'
import type { Log } from '../../sbot/log'
import { type CaddyFacts, offersHttps } from '../caddy-offer'
import { markOf, sitesOf } from '../caddy-sites'
import type { Look } from '../plan'
import type { HubState } from '../state'
import { CaddyKeeper } from './caddy'
import { keepCaddy } from './kept-caddy'

export interface CaddyDoorOptions {
  /** What the operator said; undefined: none. */
  caddy: string | undefined
  /** The hub's folder. */
  directory: string
  hub: FeedId
  state: HubState
  log: Log
  /** The offer may be another one. */
  changed(): void
}

export interface CaddyDoor {
  /** To be told of every look of the hub. */
  looked(look: Look): void
  /** What the hub offers now. */
  https(): 'yes' | null
  /** Null where there is none. */
  facts(): CaddyFacts | null
  stop(): Promise<void>
}

/** Throws a sentence where what was said is no address of a Caddy's. */
export function openCaddyDoor(options: CaddyDoorOptions): CaddyDoor {
  const { caddy, directory, hub, state, log, changed } = options
  const read = caddy === undefined ? null : readCaddyPlace(caddy)
  if (read?.ok === false) throw new Error(`--caddy ${read.why}; it is "${caddy}"`)
  const place = read?.place ?? null
  keepCaddy(directory, place === null ? null : { place, mark: markOf(hub) })
  if (place === null)
    return { looked: () => {}, https: () => null, facts: () => null, stop: () => Promise.resolve() }
  const keeper = new CaddyKeeper({ place, hub, log, changed })
  log.info({ caddy: caddyPlaceText(place) }, "pubs' web pages are served by HTTPS by way of this Caddy")
  return {
    looked({ facts, config }) {
      keeper.want(sitesOf(state, facts, config.dial), facts.ordersComplete)
    },
    https: () => offersHttps(keeper.facts(), state.capacity?.content.https ?? null, Date.now()),
    facts: () => keeper.facts(),
    stop: () => keeper.stop(),
  }
}
