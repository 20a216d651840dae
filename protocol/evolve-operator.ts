/** What the operator's words mean to the provider's state. All are on the provider's own feed, in its order. */
import type { Folded } from './evolve'
import { noteCause, toldBy } from './evolve-money'
import { type FeedId, type Millis, type PubId, pubIdOf } from './ids'
import { NEVER_UP_SHOWN_MS } from './limits-cluster'
import { ANNOUNCEMENT_REPEAT_MS } from './limits-operator'
import type { AnnouncementMessage } from './messages/announcement'
import type { NoticePayload } from './messages/answer'
import type { BlockMessage } from './messages/block'
import type { CommissionMessage } from './messages/commission'
import type { HaltMessage } from './messages/halt'
import type { PubMessage } from './messages/pub'
import type { ProviderFold, PubFact } from './state'
import type { Told } from './state-money'

export type OperatorMessage = HaltMessage | BlockMessage | AnnouncementMessage | CommissionMessage

/** Folds one of them. */
export function evolveOperator(provider: ProviderFold, message: Folded, content: OperatorMessage): void {
  const { operator } = provider
  const told = toldBy(message)
  switch (content.type) {
    case 'buttcloud/halt':
      noteCause(provider.money, told(content))
      operator.halts.set(content.pub, told(content))
      return
    case 'buttcloud/block':
      operator.blocks.set(content.feed, told(content))
      return
    case 'buttcloud/announcement':
      return noteAnnouncement(provider, told(content))
    case 'buttcloud/commission': {
      const pub = pubIdOf(message.key)
      // The pub answers nobody's request.
      noteCause(provider.money, { ...told(content), content: { pub } })
      operator.commissions.set(pub, told(content))
      return
    }
    default:
      forgotten(content)
  }
}

/** What a record means to pubs that operators have made: one of that name is there, or one of them never came up. */
export function noteMaking({ operator }: ProviderFold, { claimedAt }: Folded, record: PubMessage): void {
  const { pub, name, status, answers } = record
  const { commissions, unmade } = operator
  if (status === 'live') {
    unmade.delete(name)
    return
  }
  const told = commissions.get(pub)
  commissions.delete(pub)
  // The record that gives it up answers the word that it was made by. One whose name was taken meanwhile is another's now.
  if (told === undefined || told.key !== answers || record.keepUntil === 0) return
  for (const [other, { endedAt }] of unmade)
    if (endedAt <= claimedAt - NEVER_UP_SHOWN_MS) unmade.delete(other)
  unmade.set(name, { ...told, pub, endedAt: claimedAt })
}

/** A record that an operator's change has made; and later ones, which may end what was to be told of it. */
export function noteAmend(
  { operator }: ProviderFold,
  message: Folded,
  before: PubMessage,
  record: PubMessage,
): void {
  const { amends } = operator
  for (const fact of amends.size === 0 ? [] : [...amends.values()]) {
    if (fact.pub !== record.pub) continue
    for (const owner of record.owners) fact.gone.delete(owner)
    const isOver = record.status === 'ended' && fact.ended === null
    if (isOver || (fact.told && fact.gone.size === 0)) amends.delete(fact.key)
  }
  const { pub, amended, owners, status, keepUntil } = record
  if (amended === null || amended.times === before.amended?.times) return
  const ended = status === 'ended' ? (keepUntil ?? message.claimedAt) : null
  const gone = new Set(before.owners.filter((owner) => !owners.includes(owner)))
  const [was, is] = [before, record].map((one) => ({ plan: one.plan, web: one.web, owners: one.owners }))
  if (was === undefined || is === undefined) return
  const { key, claimedAt: at } = message
  amends.set(key, { key, pub, at, by: amended.by, before: was, after: is, ended, told: false, gone })
}

/** Somebody was told of an operator's change of a pub. */
export function noteAmendTold({ operator }: ProviderFold, { causes, to }: NoticePayload): void {
  const fact = operator.amends.get(causes)
  if (fact === undefined) return
  if (to === null) fact.told = true
  else fact.gone.delete(to)
  if (fact.told && fact.gone.size === 0) operator.amends.delete(causes)
}

function noteAnnouncement({ pubs, operator }: ProviderFold, told: Told<AnnouncementMessage>): void {
  for (const [key, { at, owed }] of operator.announcements)
    if (owed.size === 0 && at <= told.at - ANNOUNCEMENT_REPEAT_MS) operator.announcements.delete(key)
  const owed = new Set(ownerSetsOf(pubs.values(), told.at).values())
  operator.announcements.set(told.key, { ...told, owed, sets: owed.size })
}

/**
 * Who owns a pub together, and the oldest of their pubs, by the same text for the same people. Of pubs that are live, or
 * ended and kept beyond `now`.
 */
export function ownerSetsOf(pubs: Iterable<PubFact>, now: Millis): Map<string, PubId> {
  const sets = new Map<string, PubId>()
  for (const { pub, record } of pubs) {
    if (record.status === 'ended' && (record.keepUntil === null || record.keepUntil <= now)) continue
    const set = [...record.owners].sort().join(' ')
    if (!sets.has(set)) sets.set(set, pub)
  }
  return sets
}

/** Everybody in such sets. */
export function peopleIn(sets: Map<string, PubId>): Set<FeedId> {
  return new Set([...sets.keys()].flatMap((set) => set.split(' ') as FeedId[]))
}

function forgotten(value: never): never {
  throw new Error(`evolve forgot a word of the operator: ${JSON.stringify(value)}`)
}
