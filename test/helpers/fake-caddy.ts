/** Caddy's configuration as its admin API changes it (seen of 2.6): paths into objects and lists, nothing more. */
import { type CaddyChange, type CaddyPlan, OWN_SERVER, planCaddy } from '../../hub-daemon/caddy-plan'
import { markOf, type Site } from '../../hub-daemon/caddy-sites'
import { CADDY_CHANGES_PER_LOOK_MAX } from '../../protocol/limits-caddy'
import { HUB, pubOf, STRANGER } from './hub-orders'

export interface FakeCaddy {
  /** The app `http`; null where there is none. */
  http: any
}

/** Makes a change, or throws as it would refuse it. */
export function applyChange(caddy: FakeCaddy, { method, path, body }: CaddyChange): void {
  const parts = path.split('/').map(decodeURIComponent)
  if (parts.splice(0, 4).join('/') !== '/config/apps/http') throw new Error(`not ours to touch: ${path}`)
  if (caddy.http === null && method !== 'PUT') throw new Error(`invalid traversal path at: ${path}`)
  caddy.http ??= {}
  const last = parts.pop() ?? ''
  let at = caddy.http
  for (const part of parts) {
    // What is missing on the way is made, but only by PUT.
    if (at[part] === undefined && method === 'PUT' && !Array.isArray(at)) at[part] = {}
    at = at[part]
    if (at === undefined || at === null) throw new Error(`invalid traversal path at: ${path}`)
  }
  const value = structuredClone(body)
  const isThere = Object.hasOwn(at, last)
  if (Array.isArray(at)) {
    const index = Number(last)
    if (!Number.isInteger(index) || index < 0 || index > at.length || (method !== 'PUT' && !isThere))
      throw new Error(`array index out of bounds: ${path}`)
    if (method === 'PUT') at.splice(index, 0, value)
    else if (method === 'PATCH') at[index] = value
    else at.splice(index, 1)
    return
  }
  if (method === 'PUT' && isThere) throw new Error(`key already exists: ${last}`)
  if (method !== 'PUT' && !isThere) throw new Error(`key does not exist: ${last}`)
  if (method === 'DELETE') delete at[last]
  else at[last] = value
}

/** What answers a visitor: the first route of the first server at the port whose host fits; null where none does. */
export function answering(caddy: FakeCaddy, name: string): string | null {
  for (const server of Object.values<any>(caddy.http?.servers ?? {}))
    for (const route of server.routes ?? []) {
      const hosts: string[] | undefined = route.match?.[0]?.host
      if (hosts !== undefined && !hosts.includes(name)) continue
      const inner = route.handle?.[0]?.routes?.find((one: any) => one.match?.[0].host.includes(name))
      return inner?.handle[0].upstreams[0].dial ?? 'foreign'
    }
  return null
}

/** All that is not of one hub, by its mark; the hubs' own server only while somebody else has something in it. */
export function others(caddy: FakeCaddy, mark: string): unknown[] {
  return Object.entries<any>(caddy.http?.servers ?? {})
    .map(([name, { listen, routes }]) => ({
      ...{ name, listen },
      routes: routes.filter((route: any) => route?.['@id'] !== mark),
    }))
    .filter(({ name, routes }) => name !== OWN_SERVER || routes.length > 0)
}

export const MARK = markOf(HUB)
export const OTHER = markOf(STRANGER)
export const ALICE: Site = {
  pub: pubOf(1),
  names: ['alice.pubs.example.org', 'social.example.net'],
  upstream: '127.0.0.1:8201',
}
export const BOB: Site = { pub: pubOf(2), names: ['bob.pubs.example.org'], upstream: '127.0.0.1:8202' }
/** An operator's own site, as a Caddyfile makes it. */
export const BILLING = {
  match: [{ host: ['billing.example.org'] }],
  handle: [{ handler: 'subroute', routes: [{ handle: [{ handler: 'reverse_proxy' }] }] }],
  terminal: true,
}
export const operators = (...routes: unknown[]): FakeCaddy => ({
  http: { servers: { srv0: { listen: [':443'], routes } } },
})

/** Looks and changes until there is nothing to do, or for so many changes. */
export function settle(
  caddy: FakeCaddy,
  sites: Site[],
  mark = MARK,
  changesMax = CADDY_CHANGES_PER_LOOK_MAX,
): CaddyPlan {
  for (let changes = 0; ; changes += 1) {
    const plan = planCaddy({ mark, sites, mayTakeAway: true }, structuredClone(caddy.http))
    if (plan.kind !== 'change' || changes === changesMax) return plan
    applyChange(caddy, plan.change)
  }
}
