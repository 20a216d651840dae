/**
 * What the bridge says of a subscription, against what we have asked for. Pure. A fact counts only where the checkout and
 * its session are on our own feed; it is published only where it says something new.
 */
import type { Millis } from '../protocol/ids'
import { buildPayment, type PaymentMessage } from '../protocol/messages/payment'
import type { BillingFact } from '../protocol/rpc-billing'
import type { MoneyFold, PaymentFact } from '../protocol/state-money'

/** unknown: nobody has asked for it. known: there is nothing new in it, or something newer is here. */
export type Judged = { outcome: 'unknown' | 'known' } | { outcome: 'publish'; content: PaymentMessage }

/**
 * `seenAt`: by Stripe's clock, when the newest state of this subscription was fetched that has come to us, also where it
 * was not published because it said nothing new; null where that is not known, as after a restart.
 */
export function judgeFact(money: MoneyFold, fact: BillingFact, seenAt: Millis | null): Judged {
  const checkouts: ReadonlyMap<string, { content: { checkout: PaymentMessage['checkout'] } }> =
    money.checkouts
  const found = checkouts.get(fact.checkout)
  if (found === undefined) return { outcome: 'unknown' }
  const { checkout } = found.content
  const asked = money.checkouts.get(checkout)
  const session = money.sessions.get(checkout)
  if (asked === undefined || session === undefined) return { outcome: 'unknown' }
  const { pub } = asked.content
  if (session.content.session !== fact.session || session.content.live !== fact.live)
    return { outcome: 'unknown' }
  const before = money.payments.get(fact.subscription)
  if (before === undefined ? isTaken(money, fact, pub) : isOther(before, fact, checkout))
    return { outcome: 'unknown' }
  const newest = Math.max(before?.content.at ?? 0, seenAt ?? 0)
  if (fact.stripeTime < newest) return { outcome: 'known' }
  const { session: id, subscription, customer, status, plan, periodEnd, cancelAt, live, event } = fact
  const content = buildPayment({
    ...{ pub, checkout, session: id, subscription, customer, status, plan, periodEnd, cancelAt, live, event },
    // What was given back stays given back, also where a later look did not ask for it.
    refunded: fact.refunded || (before?.content.refunded ?? false),
    at: fact.stripeTime,
  })
  return before !== undefined && isSame(before.content, content)
    ? { outcome: 'known' }
    : { outcome: 'publish', content }
}

/** One session makes one subscription: a second one is made up. */
function isTaken(money: MoneyFold, fact: BillingFact, pub: PaymentMessage['pub']): boolean {
  return (money.paymentsOfPub.get(pub) ?? []).some(
    (id) => money.payments.get(id)?.content.session === fact.session,
  )
}

/** A subscription belongs to what it was made for, and to who pays it, for ever. */
function isOther(before: PaymentFact, fact: BillingFact, checkout: string): boolean {
  const { content } = before
  return (
    content.checkout !== checkout || content.session !== fact.session || content.customer !== fact.customer
  )
}

function isSame(before: PaymentMessage, after: PaymentMessage): boolean {
  return (
    before.status === after.status &&
    before.plan === after.plan &&
    before.periodEnd === after.periodEnd &&
    before.cancelAt === after.cancelAt &&
    before.refunded === after.refunded
  )
}
