/** One trial per owner, and per pub: whoever has had a subscription here pays for the next one from its first day. */
import type { CheckoutMessage } from '../protocol/messages/checkout'
import type { TrialUsed } from '../protocol/rpc-billing'
import type { State } from '../protocol/state'
import type { PaymentFact, Told } from '../protocol/state-money'

/**
 * Whether there was a subscription before a checkout, by real and by test money: of its pub, or of any that was made because the
 * same person had asked. Only what stood on the feed before the checkout counts, so that it is the same each time: Stripe
 * refuses another call under the same idempotency key.
 */
export function trialUsed(state: State, told: Told<CheckoutMessage>): TrialUsed {
  const used = { live: false, test: false }
  for (const payment of state.provider.money.payments.values()) {
    const mode = payment.content.live ? 'live' : 'test'
    if (!used[mode] && counts(state, payment, told)) used[mode] = true
  }
  return used
}

function counts({ provider }: State, payment: PaymentFact, { sequence, content }: Told<CheckoutMessage>) {
  if (payment.firstSequence >= sequence) return false
  const { pub, checkout } = payment.content
  if (pub === content.pub) return true
  if (provider.money.checkouts.get(checkout)?.content.owner !== content.owner) return false
  // What was paid for and never made has been no trial of anything.
  return (provider.pubs.get(pub)?.firstSequence ?? sequence) < sequence
}
