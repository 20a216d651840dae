/** Plans as a plans.yaml: what `buttcloud admin plans --init` writes, and docs/plans.yaml. */
import type { Plan } from '../protocol/plan'
import { decimalsOf } from '../protocol/price-text'
import { sizeText } from './plans'

const HEAD = `# The plans of this provider, read when it starts. The first one is what \`create NAME\` gets.
# Check this file with: buttcloud admin plans --check FILE
#
# memory       what its container may use at most; what an idle pub takes is far less
# reservation  what is counted against what a server offers, so how many of them fit on one; default: memory
# disk         what its owners are warned about from 80 % on
# price        free, or amount, currency and interval (month or year). Where billing is off, all cost nothing
# trial        days before the first payment, once for each owner and each pub; default: none
# quota        how many of this plan one person may have; default: as many as pubsPerOwnerMax in config.json
# region       its pubs are on hubs that were started with this --region only; default: on any

`

/** The file that says these plans, and reads back as them. */
export function plansText(plans: readonly Plan[]): string {
  return `${HEAD}plans:\n${plansList(plans)}`
}

/** The list under `plans:` alone. */
export function plansList(plans: readonly Plan[]): string {
  return plans.map(planText).join('\n')
}

function planText({ name, words, size, price, trialDays, perOwnerMax, region }: Plan): string {
  const lines = [
    `name: ${name}`,
    `words: ${JSON.stringify(words)}`,
    `memory: ${sizeText(size.memoryBytes)}`,
    `reservation: ${sizeText(size.reservedBytes)}`,
    `disk: ${sizeText(size.diskBytes)}`,
  ]
  if (price === null) lines.push('price: free')
  else
    lines.push(
      'price:',
      `  amount: ${(price.amount / 10 ** decimalsOf(price.currency)).toFixed(Math.min(2, decimalsOf(price.currency)))}`,
      `  currency: ${price.currency}`,
      `  interval: ${price.interval}`,
    )
  if (trialDays > 0) lines.push(`trial: ${trialDays}`)
  if (perOwnerMax !== null) lines.push(`quota: ${perOwnerMax}`)
  if (region !== null) lines.push(`region: ${region}`)
  return `  - ${lines.join('\n    ')}\n`
}
