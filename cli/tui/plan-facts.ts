/** Plans as the screens show them: what one costs before what it is. */
import { priceText } from '../../protocol/price-text'
import type { PlansAnswer } from '../../protocol/rpc'
import { bytesText } from '../../protocol/units'
import type { PlanFacts } from './model'

/** The first is what a `create` without a plan gets. */
export function planFactsOf({ plans, billing }: PlansAnswer): PlanFacts[] {
  return plans.map(({ name, words, size, price, trialDays }) => {
    const cost = billing ? priceText(price) : priceText(null)
    const trial = billing && price !== null && trialDays > 0 ? `, the first ${trialDays} days free` : ''
    const room = `${bytesText(size.memoryBytes)} memory, ${bytesText(size.diskBytes)} disk`
    return { name, words: `${cost}${trial}: ${words.trim().replace(/\.$/, '')} (${room})` }
  })
}
