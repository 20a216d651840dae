/** What is not as it should be about money when a world has come to rest. */
import type { PubMessage } from '../../protocol/messages/pub'
import type { Invariant } from './invariants/violation'
import type { World } from './world'

/** Nobody is served for nothing, and nobody is cut off who pays. */
export function unpaid(
  { checks: { dues } }: World,
  record: PubMessage,
): { invariant: Invariant; sentence: string }[] {
  if (record.status !== 'live') return []
  if (record.suspended && dues.isPaid(record.pub))
    return [{ invariant: 'paid-is-up', sentence: `${record.name} is suspended and paid for` }]
  const overdue = dues.isOverdue(record)
  return overdue === null ? [] : [{ invariant: 'unpaid-stops', sentence: `${record.name}: ${overdue}` }]
}

/** What Stripe knows and the feed does not. */
export function unheard({ checks: { dues }, stripe }: World): { invariant: Invariant; sentence: string }[] {
  const differs = stripe.subscriptions.filter(({ id, status }) => {
    const said = dues.payments.get(id)?.status
    return said !== undefined && said !== status
  })
  return differs.map(({ id, status }) => ({ invariant: 'fact-lost', sentence: `${id} is ${status}` }))
}
