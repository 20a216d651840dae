/** `plans`, and `plan NAME`: what there is, and what a pub has. Changing it is decide-plan.ts. */
import type { Plan } from '../protocol/plan'
import { priceText } from '../protocol/price-text'
import type { PubFact, Request } from '../protocol/state'
import { bestPaymentOf, entitlementOf, isBillingOn } from './entitlement'
import { answer, type Look, type World } from './look'
import { planOf } from './policy'
import { when } from './words'
import { planWords } from './words-plans'

export function answerPlans(look: Look, request: Request): void {
  const { state, policy } = look.world
  const { plans, pubsPerOwnerMax } = policy
  const text = planWords.plans(plans, { billing: isBillingOn(state), pubsPerOwnerMax })
  answer(look, request, 'done', text, { command: 'plans' })
}

/** Says which plan a pub has, and what it is to its owners. */
export function answerPlan(look: Look, request: Request, pub: PubFact): void {
  const { record } = pub
  const text = planWords.has(record.name, record.plan, record.size, costOf(look.world, pub))
  answer(look, request, 'done', text, { command: 'plan', pub: pub.pub })
}

function costOf(world: World, pub: PubFact): string {
  const plan: Plan | null = planOf(world.policy, pub.record.plan)
  const standing = entitlementOf(world, pub)
  const price = plan === null ? 'what it did' : priceText(plan.price)
  if (!standing.ok) return planWords.unpaid(price, pub.record.name)
  const until = standing.until === null ? null : when(standing.until)
  switch (standing.why) {
    case 'billing-off':
      return planWords.nothingHere
    case 'free-plan':
      return plan === null ? planWords.notOffered : planWords.costsNothing
    case 'grant':
      return planWords.given(until)
    case 'paid':
    case 'trial': {
      if (until !== null) return planWords.ending(price, until)
      const end = bestPaymentOf(world.state, pub.pub)?.content.periodEnd ?? null
      return planWords.paid(price, end === null ? null : when(end), standing.why === 'trial')
    }
  }
}
