/** `billing NAME`, `cancel NAME`, and what owners are told of payments that they did not ask about. */
import type { Command } from '../protocol/command-kinds'
import { isGood } from '../protocol/evolve-money'
import { PORTAL_MAILS_PER_DAY_MAX } from '../protocol/limits-money'
import type { OwedCall } from '../protocol/rpc-billing'
import type { PubFact, Request } from '../protocol/state'
import type { PaymentFact } from '../protocol/state-money'
import { isAlive } from './billing-owed'
import type { MailTo } from './effects'
import { bestPaymentOf, paymentsOf } from './entitlement'
import { answer, type Look, notify, pubFor } from './look'
import { askStripe, isLink, type StripeReply } from './stripe-ask'
import { linkEnds, unpaidCreates } from './unpaid'
import { mailWords } from './words-mail'
import { payWords as words } from './words-pay'

const DAY_MS = 24 * 3_600_000

/** `billing`: the customer portal, mailed to who pays. Its link is in no message, and the owner learns no address. */
export function beginBilling(
  look: Look,
  request: Request,
  { name }: Extract<Command, { kind: 'billing' }>,
): void {
  const { facts, policy, state } = look.world
  const pub = pubFor(look, request, 'billing', name)
  if (pub === null) return
  const options = { command: 'billing', pub: pub.pub }
  const called = pub.record.name
  const payment = bestPaymentOf(state, pub.pub)
  if (payment === null) return answer(look, request, 'refused', words.nobodyPays(called), options)
  const mail = facts.mail ?? null
  if (mail === null) return answer(look, request, 'refused', words.noMail(called), options)
  const { customer } = payment.content
  const today = `portal ${customer} ${Math.floor(request.receivedAt / DAY_MS)}`
  const key = `${today} ${request.key}`
  if (mail.taken.has(key)) return answer(look, request, 'done', words.mailed(called), options)
  const sent = [...mail.taken].filter((one) => one.startsWith(`${today} `)).length
  if (sent >= PORTAL_MAILS_PER_DAY_MAX)
    return answer(look, request, 'refused', words.mailedOften(called, sent), options)
  const call = { id: `portal ${request.key}`, kind: 'portal', customer } as const
  const reply = askStripe(look, request, call, request.receivedAt)
  if (reply.state === 'waiting') return saySlow(look, request, reply, 'open the page', options)
  const fail = (why: string): void => answer(look, request, 'failed', words.notMailed(called, why), options)
  if (reply.state === 'failed') return fail(reply.reason)
  const { portal } = reply.done
  if (portal === null || !isLink(portal.url, payment.content.live)) return fail(words.badLink)
  const to: MailTo = { kind: 'payer', customer }
  if (!mail.has(to)) return answer(look, request, 'failed', words.noAddress(called), options)
  look.owe({
    kind: 'mail',
    mail: { key, to, ...mailWords.portal(policy.providerName, [called], portal.url, portal.until) },
  })
}

/** `cancel`: the subscription ends with what is paid. Believed when Stripe's own state shows it. */
export function beginCancel(
  look: Look,
  request: Request,
  { name }: Extract<Command, { kind: 'cancel' }>,
): void {
  const { state } = look.world
  const waiting = unpaidCreates(state).find(
    ({ content }) => content.owner === request.author && content.name === name,
  )
  if (waiting !== undefined) {
    const text = words.unpaidYet(waiting.content.name, linkEnds(state, waiting))
    return answer(look, request, 'refused', text, { command: 'cancel' })
  }
  const pub = pubFor(look, request, 'cancel', name)
  if (pub === null) return
  const options = { command: 'cancel', pub: pub.pub }
  const called = pub.record.name
  const payment = wanted(look, request, pub)
  if (payment === null) return answer(look, request, 'refused', words.nothingToCancel(called), options)
  const { cancelAt, subscription } = payment.content
  if (!isAlive(payment)) return answer(look, request, 'done', words.cancelledNow(called), options)
  // Of what is not paid nothing is left to run: Stripe would go on trying the card until then.
  const isGoing = isGood(payment.content.status)
  const isTrial = payment.content.status === 'trialing'
  if (cancelAt !== null && isGoing)
    return answer(look, request, 'done', words.cancelled(called, cancelAt, isTrial), options)
  const call: OwedCall = isGoing
    ? { id: `cancel-later ${request.key}`, kind: 'cancel-later', subscription }
    : { id: `cancel-now ${subscription}`, kind: 'cancel-now', subscription, refund: false }
  const reply = askStripe(look, request, call, request.receivedAt)
  if (reply.state === 'failed')
    return answer(look, request, 'failed', words.notCancelled(called, reply.reason), options)
  // A card that failed between the call and its word: what was asked for is done, and more takes another word.
  if (reply.state === 'done' && !isGoing && cancelAt !== null)
    return answer(look, request, 'done', words.cancelledOwing(called, cancelAt), options)
  // Done, and the fact that shows it comes before that: it wakes the loop.
  if (reply.state === 'waiting') saySlow(look, request, reply, 'cancel the subscription', options)
}

/**
 * The subscription that a `cancel` means. One that ended while Stripe was asked is it still, so that the request ends too;
 * which one it was, the reply that came for it tells.
 */
function wanted({ world }: Look, request: Request, pub: PubFact): PaymentFact | null {
  const { state, facts } = world
  const alive = paymentsOf(state, pub.pub).filter(isAlive)
  const best = bestPaymentOf(state, pub.pub)
  if (best !== null && isAlive(best)) return best
  if (alive.length > 0) return alive.at(-1) ?? null
  return facts.replies.has(request.key) || state.provider.answers.get(request.key)?.received ? best : null
}

function saySlow(
  look: Look,
  request: Request,
  reply: Extract<StripeReply, { state: 'waiting' }>,
  what: string,
  options: { command: string; pub: PubFact['pub'] },
): void {
  const silent = look.world.state.provider.answers.get(request.key) === undefined
  if (reply.slow && silent) answer(look, request, 'received', words.slowCall(what), options)
}

/**
 * What owners hear of payments: that it is paid (by whom is not said), and that a second or late payment went back. What
 * is not paid, decide-dues.ts tells; another plan, decide-plan.ts.
 */
export function tellPayments(look: Look): void {
  const { money } = look.world.state.provider
  look.each('payments', (id) => {
    const before = look.stirs
    for (const subscription of money.paymentsOfPub.get(id) ?? []) {
      const payment = money.payments.get(subscription)
      if (payment?.content.pub === id) tellPayment(look, payment)
    }
    return look.stirs === before
  })
}

function tellPayment(look: Look, payment: PaymentFact): void {
  const { money, pubs } = look.world.state.provider
  const { pub: id, checkout, refunded } = payment.content
  const asked = money.checkouts.get(checkout)?.content
  const session = money.sessions.get(checkout)
  if (asked === undefined || session === undefined) return
  const pub = pubs.get(id)
  const live = pub?.record.status === 'live'
  // Who asked may be none of its owners any more.
  const owners = pub?.record.owners ?? [asked.owner]
  const about = { pub: id, topic: 'payment' } as const
  if (refunded) {
    const text = payment.second && live ? words.secondBack(asked.name) : words.lateBack(asked.name)
    notify(look, owners, text, { ...about, causes: checkout })
  } else if (asked.kind === 'pay' && live && isGood(payment.content.status)) {
    if (payment.second || money.dues.has(id)) return
    notify(look, owners, words.paid(asked.name, payment.content.periodEnd), {
      ...{ ...about, causes: session.key },
    })
  }
}
