/** The books of the Stripe stand-in: its objects, its events, and money that comes and goes. */
import type {
  Charge,
  Customer,
  Dispute,
  Event,
  Invoice,
  InvoicePayment,
  Price,
  Product,
  Refund,
  Session,
  Subscription,
} from './stripe-objects'
import { missing, wrong } from './stripe-objects'

export const API_VERSION = '2026-10-28.endive'

export interface WorldOptions {
  /** Milliseconds. */
  now(): number
  live: boolean
  /** Days after a failed payment on which the card is tried again. */
  retryDays?: number[]
  /** What becomes of a subscription when all tries have failed. */
  afterRetries?: 'unpaid' | 'canceled'
  /** An event has happened. */
  happened(event: Event): void
}

export class Ledger {
  readonly products = new Map<string, Product>()
  readonly prices = new Map<string, Price>()
  readonly customers = new Map<string, Customer>()
  readonly sessions = new Map<string, Session>()
  readonly subscriptions = new Map<string, Subscription>()
  readonly invoices = new Map<string, Invoice>()
  readonly payments = new Map<string, InvoicePayment>()
  readonly charges = new Map<string, Charge>()
  readonly refunds = new Map<string, Refund>()
  readonly disputes = new Map<string, Dispute>()
  readonly events = new Map<string, Event & { delivered: boolean }>()
  /** Where pages for payers are. */
  payerPages = 'https://billing.stripe.com'
  private number = 0

  constructor(protected readonly options: WorldOptions) {}

  /** Seconds, as Stripe counts. */
  now(): number {
    return Math.floor(this.options.now() / 1_000)
  }

  get live(): boolean {
    return this.options.live
  }

  id(prefix: string): string {
    this.number += 1
    return `${prefix}_${this.live ? '' : 'test'}${String(this.number).padStart(8, '0')}`
  }

  emit(type: string, object: unknown): void {
    const event: Event & { delivered: boolean } = {
      ...{ id: this.id('evt'), object: 'event', api_version: API_VERSION, created: this.now() },
      ...{ livemode: this.live, pending_webhooks: 1, type, delivered: false },
      data: { object: structuredClone(object) },
    }
    this.events.set(event.id, event)
    this.options.happened(event)
  }

  subscription(id: string): Subscription {
    const found = this.subscriptions.get(id)
    if (found === undefined) throw missing('subscription', id)
    return found
  }

  price(id: string): Price {
    const found = this.prices.get(id)
    if (found === undefined) throw missing('price', id)
    return found
  }

  /** An invoice was paid. */
  protected charge(invoice: Invoice): void {
    const intent = this.id('pi')
    const payment: InvoicePayment = {
      ...{ id: this.id('inpay'), object: 'invoice_payment', amount_paid: invoice.amount_due },
      ...{ amount_requested: invoice.amount_due, created: this.now(), currency: invoice.currency },
      ...{ is_default: true, livemode: this.live, status: 'paid', invoice: invoice.id },
      payment: { type: 'payment_intent', payment_intent: intent },
    }
    this.payments.set(payment.id, payment)
    const charge: Charge = {
      ...{ id: this.id('ch'), object: 'charge', amount: invoice.amount_due, amount_refunded: 0 },
      ...{ created: this.now(), currency: invoice.currency, disputed: false, livemode: this.live },
      ...{ refunded: false, customer: invoice.customer, payment_intent: intent },
    }
    this.charges.set(charge.id, charge)
  }

  /** Gives money back. */
  refund(intent: string, metadata: Record<string, string>): Refund {
    const charge = [...this.charges.values()].find((one) => one.payment_intent === intent)
    if (charge === undefined) throw missing('payment_intent', intent)
    if (charge.refunded)
      throw wrong(`Charge ${charge.id} has already been refunded.`, 'charge_already_refunded')
    if (charge.disputed)
      throw wrong(`Charge ${charge.id} has been charged back; cannot issue a refund.`, 'charge_disputed')
    charge.refunded = true
    charge.amount_refunded = charge.amount
    const refund: Refund = {
      ...{ id: this.id('re'), object: 'refund', amount: charge.amount, created: this.now() },
      ...{
        currency: charge.currency,
        metadata,
        status: 'succeeded',
        charge: charge.id,
        payment_intent: intent,
      },
    }
    this.refunds.set(refund.id, refund)
    this.emit('refund.created', refund)
    this.emit('charge.refunded', charge)
    return refund
  }

  /** The bank of whoever was given money back does not take it. */
  failRefund(refund: Refund): void {
    refund.status = 'failed'
    this.emit('refund.failed', refund)
  }

  /** A payer asks their bank for the last payment of a subscription. `bare`: Stripe tells the charge, and no payment intent. */
  dispute(subscription: string, { bare = false } = {}): Dispute {
    const charge = this.chargeOf(subscription)
    charge.disputed = true
    if (bare) charge.payment_intent = null
    const dispute: Dispute = {
      ...{ id: this.id('du'), object: 'dispute', amount: charge.amount, created: this.now() },
      ...{ currency: charge.currency, livemode: this.live, metadata: {}, reason: 'fraudulent' },
      ...{ status: 'needs_response', charge: charge.id, payment_intent: charge.payment_intent },
    }
    this.disputes.set(dispute.id, dispute)
    this.emit('charge.dispute.created', dispute)
    return dispute
  }

  /** The last charge of a subscription. */
  chargeOf(subscription: string): Charge {
    const invoices = [...this.invoices.values()]
      .filter((one) => one.parent.subscription_details.subscription === subscription)
      .map((one) => one.id)
    const payment = [...this.payments.values()].findLast((one) => invoices.includes(one.invoice))
    const charge = [...this.charges.values()].find(
      (one) => one.payment_intent === payment?.payment.payment_intent,
    )
    if (charge === undefined) throw new Error(`nothing was ever paid for ${subscription}`)
    return charge
  }
}
