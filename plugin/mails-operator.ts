/** Which mails the operator is owed: what needs somebody to look, each at most once in a while. */
import type { FeedId, Millis } from '../protocol/ids'
import { MACHINE_MAIL_AGAIN_MS } from '../protocol/limits-machines'
import {
  CAPACITY_LOW_AGAIN_MS,
  CAPACITY_LOW_SHARE,
  CUTS_STOPPED_AGAIN_MS,
  HUB_SILENT_AGAIN_MS,
  HUB_SILENT_MAIL_MS,
  HUB_UNABLE_AGAIN_MS,
  UNDELIVERED_AGAIN_MS,
} from '../protocol/limits-mail'
import { PAID_WAIT_MS } from '../protocol/limits-money'
import type { MailTo } from './effects'
import type { Look } from './look'
import { admitsMachine, hubOf } from './machine-records'
import { isLate, type MailFacts, oweMail } from './mail-facts'
import { unmadeOf } from './never-up'
import { isPaid, paymentFor, unpaidCreates } from './unpaid'
import { mailWords } from './words-mail'
import { size } from './words-plans'

const OPERATOR: MailTo = { kind: 'operator' }

/** The same once in so long, whenever this provider was started. */
const spell = (now: Millis, ms: Millis): number => Math.floor(now / ms)

/** Owes the operator what is due. */
export function oweOperatorMails(look: Look, mail: MailFacts): void {
  if (!mail.has(OPERATOR)) return
  oweSilentHubs(look, mail)
  oweCapacity(look, mail)
  oweNoRoom(look, mail)
  oweAlerts(look, mail)
  oweStopped(look, mail)
  oweUndelivered(look, mail)
  oweMachineMails(look, mail)
  oweUnmade(look, mail)
  oweUnable(look, mail)
}

function oweSilentHubs(look: Look, mail: MailFacts): void {
  const { state, facts, now, policy } = look.world
  for (const { hub, status, label } of state.provider.hubs.values()) {
    if (status === 'retired' || facts.connected.has(hub)) continue
    const since = silentSince(look, hub)
    if (since === null) continue
    const due = since + HUB_SILENT_MAIL_MS
    if (now < due) {
      look.wakeAt(due)
      continue
    }
    const pubs = [...(state.byHub.get(hub) ?? [])].filter(
      (id) => state.provider.pubs.get(id)?.record.status === 'live',
    ).length
    const key = `hub-silent ${hub} ${spell(now, HUB_SILENT_AGAIN_MS)}`
    oweMail(look, mail, key, OPERATOR, mailWords.hubSilent(policy.providerName, label, since, pubs))
  }
}

/** Since when it is known to be away; a provider that was away itself counts from its own start. Null: nobody knows. */
function silentSince({ world }: Look, hub: FeedId): Millis | null {
  return world.facts.goneSince?.get(hub) ?? world.facts.currentSince ?? null
}

/** No hub has room for the largest plan, or little is left of everything. */
function oweCapacity(look: Look, mail: MailFacts): void {
  const { state, policy, now } = look.world
  const hubs = [...state.provider.hubs.values()].filter(({ status }) => status === 'admitted')
  const rooms = hubs.flatMap(({ hub }) => {
    const room = look.places.roomOn(hub)
    return room === null || room.offer === null
      ? []
      : [{ all: room.offer.memoryBytes, left: room.memoryBytes }]
  })
  if (rooms.length === 0) return
  const largest = policy.plans.reduce((one, other) =>
    other.size.reservedBytes > one.size.reservedBytes ? other : one,
  )
  const most = Math.max(...rooms.map(({ left }) => left))
  const sum = (values: number[]): number => values.reduce((one, other) => one + other, 0)
  const [all, left] = [sum(rooms.map((room) => room.all)), sum(rooms.map((room) => room.left))]
  const why =
    most < largest.size.reservedBytes
      ? `No hub has room for a pub of the plan ${largest.name}: it takes ${size(largest.size.reservedBytes)}, and the most that is free on one hub is ${size(Math.max(0, most))}.`
      : left < all * CAPACITY_LOW_SHARE
        ? `Of ${size(all)} of memory for pubs, ${size(Math.max(0, left))} are left on all hubs together.`
        : null
  if (why === null) return
  const key = `capacity-low ${spell(now, CAPACITY_LOW_AGAIN_MS)}`
  oweMail(look, mail, key, OPERATOR, mailWords.capacityLow(policy.providerName, why))
}

