/** What the Stripe stand-in answers to each request of the API that we use. Everything else is a 404 that says so. */
import { listOf, metadataOf, type Params, partsOf, textOf } from './stripe-form'
import {
  createPrice,
  createProduct,
  createSession,
  updatePrice,
  updateProduct,
  updateSubscription,
} from './stripe-makers'
import { missing, Refused, type Session, wrong } from './stripe-objects'
import { shown, shownSession, type World } from './stripe-world'

type Handler = (world: World, id: string, params: Params) => unknown
interface Route {
  method: string
  path: RegExp
  /** What may be given; anything else is refused, as Stripe does. */
  takes: string[]
  handle: Handler
}

const PAGES = ['limit', 'starting_after', 'ending_before', 'expand']
const DAY = 86_400

function route(method: string, path: string, takes: string[], handle: Handler): Route {
  return { method, path: new RegExp(`^/v1/${path.replace(':id', '([^/]+)')}$`), takes, handle }
}

function one<T>(what: string, from: (world: World) => ReadonlyMap<string, T>): Handler {
  return (world, id, params) => {
    const found = from(world).get(id)
    if (found === undefined) throw missing(what, id)
    return expanded(world, found as object, params)
  }
}

const ROUTES: Route[] = [
  route('GET', 'products', ['active', 'ids', ...PAGES], (world, _id, params) =>
    page('/v1/products', [...world.products.values()].filter(isActive(params)), params),
  ),
  route('POST', 'products', ['id', 'name', 'description', 'metadata', 'active'], createProduct),
  route('POST', 'products/:id', ['name', 'description', 'metadata', 'active'], updateProduct),
  route('GET', 'prices', ['active', 'lookup_keys', 'product', ...PAGES], listPrices),
  route(
    'POST',
    'prices',
    ['currency', 'lookup_key', 'metadata', 'product', 'recurring', 'transfer_lookup_key', 'unit_amount'],
    createPrice,
  ),
  route('POST', 'prices/:id', ['active', 'lookup_key', 'metadata', 'transfer_lookup_key'], updatePrice),
  route('GET', 'customers/:id', ['expand'], (world, id) => {
    const customer = world.customers.get(id)
    if (customer === undefined) throw missing('customer', id)
    return shown(customer)
  }),
  route(
    'POST',
    'checkout/sessions',
    [
      ...['cancel_url', 'client_reference_id', 'expires_at', 'line_items', 'metadata', 'mode'],
      ...['subscription_data', 'success_url'],
    ],
    createSession,
  ),
  route('GET', 'checkout/sessions', ['created', 'subscription', ...PAGES], (world, _id, params) => {
    const subscription = textOf(params.subscription)
    const found = [...world.sessions.values()].filter(
      (session) =>
        isSince(params)(session) && (subscription === undefined || session.subscription === subscription),
    )
    return page('/v1/checkout/sessions', found.map(shownSession), params)
  }),
  route('GET', 'checkout/sessions/:id', ['expand'], (world, id) => shownSession(sessionOf(world, id))),
  route('POST', 'checkout/sessions/:id/expire', [], (world, id) => {
    const session = sessionOf(world, id)
    if (session.status !== 'open')
      throw wrong(
        `Only Checkout Sessions with a status in ["open"] can be expired. This one is ${session.status}.`,
      )
    world.expireSession(session)
    return shownSession(session)
  }),
  route('GET', 'subscriptions', ['customer', 'status', ...PAGES], (world, _id, params) => {
    const status = textOf(params.status)
    const customer = textOf(params.customer)
    const found = [...world.subscriptions.values()].filter((subscription) =>
      customer !== undefined && subscription.customer !== customer
        ? false
        : status === undefined
          ? subscription.status !== 'canceled'
          : status === 'all' || subscription.status === status,
    )
    return page('/v1/subscriptions', found, params)
  }),
  route(
    'GET',
    'subscriptions/:id',
    ['expand'],
    one('subscription', (world) => world.subscriptions),
  ),
  route(
    'POST',
    'subscriptions/:id',
    ['cancel_at_period_end', 'items', 'metadata', 'proration_behavior'],
    updateSubscription,
  ),
  route('DELETE', 'subscriptions/:id', ['invoice_now', 'prorate'], (world, id) => {
    const subscription = world.subscription(id)
    if (subscription.status === 'canceled') throw missing('subscription', id)
    world.end(subscription)
    return subscription
  }),
  route(
    'GET',
    'invoices/:id',
    ['expand'],
    one('invoice', (world) => world.invoices),
  ),
  route('GET', 'invoice_payments', ['payment', ...PAGES], (world, _id, params) => {
    const intent = textOf(partsOf(params.payment).payment_intent)
    const found = [...world.payments.values()].filter((payment) => payment.payment.payment_intent === intent)
    return page('/v1/invoice_payments', found, params)
  }),
  route(
    'GET',
    'charges/:id',
    ['expand'],
    one('charge', (world) => world.charges),
  ),
  route(
    'GET',
    'disputes/:id',
    ['expand'],
    one('dispute', (world) => world.disputes),
  ),
  route('POST', 'refunds', ['metadata', 'payment_intent'], (world, _id, params) =>
    world.refund(textOf(params.payment_intent) ?? '', metadataOf(params.metadata)),
  ),
  route('GET', 'refunds', ['charge', 'payment_intent', ...PAGES], (world, _id, params) => {
    const charge = textOf(params.charge)
    const intent = textOf(params.payment_intent)
    const found = [...world.refunds.values()].filter(
      (refund) =>
        (charge === undefined || refund.charge === charge) &&
        (intent === undefined || refund.payment_intent === intent),
    )
    return page('/v1/refunds', found, params)
  }),
  route('POST', 'billing_portal/sessions', ['customer', 'return_url'], (world, _id, params) => {
    const customer = textOf(params.customer) ?? ''
    if (!world.customers.has(customer)) throw missing('customer', customer)
    const id = world.id('bps')
    return {
      ...{ id, object: 'billing_portal.session', created: world.now(), customer, livemode: world.live },
      ...{ return_url: textOf(params.return_url) ?? null, url: `${world.payerPages}/p/session/${id}` },
    }
  }),
  route('GET', 'events', ['created', 'delivery_success', 'types', ...PAGES], (world, _id, params) => {
    const types = listOf(params.types)
    const wanted = textOf(params.delivery_success)
    const oldest = world.now() - 30 * DAY
    const found = [...world.events.values()]
      .filter((event) => event.created >= oldest && isSince(params)(event))
      .filter((event) => types.length === 0 || types.includes(event.type))
      .filter((event) => wanted === undefined || String(event.delivered) === wanted)
      .map(({ delivered: _, ...event }) => event)
    return page('/v1/events', found, params)
  }),
]

