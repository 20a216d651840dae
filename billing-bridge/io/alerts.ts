/**
 * What the operator has to hear of: money that was given back by hand or would not go back, and payers who ask their bank
 * for it.
 */

import { type FeedId, isPubId, type Millis } from '../../protocol/ids'
import { STRIPE_ID_CHARS_MAX } from '../../protocol/limits-money'
import type { BillingAlert, OwedCall } from '../../protocol/rpc-billing'
import { isOurs, METADATA } from '../metadata'
import type { ProviderPort } from '../port'
import type { SubscriptionShape } from '../shapes'
import { idOf } from '../shapes'
import { orNull, PAGE, type StripeDoor, timeOf } from './stripe'

export interface AlertsOptions {
  door: StripeDoor
  port: ProviderPort
  provider: FeedId
}

type Payment = { payment_intent: unknown; customer?: unknown }
type Id = string | { id: string } | null

export class Alerts {
  constructor(private readonly options: AlertsOptions) {}

  /** Looks which refunds a charge has; each that we did not make is told, once, and each that did not arrive. */
  async refund(charge: string): Promise<void> {
    const { client } = this.options.door
    const found = await orNull(client.charges.retrieve(charge))
    if (found === null) return
    const ours = await this.subscriptionOf(found)
    if (ours === null) return
    const at = timeOf(found)
    for await (const refund of client.refunds.list({ charge, ...PAGE })) {
      const reference = refund.id
      if (refund.metadata?.[METADATA.call] === undefined)
        await this.tell({ kind: 'refund', reference, event: reference, pub: ours.pub, at })
      if (isUndone(refund.status))
        await this.tell({ kind: 'refused', reference, event: `failed-${reference}`, pub: ours.pub, at })
    }
  }

  /** A call that is owed whoever waits for it, and that Stripe refuses for good; once per call. */
  async refused(call: OwedCall, at: Millis): Promise<void> {
    // All others are answers that somebody waits for, and is given.
    if (call.kind !== 'cancel-now') return
    const { subscriptions } = await this.options.port.state(null)
    const pub = subscriptions.find((one) => one.subscription === call.subscription)?.pub ?? null
    const event = `refused-${call.id}`.slice(0, STRIPE_ID_CHARS_MAX)
    await this.tell({ kind: 'refused', reference: call.subscription, event, pub, at })
  }

  /** Likewise a dispute. */
  async dispute(id: string): Promise<void> {
    const { client } = this.options.door
    const dispute = await orNull(client.disputes.retrieve(id))
    if (dispute === null) return
    // Some ways of paying leave the payment out of the dispute; its charge is always there.
    const charge = dispute.payment_intent === null ? dispute.charge : null
    const paid = charge === null ? dispute : await orNull(client.charges.retrieve(idOf(charge)))
    const ours = paid === null ? null : await this.subscriptionOf(paid)
    if (ours === null) return
    await this.tell({ kind: 'dispute', reference: id, event: id, pub: ours.pub, at: timeOf(dispute) })
  }

  private tell(alert: BillingAlert): Promise<void> {
    return this.options.port.alert(alert)
  }

  /** Whose payment it was: null where it was for nothing of ours. */
  private async subscriptionOf(paid: Payment): Promise<Pick<BillingAlert, 'pub'> | null> {
    const { door } = this.options
    const intent = paid.payment_intent as Id
    if (intent === null) return this.byPayer((paid.customer ?? null) as Id)
    const { data } = await door.client.invoicePayments.list({
      payment: { type: 'payment_intent', payment_intent: idOf(intent) },
      limit: 1,
    })
    const invoice = data[0]?.invoice
    if (invoice === undefined) return null
    const found = await orNull(door.client.invoices.retrieve(idOf(invoice as string | { id: string })))
    const subscription = found?.parent?.subscription_details?.subscription
    if (subscription === undefined || subscription === null) return null
    const told = await door.subscription(idOf(subscription))
    return this.oursOf(told === null ? [] : [told.subscription])
  }

  /** A charge by itself says who paid, and not for what: it is ours where that payer has something of ours. */
  private async byPayer(customer: Id): Promise<Pick<BillingAlert, 'pub'> | null> {
    if (customer === null) return null
    const found: Pick<SubscriptionShape, 'metadata'>[] = []
    const listed = { customer: idOf(customer), status: 'all' as const, ...PAGE }
    for await (const one of this.options.door.client.subscriptions.list(listed)) found.push(one)
    return this.oursOf(found)
  }

  /** Null: none of them is ours. The pub, where it is one. */
  private oursOf(
    subscriptions: readonly Pick<SubscriptionShape, 'metadata'>[],
  ): Pick<BillingAlert, 'pub'> | null {
    const ours = subscriptions.filter(({ metadata }) => isOurs(metadata, this.options.provider))
    if (ours.length === 0) return null
    const pubs = new Set(ours.map(({ metadata }) => metadata[METADATA.pub]))
    const [pub] = pubs
    return { pub: pubs.size === 1 && isPubId(pub) ? pub : null }
  }
}

/** True for a refund that did not arrive: the money is with us again. */
export function isUndone(status: string | null): boolean {
  return status === 'failed' || status === 'canceled'
}
