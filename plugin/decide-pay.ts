/**
 * Paying by a link. `create NAME PLAN` where it costs something: checkout on the feed, then the call to Stripe, then its
 * session on the feed, and only then the link in words. When it is paid the pub is made as every other; when nobody pays
 * in time, that is the answer. `pay NAME` does the same for a pub that is there.
 */
import { parseCommand } from '../protocol/command'
import type { Command } from '../protocol/command-kinds'
import type { FeedId } from '../protocol/ids'
import { BRIDGE_AWAY_MS, CLOCKS_AGREE_MS, LINK_LEFT_MS, PAID_WAIT_MS } from '../protocol/limits-money'
import { earliest } from '../protocol/other-clock'
import type { PubFact, Request } from '../protocol/state'
import type { PaymentFact } from '../protocol/state-money'
import { isAlive } from './billing-owed'
import { beginBilling, beginCancel } from './decide-billing'
import { beginCreate, oweNewPub } from './decide-create'
import { storeBrought, whyNotTake } from './decide-import'
import { commandOf, isLinkSaid, optionsOf, oweLink, sayLinkAgain } from './decide-link'
import { beginPlan } from './decide-plan'
import { costsNothing, entitlementOf, isBillingOn } from './entitlement'
import { answer, type Look, notify } from './look'
import { livePubsOf } from './owners'
import { planOf } from './policy'
import { pubNamed } from './query'
import { needOf } from './schedule'
import {
  type Checkout,
  isPaid,
  lapsedCreate,
  linkEnds,
  openCheckout,
  oweLinkFor,
  paymentFor,
  unpaidCreates,
} from './unpaid'
import { words } from './words'
import { payWords } from './words-pay'

const RETRY_MS = 60_000

/** `pay NAME`: the link of what waits to be paid, a new one for a pub that is not paid for, or a create anew. */
export function beginPay(look: Look, request: Request, { name }: Extract<Command, { kind: 'pay' }>): void {
  const { state } = look.world
  const unpaid = unpaidCreates(state).filter(({ content }) => content.owner === request.author)
  const live = livePubsOf(state, request.author).map(({ record }) => record.name)
  const names = [...live, ...unpaid.map(({ content }) => content.name)]
  const wanted = name ?? (names.length === 1 ? (names[0] ?? null) : null)
  const refuse = (text: string): void => answer(look, request, 'refused', text, { command: 'pay' })
  if (wanted === null) return refuse(words.whichPub('pay', names))
  const waiting = unpaid.find(({ content }) => content.name === wanted)
  if (waiting !== undefined && isPaid(state, waiting)) return refuse(payWords.waitsForRoom(wanted))
  if (waiting !== undefined) return sayLinkAgain(look, request, waiting)
  const pub = pubNamed(state, request.author, wanted)
  if (pub !== null) return payFor(look, request, pub)
  const lapsed = lapsedCreate(state, request.author, wanted)
  if (lapsed !== null) return beginCreate(look, request, wanted, lapsed.content.plan, 'pay')
  refuse(words.noSuchPub(wanted, names))
}

function payFor(look: Look, request: Request, pub: PubFact): void {
  const { state, policy, now } = look.world
  const { name, plan } = pub.record
  const refuse = (text: string): void =>
    answer(look, request, 'refused', text, { command: 'pay', pub: pub.pub })
  const right = entitlementOf(look.world, pub)
  if (right.ok) {
    const paid = right.why === 'paid' || right.why === 'trial'
    return refuse(paid ? payWords.paidFor(name, right.until) : payWords.isFree(name, right.until))
  }
  const price = planOf(policy, plan)?.price ?? null
  if (price === null) return refuse(payWords.planUnknown(name, plan))
  const open = openCheckout(state, pub, now, LINK_LEFT_MS)
  if (open !== null) return sayLinkAgain(look, request, open)
  // Another request of this look has asked for one: there shall not be two.
  if (isCheckoutOwed(look, pub)) return look.wakeAt(now)
  oweLinkFor(look, request, pub, plan)
}

function isCheckoutOwed(look: Look, { pub }: PubFact): boolean {
  return look.effects.some(
    (one) => one.kind === 'record' && one.content.type === 'buttcloud/checkout' && one.content.pub === pub,
  )
}

/** Goes on with what was begun about money; false where nothing was. */
export function continuePaying(look: Look, request: Request): boolean {
  const { money, answers, changes } = look.world.state.provider
  const told = money.checkouts.get(request.key)
  if (told !== undefined) {
    continueCheckout(look, request, told)
    return true
  }
  // A change that stands on the feed waits for its hub, and for nobody's money.
  if (answers.get(request.key)?.received !== true || changes.has(request.key)) return false
  const command = parseCommand(request.text)
  if (command.kind === 'pay') beginPay(look, request, command)
  else if (command.kind === 'plan') beginPlan(look, request, command)
  else if (command.kind === 'billing') beginBilling(look, request, command)
  else if (command.kind === 'cancel') beginCancel(look, request, command)
  else return false
  return true
}

