/** What the Stripe stand-in makes and changes. */
import { listOf, metadataOf, type Params, partsOf, textOf } from './stripe-form'
import { missing, type Price, type Product, type Session, type Subscription, wrong } from './stripe-objects'
import { shownSession, type World } from './stripe-world'

const HALF_HOUR = 1_800
const DAY = 86_400

export function createProduct(world: World, _id: string, params: Params): Product {
  const id = textOf(params.id) ?? world.id('prod')
  if (world.products.has(id)) throw wrong('Product already exists.', 'resource_already_exists')
  const name = textOf(params.name)
  if (name === undefined) throw wrong('Missing required param: name.', 'parameter_missing')
  const product: Product = {
    ...{ id, object: 'product', active: true, created: world.now(), livemode: world.live, name },
    ...{ description: textOf(params.description) ?? null, metadata: metadataOf(params.metadata) },
    updated: world.now(),
  }
  world.products.set(id, product)
  return product
}

export function updateProduct(world: World, id: string, params: Params): Product {
  const product = world.products.get(id)
  if (product === undefined) throw missing('product', id)
  product.name = textOf(params.name) ?? product.name
  product.description = textOf(params.description) ?? product.description
  product.active = (textOf(params.active) ?? String(product.active)) === 'true'
  Object.assign(product.metadata, metadataOf(params.metadata))
  return product
}

/** A lookup key is one price's; it moves only where that is asked for. */
function takeKey(world: World, key: string, transfer: boolean): void {
  const holder = [...world.prices.values()].find((price) => price.lookup_key === key)
  if (holder === undefined) return
  if (!transfer) throw wrong(`A price (${holder.id}) already uses that lookup key.`)
  holder.lookup_key = null
}

export function createPrice(world: World, _id: string, params: Params): Price {
  const product = textOf(params.product) ?? ''
  if (!world.products.has(product)) throw missing('product', product)
  const key = textOf(params.lookup_key)
  if (key !== undefined) takeKey(world, key, textOf(params.transfer_lookup_key) === 'true')
  const interval = textOf(partsOf(params.recurring).interval)
  if (interval === undefined) throw wrong('Missing required param: recurring[interval].', 'parameter_missing')
  const price: Price = {
    ...{ id: world.id('price'), object: 'price', active: true, billing_scheme: 'per_unit' },
    ...{ created: world.now(), currency: textOf(params.currency) ?? '', livemode: world.live },
    ...{ lookup_key: key ?? null, metadata: metadataOf(params.metadata), product, type: 'recurring' },
    unit_amount: Number(textOf(params.unit_amount)),
    recurring: { interval, interval_count: 1, usage_type: 'licensed' },
  }
  world.prices.set(price.id, price)
  return price
}

export function updatePrice(world: World, id: string, params: Params): Price {
  const price = world.price(id)
  const key = textOf(params.lookup_key)
  if (key !== undefined && key !== price.lookup_key) {
    takeKey(world, key, textOf(params.transfer_lookup_key) === 'true')
    price.lookup_key = key
  }
  price.active = (textOf(params.active) ?? String(price.active)) === 'true'
  Object.assign(price.metadata, metadataOf(params.metadata))
  return price
}

export function createSession(world: World, _id: string, params: Params): unknown {
  if (textOf(params.mode) !== 'subscription') throw wrong('the stand-in makes subscriptions only')
  const [line, other] = listOf(params.line_items)
  const price = world.price(textOf(partsOf(line).price) ?? '')
  if (!price.active || other !== undefined) throw wrong('The price specified is inactive.')
  const now = world.now()
  const expires = Number(textOf(params.expires_at) ?? now + DAY)
  if (expires < now + HALF_HOUR || expires > now + DAY)
    throw wrong(
      'The `expires_at` timestamp must be at least 30 minutes and at most 24 hours from Checkout Session creation.',
    )
  const data = partsOf(params.subscription_data)
  const id = world.id('cs')
  const session: Session = {
    ...{ id, object: 'checkout.session', created: now, expires_at: expires, livemode: world.live },
    ...{ client_reference_id: textOf(params.client_reference_id) ?? null, mode: 'subscription' },
    ...{ success_url: textOf(params.success_url) ?? null, cancel_url: textOf(params.cancel_url) ?? null },
    ...{ metadata: metadataOf(params.metadata), payment_status: 'unpaid', status: 'open' },
    ...{ url: `https://checkout.stripe.com/c/pay/${id}#secret`, customer: null, invoice: null },
    subscription: null,
    asked: {
      price: price.id,
      trialDays: Number(textOf(data.trial_period_days) ?? 0),
      metadata: metadataOf(data.metadata),
      description: textOf(data.description) ?? null,
    },
  }
  world.sessions.set(id, session)
  return shownSession(session)
}

export function updateSubscription(world: World, id: string, params: Params): Subscription {
  const subscription = world.subscription(id)
  Object.assign(subscription.metadata, metadataOf(params.metadata))
  const others = Object.keys(params).filter((name) => name !== 'metadata')
  if (subscription.status === 'canceled' && others.length > 0)
    throw wrong('A canceled subscription can only update its cancellation_details and metadata.')
  const later = textOf(params.cancel_at_period_end)
  if (later !== undefined) {
    const [item] = subscription.items.data
    subscription.cancel_at_period_end = later === 'true'
    subscription.cancel_at = later === 'true' ? (item?.current_period_end ?? null) : null
    subscription.canceled_at = later === 'true' ? world.now() : null
  }
  const [change] = listOf(params.items)
  if (change === undefined) world.emit('customer.subscription.updated', subscription)
  else {
    const { id: item, price } = partsOf(change)
    if (subscription.items.data[0]?.id !== item) throw missing('subscription_item', String(item))
    world.changePrice(subscription, world.price(textOf(price) ?? ''))
  }
  return subscription
}
