/** Makes owed calls. Each looks at what is there before it changes anything, so that it may be made again. */
import type { FeedId, Millis } from '../../protocol/ids'
import { KEYS_TRIED_MAX } from '../../protocol/limits-bridge'
import type { BillingDone, CheckoutDone, OwedCall, PortalDone } from '../../protocol/rpc-billing'
import { type CheckoutCall, checkoutParams, isTooLate, mustLookFirst, trialDaysFor } from '../calls'
import { isOurs, lookupKeyOf, METADATA } from '../metadata'
import { testLinkOf } from '../modes'
import type { ProviderPort } from '../port'
import { idOf, type SessionShape } from '../shapes'
import { isOver } from '../translate'
import { troubleOf } from '../trouble'
import { isUndone } from './alerts'
import type { Facts } from './facts'
import type { PortalLinks } from './portal-links'
import { idempotencyKeyOf, PAGE, paymentOf, type StripeDoor, timeOf } from './stripe'

export interface PerformOptions {
  door: StripeDoor
  port: ProviderPort
  facts: Facts
  provider: FeedId
  publicUrl: string
  links: PortalLinks
}

/** What came of a call, but for the words for the provider. */
type Done = Pick<BillingDone, 'checkout' | 'portal' | 'stripeTime'>
type Performers = {
  [K in OwedCall['kind']]: (call: Extract<OwedCall, { kind: K }>, now: Millis) => Promise<Done>
}

/** A call that can't be made, for a reason of ours: for people. */
export class Impossible extends Error {}

export class Performer {
  private readonly performers: Performers = {
    checkout: (call, now) => this.checkout(call, now),
    portal: (call) => this.portal(call.customer),
    'cancel-later': (call) => this.cancelLater(call.id, call.subscription),
    'cancel-now': (call) => this.cancelNow(call),
    'change-plan': (call) => this.changePlan(call),
    expire: (call) => this.expire(call.id, call.session),
  }

  constructor(private readonly options: PerformOptions) {}

  /** Makes one call. Rejects with an error of Stripe's, an Impossible, or what the provider's port gave. */
  async perform(call: OwedCall, now: Millis): Promise<Done> {
    await this.options.facts.checkMode()
    const perform = this.performers[call.kind] as (call: OwedCall, now: Millis) => Promise<Done>
    return perform(call, now)
  }

  private async checkout(call: CheckoutCall, now: Millis): Promise<Done> {
    const { client, live } = this.options.door
    const state = await this.options.port.state(null)
    const otherMode = testLinkOf(state, call.checkout, live)
    if (otherMode !== null) throw new Impossible(otherMode)
    const before = mustLookFirst(call, now) ? await this.sessionFor(call) : null
    if (before !== null) return before
    const price = await this.priceOf(call.plan)
    const trialDays = trialDaysFor(call, state.plans, live)
    const { provider, publicUrl } = this.options
    const params = checkoutParams(call, { price, trialDays, provider, publicUrl })
    try {
      return await withKeys(
        call.id,
        'checkout',
        async (idempotencyKey) => {
          const session = await client.checkout.sessions.create(params, { idempotencyKey })
          return doneBy(session, timeOf(session))
        },
        () => this.sessionFor(call),
      )
    } catch (error) {
      // Not asked beforehand: under the key of an earlier try Stripe still gives what that one made.
      if (troubleOf(error).kind === 'permanent' && isTooLate(call, now))
        throw new Impossible('this link would have run out by now; ask for a new one')
      throw error
    }
  }

  /** A session that an earlier try made and that can still be paid by; null where there is none. */
  private async sessionFor(call: CheckoutCall): Promise<Done | null> {
    const from = Math.floor(call.askedAt / 1_000) - 3_600
    const sessions = this.options.door.client.checkout.sessions
    const listed = sessions.list({ created: { gte: from }, ...PAGE })
    for await (const session of listed)
      if (
        isOurs(session.metadata, this.options.provider) &&
        session.metadata?.[METADATA.checkout] === call.checkout
      ) {
        const found = await sessions.retrieve(session.id)
        if (found.url !== null && found.status === 'open') return doneBy(found, timeOf(found))
      }
    return null
  }

  private async portal(customer: string): Promise<Done> {
    const { client } = this.options.door
    const found = await client.customers.retrieve(customer)
    if (found.deleted) throw new Impossible('Stripe knows this payer no more')
    const { email } = found
    const link = this.options.links.linkFor(customer, timeOf(found))
    // Ours lasts until the mail is read; the page at Stripe that it opens is made when its button is pressed.
    if (link !== null) {
      const portal: PortalDone = { url: link.url, email, until: link.expiresAt }
      return { checkout: null, portal, stripeTime: timeOf(found) }
    }
    // Without a key of its own: the same key would give the same link, which ends after minutes.
    const made = await client.billingPortal.sessions.create({
      customer,
      return_url: `${this.options.publicUrl}/`,
    })
    const portal: PortalDone = { url: made.url, email, until: null }
    return { checkout: null, portal, stripeTime: timeOf(made) }
  }

  private async cancelLater(call: string, id: string): Promise<Done> {
    const { subscription, at } = await this.subscription(id)
    const ends = subscription.cancel_at !== null || subscription.cancel_at_period_end
    if (ends || isOver(subscription.status)) return this.toldOf(id, at)
    const { subscriptions } = this.options.door.client
    const changed = await withKeys(call, 'cancel-later', (idempotencyKey) =>
      subscriptions.update(id, { cancel_at_period_end: true }, { idempotencyKey }),
    )
    return this.toldOf(id, timeOf(changed))
  }

