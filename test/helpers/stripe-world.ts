/** What happens to the Stripe stand-in by itself: renewals, failed cards, tries again, ends. */
import { Ledger } from './stripe-ledger'
import type { Customer, Invoice, Price, Session, Subscription } from './stripe-objects'
import { missing, wrong } from './stripe-objects'

const DAY = 86_400
const INTERVAL: Record<string, number> = { month: 30 * DAY, year: 365 * DAY }

export class World extends Ledger {
  /** Somebody pays by a session's link: customer, subscription and invoice come of it. */
  pay(
    sessionId: string,
    payer: { email: string; goodCard?: boolean } = { email: 'payer@example.org' },
  ): Subscription {
    const session = this.sessions.get(sessionId)
    if (session === undefined) throw missing('checkout.session', sessionId)
    this.expireSessions()
    if (session.status !== 'open') throw wrong(`This Checkout Session is ${session.status}.`)
    const customer: Customer = {
      ...{ id: this.id('cus'), object: 'customer', created: this.now(), email: payer.email },
      ...{ livemode: this.live, metadata: {}, good: payer.goodCard ?? true },
    }
    this.customers.set(customer.id, customer)
    const subscription = this.subscribe(customer, session)
    const trial = session.asked.trialDays > 0
    const good = customer.good || trial
    if (!good) {
      // Checkout asks for another card; nothing is made.
      this.customers.delete(customer.id)
      this.subscriptions.delete(subscription.id)
      throw wrong('Your card was declined.', 'card_declined')
    }
    session.status = 'complete'
    session.payment_status = trial ? 'no_payment_required' : 'paid'
    session.customer = customer.id
    session.subscription = subscription.id
    session.url = null
    this.emit('customer.created', shown(customer))
    this.emit('customer.subscription.created', subscription)
    session.invoice = this.bill(subscription, trial ? 0 : amountOf(subscription), 'subscription_create').id
    this.emit('checkout.session.completed', shownSession(session))
    return subscription
  }

  private subscribe(customer: Customer, session: Session): Subscription {
    const price = this.price(session.asked.price)
    const id = this.id('sub')
    const now = this.now()
    const trialEnd = session.asked.trialDays > 0 ? now + session.asked.trialDays * DAY : null
    const subscription: Subscription = {
      ...{ id, object: 'subscription', cancel_at: null, cancel_at_period_end: false, canceled_at: null },
      ...{ created: now, currency: price.currency, description: session.asked.description, ended_at: null },
      ...{ livemode: this.live, metadata: { ...session.asked.metadata }, trial_end: trialEnd },
      ...{ status: trialEnd === null ? 'active' : 'trialing', customer: customer.id, latest_invoice: null },
      items: {
        ...{ object: 'list', has_more: false, url: `/v1/subscription_items?subscription=${id}` },
        data: [
          {
            ...{ id: this.id('si'), object: 'subscription_item', created: now, metadata: {}, quantity: 1 },
            ...{ subscription: id, price, current_period_start: now },
            current_period_end: trialEnd ?? now + lengthOf(price),
          },
        ],
      },
    }
    this.subscriptions.set(id, subscription)
    return subscription
  }

  /** Makes an invoice and tries the card. */
  private bill(subscription: Subscription, amount: number, reason: Invoice['billing_reason']): Invoice {
    const id = this.id('in')
    const invoice: Invoice = {
      ...{
        id,
        object: 'invoice',
        amount_due: amount,
        amount_paid: 0,
        attempt_count: 0,
        billing_reason: reason,
      },
      ...{ created: this.now(), currency: subscription.currency, livemode: this.live, status: 'open' },
      ...{ number: `R-${id}`, hosted_invoice_url: `https://invoice.stripe.com/i/${id}` },
      customer: subscription.customer,
      parent: {
        ...{ type: 'subscription_details', quote_details: null },
        subscription_details: { subscription: subscription.id, metadata: { ...subscription.metadata } },
      },
    }
    this.invoices.set(id, invoice)
    subscription.latest_invoice = id
    this.collect(subscription, invoice)
    return invoice
  }

