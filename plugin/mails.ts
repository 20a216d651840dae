/**
 * Which mails are owed: a function of the state and of what is known of mail, like everything else that is owed. Nothing
 * is published for them; that one is in the queue, or was sent lately, is a fact of the next look.
 */
import type { FeedId, Millis, PubId } from '../protocol/ids'
import { INCIDENT_MAIL_MS, INCIDENT_MAILS_PER_DAY_MAX, WELCOMES_PER_MAIL_MAX } from '../protocol/limits-mail'
import type { PubFact } from '../protocol/state'
import type { DuesFact } from '../protocol/state-money'
import type { MailTo } from './effects'
import { bestPaymentOf, paymentsOf } from './entitlement'
import { type Incident, incidentFactsOf, incidentsOf, overAt } from './incidents'
import type { Look } from './look'
import { isLate, type MailFacts, oweMail } from './mail-facts'
import { oweOperatorMails } from './mails-operator'
import { oweWordMails } from './mails-word'
import { haltOf } from './operator-facts'
import { addressOf, observationOf } from './query'
import { mailWords } from './words-mail'

const DAY_MS = 24 * 3_600_000

/** Owes every mail that is due and not taken. Nothing where this provider sends none. */
export function oweMails(look: Look): void {
  const { mail } = look.world.facts
  if (mail === undefined || mail === null) return
  const { pubs, money } = look.world.state.provider
  const up = new Map<FeedId, Up[]>()
  look.each('mails', (id) => {
    oweRefunds(look, mail, id)
    const pub = pubs.get(id)
    // Whose pub it is, a change of this look decides first.
    if (look.pubsChanged.has(id) || look.pubsEnded.has(id)) return false
    if (pub === undefined) return !hasRefund(look, id)
    noteUp(look, mail, pub, up)
    oweIncidents(look, mail, pub)
    return isLate(look, pub.createdAt) && !hasRefund(look, id) && !hasIncident(look, pub)
  })
  for (const [asker, theirs] of up) oweWelcome(look, mail, asker, theirs)
  for (const [id, dues] of money.dues) {
    const pub = pubs.get(id)
    if (pub !== undefined) oweDues(look, mail, pub, dues)
  }
  oweWordMails(look, mail)
  oweOperatorMails(look, mail)
}

const owner = (id: FeedId): MailTo => ({ kind: 'owner', owner: id })

/** A pub that has been up, and where. */
interface Up {
  pub: PubFact
  address: string
}

/** By who asked for it: pubs that are up, and that they may be told of. */
function noteUp(look: Look, mail: MailFacts, pub: PubFact, up: Map<FeedId, Up[]>): void {
  const { state } = look.world
  const { record } = pub
  if (isLate(look, pub.createdAt) || record.status !== 'live') return
  // The first one: whoever was added later does not read the thread that it was asked for in.
  const [asker] = record.owners
  if (asker === undefined || !mail.has(owner(asker))) return
  const address = addressOf(state, pub)
  if (address === null || observationOf(state, pub)?.phase !== 'up') return
  up.set(asker, [...(up.get(asker) ?? []), { pub, address }])
}

/**
 * Once each: the hint where its first invite is, never the invite. Whoever confirms an address has one mail about all that are
 * up; its key names them, so that one write to the queue takes them all.
 */
function oweWelcome(look: Look, mail: MailFacts, asker: FeedId, up: readonly Up[]): void {
  const isTaken = ({ pub }: Up): boolean => mail.taken.has(`welcome ${pub.pub} ${asker}`)
  const rest = up.filter((one) => !isTaken(one))
  if (rest.length === 0) return
  const together = [...mail.taken].filter((key) => key.startsWith('welcome ') && key.endsWith(` ${asker}`))
  const told = new Set(together.flatMap((key) => key.split(' ')))
  const news = rest.filter(({ pub }) => !told.has(pub.pub)).slice(0, WELCOMES_PER_MAIL_MAX)
  const [one, ...others] = news.map(({ pub, address }) => ({ name: pub.record.name, address }))
  if (one === undefined) return
  const words = mailWords.welcome(look.world.policy.providerName, one, others)
  const key = `welcome ${news.map(({ pub }) => pub.pub).join(' ')} ${asker}`
  oweMail(look, mail, key, owner(asker), words)
}

