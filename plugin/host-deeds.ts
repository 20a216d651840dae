/** `admin host PUB`: the operator's word that a pub from before there was a domain gets a host name of its own. */
import type { PubMessage } from '../protocol/messages/pub'
import type { State } from '../protocol/state'
import { hostFor } from './dns-plan'
import type { Policy } from './policy'

export const hostWords = {
  noDomain:
    'there is no domain: set `domain` in config.json to what pubs shall be named under, like pubs.example.org',
  noSuchPub: (wanted: string): string =>
    `there is no pub called ${JSON.stringify(wanted.slice(0, 60))}; \`buttcloud admin pubs\` lists them`,
  hasOne: (name: string, host: string): string => `${name} has the name ${host}, which is its own for life`,
  beingMade: (name: string): string => `${name} is still being made; say this again when it is up`,
} as const

/** The record to be published, or why not. */
export function named(
  state: State,
  policy: Pick<Policy, 'domain'>,
  wanted: string,
): { ok: true; record: PubMessage; host: string } | { ok: false; why: string } {
  const refused = (why: string) => ({ ok: false as const, why })
  const pub = [...state.provider.pubs.values()].find(
    (one) => one.record.status === 'live' && (one.record.name === wanted || one.pub === (wanted as string)),
  )
  if (pub === undefined) return refused(hostWords.noSuchPub(wanted))
  const { record } = pub
  if (record.host !== null) return refused(hostWords.hasOne(record.name, record.host))
  const host = hostFor(policy, record.name)
  if (host === null) return refused(hostWords.noDomain)
  const isMade = state.provider.answers.get(pub.pub as string as PubMessage['answers'])?.final === true
  return isMade ? { ok: true, record: { ...record, host }, host } : refused(hostWords.beingMade(record.name))
}
