/** Reads what there is in Stripe of our plans, and does what a sync plan says. */
import type { Plan } from '../../protocol/plan'
import { METADATA } from '../metadata'
import { type Catalogue, type SyncStep, syncPlan } from '../sync-plan'
import { PAGE, type StripeDoor } from './stripe'

/** What has to change in Stripe for these plans. */
export async function planSync(door: StripeDoor, plans: readonly Plan[]): Promise<SyncStep[]> {
  return syncPlan(plans, await catalogueOf(door))
}

async function catalogueOf({ client }: StripeDoor): Promise<Catalogue> {
  const catalogue: Catalogue = { products: [], prices: [] }
  for await (const product of client.products.list(PAGE))
    if (product.metadata[METADATA.plan] !== undefined) catalogue.products.push(product)
  for (const product of catalogue.products)
    for await (const price of client.prices.list({ product: product.id, ...PAGE }))
      catalogue.prices.push(price)
  return catalogue
}

/** Does one step. Doing it again is harmless: what is there already is seen by the next plan. */
export async function doStep({ client }: StripeDoor, step: SyncStep): Promise<void> {
  const metadata = { [METADATA.plan]: step.plan }
  switch (step.kind) {
    case 'create-product':
      await client.products.create({
        ...{ id: step.product, name: step.name, description: step.description, metadata },
      })
      return
    case 'update-product':
      await client.products.update(step.product, {
        ...{ name: step.name, description: step.description, active: true, metadata },
      })
      return
    case 'create-price':
      await client.prices.create({
        product: step.product,
        currency: step.price.currency,
        unit_amount: step.price.amount,
        recurring: { interval: step.price.interval },
        lookup_key: step.lookupKey,
        transfer_lookup_key: true,
        metadata,
      })
      return
    case 'restore-price':
      await client.prices.update(step.id, {
        ...{ active: true, lookup_key: step.lookupKey, transfer_lookup_key: true, metadata },
      })
      return
    case 'archive-price':
      await client.prices.update(step.id, { active: false })
      return
    case 'archive-product':
      await client.products.update(step.product, { active: false })
      return
    default:
      return forgotten(step)
  }
}

function forgotten(step: never): never {
  throw new Error(`doStep forgot a step: ${JSON.stringify(step)}`)
}