/** Answers a request, or throws what Stripe would refuse it with. */
export function answer(world: World, method: string, path: string, params: Params): unknown {
  for (const { method: wanted, path: pattern, takes, handle } of ROUTES) {
    const match = wanted === method ? pattern.exec(path) : null
    if (match === null) continue
    for (const name of Object.keys(params))
      if (!takes.includes(name)) throw wrong(`Received unknown parameter: ${name}`, 'parameter_unknown')
    return handle(world, decodeURIComponent(match[1] ?? ''), params)
  }
  throw new Refused(404, 'invalid_request_error', `Unrecognized request URL (${method}: ${path}).`)
}

function isActive(params: Params): (one: { active: boolean }) => boolean {
  const wanted = textOf(params.active)
  return (one) => wanted === undefined || String(one.active) === wanted
}

function isSince(params: Params): (one: { created: number }) => boolean {
  const from = Number(textOf(partsOf(params.created).gte) ?? 0)
  return (one) => one.created >= from
}

/** Newest first, as Stripe lists. */
function page(url: string, all: { id: string }[], params: Params): unknown {
  const limit = Number(textOf(params.limit) ?? 10)
  if (limit < 1 || limit > 100) throw wrong('This value must be between 1 and 100.')
  const newest = [...all].reverse()
  const after = textOf(params.starting_after)
  const from = after === undefined ? 0 : newest.findIndex((item) => item.id === after) + 1
  const data = newest.slice(from, from + limit)
  return { object: 'list', data, has_more: from + limit < newest.length, url }
}

/** What was asked for whole instead of by its id. */
function expanded(world: World, object: object, params: Params): object {
  const result: Record<string, unknown> = { ...object }
  for (const name of listOf(params.expand))
    if (name === 'latest_invoice') result[name] = world.invoices.get(String(result[name])) ?? null
    else if (name === 'customer') {
      const customer = world.customers.get(String(result[name]))
      result[name] = customer === undefined ? null : shown(customer)
    } else if (name === 'payments') {
      const data = [...world.payments.values()].filter((payment) => payment.invoice === result.id)
      result[name] = { object: 'list', data, has_more: false, url: '/v1/invoice_payments' }
    } else throw wrong(`This property cannot be expanded (${String(name)}).`)
  return result
}

function listPrices(world: World, _id: string, params: Params): unknown {
  const keys = listOf(params.lookup_keys)
  const product = textOf(params.product)
  const found = [...world.prices.values()]
    .filter(isActive(params))
    .filter((price) => keys.length === 0 || keys.includes(price.lookup_key ?? ''))
    .filter((price) => product === undefined || price.product === product)
  return page('/v1/prices', found, params)
}

function sessionOf(world: World, id: string): Session {
  const session = world.sessions.get(id)
  if (session === undefined) throw missing('checkout.session', id)
  return session
}
