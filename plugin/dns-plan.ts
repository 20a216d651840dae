/**
 * Which records pubs' host names shall have, and which of them is to be set next: from what the state says and what the name
 * server last confirmed. Level, not edge: setting one again changes nothing.
 */
import type { FeedId, Millis } from '../protocol/ids'
import { DNS_NAME_PAUSE_MS, DNS_REFRESH_MS } from '../protocol/limits-dns'
import type { State } from '../protocol/state'
import { isWithinZone } from './dns-settings'
import type { Policy } from './policy'
import { hostAt } from './query'

/** One record; the address of a hub, or its name. */
export interface DnsTarget {
  type: 'A' | 'AAAA' | 'CNAME'
  value: string
}

/** What is remembered of a name. */
export interface DnsKnown {
  /** As `targetText` has it: what the name server confirmed; null: nothing yet. */
  set: string | null
  at: Millis
  /** What was tried last. */
  tried: string | null
  /** Why it is not what it should be. */
  error: string | null
  nextAt: Millis
}

/** The host name that a new pub gets for life; null where pubs have none of their own. */
export function hostFor({ domain }: Pick<Policy, 'domain'>, name: string): string | null {
  return domain === null ? null : `${name}.${domain}`
}

/** The record that leads to a hub's host. */
export function targetOf(host: string): DnsTarget {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(host)) return { type: 'A', value: host }
  if (/^[0-9a-fA-F:]*:[0-9a-fA-F:]*$/.test(host)) return { type: 'AAAA', value: host.toLowerCase() }
  return { type: 'CNAME', value: host.toLowerCase().replace(/\.$/, '') }
}

export const GONE = 'nothing'

/** A target as it is remembered and shown. */
export function targetText(target: DnsTarget | null): string {
  return target === null ? GONE : `${target.type} ${target.value}`
}

/**
 * Every name that a pub has or had, with the record that it shall have; null: none, because that pub has ended. A name whose
 * hub has not said where it is yet is left as it is.
 */
export function wantedNames(state: State): Map<string, DnsTarget | null> {
  const wanted = new Map<string, DnsTarget | null>()
  for (const { record } of state.provider.pubs.values()) {
    const { host, status, hub } = record
    if (host === null) continue
    const at = status === 'live' ? hostOfHub(state, hub) : null
    if (status === 'live') {
      if (at !== null && at !== host) wanted.set(host, targetOf(at))
      else wanted.delete(host)
    } else if (!wanted.has(host) && !isLive(state, host)) wanted.set(host, null)
  }
  return wanted
}

function hostOfHub(state: State, hub: FeedId): string | null {
  return hostAt(state, { hub, host: null })
}

function isLive(state: State, host: string): boolean {
  const pub = state.names.get(host.split('.')[0] ?? '')
  const record = pub === undefined ? undefined : state.provider.pubs.get(pub)?.record
  return record?.status === 'live' && record.host === host
}

export interface DnsStep {
  host: string
  target: DnsTarget | null
}

/** The next name to be set; else when there is one, if nothing changes before. */
export function nextName(
  wanted: ReadonlyMap<string, DnsTarget | null>,
  known: ReadonlyMap<string, DnsKnown>,
  zone: string,
  now: Millis,
): { step: DnsStep } | { step: null; wakeAt: Millis | null } {
  let wakeAt: Millis | null = null
  for (const [host, target] of wanted) {
    if (!isWithinZone(host, zone)) continue
    const at = dueAt(target, known.get(host), now)
    if (at <= now) return { step: { host, target } }
    if (at !== Number.POSITIVE_INFINITY) wakeAt = Math.min(wakeAt ?? at, at)
  }
  return { step: null, wakeAt }
}

function dueAt(target: DnsTarget | null, known: DnsKnown | undefined, now: Millis): Millis {
  if (known === undefined || known.tried !== targetText(target)) return now
  // A clock that was set back must not make a name wait for longer than ever was meant.
  const soon = (at: Millis, mostMs: number): Millis => (at - now > mostMs ? now : at)
  if (known.set !== targetText(target) || known.error !== null) return soon(known.nextAt, DNS_NAME_PAUSE_MS)
  return target === null ? Number.POSITIVE_INFINITY : soon(known.at + DNS_REFRESH_MS, DNS_REFRESH_MS)
}
