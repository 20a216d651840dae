/** Goal: what the bridge decides, without any Stripe: events to hints, objects to facts, plans to changes, errors to pauses. */
import fc from 'fast-check'
import test from 'tape'
import { checkOwedItem } from '../../billing-bridge/answers'
import { checkoutParams, isTooLate, laneOf, mustLookFirst, trialDaysFor } from '../../billing-bridge/calls'
import { EVENT_TYPES, eventIdOf, meaningOf } from '../../billing-bridge/events'
import type { PriceShape, SubscriptionShape } from '../../billing-bridge/shapes'
import { planOfPrice, translate } from '../../billing-bridge/translate'
import { backoffMs, troubleOf } from '../../billing-bridge/trouble'
import { nextAt, noteEnd, owe, oweAnew, startable, type Works } from '../../billing-bridge/work'
import { DEFAULT_PLANS } from '../../plugin/plans-default'
import { pubIdOf } from '../../protocol/ids'
import { checkBillingFact, type OwedCall, type TrialUsed } from '../../protocol/rpc-billing'
import { key, provider } from '../helpers/story'

const DAY_MS = 86_400_000
const checkout = key('request')

function price(more: Partial<PriceShape> = {}): PriceShape {
  return {
    ...{
      id: 'price_1',
      active: true,
      currency: 'usd',
      lookup_key: 'buttcloud_tiny',
      product: 'buttcloud_tiny',
    },
    ...{ metadata: { buttcloud_plan: 'tiny' }, recurring: { interval: 'month', interval_count: 1 } },
    unit_amount: 100,
    ...more,
  }
}

function subscription(more: Partial<SubscriptionShape> = {}): SubscriptionShape {
  return {
    ...{ id: 'sub_1', status: 'active', cancel_at: null, cancel_at_period_end: false, livemode: false },
    customer: { id: 'cus_1', email: 'carol@example.org' },
    items: { data: [{ id: 'si_1', current_period_end: 2_000_000_000, price: price() }] },
    latest_invoice: { id: 'in_1', status: 'paid', amount_paid: 100, hosted_invoice_url: 'https://invoice' },
    metadata: { buttcloud_provider: provider, buttcloud_checkout: checkout },
    ...more,
  }
}

const read = (more: Partial<SubscriptionShape> = {}, session: string | null = 'cs_1') =>
  translate(
    { subscription: subscription(more), session, event: 'evt_1', at: 1_000, portal: 'https://portal' },
    provider,
  )

test('bridge: a subscription becomes a fact that the provider takes', (t) => {
  const said = read()
  if (said.kind !== 'fact') throw new Error(said.kind)
  t.ok(checkBillingFact(said.fact, '').ok, 'by its own check')
  t.deepEqual(said.fact, {
    ...{
      subscription: 'sub_1',
      checkout,
      session: 'cs_1',
      customer: 'cus_1',
      status: 'active',
      plan: 'tiny',
    },
    ...{ periodEnd: 2_000_000_000_000, cancelAt: null, refunded: false, live: false, event: 'evt_1' },
    ...{
      email: 'carol@example.org',
      portal: 'https://portal',
      receiptUrl: 'https://invoice',
      invoice: 'in_1',
      stripeTime: 1_000,
    },
  })
  const ending = read({ cancel_at_period_end: true })
  t.equal(ending.kind === 'fact' && ending.fact.cancelAt, 2_000_000_000_000, 'the end of the period')
  const dated = read({ cancel_at: 1_900_000_000 })
  t.equal(dated.kind === 'fact' && dated.fact.cancelAt, 1_900_000_000_000)
  const trial = read({ latest_invoice: { id: 'in_0', status: 'paid', amount_paid: 0 } })
  t.equal(trial.kind === 'fact' && trial.fact.invoice, null, 'nothing was paid, so there is no receipt')
  const by = read({ metadata: { ...subscription().metadata, buttcloud_refunded: 'yes' } })
  t.equal(by.kind === 'fact' && by.fact.refunded, true)
  t.end()
})

test('bridge: what is not ours, made by hand, or of a later Stripe', (t) => {
  t.equal(read({ metadata: {} }).kind, 'not-ours')
  t.equal(
    read({ metadata: { buttcloud_provider: key('other'), buttcloud_checkout: checkout } }).kind,
    'not-ours',
  )
  t.equal(read({}, null).kind, 'stranger', 'our marks, and no session')
  t.equal(read({ status: 'dreaming' }).kind, 'odd')
  t.equal(planOfPrice(price({ metadata: {} })), 'tiny', 'by its lookup key')
  t.equal(planOfPrice(price({ metadata: {}, lookup_key: 'other' })), null)
  t.equal(planOfPrice(price({ metadata: { buttcloud_plan: 'NOT A NAME' }, lookup_key: null })), null)
  const two = { data: [...subscription().items.data, ...subscription().items.data] }
  const mixed = read({ items: two })
  t.equal(mixed.kind === 'fact' && mixed.fact.plan, null, 'two prices are no plan')
  t.end()
})

