/** `domain` and `dns` of config.json, checked: pubs' own host names, and the name server that is kept up to date about them. */
import {
  type Check,
  describeRefusal,
  list,
  nullable,
  oneOf,
  refuse,
  shape,
  text,
  whole,
} from '../protocol/check'
import { NAME_CHARS_MAX } from '../protocol/limits'
import {
  DNS_TTL_S,
  DNS_TTL_S_MAX,
  DNS_TTL_S_MIN,
  HOST_CHARS_MAX,
  LABEL_CHARS_MAX,
  RESOLVERS_MAX,
} from '../protocol/limits-dns'

/** RFC 8945 6, without those that it advises against. */
export const TSIG_ALGORITHMS = [
  'hmac-sha256',
  'hmac-sha384',
  'hmac-sha512',
  'hmac-sha224',
  'hmac-sha1',
] as const
export type TsigAlgorithm = (typeof TSIG_ALGORITHMS)[number]

export interface DnsSettings {
  /** Name or address of the zone's primary name server. */
  server: string
  port: number
  zone: string
  /** `secretFile`: absolute, or in the provider's folder. */
  key: { name: string; algorithm: TsigAlgorithm; secretFile: string }
  ttlSeconds: number
}

export interface HostSettings {
  /** What pubs' names are put before; null: pubs are reached by their hub's host. */
  domain: string | null
  /** Null: whoever runs the provider keeps the records. */
  dns: DnsSettings | null
}

const PATH_CHARS_MAX = 4_096
const LABEL = /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?$/

/** A domain name in lower case, without the dot at its end. */
const domainName: Check<string> = (value, field) => {
  const name = typeof value === 'string' ? value.trim().toLowerCase().replace(/\.$/, '') : ''
  const labels = name.split('.')
  const good =
    name.length <= HOST_CHARS_MAX &&
    labels.every((label) => label.length <= LABEL_CHARS_MAX && LABEL.test(label))
  return good ? { ok: true, value: name } : refuse(field, 'a domain name like pubs.example.org', value)
}

const server: Check<string> = (value, field) =>
  typeof value === 'string' && value.length <= HOST_CHARS_MAX && /^[^\s/@]+$/.test(value)
    ? { ok: true, value }
    : refuse(field, "the name server's host name or address", value)

const dns = shape({
  server,
  port: nullable(whole(1, 65_535)),
  zone: nullable(domainName),
  key: shape({
    name: domainName,
    algorithm: nullable(oneOf(...TSIG_ALGORITHMS)),
    secretFile: text(PATH_CHARS_MAX),
  }),
  ttlSeconds: nullable(whole(DNS_TTL_S_MIN, DNS_TTL_S_MAX)),
})

const KNOWN: Record<string, readonly string[]> = {
  dns: ['server', 'port', 'zone', 'key', 'ttlSeconds'],
  'dns.key': ['name', 'algorithm', 'secretFile'],
}

/** Throws a sentence that names the key, what is there and what should be. */
export function readHostSettings(settings: { domain?: unknown; dns?: unknown }): HostSettings {
  const fail = (why: string): never => {
    throw new Error(`The settings of host names can't be used: ${why}. docs/OPERATORS.md shows them.`)
  }
  const isSet = (value: unknown): boolean => value !== undefined && value !== null && value !== false
  const checked = isSet(settings.domain)
    ? domainName(settings.domain, 'domain')
    : { ok: true as const, value: null }
  if (!checked.ok) return fail(describeRefusal(checked))
  const domain = checked.value
  if (domain !== null && domain.length > HOST_CHARS_MAX - NAME_CHARS_MAX - 1)
    fail('domain is so long that no name of a pub fits before it')
  if (!isSet(settings.dns)) return { domain, dns: null }
  if (domain === null) return fail('there is dns and no domain, so there is nothing to set')
  for (const [place, known] of Object.entries(KNOWN)) {
    const part = place === 'dns' ? settings.dns : (settings.dns as { key?: unknown }).key
    const strange = Object.keys(typeof part === 'object' && part !== null ? part : {}).find(
      (name) => !known.includes(name),
    )
    if (strange !== undefined)
      fail(`${place} has no setting "${strange.slice(0, 40)}"; it takes ${known.join(', ')}`)
  }
  const read = dns(settings.dns, 'dns')
  if (!read.ok) return fail(describeRefusal(read))
  const { key, zone: named, port, ttlSeconds } = read.value
  const zone = named ?? domain
  if (!isWithinZone(domain, zone)) fail(`domain (${domain}) does not lie in dns.zone (${zone})`)
  return {
    domain,
    dns: {
      ...{ server: read.value.server, port: port ?? 53, zone, ttlSeconds: ttlSeconds ?? DNS_TTL_S },
      key: { ...key, algorithm: key.algorithm ?? 'hmac-sha256' },
    },
  }
}

/** The name servers that are asked about owners' domains; an empty list: this machine's. Throws a sentence. */
export function readResolvers(setting: unknown): readonly string[] {
  if (setting === undefined || setting === null || setting === false) return []
  const read = list(text(HOST_CHARS_MAX), 0, RESOLVERS_MAX)(setting, 'resolvers')
  if (read.ok) return read.value
  throw new Error(
    `The settings of host names can't be used: ${describeRefusal(read)}. docs/OPERATORS.md shows them.`,
  )
}

/** True for a zone's own name and all below it. */
export function isWithinZone(host: string, zone: string): boolean {
  return host === zone || host.endsWith(`.${zone}`)
}

/**
 * The bytes of a secret, from a file that holds it as base64 alone, or as `tsig-keygen` prints it. Null where neither is
 * found.
 */
export function secretIn(file: string): string | null {
  const found = /\bsecret\s+"([^"]+)"/.exec(file)?.[1] ?? file.trim()
  return /^[A-Za-z0-9+/]{4,}={0,2}$/.test(found) ? found : null
}
