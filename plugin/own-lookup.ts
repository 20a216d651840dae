/**
 * Whether a name leads to a pub: which questions are asked of the name system about it, and what the answers mean. The asking is
 * plugin/io/own-names.ts.
 */
import { isHostName } from '../protocol/host-name'
import { OWN_CHAIN_MAX } from '../protocol/limits-dns'

export interface Question {
  type: 'CNAME' | 'A' | 'AAAA' | 'TXT'
  name: string
}

export type Said =
  /** A TXT record is one value, put together. */
  | { kind: 'records'; values: string[] }
  /** An answer: there is no such name, or no such record. */
  | { kind: 'none' }
  /** No answer, or none that says anything about the name. */
  | { kind: 'trouble'; why: string }

export type Found =
  | { kind: 'here' }
  /** `what` it leads to instead, and what is missing, for its owners. */
  | { kind: 'elsewhere'; what: string }
  /** Nobody knows: counts for nothing. */
  | { kind: 'unknown'; why: string }

/** What a pub's name is said under where it can have no CNAME, and what is said there. */
export const proofName = (name: string): string => `_buttcloud.${name}`
export const proofText = (host: string): string => `pub=${host}`

/**
 * Asks one question after the other. `name` leads to the pub whose name for life is `host` where it is a CNAME of that, or has
 * addresses of that alone and says so in a TXT record: an address by itself is no proof, because other pubs have it too.
 */
export function* lookUp(name: string, host: string): Generator<Question, Found, Said> {
  let at = name
  for (let step = 0; step < OWN_CHAIN_MAX; step += 1) {
    const said = yield { type: 'CNAME', name: at }
    if (said.kind === 'trouble') return unknown(at, said.why)
    const next = said.kind === 'records' ? (said.values[0] ?? '') : null
    if (next === null) return yield* byAddress(name, host, at)
    const target = next.toLowerCase().replace(/\.$/, '')
    if (target === host) return { kind: 'here' }
    if (!isHostName(target)) return elsewhere(`\`${name}\` leads to something that is no name of a host`)
    at = target
  }
  return elsewhere(`\`${name}\` is a CNAME of a CNAME, and so on for more than ${OWN_CHAIN_MAX} steps`)
}

function* byAddress(name: string, host: string, end: string): Generator<Question, Found, Said> {
  const theirs = yield* addressesOf(name)
  if ('why' in theirs) return unknown(name, theirs.why)
  if (theirs.all.length === 0)
    return elsewhere(
      end === name
        ? `there is no record for \`${name}\``
        : `\`${name}\` leads to \`${end}\`, which has no address`,
    )
  const leads =
    end === name
      ? `\`${name}\` leads to ${theirs.all.slice(0, 3).join(', ')}`
      : `\`${name}\` leads to \`${end}\``
  const said = yield { type: 'TXT', name: proofName(name) }
  if (said.kind === 'trouble') return unknown(proofName(name), said.why)
  const texts = said.kind === 'records' ? said.values.map((text) => text.trim().toLowerCase()) : []
  if (!texts.includes(proofText(host)))
    return elsewhere(`${leads}, and \`${proofName(name)}\` has no TXT record \`${proofText(host)}\``)
  const ours = yield* addressesOf(host)
  if ('why' in ours) return unknown(host, ours.why)
  // That is no fault of theirs.
  if (ours.all.length === 0) return unknown(host, 'it has no address now')
  return theirs.all.every((address) => ours.all.includes(address))
    ? { kind: 'here' }
    : elsewhere(`${leads}, and \`${host}\` is at ${ours.all.slice(0, 3).join(', ')}`)
}

function* addressesOf(name: string): Generator<Question, { all: string[] } | { why: string }, Said> {
  const all: string[] = []
  for (const type of ['A', 'AAAA'] as const) {
    const said = yield { type, name }
    if (said.kind === 'trouble') return { why: said.why }
    if (said.kind === 'records') all.push(...said.values.map((address) => address.toLowerCase()))
  }
  return { all }
}

const elsewhere = (what: string): Found => ({ kind: 'elsewhere', what })
const unknown = (name: string, why: string): Found => ({
  kind: 'unknown',
  why: `\`${name}\` could not be looked up: ${why}`,
})
