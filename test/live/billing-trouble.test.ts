/**
 * Goal: whatever fails between Stripe, the bridge and the provider, nothing is asked twice, nothing is lost, and nothing
 * that is not Stripe's is believed.
 * Method: faults to order in the Stripe stand-in, the provider away, deliveries lost and forged.
 */
import test from 'tape'
import { SWEEP_ALLOWANCE_MS } from '../../protocol/limits-bridge'
import { BillingWorld } from '../helpers/billing-world'
import { until } from '../helpers/machine'
import { key } from '../helpers/story'
import type { Fault } from '../helpers/stripe-stand-in'

const DAY_MS = 86_400_000
const CREATE = /^POST \/v1\/checkout\/sessions$/

for (const fault of ['down', 'limited', 'broken', 'done-500', 'done-cut', 'slow'] as Fault[])
  test(`billing trouble: Stripe is ${fault} while a link is made`, async (t) => {
    const world = await BillingWorld.start(fault === 'slow' ? { timeoutMs: 2_000 } : {})
    try {
      world.stripe.fail({ fault, on: CREATE, slowMs: 4_000 })
      const { session } = await world.link('alice')
      // A request that was only slow is carried out after its caller has given up.
      if (fault === 'slow')
        await until('the slow one', () => world.stripe.requests.filter((one) => CREATE.test(one)).length > 1)
      t.equal(world.stripe.world.sessions.size, 1, 'one session')
      t.ok(world.stripe.world.sessions.has(session), 'and it is the one that is told')
    } finally {
      await world.stop()
    }
    t.end()
  })

test('billing trouble: a refund that failed at Stripe’s after all was done is not made again', async (t) => {
  const world = await BillingWorld.start()
  try {
    const id = await world.paid('alice')
    world.stripe.fail({ fault: 'done-500', on: /^POST \/v1\/refunds$/ })
    const done = await world.book.call({ id: 'now 1', kind: 'cancel-now', subscription: id, refund: true })
    t.equal(done.outcome, 'done')
    t.equal(world.stripe.world.refunds.size, 1)
    t.equal(world.folded(id)?.refunded, true)
  } finally {
    await world.stop()
  }
  t.end()
})

test('billing trouble: what can’t be done is said once, with Stripe’s reason', async (t) => {
  const world = await BillingWorld.start()
  try {
    const gone = await world.book.call({ id: 'a', kind: 'cancel-later', subscription: 'sub_none' })
    t.equal(gone.outcome, 'failed')
    t.match(gone.reason ?? '', /no such subscription/)
    const late = world.book.ask('alice', 'personal')
    const told = world.book.state.provider.money.checkouts.get(late)
    if (told === undefined) throw new Error('no checkout')
    await until('the link', () => world.book.links.has(late))
    world.stripe.advance(2 * DAY_MS)
    const { checkout, pub, name, plan } = told.content
    const call = { id: 'b', kind: 'checkout' as const, checkout, pub, name, plan, askedAt: told.at }
    const trialUsed = { live: false, test: false }
    const done = await world.book.call({ ...call, expiresAt: told.at + 23 * 3_600_000, trialUsed })
    t.equal(done.outcome, 'failed')
    t.match(done.reason ?? '', /ask for a new one/)
    t.equal(world.stripe.world.sessions.size, 1, 'no second session after a day')
  } finally {
    await world.stop()
  }
  t.end()
})

test('billing trouble: a plan that Stripe does not know waits for the operator', async (t) => {
  const world = await BillingWorld.start({ bare: true })
  try {
    const checkout = world.book.ask('alice', 'tiny')
    await until('the word of it', () => world.lines.some((line) => line.includes('admin billing sync')))
    t.ok((await world.sync()) > 0, 'which is done')
    await until('the link', () => world.book.links.has(checkout))
    t.equal(await world.sync(), 0, 'a second sync has nothing to change')
  } finally {
    await world.stop()
  }
  t.end()
})

