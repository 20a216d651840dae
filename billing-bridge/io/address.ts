/** Who is asking, as far as bounds per address go. Nothing of it is kept or logged. */
import type { IncomingHttpHeaders } from 'node:http'
import { isIP, isIPv6 } from 'node:net'

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i

/**
 * One key per household: an IPv4 address, or the /64 of an IPv6 one, of which everybody has all addresses. What is no
 * address is one key for all of them.
 */
export function addressKey(address: string): string {
  const plain = MAPPED.exec(address)?.[1] ?? address
  if (!isIPv6(plain)) return isIP(plain) === 4 ? plain : 'unknown'
  const [head = '', tail] = plain.split('%', 1)[0]?.split('::') ?? []
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const left = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length)
  const groups = [...before, ...Array<string>(left).fill('0'), ...after]
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}

/** The proxy that ends TLS is on this machine, and everything comes by it. */
export function isLoopback(address: string): boolean {
  const plain = MAPPED.exec(address)?.[1] ?? address
  return plain === '::1' || plain.startsWith('127.')
}

/**
 * The visitor's key. Only a proxy on this machine is believed about whom it speaks for, and of its list only the last
 * entry, which it wrote itself: the ones before come from the visitor.
 */
export function visitorKey(peer: string, headers: IncomingHttpHeaders): string {
  const told = headers['x-forwarded-for']
  if (!isLoopback(peer) || told === undefined) return addressKey(peer)
  const last = String(told).split(',').at(-1)?.trim() ?? ''
  return addressKey(last)
}
