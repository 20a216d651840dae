/** The operator's table of plans. */
import type { Plan } from '../protocol/plan'
import { priceText } from '../protocol/price-text'
import { bytesText } from '../protocol/units'
import { table } from './render'

export function plansText(plans: readonly Plan[]): string {
  return table(
    ['PLAN', 'PRICE', 'TRIAL', 'MEMORY', 'RESERVED', 'DISK', 'QUOTA', 'WORDS'],
    plans.map(({ name, words, size, price, trialDays, perOwnerMax }) => [
      name,
      price === null ? 'free' : priceText(price),
      trialDays === 0 ? '-' : `${trialDays} d`,
      bytesText(size.memoryBytes),
      bytesText(size.reservedBytes),
      bytesText(size.diskBytes),
      perOwnerMax === null ? '-' : String(perOwnerMax),
      words,
    ]),
  )
}
