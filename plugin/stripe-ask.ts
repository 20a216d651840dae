/** A call to Stripe that a request waits for: asked for anew at every look, so also after a crash. */

import type { Millis } from '../protocol/ids'
import { STRIPE_SLOW_MS } from '../protocol/limits-money'
import type { BillingDone, OwedCall } from '../protocol/rpc-billing'
import type { Request } from '../protocol/state'
import type { Look } from './look'
import { payWords as words } from './words-pay'

/** What has come of it; `waiting` also right after it was asked for. */
export type StripeReply =
  | { state: 'waiting'; slow: boolean }
  | { state: 'done'; done: BillingDone }
  | { state: 'failed'; reason: string }

/** Owes the call unless it is on its way, and says what is known. `since`: when its waiting began. */
export function askStripe(look: Look, request: Request, call: OwedCall, since: Millis): StripeReply {
  const { state, facts, now } = look.world
  const reply = facts.replies.get(request.key)
  if (reply?.state === 'failed') return { state: 'failed', reason: reply.reason }
  if (reply?.state === 'done' && reply.ask === 'stripe') {
    const done = reply.value as BillingDone
    if (done.outcome === 'done') return { state: 'done', done }
    return { state: 'failed', reason: done.reason ?? words.noReason }
  }
  // What the same request asked before, of its hub, is no reply to this.
  if (reply === undefined || reply.state === 'done') {
    const ask = { kind: 'stripe', call } as const
    look.owe({ kind: 'ask', request: request.key, hub: state.provider.id, ask })
  }
  const slowAt = since + STRIPE_SLOW_MS
  if (now < slowAt) look.wakeAt(slowAt)
  return { state: 'waiting', slow: now >= slowAt }
}

/** True for what may be shown as a link: nothing in it ends it early, and no other program is started by it. */
export function isLink(url: string, live: boolean): boolean {
  const scheme = live ? /^https:\/\// : /^https?:\/\//
  return scheme.test(url) && /^[\x21-\x7e]+$/.test(url) && !/[<>`"'()[\]\\{}|^]/.test(url)
}
