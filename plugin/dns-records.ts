/**
 * Updates of one name. A record of ours is known by a mark beside it, a TXT at `_buttcloud.NAME`: what has no such mark is somebody
 * else's and is never touched, and the name server itself checks that, in one step with the change (RFC 2136 2.4).
 */
import type { DnsTarget } from './dns-plan'
import {
  added,
  cleared,
  exactly,
  ipv4Bytes,
  ipv6Bytes,
  nameBytes,
  type Resource,
  TYPES,
  textBytes,
  type Update,
  unused,
  without,
} from './dns-wire'

export const dnsWords = {
  taken: (host: string): string =>
    `something that is not this provider's has the name ${host} (or _buttcloud.${host}) already, and is left alone: take it away, or keep that record by hand`,
  said: (code: string): string => `the name server answered ${code}`,
  elsewhere: (zone: string): string => `it does not lie in the zone ${zone}: keep this record by hand`,
} as const

const markName = (host: string): string => `_buttcloud.${host}`

/** Sets the record where the mark is ours; else NXRRSET. */
export function renewal(zone: string, host: string, mark: string, target: DnsTarget, ttl: number): Update {
  return { zone, conditions: [isOurs(host, mark)], changes: [...emptied(host), recordOf(host, target, ttl)] }
}

/** Sets record and mark where nobody has the name; else YXDOMAIN or YXRRSET. */
export function claim(zone: string, host: string, mark: string, target: DnsTarget, ttl: number): Update {
  return {
    zone,
    conditions: [unused(host), without(markName(host), TYPES.TXT)],
    changes: [recordOf(host, target, ttl), added(markName(host), TYPES.TXT, ttl, textBytes(mark))],
  }
}

/** Takes record and mark away where the mark is ours; else NXRRSET. */
export function removal(zone: string, host: string, mark: string): Update {
  return {
    zone,
    conditions: [isOurs(host, mark)],
    changes: [...emptied(host), cleared(markName(host), TYPES.TXT)],
  }
}

const isOurs = (host: string, mark: string): Resource => exactly(markName(host), TYPES.TXT, textBytes(mark))

/** Another type may have stood there before: a CNAME stands alone. */
const emptied = (host: string): Resource[] =>
  [TYPES.A, TYPES.AAAA, TYPES.CNAME].map((type) => cleared(host, type))

function recordOf(host: string, { type, value }: DnsTarget, ttl: number): Resource {
  const data = type === 'A' ? ipv4Bytes(value) : type === 'AAAA' ? ipv6Bytes(value) : nameBytes(value)
  return added(host, TYPES[type], ttl, data)
}