/** Somebody has paid for a pub that fits nowhere: there is a day to make room. Their owner has been told so. */
function oweNoRoom(look: Look, mail: MailFacts): void {
  const { state, policy } = look.world
  const { money, notices } = state.provider
  for (const told of unpaidCreates(state)) {
    const { checkout, name, plan } = told.content
    const since = paymentFor(state, told)?.goodSince ?? null
    const isTold = notices.has(money.sessions.get(checkout)?.key ?? checkout)
    if (since === null || !isTold || !isPaid(state, told)) continue
    const words = mailWords.noRoom(policy.providerName, name, plan, since + PAID_WAIT_MS)
    oweMail(look, mail, `no-room ${checkout}`, OPERATOR, words)
  }
}

function oweAlerts(look: Look, mail: MailFacts): void {
  const { state, policy } = look.world
  for (const { at, content } of state.provider.money.alerts.values()) {
    if (isLate(look, at)) continue
    const name = content.pub === null ? null : (state.provider.pubs.get(content.pub)?.record.name ?? null)
    oweMail(
      look,
      mail,
      `alert ${content.event}`,
      OPERATOR,
      mailWords.alert(policy.providerName, content, name),
    )
  }
}

/** So much is due that it was stopped for the operator. */
function oweStopped(look: Look, mail: MailFacts): void {
  const { now, policy } = look.world
  for (const what of ['suspensions', 'ends'] as const) {
    const waiting = look.held.filter(({ why }) => why === what).length
    const max = what === 'suspensions' ? policy.dues.suspensionsPerDayMax : policy.dues.endsPerDayMax
    if (waiting === 0) continue
    const key = `stopped ${what} ${spell(now, CUTS_STOPPED_AGAIN_MS)}`
    oweMail(look, mail, key, OPERATOR, mailWords.cutsStopped(policy.providerName, what, waiting, max))
  }
}

/** Machines that wait for a person: a server by hand, or an end to what fails. */
function oweMachineMails(look: Look, mail: MailFacts): void {
  const { state, now, policy } = look.world
  if (look.machinesWait !== null) {
    const key = `machines-wait ${spell(now, MACHINE_MAIL_AGAIN_MS)}`
    oweMail(look, mail, key, OPERATOR, mailWords.machinesWait(policy.providerName, look.machinesWait))
  }
  if (policy.machines?.driver !== 'manual') return
  for (const one of state.provider.machines.all.values()) {
    const { machine, label, status } = one.content
    if (isLate(look, one.at)) continue
    if (admitsMachine(state, one))
      oweMail(
        look,
        mail,
        `machine ${machine}`,
        OPERATOR,
        mailWords.machineMissing(policy.providerName, machine, label),
      )
    if (status === 'gone' && hubOf(state, one.content) !== null)
      oweMail(
        look,
        mail,
        `machine-off ${machine}`,
        OPERATOR,
        mailWords.machineOff(policy.providerName, machine, label),
      )
  }
}

/** What an operator had made for somebody never came up: nobody else hears of it. */
function oweUnmade(look: Look, mail: MailFacts): void {
  const { policy, now, state } = look.world
  for (const { fact, at, why } of unmadeOf(look.world, () => look.places, now)) {
    if (isLate(look, at)) continue
    const label = state.provider.hubs.get(fact.record.hub)?.label ?? fact.record.hub
    const text = mailWords.unmade(policy.providerName, fact.record.name, label, why)
    oweMail(look, mail, `unmade ${fact.pub}`, OPERATOR, text)
  }
}

/** A hub could not run what it was given: its pubs are elsewhere by now, and it gets the next ones. Once a day. */
function oweUnable(look: Look, mail: MailFacts): void {
  const { policy, state } = look.world
  const days = new Map<string, { hub: FeedId; names: Set<string> }>()
  for (const [pub, left] of state.provider.left)
    for (const { hub, at } of left) {
      const name = state.provider.pubs.get(pub)?.record.name
      if (name === undefined || isLate(look, at)) continue
      const key = `hub-unable ${hub} ${spell(at, HUB_UNABLE_AGAIN_MS)}`
      const day = days.get(key) ?? { hub, names: new Set() }
      days.set(key, day)
      day.names.add(name)
    }
  for (const [key, { hub, names }] of days) {
    const label = state.provider.hubs.get(hub)?.label ?? hub
    oweMail(look, mail, key, OPERATOR, mailWords.hubUnable(policy.providerName, label, [...names]))
  }
}

/** Not about this mail itself: the queue tells of owners' and payers' only. */
function oweUndelivered(look: Look, mail: MailFacts): void {
  const { now, policy } = look.world
  const lately = (mail.failed ?? []).filter(({ at }) => at > now - UNDELIVERED_AGAIN_MS)
  const last = lately.at(-1)
  if (last === undefined) return
  const key = `undelivered ${spell(now, UNDELIVERED_AGAIN_MS)}`
  oweMail(look, mail, key, OPERATOR, mailWords.undelivered(policy.providerName, lately.length, last))
}
