/**
 * `buttcloud/session`, provider → self: the Checkout session that the bridge made for a checkout. On the feed before the
 * link is said, so that payments can be held against what was asked for. The link itself is in no such message.
 *
 * Example: {"type":"buttcloud/session","v":1,"checkout":"%request…","session":"cs_…","expiresAt":1790000000000,"live":true}
 */
import { type Check, flag, literal, messageId, type Of, shape, text, whole } from '../check'
import { STRIPE_ID_CHARS_MAX } from '../limits-money'

const check = shape({
  type: literal('buttcloud/session'),
  v: literal(1),
  checkout: messageId,
  session: text(STRIPE_ID_CHARS_MAX),
  /** By Stripe's clock. */
  expiresAt: whole(0, Number.MAX_SAFE_INTEGER),
  /** False: made with a test key; nobody pays. */
  live: flag,
})
export type SessionMessage = Of<typeof check>
export const checkSession: Check<SessionMessage> = check

/** Builds a session. */
export function buildSession(fields: Omit<SessionMessage, 'type' | 'v'>): SessionMessage {
  return { type: 'buttcloud/session', v: 1, ...fields }
}