test('billing trouble: 503 while the provider is away; what Stripe gives up on is found by the sweep', async (t) => {
  const world = await BillingWorld.start()
  try {
    const id = await world.paid('alice')
    const { session } = await world.link('bob')
    world.book.away = true
    world.stripe.world.subscription(id).cancel_at_period_end = true
    world.stripe.world.subscription(id).cancel_at =
      world.stripe.world.subscription(id).items.data[0]?.current_period_end ?? 0
    world.stripe.world.emit('customer.subscription.updated', world.stripe.world.subscription(id))
    t.deepEqual(await world.deliver(), [503], 'come back later')
    const second = world.stripe.world.pay(session).id
    world.stripe.world.dispute(second)
    world.stripe.deliveries()
    world.book.away = false
    world.stripe.advance(SWEEP_ALLOWANCE_MS + 60_000)
    const before = world.book.payments().length
    const swept = await world.bridge.sweep.run()
    t.equal(swept.differences, 2)
    for (const one of [id, second]) t.deepEqual(world.folded(one), world.oracle(one), 'as Stripe says')
    t.equal(world.book.payments().length, before + 2, 'one message each')
    t.deepEqual(
      world.book
        .alerts()
        .map((alert) => alert.kind)
        .sort(),
      ['dispute', 'sweep'],
      'and the operator is told',
    )
    const again = await world.bridge.sweep.run()
    t.deepEqual([again.differences, again.events], [0, 0], 'a second sweep finds nothing')
    world.stripe.advance(4 * DAY_MS)
    world.crash()
    await until(
      'the sweep of the new bridge',
      () => world.lines.filter((line) => line.startsWith('swept')).length > 3,
    )
    t.equal(world.book.payments().length, before + 2, 'nor does another bridge')
    t.equal(world.book.alerts().length, 2)
  } finally {
    await world.stop()
  }
  t.end()
})

test('billing trouble: signatures, old and new secrets, past and future', async (t) => {
  const world = await BillingWorld.start({ secrets: ['whsec_new', 'whsec_standin'] })
  try {
    const { session } = await world.link('alice')
    const { id } = world.stripe.world.pay(session)
    const event = [...world.stripe.world.events.values()].find(
      (one) => one.type === 'customer.subscription.created',
    )
    if (event === undefined) throw new Error('no event')
    const now = world.stripe.now()
    const bad = [
      world.stripe.sign(event, now, 'whsec_forged'),
      world.stripe.sign(event, now - 302_000),
      world.stripe.sign(event, now + 302_000),
      { ...world.stripe.sign(event), headers: { 'stripe-signature': '' } },
      { ...world.stripe.sign(event), headers: { 'stripe-signature': `t=${'9'.repeat(5_000)},v1=00` } },
      { ...world.stripe.sign(event), headers: { 'stripe-signature': 't=abc,v1=zz' } },
      { ...world.stripe.sign(event), raw: Buffer.from('{"id":"evt_1"}') },
      { ...world.stripe.sign(event), raw: Buffer.alloc(0) },
    ]
    const answers = await Promise.all(bad.map(({ raw, headers }) => world.bridge.webhook(raw, headers)))
    t.ok(
      answers.every((one) => one.status === 400 && one.body === answers[0]?.body),
      'the same answer for all',
    )
    const none = await world.bridge.webhook(world.stripe.sign(event).raw, {})
    t.deepEqual(none, answers[0], 'also without a signature')
    t.equal(world.folded(id), null, 'nothing came of them')
    t.deepEqual(await world.deliver([world.stripe.sign(event)]), [200], 'signed with the old secret')
    world.stripe.advance(40 * DAY_MS)
    world.stripe.secret = 'whsec_new'
    t.ok(
      (await world.deliver()).every((status) => status === 200),
      'and with the new one',
    )
    t.deepEqual(world.folded(id), world.oracle(id))
    const odd = [{ id: 'evt_odd', type: 'payout.paid' }, { id: 5, type: [] }, [], 'text', 7]
    for (const body of odd) {
      const signed = world.stripe.sign((typeof body === 'object' ? { ...event, ...body } : body) as never)
      t.ok(
        [200, 400].includes((await world.bridge.webhook(signed.raw, signed.headers)).status),
        JSON.stringify(body),
      )
    }
  } finally {
    await world.stop()
  }
  t.end()
})