test('bridge: every event is a hint at one object', (t) => {
  const event = (type: string, object: unknown) => meaningOf({ id: 'evt_1', type, data: { object } })
  t.deepEqual(event('customer.subscription.updated', { id: 'sub_1', status: 'a lie' }), {
    ...{ kind: 'subscription', subscription: 'sub_1' },
  })
  t.deepEqual(event('checkout.session.completed', { id: 'cs_1', subscription: { id: 'sub_2' } }), {
    ...{ kind: 'subscription', subscription: 'sub_2' },
  })
  t.equal(event('checkout.session.completed', { id: 'cs_1', subscription: null }).kind, 'nothing')
  const parent = { subscription_details: { subscription: 'sub_3' } }
  t.deepEqual(event('invoice.paid', { id: 'in_1', parent }), { kind: 'subscription', subscription: 'sub_3' })
  t.deepEqual(event('invoice.paid', { id: 'in_1', subscription: 'sub_4' }), {
    ...{ kind: 'subscription', subscription: 'sub_4' },
  })
  t.deepEqual(event('refund.created', { id: 're_1', charge: 'ch_1' }), { kind: 'refund', charge: 'ch_1' })
  t.deepEqual(event('charge.dispute.created', { id: 'du_1' }), { kind: 'dispute', dispute: 'du_1' })
  t.equal(event('payout.paid', { id: 'po_1' }).kind, 'nothing')
  t.equal(
    event('customer.subscription.updated', { id: '../../v1/refunds' }).kind,
    'nothing',
    'no id, no path',
  )
  t.ok(EVENT_TYPES.length <= 20, 'so many fit one list of events')
  fc.assert(
    fc.property(fc.anything(), (anything) => {
      meaningOf(anything)
      eventIdOf(anything)
      meaningOf({ type: 'invoice.paid', data: { object: anything } })
    }),
  )
  t.pass('and anything whatever is taken')
  t.end()
})

const call = {
  kind: 'checkout',
  id: 'c',
  checkout,
  pub: pubIdOf(checkout),
  name: 'alice',
  plan: 'tiny',
} as const
const asked = {
  ...call,
  ...{ askedAt: 0, expiresAt: 23 * 3_600_000, trialUsed: { live: false, test: false } },
}

test('bridge: what a Checkout session is made with', (t) => {
  const means = { price: 'price_1', trialDays: 7, provider, publicUrl: 'https://pubs.example.org' }
  const params = checkoutParams(asked, means)
  t.equal(params.mode, 'subscription')
  t.match(params.client_reference_id, /^[A-Za-z0-9_-]{43}$/, 'what Stripe keeps of a reference')
  t.equal(params.metadata.buttcloud_checkout, checkout, 'the whole of it')
  t.deepEqual(params.metadata, params.subscription_data.metadata, 'the same marks on both')
  t.equal(params.expires_at, 23 * 3_600)
  t.equal(params.subscription_data.trial_period_days, 7)
  t.notOk('trial_period_days' in checkoutParams(asked, { ...means, trialDays: 0 }).subscription_data)
  const plans = DEFAULT_PLANS.map((plan) => ({ ...plan, trialDays: 14 }))
  t.equal(trialDaysFor(asked, plans, true), 14)
  const used = (trialUsed: TrialUsed) => ({ ...asked, trialUsed })
  t.equal(trialDaysFor(used({ live: true, test: false }), plans, true), 0, 'one trial')
  t.equal(trialDaysFor(used({ live: false, test: true }), plans, true), 14, 'test money is none')
  t.equal(trialDaysFor(used({ live: false, test: true }), plans, false), 0, 'but among test money')
  t.notOk(mustLookFirst(asked, 22 * 3_600_000))
  t.ok(mustLookFirst(asked, DAY_MS), 'Stripe may have forgotten the key')
  t.notOk(isTooLate(asked, 22 * 3_600_000))
  t.ok(isTooLate(asked, 23 * 3_600_000))
  t.end()
})

