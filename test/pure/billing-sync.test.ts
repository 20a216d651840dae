/** Goal: Stripe gets what the plans say, whatever it had before, and a second look finds nothing to do. */
import test from 'tape'
import { type Catalogue, describeStep, type SyncStep, syncPlan } from '../../billing-bridge/sync-plan'
import { DEFAULT_PLANS } from '../../plugin/plans-default'

test('bridge: plans and Stripe’s catalogue, and a second look finds nothing to do', (t) => {
  const catalogue: Catalogue = { products: [], prices: [] }
  const first = syncPlan(DEFAULT_PLANS, catalogue)
  t.deepEqual(
    first.map((step) => step.kind),
    Array(3).fill(['create-product', 'create-price']).flat(),
  )
  apply(catalogue, first)
  t.deepEqual(syncPlan(DEFAULT_PLANS, catalogue), [], 'nothing to change')

  const dearer = DEFAULT_PLANS.map((plan) => ({
    ...plan,
    price: plan.price && { ...plan.price, amount: 900 },
  }))
  const second = syncPlan(dearer, catalogue)
  t.deepEqual(
    second.map((step) => step.kind),
    Array(3).fill(['create-price', 'archive-price']).flat(),
  )
  apply(catalogue, second)
  t.deepEqual(syncPlan(dearer, catalogue), [])
  const back = syncPlan(DEFAULT_PLANS, catalogue)
  t.deepEqual(
    back.map((step) => step.kind),
    Array(3).fill(['restore-price', 'archive-price']).flat(),
    'the price of before',
  )
  apply(catalogue, back)
  t.deepEqual(syncPlan(DEFAULT_PLANS, catalogue), [])

  const [tiny, ...others] = DEFAULT_PLANS
  if (tiny === undefined) throw new Error('no plans')
  const fewer = syncPlan([{ ...tiny, price: null, words: 'a gift' }, ...others.slice(0, 1)], catalogue)
  t.deepEqual(
    fewer.map((step) => `${step.kind} ${step.plan}`),
    ['archive-price tiny', 'archive-product tiny', 'archive-price community', 'archive-product community'],
  )
  apply(catalogue, fewer)
  t.deepEqual(
    syncPlan(DEFAULT_PLANS, catalogue).map((step) => step.kind),
    ['update-product', 'restore-price', 'update-product', 'restore-price'],
    'and offered again',
  )
  t.ok([...first, ...second, ...back, ...fewer].every((step) => describeStep(step).includes(step.plan)))
  t.end()
})

test('bridge: what sync would change says each price as people pay it', (t) => {
  const [tiny] = DEFAULT_PLANS
  if (tiny === undefined) throw new Error('no plans')
  const said = (amount: number, currency: string): string[] => {
    const price = { amount, currency, interval: 'month' as const }
    return syncPlan([{ ...tiny, price }], { products: [], prices: [] }).map(describeStep)
  }
  for (const [amount, currency, text] of [
    [750, 'usd', '$7.50'],
    [700, 'jpy', '700 JPY'],
    [1500, 'kwd', '1.50 KWD'],
    [700_00, 'isk', '700 ISK'],
  ] as const)
    t.equal(said(amount, currency)[1], `tiny: make the price ${text} a month`)
  t.end()
})

/** What Stripe would have after it. */
function apply(catalogue: Catalogue, steps: SyncStep[]): void {
  const { products, prices } = catalogue
  const takeKey = (lookupKey: string) => {
    for (const one of prices) if (one.lookup_key === lookupKey) one.lookup_key = null
  }
  for (const step of steps) {
    const metadata = { buttcloud_plan: step.plan }
    if (step.kind === 'create-product')
      products.push({
        id: step.product,
        active: true,
        name: step.name,
        description: step.description,
        metadata,
      })
    else if (step.kind === 'update-product' || step.kind === 'archive-product') {
      const product = products.find((one) => one.id === step.product)
      if (product !== undefined) product.active = step.kind === 'update-product'
      if (product !== undefined && step.kind === 'update-product') product.description = step.description
    } else if (step.kind === 'create-price') {
      takeKey(step.lookupKey)
      const { amount: unit_amount, currency, interval } = step.price
      prices.push({
        ...{
          id: `price_${prices.length}`,
          active: true,
          currency,
          metadata,
          product: step.product,
          unit_amount,
        },
        ...{ lookup_key: step.lookupKey, recurring: { interval, interval_count: 1 } },
      })
    } else {
      const known = prices.find((one) => one.id === step.id)
      if (known === undefined) throw new Error(step.id)
      known.active = step.kind === 'restore-price'
      if (step.kind === 'restore-price') takeKey(step.lookupKey)
      if (step.kind === 'restore-price') known.lookup_key = step.lookupKey
    }
  }
}