test('billing trouble: a refused key is told to the operator, and is in no line', async (t) => {
  const world = await BillingWorld.start()
  try {
    world.stripe.refuseKeys = true
    const checkout = world.book.ask('alice', 'personal')
    await until('the word of it', () => world.lines.some((line) => line.includes('refuses our key')))
    t.notOk(world.book.links.has(checkout))
    t.notOk(
      world.lines.some((line) => /sk_|whsec_/.test(line)),
      'no key in a line',
    )
  } finally {
    await world.stop()
  }
  t.end()
})

test('billing trouble: a reading that arrives late does not undo a newer one', async (t) => {
  const world = await BillingWorld.start()
  try {
    const id = await world.paid('alice')
    const subscription = world.stripe.world.subscription(id)
    world.stripe.fail({ fault: 'late', on: /^GET \/v1\/subscriptions\//, slowMs: 400 })
    world.stripe.world.emit('customer.subscription.updated', subscription)
    const asked = world.stripe.requests.length
    const first = world.deliver()
    await until('the first look', () => world.stripe.requests.length > asked)
    subscription.cancel_at_period_end = true
    subscription.cancel_at = subscription.items.data[0]?.current_period_end ?? null
    world.stripe.world.emit('customer.subscription.updated', subscription)
    const second = world.deliver()
    t.deepEqual((await Promise.all([first, second])).flat(), [200, 200])
    t.deepEqual(world.folded(id), world.oracle(id), 'the newer one holds')
    const many = world.stripe.requests.length
    for (let count = 0; count < 50; count++)
      world.stripe.world.emit('customer.subscription.updated', subscription)
    const deliveries = world.stripe.deliveries()
    await Promise.all(deliveries.map((one) => world.bridge.webhook(one.raw, one.headers)))
    t.ok(world.stripe.requests.length - many <= 3, 'fifty at once are one look, or two')
  } finally {
    await world.stop()
  }
  t.end()
})

test('billing trouble: the price changes between two tries of one link', async (t) => {
  const world = await BillingWorld.start()
  try {
    world.stripe.fail({ fault: 'done-500', on: CREATE })
    const checkout = world.book.ask('alice', 'personal')
    await until('the first try', () => world.stripe.world.sessions.size === 1)
    world.book.policy.plans = world.book.policy.plans.map((plan) => ({
      ...plan,
      price: plan.price && { ...plan.price, amount: plan.price.amount * 2 },
    }))
    t.equal(await world.sync(), 6, 'new prices, and the old ones archived')
    await until('the link', () => world.book.links.has(checkout))
    t.equal(world.stripe.world.sessions.size, 1, 'what the first try made is found')
    const id = world.stripe.world.pay(world.book.links.get(checkout)?.session ?? '').id
    await world.deliver()
    t.equal(world.folded(id)?.plan, 'personal', 'an archived price is still its plan’s')
  } finally {
    await world.stop()
  }
  t.end()
})

test('billing trouble: two pay for one pub; the second gets everything back', async (t) => {
  const world = await BillingWorld.start()
  try {
    const pub = world.book.make(key('alice asks'), 'alice')
    const first = world.book.ask('alice', 'personal', pub)
    const second = world.book.ask('alice', 'personal', pub)
    await until('two links', () => world.book.links.size === 2)
    const [kept, back] = [first, second].map(
      (one) => world.stripe.world.pay(world.book.links.get(one)?.session ?? '').id,
    )
    await world.deliver()
    await until('the refund', () => world.folded(String(back))?.refunded)
    t.deepEqual(world.folded(String(back)), world.oracle(String(back)))
    t.equal(world.folded(String(back))?.status, 'canceled', 'it has ended')
    t.equal(world.folded(String(kept))?.status, 'active', 'the first goes on')
    t.equal(world.stripe.world.chargeOf(String(back)).amount_refunded, 300, 'all of it')
    t.equal(world.stripe.world.chargeOf(String(kept)).amount_refunded, 0)
    world.crash()
    await world.deliver()
    await until('the sweep', () => world.lines.filter((line) => line.startsWith('swept')).length >= 2)
    t.equal(world.stripe.world.refunds.size, 1, 'once')
  } finally {
    await world.stop()
  }
  t.end()
})
