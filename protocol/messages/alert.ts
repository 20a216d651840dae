/**
 * `buttcloud/alert`, provider → self, on the bridge's word: something about money that the operator has to look at. Once
 * per event of Stripe's, or per sweep that found differences.
 *
 * Example: {"type":"buttcloud/alert","v":1,"kind":"dispute","reference":"du_…","event":"evt_…","pub":null,"at":1787000000000}
 */
import { type Check, literal, nullable, type Of, oneOf, pubId, shape, text, whole } from '../check'
import { STRIPE_ID_CHARS_MAX } from '../limits-money'

const check = shape({
  type: literal('buttcloud/alert'),
  v: literal(1),
  /**
   * dispute   a payer asks their bank for the money back
   * refund    a payment was given back by hand in Stripe
   * sweep     the sweep found what no webhook had told
   * stranger  a payment for what nobody has asked for
   * refused   Stripe refuses for good what we owe: to end a subscription, or to give a payment back
   */
  kind: oneOf('dispute', 'refund', 'sweep', 'stranger', 'refused'),
  /** What it is about, in Stripe's ids: where the operator finds it. */
  reference: text(STRIPE_ID_CHARS_MAX),
  /** Under which it is known again: Stripe's event, or the sweep's own name for it. */
  event: text(STRIPE_ID_CHARS_MAX),
  pub: nullable(pubId),
  /** By Stripe's clock. */
  at: whole(0, Number.MAX_SAFE_INTEGER),
})
export type AlertMessage = Of<typeof check>
export const checkAlert: Check<AlertMessage> = check

/** Builds an alert. */
export function buildAlert(fields: Omit<AlertMessage, 'type' | 'v'>): AlertMessage {
  return { type: 'buttcloud/alert', v: 1, ...fields }
}
