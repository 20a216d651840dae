/** Which of this hub's pubs shall be found by HTTPS, by which names, and what Caddy is told of them. */
import type { FeedId, PubId } from '../protocol/ids'
import { CADDY_DIAL_S, CADDY_IDLE_S } from '../protocol/limits-caddy'
import type { Facts } from './facts'
import { desiredOf, type HubState } from './state'

/** The web pages of one pub. */
export interface Site {
  pub: PubId
  names: readonly string[]
  /** Where they are served on this machine, as `host:port`. */
  upstream: string
}

/** What any route has that was made by some hub. */
export const MARK_START = 'buttcloud-'
/** By it a hub knows its own one among those of others. It becomes a part of an address, so base64's slash and plus can't be in it. */
export const markOf = (hub: FeedId): string =>
  `${MARK_START}${hub.slice(1, 21).replaceAll('+', '-').replaceAll('/', '_')}`

/** What a visitor reads while a pub is started anew, or its pages are. */
const AWAY = 'These pages are not there just now. Please try again in a few minutes.\n'

/**
 * One for each pub that shall be up and has pages and names for them; `dial` is where the hub itself reaches a pub that says
 * nothing else. What the orders say, not what runs: a pub that is started anew keeps its names.
 */
export function sitesOf(state: HubState, { engine }: Pick<Facts, 'engine'>, dial: string): readonly Site[] {
  const sites: Site[] = []
  for (const { content: spec } of state.specs.values()) {
    const names = spec.web?.names ?? []
    if (spec.web === null || names.length === 0 || desiredOf(state, spec) !== 'up') continue
    const host = engine.runs.get(spec.pub)?.dial ?? dial
    sites.push({
      pub: spec.pub,
      names,
      upstream: `${host.includes(':') ? `[${host}]` : host}:${spec.web.port}`,
    })
  }
  return sites.sort((one, other) => (one.pub < other.pub ? -1 : 1))
}

/**
 * The one route that a hub has in a Caddy, with all its pubs below it: one change, whatever has changed, is one load of the
 * configuration. Automatic HTTPS takes the names from its matcher.
 */
export function routeOf(mark: string, sites: readonly Site[]): Record<string, unknown> {
  return {
    '@id': mark,
    match: [{ host: sites.flatMap(({ names }) => names).sort() }],
    handle: [
      {
        handler: 'subroute',
        routes: sites.map(({ names, upstream }) => ({
          match: [{ host: [...names].sort() }],
          handle: [
            {
              handler: 'reverse_proxy',
              upstreams: [{ dial: upstream }],
              transport: {
                protocol: 'http',
                dial_timeout: `${CADDY_DIAL_S}s`,
                keep_alive: { idle_timeout: `${CADDY_IDLE_S}s` },
              },
            },
          ],
          terminal: true,
        })),
        errors: {
          routes: [
            {
              handle: [
                {
                  handler: 'static_response',
                  status_code: 502,
                  headers: { 'Content-Type': ['text/plain; charset=utf-8'] },
                  body: AWAY,
                },
              ],
            },
          ],
        },
      },
    ],
    terminal: true,
  }
}