function continueCheckout(look: Look, request: Request, told: Checkout): void {
  const { state } = look.world
  const { content } = told
  if (look.takenBack.has(content.checkout)) return
  const isCreate = content.kind === 'create'
  const payment = paymentFor(state, told)
  // What was paid once is made, also where the next payment fails already: that is told like any other's.
  if (isCreate && payment !== null && payment.goodSince !== null) {
    if (isAlive(payment)) return makePaid(look, request, told, payment)
    const text = payWords.endedEarly(content.name)
    return answer(look, request, 'failed', text, optionsOf(request, told))
  }
  if (isCreate && isGiven(look, told)) return makePaid(look, request, told, null)
  const pub = state.provider.pubs.get(content.pub)
  if (!isCreate && pub?.record.status !== 'live')
    return answer(look, request, 'failed', words.goneAlready, optionsOf(request, told))
  if (isOver(look, told)) {
    const waited = isCreate && state.provider.money.sessions.has(content.checkout)
    const text = waited ? payWords.expired(content.name) : payWords.noLink(content.name)
    return answer(look, request, 'failed', text, optionsOf(request, told))
  }
  if (!isLinkSaid(look, request, told)) oweLink(look, request, told)
}

/** A gift of the operator's that came while it waited to be paid for. A bridge that is exchanged makes nothing free. */
function isGiven({ world }: Look, { content }: Checkout): boolean {
  const plan = planOf(world.policy, content.plan)
  return plan !== null && isBillingOn(world.state) && costsNothing(world, content.owner, plan)
}

/**
 * Nobody can pay by it any more, by our clock and by every other that we know, and a payment of its last minute has had
 * time to be heard of: that takes a bridge.
 */
function isOver(look: Look, told: Checkout): boolean {
  const { state, now, facts } = look.world
  const ends = state.provider.money.sessions.get(told.content.checkout)?.content.expiresAt
  const at = ends ?? linkEnds(state, told)
  const bridges = [...state.provider.money.bridges.values()]
  const heard = bridges.some(({ bridge, status }) => status === 'admitted' && facts.connected.has(bridge))
  const over = look.heardBy(at + CLOCKS_AGREE_MS) + (heard ? 0 : BRIDGE_AWAY_MS)
  if (now < over) {
    look.wakeAt(over)
    return false
  }
  if ((facts.otherClocks ?? []).every((clock) => earliest(clock) >= at)) return true
  look.wakeAt(now + RETRY_MS)
  return false
}

/** It is paid, or was given (null): the pub is made, where there is room; else its owner hears of that, and after a day the money goes back. */
function makePaid(look: Look, request: Request, told: Checkout, payment: PaymentFact | null): void {
  const { state, policy, facts, now } = look.world
  const { name } = told.content
  const fail = (text: string): void => answer(look, request, 'failed', text, optionsOf(request, told))
  const plan = planOf(policy, told.content.plan)
  if (plan === null) return fail(payWords.planGone(name, told.content.plan))
  const since = payment?.goodSince ?? told.at
  const placement = look.places.place(needOf(plan, [request.author]))
  if (!placement.ok && payment === null) return fail(words.noRoom(placement.why))
  if (!placement.ok) {
    const deadline = look.deadline(since, PAID_WAIT_MS)
    if (now >= deadline) return fail(payWords.noRoomEnd(name, placement.why))
    look.wakeAt(deadline)
    const session = state.provider.money.sessions.get(told.content.checkout)
    const causes = session?.key ?? request.key
    const text = payWords.noRoomPaid(name, placement.why, since + PAID_WAIT_MS)
    return notify(look, [request.author], text, { pub: told.content.pub, topic: 'payment', causes })
  }
  const command = commandOf(request)
  if (command !== 'import') return oweNewPub(look, request, { name, plan, placement, feed: null })
  const brought = facts.brought?.get(request.author)
  if (brought === undefined || brought.name !== name) return fail(payWords.importGone(name))
  const against = whyNotTake(state, facts.newcomers, brought.feed)
  if (against !== null) return fail(`${against}${payWords.backToo}`)
  storeBrought(look, request, { name, plan, placement, brought })
}

/** What waits to be paid, as lines of `list`. */
export function unpaidLines({ world }: Look, owner: FeedId): string[] {
  return unpaidCreates(world.state)
    .filter(({ content }) => content.owner === owner)
    .map((told) => {
      const { name } = told.content
      return isPaid(world.state, told)
        ? payWords.waitsForRoomLine(name)
        : payWords.waitsLine(name, linkEnds(world.state, told))
    })
}
