/** What is asked of Neutron: ports, floating addresses and a security group, and how ours are known (api-ref/network/v2). */
import { nullable, shape, text } from '../protocol/check'
import type { Millis } from '../protocol/ids'
import { timeIn } from './openstack-times'

export interface PortRange {
  min: number
  max: number
}

/** A rule of a security group that lets somebody in. */
export interface Opening {
  ethertype: 'IPv4' | 'IPv6'
  protocol: 'tcp'
  port_range_min: number
  port_range_max: number
}

export interface Address {
  id: string
  address: string
  portId: string | null
  createdAt: Millis | null
}

export interface Port {
  id: string
  name: string
  networkId: string
  deviceId: string
  createdAt: Millis | null
}

const CHARS = 2_000
const word = nullable(text(CHARS))

/** In the description of what was made for one machine alone: by it that is found again, and nothing else is destroyed. */
export function descriptionOf(mark: string, machine: string): string {
  return `buttcloud ${mark} ${machine}`
}

/** Of the group that all machines of one provider have. */
export function groupDescription(mark: string): string {
  return `buttcloud ${mark}: ports of pubs`
}

/** The machine's name in one of our descriptions; null where it is not ours. */
export function machineIn(description: unknown, mark: string): string | null {
  const start = descriptionOf(mark, '')
  return typeof description === 'string' && description.startsWith(start)
    ? description.slice(start.length)
    : null
}

/** Whom a hub lets in: everybody to the ports of pubs, by both protocols, and to SSH where the operator wants it. It needs nobody else. */
export function openingsFor(ports: PortRange, ssh: boolean): Opening[] {
  const ranges: PortRange[] = [ports, ...(ssh ? [{ min: 22, max: 22 }] : [])]
  return ranges.flatMap(({ min, max }) =>
    (['IPv4', 'IPv6'] as const).map((ethertype) => ({
      ...{ ethertype, protocol: 'tcp' as const, port_range_min: min, port_range_max: max },
    })),
  )
}

/** Those of the wanted openings that a group has not. */
export function missingOpenings(group: unknown, wanted: readonly Opening[]): Opening[] {
  const rules = (group as { security_group_rules?: unknown } | null)?.security_group_rules
  const known = Array.isArray(rules) ? (rules as Record<string, unknown>[]) : []
  const isThere = (opening: Opening) =>
    known.some(
      (rule) =>
        rule.direction === 'ingress' &&
        rule.ethertype === opening.ethertype &&
        // Neutron gives numbers, and some clouds names in capitals.
        /^(tcp|6)$/i.test(String(rule.protocol)) &&
        rule.port_range_min === opening.port_range_min &&
        rule.port_range_max === opening.port_range_max &&
        isEverybody(rule.remote_ip_prefix) &&
        (rule.remote_group_id ?? null) === null,
    )
  return wanted.filter((opening) => !isThere(opening))
}

function isEverybody(prefix: unknown): boolean {
  return prefix === null || prefix === undefined || prefix === '0.0.0.0/0' || prefix === '::/0'
}

export function ruleBody(groupId: string, opening: Opening): object {
  return { security_group_rule: { security_group_id: groupId, direction: 'ingress', ...opening } }
}

const named = shape({ id: text(CHARS), name: word })

/** Id and name of anything that a cloud lists; null where it has none. */
export function namedIn(value: unknown): { id: string; name: string } | null {
  const read = named(value, '')
  return read.ok ? { id: read.value.id, name: read.value.name ?? '' } : null
}

/**
 * The one of a list that is meant by a name or an id. An id goes before a name. Gives a sentence where it is none, or where
 * several have that name.
 */
export function chosen(
  items: readonly unknown[],
  wanted: string,
  what: string,
): { id: string; item: unknown } | string {
  const all = items.flatMap((item) => {
    const found = namedIn(item)
    return found === null ? [] : [{ ...found, item }]
  })
  const byId = all.find(({ id }) => id === wanted)
  if (byId !== undefined) return byId
  const byName = all.filter(({ name }) => name === wanted)
  const [first] = byName
  if (first === undefined) {
    const others = all.map(({ name, id }) => name || id).slice(0, 8)
    return `the cloud has no ${what} "${wanted}"; it has ${others.join(', ') || 'none'}`
  }
  if (byName.length === 1) return first
  return `the cloud has ${byName.length} of the ${what} "${wanted}": say which by its id, one of ${byName
    .slice(0, 8)
    .map(({ id }) => id)
    .join(', ')}`
}

const port = shape({
  id: text(CHARS),
  name: word,
  network_id: text(CHARS),
  device_id: word,
  created_at: word,
})

export function portIn(value: unknown): Port | null {
  const read = port(value, '')
  if (!read.ok) return null
  const { id, name, network_id, device_id, created_at } = read.value
  return {
    ...{ id, name: name ?? '', networkId: network_id, deviceId: device_id ?? '' },
    createdAt: timeIn(created_at),
  }
}

const floating = shape({
  id: text(CHARS),
  floating_ip_address: text(CHARS),
  port_id: word,
  created_at: word,
})

export function addressIn(value: unknown): Address | null {
  const read = floating(value, '')
  if (!read.ok) return null
  const { id, floating_ip_address, port_id, created_at } = read.value
  return { id, address: floating_ip_address, portId: port_id, createdAt: timeIn(created_at) }
}

export function portBody(wish: {
  description: string
  name: string
  networkId: string
  groupIds: readonly string[]
}): object {
  const { description, name, networkId, groupIds } = wish
  return { port: { name, description, network_id: networkId, security_groups: groupIds } }
}

export function floatingBody(wish: { description: string; networkId: string; portId: string }): object {
  const { description, networkId, portId } = wish
  return { floatingip: { description, floating_network_id: networkId, port_id: portId } }
}
