/**
 * From the plans to what has to change in Stripe: Products and Prices. What is to be done is data, so that it can be
 * shown before it is done. A price can't be changed in Stripe: another amount is another price, to which the lookup key
 * moves; who subscribed at the old one goes on paying that.
 */
import type { Plan, Price } from '../protocol/plan'
import { priceText } from '../protocol/price-text'
import { lookupKeyOf, METADATA, productIdOf } from './metadata'
import { idOf, type PriceShape, type ProductShape } from './shapes'

/** What there is in Stripe of ours, also what is archived. */
export interface Catalogue {
  products: ProductShape[]
  prices: PriceShape[]
}

export type SyncStep =
  | { kind: 'create-product'; product: string; plan: string; name: string; description: string }
  | { kind: 'update-product'; product: string; plan: string; name: string; description: string }
  | { kind: 'create-price'; product: string; plan: string; price: Price; lookupKey: string }
  /** A price of before that fits again. */
  | { kind: 'restore-price'; id: string; plan: string; price: Price; lookupKey: string }
  | { kind: 'archive-price'; id: string; plan: string }
  | { kind: 'archive-product'; product: string; plan: string }

/** What has to be done, in this order; empty when Stripe has it all as it should be. */
export function syncPlan(plans: readonly Plan[], catalogue: Catalogue): SyncStep[] {
  const paid = plans.filter((plan) => plan.price !== null)
  const steps = paid.flatMap((plan) => stepsFor(plan, catalogue))
  for (const product of catalogue.products) {
    const plan = product.metadata[METADATA.plan]
    if (plan === undefined || paid.some((one) => one.name === plan)) continue
    for (const price of pricesOf(product.id, catalogue))
      if (price.active) steps.push({ kind: 'archive-price', id: price.id, plan })
    if (product.active) steps.push({ kind: 'archive-product', product: product.id, plan })
  }
  return steps
}

function stepsFor(plan: Plan, catalogue: Catalogue): SyncStep[] {
  const { price } = plan
  if (price === null) return []
  const wanted = { product: productIdOf(plan.name), plan: plan.name, ...textsOf(plan) }
  const product = catalogue.products.find((one) => one.id === wanted.product)
  const steps: SyncStep[] = []
  if (product === undefined) steps.push({ kind: 'create-product', ...wanted })
  else if (!isAsWanted(product, plan)) steps.push({ kind: 'update-product', ...wanted })
  const lookupKey = lookupKeyOf(plan.name)
  const all = pricesOf(wanted.product, catalogue)
  const fitting = all.filter((one) => isPrice(one, price))
  const present = fitting.find((one) => one.active && one.lookup_key === lookupKey)
  const former = fitting.find((one) => one.active) ?? fitting[0]
  const kept = present ?? former
  if (present === undefined && former !== undefined)
    steps.push({ kind: 'restore-price', id: former.id, plan: plan.name, price, lookupKey })
  else if (kept === undefined)
    steps.push({ kind: 'create-price', product: wanted.product, plan: plan.name, price, lookupKey })
  for (const one of all)
    if (one.active && one.id !== kept?.id) steps.push({ kind: 'archive-price', id: one.id, plan: plan.name })
  return steps
}

function textsOf(plan: Plan): { name: string; description: string } {
  return { name: `Pub, ${plan.name}`, description: plan.words }
}

function isAsWanted(product: ProductShape, plan: Plan): boolean {
  const { name, description } = textsOf(plan)
  return (
    product.active &&
    product.name === name &&
    (product.description ?? '') === description &&
    product.metadata[METADATA.plan] === plan.name
  )
}

function pricesOf(product: string, catalogue: Catalogue): PriceShape[] {
  return catalogue.prices.filter((price) => idOf(price.product) === product)
}

function isPrice(one: PriceShape, wanted: Price): boolean {
  return (
    one.unit_amount === wanted.amount &&
    one.currency === wanted.currency &&
    one.recurring?.interval === wanted.interval &&
    one.recurring.interval_count === 1
  )
}

/** One step as a sentence. */
export function describeStep(step: SyncStep): string {
  switch (step.kind) {
    case 'create-product':
      return `${step.plan}: make the product "${step.name}"`
    case 'update-product':
      return `${step.plan}: write name and words anew on the product "${step.name}"`
    case 'create-price':
      return `${step.plan}: make the price ${priceText(step.price)}`
    case 'restore-price':
      return `${step.plan}: take the price ${priceText(step.price)} (${step.id}) again`
    case 'archive-price':
      return `${step.plan}: archive the price ${step.id}; who pays it goes on paying it`
    case 'archive-product':
      return `${step.plan}: archive the product, because no such plan costs anything any more`
    default:
      return forgotten(step)
  }
}

function forgotten(step: never): never {
  throw new Error(`describeStep forgot a step: ${JSON.stringify(step)}`)
}
