/** What the bridge needs of the provider; io/link.ts is the real one. */
import type { Millis } from '../protocol/ids'
import type {
  BillingAlert,
  BillingDone,
  BillingFact,
  BillingFactAnswer,
  BillingPage,
  BillingState,
} from '../protocol/rpc-billing'

export interface ProviderPort {
  /** Resolves when the fact is durable on the provider's feed. Rejects when that is not known. */
  fact(fact: BillingFact): Promise<BillingFactAnswer>
  alert(alert: BillingAlert): Promise<void>
  done(done: BillingDone): Promise<void>
  /** Tells Stripe's time along, where it is known. */
  state(stripeTime: Millis | null): Promise<BillingState>
  page(): Promise<BillingPage>
}
