/** Does what an event makes us look at; the webhook and the sweep use it alike. */
import { eventIdOf, meaningOf } from '../events'
import type { Alerts } from './alerts'
import type { Facts } from './facts'

/** Resolves when everything that follows from the event is durable at the provider; rejects when that is not known. */
export async function handleEvent(event: unknown, facts: Facts, alerts: Alerts): Promise<void> {
  const meaning = meaningOf(event)
  switch (meaning.kind) {
    case 'subscription':
      await facts.tell(meaning.subscription, eventIdOf(event))
      return
    case 'refund':
      return alerts.refund(meaning.charge)
    case 'dispute':
      return alerts.dispute(meaning.dispute)
    default:
      return
  }
}
