/** The host names of pubs, as the operator is shown them. */
import type { DnsView, OwnNameView } from '../protocol/rpc-dns'
import { harmless, table } from './render'

/** A line per name, then what is wrong. */
export function dnsText(view: DnsView): string {
  return [namesText(view), ...ownText(view.own ?? [])].join('\n')
}

/** Domains of owners' own, where there are any. */
function ownText(own: readonly OwnNameView[]): string[] {
  if (own.length === 0) return []
  const list = table(
    ['DOMAIN', 'LEADS TO', 'STATE', 'LAST LOOK'],
    own.map((one) => [
      one.name,
      one.host,
      one.proven ? 'in use' : 'waits',
      one.found === null ? '-' : harmless(one.found.replace(/`/g, '')),
    ]),
  )
  return ['', "Domains of owners' own, which are their owners' to keep:", list]
}

function namesText({ server, trouble, names }: DnsView): string {
  if (names.length === 0 && server === null)
    return 'No pub has a host name of its own. `domain` in config.json gives one to every new pub (docs/OPERATORS.md).'
  const head = server === null ? [] : [`Records are kept at ${server}.`]
  if (trouble !== null) head.push(`Nothing can be set at the moment: ${harmless(trouble)}`)
  if (names.length === 0) return [...head, 'No pub has a host name of its own yet.'].join('\n')
  const stateOf = (one: DnsView['names'][number]): string => {
    if (server === null) return 'kept by hand'
    if (one.error !== null) return 'not set'
    return one.known === one.wanted ? 'set' : 'waits'
  }
  const list = table(
    ['NAME', 'RECORD', 'STATE', 'NOW'],
    names.map((one) => [one.host, one.wanted, stateOf(one), one.known ?? '-']),
  )
  const errors = names.flatMap(({ host, error }) => (error === null ? [] : [`${host}: ${harmless(error)}`]))
  const note = server === null ? ['These are the records to make and to keep, by hand.'] : []
  return [...head, list, ...errors, ...note].join('\n')
}
