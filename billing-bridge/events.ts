/**
 * Which of Stripe's events say anything to us, and what they make us look at. Every event is a hint: nothing in it is
 * believed but the id of an object, whose present state is then fetched.
 */

export type Meaning =
  | { kind: 'subscription'; subscription: string }
  /** The payment of this charge was given back, all or in part. */
  | { kind: 'refund'; charge: string }
  | { kind: 'dispute'; dispute: string }
  | { kind: 'nothing' }

const NOTHING: Meaning = { kind: 'nothing' }

type Reader = (object: Record<string, unknown>) => Meaning

const ofSession: Reader = (object) => subscriptionOf(object.subscription)
const ofSubscription: Reader = (object) => subscriptionOf(object.id)
const ofInvoice: Reader = (object) => {
  const details = fieldOf(fieldOf(object.parent, 'subscription_details'), 'subscription')
  // An endpoint may have been made with an older API version, where it stood on the invoice itself.
  return subscriptionOf(details ?? object.subscription)
}
const ofCharge: Reader = (object) => named(object.id, (charge) => ({ kind: 'refund', charge }))
const ofRefund: Reader = (object) => named(idIn(object.charge), (charge) => ({ kind: 'refund', charge }))
const ofDispute: Reader = (object) => named(object.id, (dispute) => ({ kind: 'dispute', dispute }))

const READERS = new Map<string, Reader>([
  ['checkout.session.completed', ofSession],
  ['checkout.session.async_payment_succeeded', ofSession],
  ['checkout.session.async_payment_failed', ofSession],
  ['customer.subscription.created', ofSubscription],
  ['customer.subscription.updated', ofSubscription],
  ['customer.subscription.deleted', ofSubscription],
  ['customer.subscription.paused', ofSubscription],
  ['customer.subscription.resumed', ofSubscription],
  ['invoice.paid', ofInvoice],
  ['invoice.payment_failed', ofInvoice],
  ['invoice.payment_action_required', ofInvoice],
  ['charge.refunded', ofCharge],
  ['refund.created', ofRefund],
  ['refund.failed', ofRefund],
  ['charge.dispute.created', ofDispute],
])

/** The types an operator has to choose for the webhook in Stripe's dashboard. */
export const EVENT_TYPES: readonly string[] = [...READERS.keys()]

/** What an event makes us look at. Anything whatever may be handed in. */
export function meaningOf(event: unknown): Meaning {
  const type = fieldOf(event, 'type')
  const object = fieldOf(fieldOf(event, 'data'), 'object')
  const reader = typeof type === 'string' ? READERS.get(type) : undefined
  return reader === undefined || !isRecord(object) ? NOTHING : reader(object)
}

/** False for an event of the other mode: of test money where the key is live, or the other way round. */
export function isOfMode(event: unknown, live: boolean): boolean {
  const mode = fieldOf(event, 'livemode')
  return typeof mode !== 'boolean' || mode === live
}

/** The event's own id; null where it has none that could be one. */
export function eventIdOf(event: unknown): string | null {
  const id = fieldOf(event, 'id')
  return typeof id === 'string' && id !== '' && id.length <= 255 ? id : null
}

function subscriptionOf(value: unknown): Meaning {
  return named(idIn(value), (subscription) => ({ kind: 'subscription', subscription }))
}

function named(value: unknown, then: (id: string) => Meaning): Meaning {
  return typeof value === 'string' && /^[A-Za-z0-9_]{1,255}$/.test(value) ? then(value) : NOTHING
}

/** An id, or the id of the object that stands in its place. */
function idIn(value: unknown): unknown {
  return isRecord(value) ? value.id : value
}

function fieldOf(value: unknown, field: string): unknown {
  return isRecord(value) && Object.hasOwn(value, field) ? value[field] : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
