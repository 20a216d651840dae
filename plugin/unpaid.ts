/** Pubs that wait to be paid for before they are made. Each holds its name and a place in its owner's quota. */
import { parseCommand } from '../protocol/command'
import { type FeedId, type Millis, pubIdOf } from '../protocol/ids'
import { CHECKOUT_EXPIRES_MS, IMPORT_LINK_MS } from '../protocol/limits-money'
import { buildCheckout, type CheckoutMessage } from '../protocol/messages/checkout'
import type { Plan } from '../protocol/plan'
import type { OwedCall } from '../protocol/rpc-billing'
import type { PubFact, Request, State } from '../protocol/state'
import type { PaymentFact, Told } from '../protocol/state-money'
import type { Look } from './look'
import { trialUsed } from './trials'
import { words } from './words'
import { payWords } from './words-pay'

export type Checkout = Told<CheckoutMessage>

/** The creates that are open for want of a payment. Only what is open is looked at, not all that ever was. */
export function unpaidCreates(state: State): Checkout[] {
  const { money, pubs } = state.provider
  const found: Checkout[] = []
  for (const key of state.open.keys()) {
    const told = money.checkouts.get(key)
    if (told?.content.kind === 'create' && !pubs.has(told.content.pub)) found.push(told)
  }
  return found
}

/** What somebody asked for by this name and nobody has paid yet, or there is no room for; null where there is none. */
export function unpaidCreateOf(state: State, owner: FeedId, name: string): Checkout | null {
  return unpaidCreates(state).find(({ content }) => content.owner === owner && content.name === name) ?? null
}

/** Why somebody has no live pub of this name: nobody knows one, or it is not made yet. */
export function whyNoPub(state: State, owner: FeedId, name: string, names: string[]): string {
  const told = unpaidCreateOf(state, owner, name)
  if (told === null) return words.noSuchPub(name, names)
  return isPaid(state, told) ? payWords.waitsForRoom(name) : payWords.notMade(name, linkEnds(state, told))
}

/** True for a create that is paid and waits for room. */
export function isPaid(state: State, told: Checkout): boolean {
  return (paymentFor(state, told)?.goodSince ?? null) !== null
}

/** The last create of this name that somebody asked for and nobody paid in time; null where there is none. */
export function lapsedCreate(state: State, owner: FeedId, name: string): Checkout | null {
  const { money, pubs, answers } = state.provider
  let last: Checkout | null = null
  for (const told of money.checkouts.values()) {
    const { content } = told
    if (content.owner !== owner || content.name !== name || content.kind !== 'create') continue
    if (!pubs.has(content.pub) && answers.get(content.checkout)?.final === true) last = told
  }
  return last
}

/** The newest checkout of a pub that is there whose link is on its way, or good for a while still. */
export function openCheckout(state: State, pub: PubFact, now: Millis, leftMs: Millis): Checkout | null {
  const { money } = state.provider
  let last: Checkout | null = null
  for (const told of money.checkouts.values()) {
    const { content } = told
    if (content.pub !== pub.pub || content.kind !== 'pay' || content.plan !== pub.record.plan) continue
    const session = money.sessions.get(content.checkout)
    if (session === undefined ? !state.open.has(content.checkout) : session.content.expiresAt < now + leftMs)
      continue
    if (paymentFor(state, told) === null) last = told
  }
  return last
}

/** The subscription that came of a checkout. */
export function paymentFor(state: State, { content }: Checkout): PaymentFact | null {
  const { money } = state.provider
  for (const id of money.paymentsOfPub.get(content.pub) ?? []) {
    const payment = money.payments.get(id)
    if (payment?.content.checkout === content.checkout) return payment
  }
  return null
}

/** When the link of a checkout ends; Stripe was asked for the same time whenever it was asked. */
export function linkEnds(state: State, { content, at }: Checkout): Millis {
  const request = state.open.get(content.checkout)
  const isImport = request !== undefined && parseCommand(request.text).kind === 'import'
  return at + (isImport ? IMPORT_LINK_MS : CHECKOUT_EXPIRES_MS)
}

/** The call that makes the session of a checkout: the same one each time, so that Stripe gives the same session. */
export function checkoutCall(state: State, told: Checkout): OwedCall {
  const { checkout, pub, name, plan } = told.content
  return {
    ...{ id: `checkout ${checkout}`, kind: 'checkout', checkout, pub, name, plan },
    ...{ askedAt: told.at, expiresAt: linkEnds(state, told), trialUsed: trialUsed(state, told) },
  }
}

/** Notes down what is to be paid for a pub that is there, for this plan; the link is owed by that. */
export function oweLinkFor(look: Look, request: Request, { pub, record }: PubFact, plan: string): void {
  const [checkout, owner, name] = [request.key, request.author, record.name]
  const content = buildCheckout({ checkout, pub, name, owner, plan, kind: 'pay' })
  look.owe({ kind: 'record', content })
}

/** Notes down what is to be paid for a pub that is to be made; the link is owed by that. */
export function oweCheckout(look: Look, request: Request, name: string, plan: Plan): void {
  const [pub, checkout, owner] = [pubIdOf(request.key), request.key, request.author]
  const content = buildCheckout({ checkout, pub, name, owner, plan: plan.name, kind: 'create' })
  look.owe({ kind: 'record', content })
}
