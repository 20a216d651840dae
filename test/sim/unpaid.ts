/** What is not as it should be about money when a world has come to rest. */
import { sizeOf } from '../../plugin/change'
import { FREE_PLAN_RESERVED_BYTES } from '../../protocol/limits'
import type { PubMessage } from '../../protocol/messages/pub'
import type { Invariant } from './invariants/violation'
import type { World } from './world'

/** Nobody is served for nothing, and nobody is cut off who pays. */
export function unpaid(
  { checks: { dues, operator } }: World,
  record: PubMessage,
): { invariant: Invariant; sentence: string }[] {
  if (record.status !== 'live') return []
  if (record.suspended && dues.mayRun(record.pub) && !operator.holds(record.pub))
    return [{ invariant: 'paid-is-up', sentence: `${record.name} is suspended and has a right to run` }]
  const overdue = dues.isOverdue(record)
  return overdue === null ? [] : [{ invariant: 'unpaid-stops', sentence: `${record.name}: ${overdue}` }]
}

/** Who pays for one plan has no other: where one subscription pays, and its server has the room. */
export function otherwisePaid(
  { checks, hubs, breakdowns }: World,
  record: PubMessage,
): { invariant: Invariant; sentence: string }[] {
  // Where the engine is dead for good, what shall end there is never known to have ended, and keeps its room.
  if (breakdowns.isDead(hubs.find((hub) => hub.machine.id === record.hub))) return []
  const words = [...checks.dues.entitled.payments.values()].map(({ content }) => content)
  const paid = words.filter((one) => one.pub === record.pub && one.status !== 'canceled')
  const [one] = paid
  if (record.status !== 'live' || paid.length !== 1 || one?.status !== 'active' || one.plan === record.plan)
    return []
  const offered = hubs.find((hub) => hub.machine.id === record.hub)?.place.memoryBytes ?? 0
  let reserved = FREE_PLAN_RESERVED_BYTES
  for (const other of checks.owners.records.values())
    if (other.status === 'live' && other.hub === record.hub) reserved += sizeOf(other).reservedBytes
  // The only larger one here takes as much again as the smaller one.
  if (one.plan !== 'tiny' && reserved > offered) return []
  const sentence = `${record.name} has the plan ${record.plan} and is paid for as ${one.plan}`
  return [{ invariant: 'as-paid', sentence }]
}

/** What its plan gives is what it has. */
export function otherSize(
  { provider }: World,
  record: PubMessage,
): { invariant: Invariant; sentence: string }[] {
  const size = provider.policy(false).plans.find(({ name }) => name === record.plan)?.size
  if (record.status !== 'live' || JSON.stringify(size) === JSON.stringify(record.size)) return []
  const sentence = `${record.name} has the plan ${record.plan} and the size ${JSON.stringify(record.size)}`
  return [{ invariant: 'as-paid', sentence }]
}

/** What Stripe knows and the feed does not. */
export function unheard({ checks: { dues }, stripe }: World): { invariant: Invariant; sentence: string }[] {
  const differs = stripe.subscriptions.filter(({ id, status }) => {
    const said = dues.entitled.payments.get(id)?.content.status
    return said !== undefined && said !== status
  })
  return differs.map(({ id, status }) => ({ invariant: 'fact-lost', sentence: `${id} is ${status}` }))
}
