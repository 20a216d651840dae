/**
 * `buttcloud/checkout`, provider → self: this request is to be paid for; a Checkout link is owed. It holds the name of a
 * pub that is not made yet until the link has run out.
 *
 * Example: {"type":"buttcloud/checkout","v":1,"checkout":"%request…","pub":"%…","name":"alice","owner":"@…",
 *           "plan":"personal","kind":"create"}
 */
import { type Check, feedId, literal, messageId, type Of, oneOf, pubId, shape, text } from '../check'
import { NAME_CHARS_MAX } from '../limits'
import { planName } from '../plan'

const check = shape({
  type: literal('buttcloud/checkout'),
  v: literal(1),
  /** The request that asked; Stripe's idempotency key is made of it. */
  checkout: messageId,
  pub: pubId,
  name: text(NAME_CHARS_MAX),
  /** Who asked. Somebody else may pay. */
  owner: feedId,
  plan: planName,
  /** create: the pub is made when it is paid. pay: the pub is there. */
  kind: oneOf('create', 'pay'),
})
export type CheckoutMessage = Of<typeof check>
export const checkCheckout: Check<CheckoutMessage> = check

/** Builds a checkout. */
export function buildCheckout(fields: Omit<CheckoutMessage, 'type' | 'v'>): CheckoutMessage {
  return { type: 'buttcloud/checkout', v: 1, ...fields }
}