  /** Tries the card for an invoice. */
  collect(subscription: Subscription, invoice: Invoice): void {
    const good = this.customers.get(subscription.customer)?.good ?? false
    invoice.attempt_count += 1
    if (!good && invoice.amount_due > 0) {
      subscription.status = 'past_due'
      this.emit('invoice.payment_failed', invoice)
      this.emit('customer.subscription.updated', subscription)
      return
    }
    invoice.status = 'paid'
    invoice.amount_paid = invoice.amount_due
    if (invoice.amount_due > 0) this.charge(invoice)
    if (
      subscription.status !== 'trialing' ||
      subscription.trial_end === null ||
      subscription.trial_end <= this.now()
    )
      subscription.status = 'active'
    this.emit('invoice.paid', invoice)
    this.emit('customer.subscription.updated', subscription)
  }

  /** Another price on a subscription, with the difference billed at once. */
  changePrice(subscription: Subscription, price: Price): void {
    const [item] = subscription.items.data
    if (item === undefined) throw new Error('a subscription without items')
    item.price = price
    this.emit('customer.subscription.updated', subscription)
  }

  end(subscription: Subscription): void {
    subscription.status = 'canceled'
    subscription.canceled_at ??= this.now()
    subscription.ended_at = this.now()
    this.emit('customer.subscription.deleted', subscription)
  }

  expireSession(session: Session): void {
    session.status = 'expired'
    session.url = null
    this.emit('checkout.session.expired', shownSession(session))
  }

  private expireSessions(): void {
    for (const session of this.sessions.values())
      if (session.status === 'open' && session.expires_at <= this.now()) this.expireSession(session)
  }

  /** Lets happen what is due by the clock; call it after the clock was moved. */
  tick(): void {
    this.expireSessions()
    for (const subscription of this.subscriptions.values())
      if (subscription.status === 'past_due') this.retry(subscription)
      else if (['active', 'trialing'].includes(subscription.status)) this.renew(subscription)
  }

  private renew(subscription: Subscription): void {
    const [item] = subscription.items.data
    while (item !== undefined && item.current_period_end <= this.now()) {
      if (subscription.cancel_at_period_end) return this.end(subscription)
      item.current_period_start = item.current_period_end
      item.current_period_end += lengthOf(item.price)
      const trialed = subscription.status === 'trialing'
      if (trialed) subscription.status = 'active'
      this.bill(subscription, amountOf(subscription), 'subscription_cycle')
      // By the subscription's own word: a failed card changed it meanwhile.
      if ((subscription.status as string) === 'past_due') return this.retry(subscription)
    }
  }

  private retry(subscription: Subscription): void {
    const { retryDays = [3, 5, 7, 14], afterRetries = 'canceled' } = this.options
    const invoice = this.invoices.get(subscription.latest_invoice ?? '')
    if (invoice === undefined || invoice.status !== 'open') return
    while (subscription.status === 'past_due') {
      const day = retryDays[invoice.attempt_count - 1]
      if (day === undefined) {
        if (afterRetries === 'canceled') return this.end(subscription)
        subscription.status = 'unpaid'
        return this.emit('customer.subscription.updated', subscription)
      }
      if (invoice.created + day * DAY > this.now()) return
      this.collect(subscription, invoice)
    }
  }
}

/** Without what is none of Stripe's. */
export function shown(customer: Customer): Omit<Customer, 'good'> {
  const { good: _, ...rest } = customer
  return rest
}

/** Likewise. */
export function shownSession(session: Session): Omit<Session, 'asked'> {
  const { asked: _, ...rest } = session
  return rest
}

function amountOf(subscription: Subscription): number {
  return subscription.items.data.reduce((sum, item) => sum + (item.price.unit_amount ?? 0) * item.quantity, 0)
}

function lengthOf(price: Price): number {
  return (INTERVAL[price.recurring.interval] ?? INTERVAL.month ?? 0) * price.recurring.interval_count
}
