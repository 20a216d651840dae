/** Addresses that a pub's log and table of peers hold. Foreign data in, addresses out. */
import { type FeedId, isFeedId } from '../protocol/ids'

export interface KnownAddress {
  key: FeedId
  host: string
  port: number
}

const HOST = /^[A-Za-z0-9._:-]{1,255}$/

/** `{host, port, key}`, `host:port:key` or a multiserver address; null for anything else. */
export function addressIn(value: unknown): KnownAddress | null {
  if (typeof value === 'object' && value !== null) {
    const { host, port, key, address } = value as Record<string, unknown>
    return addressOf(host, port, key) ?? (typeof address === 'string' ? addressIn(address) : null)
  }
  if (typeof value !== 'string') return null
  const classic = /^(.+):(\d{1,5}):(@.+)$/.exec(value)
  if (classic !== null) return addressOf(classic[1], classic[2], classic[3])
  const multi = /^net:(.+):(\d{1,5})~shs:([A-Za-z0-9+/]{43}=)/.exec(value.split(';')[0] ?? '')
  return multi === null ? null : addressOf(multi[1], multi[2], `@${multi[3]}.ed25519`)
}

function addressOf(host: unknown, port: unknown, key: unknown): KnownAddress | null {
  const number = Number(port)
  const sound = typeof host === 'string' && HOST.test(host) && Number.isInteger(number) && number > 0
  return sound && number < 65_536 && isFeedId(key) ? { host, port: number, key } : null
}

/** Those of a table of peers, as ssb-gossip keeps it. */
export function addressesIn(gossip: unknown): KnownAddress[] {
  const peers: unknown[] = Array.isArray(gossip) ? gossip : []
  return peers.map(addressIn).filter((one) => one !== null)
}

/** The last ones, each once. */
export function newest(addresses: KnownAddress[], max: number): KnownAddress[] {
  const found = new Map<string, KnownAddress>()
  for (const one of addresses.toReversed()) {
    const name = `${one.host}:${one.port} ${one.key}`
    if (!found.has(name)) found.set(name, one)
    if (found.size === max) break
  }
  return [...found.values()]
}