/** To who paid what goes back: a second time, too late, or for a pub that was not made. */
function oweRefunds(look: Look, mail: MailFacts, pub: PubId): void {
  const { policy, state } = look.world
  const { checkouts } = state.provider.money
  for (const payment of paymentsOf(state, pub)) {
    if (payment.content.pub !== pub) continue
    const { checkout, customer, subscription } = payment.content
    const name = checkouts.get(checkout)?.content.name
    // Not by the latest word on it: one that comes weeks after sends nobody the same again.
    if (payment.refundedAt === null || name === undefined || isLate(look, payment.refundedAt)) continue
    const words = mailWords.refunded(policy.providerName, name, payment.second)
    oweMail(look, mail, `refund ${subscription}`, { kind: 'payer', customer }, words)
  }
}

/** A refund, or below an incident, of which a mail may be owed still, by what is known of addresses then. */
function hasRefund(look: Look, pub: PubId): boolean {
  return paymentsOf(look.world.state, pub).some(
    ({ refundedAt }) => refundedAt !== null && !isLate(look, refundedAt),
  )
}

function hasIncident(look: Look, pub: PubFact): boolean {
  return incidentFactsOf(look.world.state, pub).some(({ incident }) => !isLate(look, incident.at))
}

/** What the feed promises is mailed to the owners and to who pays: the present stage alone. */
function oweDues(look: Look, mail: MailFacts, pub: PubFact, dues: DuesFact): void {
  if (isLate(look, dues.at)) return
  const { policy } = look.world
  // The record of the end comes after the word of it, and says until when its data is kept.
  if (dues.content.stage === 'ended' && pub.record.keepUntil === null) return
  const told = {
    ...{ service: policy.providerName, name: pub.record.name, dues: dues.content },
    ...{ keepUntil: pub.record.keepUntil, portal: mail.portal ?? null },
    halted: haltOf(look.world.state, pub.pub) !== null,
  }
  const customer = payerOf(look, dues)
  const payer: MailTo | null = customer === undefined ? null : { kind: 'payer', customer }
  const own = customer === undefined ? null : (mail.portalOf?.(customer) ?? null)
  const owners = pub.record.owners.filter((id) => mail.has(owner(id)))
  const both = owners.filter((id) => payer !== null && mail.same?.(payer, owner(id)) === true)
  for (const id of owners) {
    // Who is both has the owner's mail, which says more, and in it the payer's link: then to the payer's address.
    const pays = own !== null && payer !== null && both.includes(id)
    const words = mailWords.dues({ ...told, reader: 'owner', own: pays ? own : null })
    oweMail(look, mail, `dues ${dues.key} ${id}`, pays ? payer : owner(id), words)
  }
  if (payer === null || both.length > 0) return
  const words = mailWords.dues({ ...told, reader: 'payer', own })
  oweMail(look, mail, `dues ${dues.key} ${customer}`, payer, words)
}

/** Who paid already when these dues began: whoever comes to pay for it has nothing to do with them. */
function payerOf({ world: { state } }: Look, { content }: DuesFact): string | undefined {
  const payment = bestPaymentOf(state, content.pub)
  if (payment === null || payment.content.status.startsWith('incomplete')) return undefined
  const isNew = payment.goodSince !== null && payment.goodSince > content.since
  return isNew ? undefined : payment.content.customer
}

/** What lasts is mailed when it has lasted a while, and again when it is over. */
function oweIncidents(look: Look, mail: MailFacts, pub: PubFact): void {
  const { state, now } = look.world
  if (pub.record.status !== 'live' || incidentFactsOf(state, pub).length === 0) return
  if (!pub.record.owners.some((id) => mail.has(owner(id)))) return
  const mailed: Millis[] = []
  for (const incident of incidentsOf(state, pub)) {
    const { first } = incident
    const due = first.at + INCIDENT_MAIL_MS
    const end = overAt(incident)
    if (end === null && now < due) look.wakeAt(due)
    if ((end ?? now) < due || isLate(look, first.at)) continue
    if (mailed.filter((at) => at > first.at - DAY_MS).length >= INCIDENT_MAILS_PER_DAY_MAX) continue
    mailed.push(first.at)
    for (const id of pub.record.owners) oweIncident(look, mail, pub, incident, id)
  }
}

function oweIncident(look: Look, mail: MailFacts, pub: PubFact, incident: Incident, id: FeedId): void {
  const { providerName } = look.world.policy
  const { name, hub } = pub.record
  const { kind, at, number } = incident.first
  const end = overAt(incident)
  const of = `${pub.pub} ${hub} ${number} ${id}`
  if (end === null)
    oweMail(look, mail, `incident ${of}`, owner(id), mailWords.incident(providerName, name, kind, at))
  else
    oweMail(
      look,
      mail,
      `incident-over ${of}`,
      owner(id),
      mailWords.incidentOver(providerName, name, kind, at, end),
    )
}