test('bridge: which of Stripe’s errors are for ever, and how long to wait', (t) => {
  const kind = (error: unknown) => troubleOf(error).kind
  t.equal(
    kind({ type: 'StripeInvalidRequestError', statusCode: 404, code: 'resource_missing', message: 'No' }),
    'permanent',
  )
  t.equal(kind({ type: 'StripeCardError', statusCode: 402, message: 'declined' }), 'permanent')
  t.equal(kind({ type: 'StripeIdempotencyError', statusCode: 400 }), 'key-in-use')
  t.equal(kind({ statusCode: 401 }), 'refused-key')
  t.equal(kind({ statusCode: 403 }), 'refused-key')
  t.equal(kind({ statusCode: 409 }), 'temporary')
  t.equal(kind({ statusCode: 500 }), 'temporary')
  t.equal(kind({ statusCode: 500, headers: { 'idempotent-replayed': 'true' } }), 'saved-failure')
  t.equal(kind(new Error('ECONNREFUSED')), 'temporary')
  for (const odd of [null, undefined, 5, 'text', [], {}]) t.equal(kind(odd), 'temporary')
  const limited = troubleOf({ statusCode: 429, headers: { 'retry-after': '7' } })
  t.equal(backoffMs(1, limited, 0), 7_000, 'as long as Stripe asks')
  const cut = troubleOf(new Error('cut'))
  t.ok(backoffMs(1, cut, 1) <= 1_000)
  t.equal(backoffMs(60, cut, 1), 300_000, 'up to a ceiling')
  t.equal(backoffMs(1, troubleOf({ statusCode: 401 }), 1), 60_000)
  const leaky = troubleOf({ statusCode: 401, message: 'Invalid API Key provided: sk_live_abc***xyz' })
  t.notOk(/sk_live/.test(leaky.reason), 'no key in a reason')
  t.end()
})

test('bridge: owed calls begin one per lane, wait after failures, and are forgotten when they are owed no more', (t) => {
  const works: Works = new Map()
  const later = (id: string, subscription: string): OwedCall => ({ id, kind: 'cancel-later', subscription })
  const calls = [later('a', 'sub_1'), later('b', 'sub_1'), later('c', 'sub_2')]
  owe(works, calls)
  t.deepEqual(
    startable(works, 0).map((one) => one.id),
    ['a', 'c'],
    'one per subscription',
  )
  for (const id of ['a', 'c']) if (works.has(id)) (works.get(id) as { state: string }).state = 'running'
  t.deepEqual(startable(works, 0), [])
  noteEnd(works, 'a', { retryAt: 500 })
  t.deepEqual(startable(works, 0), [], 'a later one does not overtake the one that waits')
  t.equal(nextAt(works, 0), 500)
  t.deepEqual(
    startable(works, 500).map((one) => one.id),
    ['a'],
  )
  noteEnd(works, 'c', 'done')
  owe(works, calls)
  t.equal(works.get('c')?.state, 'done', 'told, and on the list until the provider has seen it')
  oweAnew(works)
  t.equal(works.get('c')?.state, 'waiting', 'on a new connection it may not have come')
  owe(works, [])
  t.equal(works.size, 0)
  owe(
    works,
    Array.from({ length: 30 }, (_, index) => later(`n${index}`, `sub_${index}`)),
  )
  t.equal(startable(works, 0).length, 8, 'a bound')
  t.equal(laneOf({ id: 'x', kind: 'portal', customer: 'cus_1' }), 'cus_1')
  t.end()
})

test('bridge: a call that leaves the list before its end is known is made again when it is owed again', (t) => {
  const works: Works = new Map()
  const call: OwedCall = { id: 'a', kind: 'portal', customer: 'cus_1' }
  const begin = (): string[] => {
    const found = startable(works, 0).map(({ id }) => id)
    for (const id of found) if (works.has(id)) (works.get(id) as { state: string }).state = 'running'
    return found
  }
  owe(works, [call])
  t.deepEqual(begin(), ['a'])
  // The provider hears of it, and its next list is here before its answer.
  owe(works, [])
  noteEnd(works, 'a', 'done')
  t.equal(works.size, 0, 'nothing is left of it')
  owe(works, [call])
  t.deepEqual(begin(), ['a'], 'said again, made again')

  owe(works, [])
  owe(works, [call])
  t.deepEqual(startable(works, 0), [], 'not while it runs')
  noteEnd(works, 'a', 'done')
  t.deepEqual(begin(), ['a'], 'owed anew while it ran')
  owe(works, [])
  noteEnd(works, 'a', { retryAt: 500 })
  t.equal(works.size, 0, 'what failed and is owed no more is not tried again')
  t.end()
})

test('bridge: what the provider lists is looked at like anything foreign', (t) => {
  const good = { calls: [asked, { id: 'e', kind: 'expire', session: 'cs_1' }], now: 5 }
  const read = (value: unknown) => {
    const checked = checkOwedItem(value, '')
    return checked.ok ? checked.value : null
  }
  t.deepEqual(read(good), { ...good, odd: [] })
  const bad = [
    { kind: 'rob' },
    { ...asked, plan: '../x' },
    { id: 'e', kind: 'expire' },
    null,
    { kind: 'constructor' },
  ]
  for (const one of bad) {
    const item = read({ calls: [one, asked], now: 5 })
    t.deepEqual(item?.calls, [asked], `${JSON.stringify(one)} keeps nothing else waiting`)
    t.equal(item?.odd.length, 1, 'and is named')
  }
  for (const value of [
    null,
    7,
    { calls: 7, now: 5 },
    { calls: [] },
    { calls: Array(101).fill(asked), now: 5 },
  ])
    t.equal(read(value), null)
  t.end()
})