  private async cancelNow(call: Extract<OwedCall, { kind: 'cancel-now' }>): Promise<Done> {
    const { client } = this.options.door
    const ended = await this.options.facts.endTest(call.subscription, call.refund)
    if (ended !== null) return { checkout: null, portal: null, stripeTime: ended }
    const { subscription, at } = await this.subscription(call.subscription)
    let stripeTime = at
    // First the end, so that nothing more is taken while the rest is tried again.
    if (!isOver(subscription.status))
      stripeTime = timeOf(
        await client.subscriptions.cancel(call.subscription, { prorate: false, invoice_now: false }),
      )
    if (call.refund && subscription.metadata[METADATA.refunded] === undefined) {
      await this.refund(call)
      const marked = await client.subscriptions.update(call.subscription, {
        metadata: { [METADATA.refunded]: 'yes' },
      })
      stripeTime = timeOf(marked)
    }
    return this.toldOf(call.subscription, stripeTime)
  }

  /** Gives the last payment back, where there was one and it was not given back yet. */
  private async refund(call: Extract<OwedCall, { kind: 'cancel-now' }>): Promise<void> {
    const { door } = this.options
    const { subscription } = await this.subscription(call.subscription)
    const paid = await paymentOf(door, subscription)
    if (paid === null) return
    let undone = 0
    for await (const refund of door.client.refunds.list({ ...paid.payment, ...PAGE })) {
      if (refund.metadata?.[METADATA.call] === undefined) continue
      if (!isUndone(refund.status)) return
      undone += 1
    }
    try {
      const params = { ...paid.payment, metadata: { [METADATA.call]: call.id } }
      // Another key for each that did not arrive: under the same one Stripe would give that one again.
      await withKeys(call.id, undone === 0 ? 'refund' : `refund-${undone}`, (idempotencyKey) =>
        door.client.refunds.create(params, { idempotencyKey }),
      )
    } catch (error) {
      // Somebody was faster by hand: it is given back all the same.
      if ((error as { code?: unknown } | null)?.code !== 'charge_already_refunded') throw error
    }
  }

  private async changePlan(call: Extract<OwedCall, { kind: 'change-plan' }>): Promise<Done> {
    const { subscription, at } = await this.subscription(call.subscription)
    if (isOver(subscription.status)) throw new Impossible('this subscription has ended')
    const price = await this.priceOf(call.plan)
    const [item, other] = subscription.items.data
    if (item === undefined || other !== undefined)
      throw new Impossible(
        'this subscription was changed by hand in Stripe; its plan can only be changed there',
      )
    if (item.price.id === price) return this.toldOf(call.subscription, at)
    const params = { items: [{ id: item.id, price }], proration_behavior: 'create_prorations' as const }
    const { subscriptions } = this.options.door.client
    const changed = await withKeys(call.id, `change-${price}`, (idempotencyKey) =>
      subscriptions.update(call.subscription, params, { idempotencyKey }),
    )
    return this.toldOf(call.subscription, timeOf(changed))
  }

  private async expire(call: string, id: string): Promise<Done> {
    const { sessions } = this.options.door.client.checkout
    const session = await sessions.retrieve(id)
    if (session.status === 'open') {
      const ended = await withKeys(call, 'expire', (idempotencyKey) =>
        sessions.expire(id, {}, { idempotencyKey }),
      )
      return { checkout: null, portal: null, stripeTime: timeOf(ended) }
    }
    // Somebody paid by it meanwhile: the provider hears of that first.
    if (session.subscription !== null) await this.options.facts.tell(idOf(session.subscription), null)
    return { checkout: null, portal: null, stripeTime: timeOf(session) }
  }

  private async subscription(id: string) {
    const found = await this.options.door.subscription(id)
    if (found === null) throw new Impossible('Stripe knows no such subscription')
    return found
  }

  private async priceOf(plan: string): Promise<string> {
    const { data } = await this.options.door.client.prices.list({
      lookup_keys: [lookupKeyOf(plan)],
      active: true,
      limit: 1,
    })
    if (data[0] !== undefined) return data[0].id
    // Not for ever: the operator has only forgotten to tell Stripe of the plan.
    throw new Error(`Stripe has no price for the plan ${plan}: run "buttcloud admin billing sync"`)
  }

  /** Done only with the fact that shows it. */
  private async toldOf(subscription: string, stripeTime: Millis): Promise<Done> {
    await this.options.facts.tell(subscription, null)
    return { checkout: null, portal: null, stripeTime }
  }
}

/**
 * Makes a request under the key of its step. Stripe saves what failed at its own side under the key too, and would give
 * the same for a day: then it is looked whether all was done nevertheless (`look`), and else the next key is taken.
 */
async function withKeys<T>(
  call: string,
  step: string,
  make: (idempotencyKey: string) => Promise<T>,
  look: () => Promise<T | null> = () => Promise.resolve(null),
): Promise<T> {
  for (let tried = 0; tried < KEYS_TRIED_MAX; tried++) {
    try {
      return await make(idempotencyKeyOf(call, `${step}-${tried}`))
    } catch (error) {
      const { kind } = troubleOf(error)
      if (kind !== 'saved-failure' && kind !== 'key-in-use') throw error
      const there = await look()
      if (there !== null) return there
    }
  }
  throw new Error(`Stripe failed at each try (${step}); trying again later`)
}

function doneBy(session: SessionShape, stripeTime: Millis): Done {
  if (session.url === null) throw new Error(`Stripe gave no link for the session ${session.id}`)
  const checkout: CheckoutDone = {
    session: session.id,
    url: session.url,
    expiresAt: session.expires_at * 1_000,
    live: session.livemode,
  }
  return { checkout, portal: null, stripeTime }
}
