/** The plans of a cluster file, against those that are offered. Pure. */
import type { Plan } from '../protocol/plan'
import type { ClusterWorld, Compared } from './cluster-compare'
import { isBillingOn } from './entitlement'
import { planDifference, clusterWords as words } from './words-cluster'

/** One change for each plan that is new, gone or otherwise, and one where only their order is; the file is written once. */
export function comparePlans(
  { home, policy, state }: ClusterWorld,
  { line, plans }: { line: number; plans: readonly Plan[] },
  compared: Compared,
): void {
  const change = (name: string, text: string): void =>
    compared.change('plans', name, { line, words: text, deed: { kind: 'plans' } })
  const stored = home.plans
  if (stored === null) return change('file', words.plansAnew)
  let hasOtherPrices = false
  let hasOtherSizes = false
  for (const plan of plans) {
    const before = stored.find(({ name }) => name === plan.name)
    const difference = before === undefined ? '' : planDifference(before, plan)
    if (before === undefined) change(plan.name, words.planNew(plan))
    else if (difference !== '') change(plan.name, words.planChanged(plan.name, difference))
    hasOtherPrices ||=
      plan.price !== null && JSON.stringify(before?.price ?? null) !== JSON.stringify(plan.price)
    hasOtherSizes ||= /\b(?:memory|reservation|disk) /.test(difference)
  }
  for (const { name } of stored)
    if (!plans.some((plan) => plan.name === name)) change(name, words.planGone(name, holdersOf(state, name)))
  const names = plans.map(({ name }) => name)
  const kept = stored.map(({ name }) => name).filter((name) => names.includes(name))
  const before = names.filter((name) => kept.includes(name))
  if (kept.join() !== before.join() || names[0] !== stored[0]?.name) change('order', words.planOrder(names))
  if (hasOtherSizes) compared.notes.push(words.plansKeep)
  if (hasOtherPrices && isBillingOn(state)) compared.notes.push(words.sync)
  if (!isSamePlans(stored, policy.plans) && isSamePlans(stored, plans))
    compared.notes.push(words.plansNextStart)
}

function isSamePlans(one: readonly Plan[], other: readonly Plan[]): boolean {
  return (
    one.length === other.length &&
    one.every((plan, index) => {
      const there = other[index]
      return there !== undefined && there.name === plan.name && planDifference(plan, there) === ''
    })
  )
}

function holdersOf(state: ClusterWorld['state'], plan: string): number {
  let count = 0
  for (const { record } of state.provider.pubs.values())
    if (record.status === 'live' && record.plan === plan) count += 1
  return count
}
