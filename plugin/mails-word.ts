/** Mails on the operator's word, to owners who gave an address: a pub is stopped, or is no longer; and announcements. */
import { isGood } from '../protocol/evolve-money'
import { ownerSetsOf, peopleIn } from '../protocol/evolve-operator'
import type { FeedId } from '../protocol/ids'
import type { MailTo } from './effects'
import { bestPaymentOf } from './entitlement'
import type { Look } from './look'
import { isLate, type MailFacts, oweMail } from './mail-facts'
import { shallBeSuspended } from './operator-facts'
import { mailWords } from './words-mail'
import { haltNotice } from './words-operator'

const owner = (id: FeedId): MailTo => ({ kind: 'owner', owner: id })

/** Owes what the operator has said lately, once to each: what the thread says, for who does not look there. */
export function oweWordMails(look: Look, mail: MailFacts): void {
  oweHaltMails(look, mail)
  oweAnnouncementMails(look, mail)
}

function oweHaltMails(look: Look, mail: MailFacts): void {
  const { state, policy } = look.world
  const { operator, pubs, money } = state.provider
  for (const [id, halt] of operator.halts) {
    const pub = pubs.get(id)
    // What comes of it stands in the record first, as for the notice.
    if (pub === undefined || look.pubsChanged.has(id) || look.pubsEnded.has(id) || isLate(look, halt.at))
      continue
    if (pub.record.status !== 'live' || pub.record.suspended !== shallBeSuspended(state, id)) continue
    const to = pub.record.owners.filter((one) => mail.has(owner(one)))
    if (to.length === 0) continue
    const best = bestPaymentOf(state, id)
    const isPaid = best !== null && isGood(best.content.status)
    const text = haltNotice(pub.record, halt.content, money.dues.get(id)?.content ?? null, isPaid)
    const words = mailWords.halt(policy.providerName, pub.record.name, halt.content.halted, text)
    for (const one of to) oweMail(look, mail, `halt ${halt.key} ${one}`, owner(one), words)
  }
}

/** To each person once, however many pubs are theirs, and after the threads have it. */
function oweAnnouncementMails(look: Look, mail: MailFacts): void {
  const { state, policy } = look.world
  const { operator, pubs } = state.provider
  for (const { key, at, owed, content } of operator.announcements.values()) {
    if (owed.size > 0 || isLate(look, at)) continue
    const then = [...pubs.values()].filter(({ createdAt }) => createdAt <= at)
    const words = mailWords.announcement(policy.providerName, content.text)
    for (const one of peopleIn(ownerSetsOf(then, at)))
      oweMail(look, mail, `announcement ${key} ${one}`, owner(one), words)
  }
}
