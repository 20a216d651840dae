/**
 * From what Caddy has to the next change that is owed: level, not edge, so it does not matter what happened in between, who
 * else wrote, or where we were cut off. Nothing but this hub's own route, and a server that hubs made, is ever changed.
 */
import { MARK_START, routeOf, type Site } from './caddy-sites'

/** One request to Caddy's admin API, to be made only while it has what we have seen. */
export interface CaddyChange {
  method: 'PUT' | 'PATCH' | 'DELETE'
  path: string
  /** Null with DELETE. */
  body: unknown
}

/**
 * `waits`: something would be taken away, and not all orders are here yet. `names`: how many it has of this hub once that is
 * done; where it waits, how many it has now.
 */
export type CaddyPlan = { names: number; taken: readonly string[] } & (
  | { kind: 'settled' | 'waits' }
  | { kind: 'change'; change: CaddyChange }
  | { kind: 'impossible'; why: string }
)

export interface CaddyWish {
  /** See markOf. */
  mark: string
  sites: readonly Site[]
  /** Whether all orders are known, so that what none speaks of may go. */
  mayTakeAway: boolean
}

/** The server that hubs make where an operator has none for HTTPS. */
export const OWN_SERVER = 'buttcloud'
const HTTPS_PORT = 443
const SERVERS = '/config/apps/http/servers'

/** A server of Caddy's, with its name. */
type Server = readonly [string, Record<string, unknown>]

/** A route of somebody's, at the top of a server. */
interface Found {
  server: string
  index: number
  route: Record<string, unknown>
}

/** The next change, from the app `http` of Caddy's configuration (null where it has none). Never throws, whatever that is. */
export function planCaddy({ mark, sites, mayTakeAway }: CaddyWish, http: unknown): CaddyPlan {
  const servers = serversOf(http)
  const routes = routesOf(servers)
  const { wanted, taken } = withoutForeign(sites, routes)
  const own = routes.filter(({ route }) => route['@id'] === mark)
  const shall = new Set(wanted.flatMap(({ names }) => names))
  const seen = { names: shall.size, taken }
  const had = namesIn(own)
  const lost = [...had].some((name) => !shall.has(name))
  if (lost && !mayTakeAway) return { kind: 'waits', names: had.size, taken }
  const port = httpsPort(http)
  const target = wanted.length === 0 ? null : serverFor(servers, port)
  const [kept, ...more] = own.filter(({ server }) => server === target?.[0])
  const [stray] = [...own.filter(({ server }) => server !== target?.[0]), ...more]
  if (stray !== undefined) return { kind: 'change', change: removal(stray, servers), ...seen }
  if (wanted.length === 0) return { kind: 'settled', ...seen }
  return { ...placed(routeOf(mark, wanted), kept, target, { servers, port }), ...seen }
}

/** What makes a route stand in the server that it belongs to; `kept` is where this hub's is there. */
function placed(
  route: Record<string, unknown>,
  kept: Found | undefined,
  target: Server | null,
  { servers, port }: { servers: readonly Server[]; port: number },
): { kind: 'settled' } | { kind: 'change'; change: CaddyChange } | { kind: 'impossible'; why: string } {
  if (target === null) {
    const isForeign = servers.some(([name]) => name === OWN_SERVER)
    const why = `its server "${OWN_SERVER}" does not listen on port ${port}, and hubs make one of that name: call yours otherwise`
    if (isForeign) return { kind: 'impossible', why }
    const body = { listen: [`:${port}`], routes: [route] }
    return { kind: 'change', change: { method: 'PUT', path: `${SERVERS}/${OWN_SERVER}`, body } }
  }
  const [name, server] = target
  const off = record(server.automatic_https)
  if (off.disable === true || off.disable_certificates === true) {
    const why = `automatic HTTPS is switched off in its server "${name}", so there would be no certificates: take auto_https off out of its Caddyfile`
    return { kind: 'impossible', why }
  }
  const list = `${serverPath(name)}/routes`
  if (kept !== undefined) {
    if (sameJson(kept.route, route)) return { kind: 'settled' }
    return { kind: 'change', change: { method: 'PATCH', path: `${list}/${kept.index}`, body: route } }
  }
  // In front: a site for any name at all would take everything that comes after it.
  const change: CaddyChange = Array.isArray(server.routes)
    ? { method: 'PUT', path: `${list}/0`, body: route }
    : { method: server.routes === undefined ? 'PUT' : 'PATCH', path: list, body: [route] }
  return { kind: 'change', change }
}

