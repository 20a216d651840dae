/** What the operator has to hear of: money that was given back by hand, and payers who ask their bank for it. */
import { type FeedId, isPubId } from '../../protocol/ids'
import type { BillingAlert } from '../../protocol/rpc-billing'
import { isOurs, METADATA } from '../metadata'
import type { ProviderPort } from '../port'
import { idOf } from '../shapes'
import { orNull, PAGE, type StripeDoor, timeOf } from './stripe'

export interface AlertsOptions {
  door: StripeDoor
  port: ProviderPort
  provider: FeedId
}

type Payment = { payment_intent: unknown }

export class Alerts {
  constructor(private readonly options: AlertsOptions) {}

  /** Looks which refunds a charge has; each that we did not make is told, once. */
  async refund(charge: string): Promise<void> {
    const { client } = this.options.door
    const found = await orNull(client.charges.retrieve(charge))
    if (found === null) return
    const ours = await this.subscriptionOf(found)
    if (ours === null) return
    const at = timeOf(found)
    for await (const refund of client.refunds.list({ charge, ...PAGE }))
      if (refund.metadata?.[METADATA.call] === undefined)
        await this.tell({ kind: 'refund', reference: refund.id, event: refund.id, pub: ours.pub, at })
  }

  /** Likewise a dispute. */
  async dispute(id: string): Promise<void> {
    const dispute = await orNull(this.options.door.client.disputes.retrieve(id))
    if (dispute === null) return
    const ours = await this.subscriptionOf(dispute)
    if (ours === null) return
    await this.tell({ kind: 'dispute', reference: id, event: id, pub: ours.pub, at: timeOf(dispute) })
  }

  private tell(alert: BillingAlert): Promise<void> {
    return this.options.port.alert(alert)
  }

  /** Whose payment it was: null where it was for nothing of ours. */
  private async subscriptionOf(paid: Payment): Promise<Pick<BillingAlert, 'pub'> | null> {
    const { door, provider } = this.options
    const intent = paid.payment_intent as string | { id: string } | null
    // Subscriptions are always paid through one.
    if (intent === null) return null
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
    const metadata = told?.subscription.metadata ?? null
    if (!isOurs(metadata, provider)) return null
    const pub = metadata?.[METADATA.pub]
    return { pub: isPubId(pub) ? pub : null }
  }
}