/** How many names Caddy has for a hub, by its mark. */
export function namesServed(mark: string, http: unknown): number {
  return namesIn(routesOf(serversOf(http)).filter(({ route }) => route['@id'] === mark)).size
}

function serversOf(http: unknown): Server[] {
  return Object.entries(record(record(http).servers)).map(([name, server]) => [name, record(server)])
}

function routesOf(servers: readonly Server[]): Found[] {
  return servers.flatMap(([server, { routes }]) =>
    listOf(routes).map((route, index): Found => ({ server, index, route: record(route) })),
  )
}

/** Takes out a route; a server that hubs made goes with its last one. */
function removal({ server, index }: Found, servers: readonly Server[]): CaddyChange {
  const rest = listOf(servers.find(([name]) => name === server)?.[1].routes)
  const path =
    server === OWN_SERVER && rest.length === 1 ? serverPath(server) : `${serverPath(server)}/routes/${index}`
  return { method: 'DELETE', path, body: null }
}

/** Each name once, and none that somebody's own site has; `taken` are those. */
function withoutForeign(
  sites: readonly Site[],
  routes: readonly Found[],
): { wanted: Site[]; taken: string[] } {
  const foreign = new Set<string>()
  for (const { route } of routes)
    if (!textOf(route['@id']).startsWith(MARK_START)) for (const name of hostsOf(route)) foreign.add(name)
  const taken: string[] = []
  const wanted: Site[] = []
  const given = new Set<string>()
  for (const site of sites) {
    const names = [...new Set(site.names)].filter((name) => !given.has(name) && !foreign.has(name))
    taken.push(...site.names.filter((name) => foreign.has(name)))
    for (const name of names) given.add(name)
    if (names.length > 0) wanted.push({ ...site, names })
  }
  return { wanted, taken }
}

const namesIn = (routes: readonly Found[]): ReadonlySet<string> =>
  new Set(routes.flatMap(({ route }) => hostsOf(route)))

/** The names that a route is for, without those with a star. */
function hostsOf(route: Record<string, unknown>): string[] {
  return listOf(route.match)
    .flatMap((matcher) => listOf(record(matcher).host))
    .filter((name): name is string => typeof name === 'string' && !name.includes('*'))
    .map((name) => name.toLowerCase())
}

function httpsPort(http: unknown): number {
  const said = record(http).https_port
  return typeof said === 'number' && Number.isInteger(said) && said > 0 ? said : HTTPS_PORT
}

/** An operator's that listens on every address, else the hubs' own, else one that listens on some address. */
function serverFor(servers: readonly Server[], port: number): Server | null {
  const here = servers.filter(([, { listen }]) => listOf(listen).some((one) => listensOn(one, port, false)))
  const everywhere = here.filter(([, { listen }]) => listOf(listen).some((one) => listensOn(one, port, true)))
  return (
    everywhere.find(([name]) => name !== OWN_SERVER) ??
    here.find(([name]) => name === OWN_SERVER) ??
    here[0] ??
    null
  )
}

/** Caddy's form of addresses: `:443`, `tcp/0.0.0.0:443`, `[::]:440-450`. */
function listensOn(address: unknown, port: number, everywhere: boolean): boolean {
  const [, host = '', first = '', last = first] =
    /^(?:tcp[46]?\/)?([^/]*):(\d+)(?:-(\d+))?$/.exec(textOf(address)) ?? []
  if (first === '' || Number(first) > port || Number(last) < port) return false
  return !everywhere || host === '' || host === '0.0.0.0' || host === '[::]'
}

/** Names of servers are an operator's, and may have anything in them. */
const serverPath = (name: string): string => `${SERVERS}/${encodeURIComponent(name)}`

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}
/** Empty where it is none: not every value can be made one. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** Caddy gives objects back with their keys in another order. */
function sameJson(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) || Array.isArray(other))
    return (
      Array.isArray(one) &&
      Array.isArray(other) &&
      one.length === other.length &&
      one.every((value, index) => sameJson(value, other[index]))
    )
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null)
    return one === other
  const [mine, theirs] = [record(one), record(other)]
  const keys = Object.keys(mine)
  return (
    keys.length === Object.keys(theirs).length &&
    keys.every((key) => key in theirs && sameJson(mine[key], theirs[key]))
  )
}
