/**
 * Goal: the sweep alarms nobody about what is only on its way; from test mode to real money nobody keeps or gets a pub for test money, and nobody is cut off unwarned; and a test key
 * that comes back by mistake does nothing at all.
 * Method: two Stripe stand-ins, one of each mode, and one provider.
 */
import test from 'tape'
import { SWEEP_EVERY_MS } from '../../protocol/limits-bridge'
import { BillingWorld } from '../helpers/billing-world'
import { until } from '../helpers/machine'
import { key } from '../helpers/story'
import { StripeStandIn, TEST_KEY } from '../helpers/stripe-stand-in'

const LIVE_KEY = 'sk_live_standin'

/** Stripe with real money, at the time of the other one. */
const liveStripe = (other: StripeStandIn) =>
  new StripeStandIn({ live: true, key: LIVE_KEY, now: () => other.now() })
const says = (world: BillingWorld, words: RegExp) => () => world.lines.some((line) => words.test(line))

test('modes: subscriptions of test mode end as the key becomes a live one, and real ones take their place', async (t) => {
  const world = await BillingWorld.start()
  const tests = world.stripe
  try {
    const pub = world.book.make(key('alice asks'), 'alice')
    const tried = await world.payFor('alice', pub)
    const open = world.book.ask('bob', 'personal')
    await until('bob’s link', () => world.book.links.has(open))
    await world.moveTo(liveStripe(tests), LIVE_KEY)
    await world.sync()
    world.connect()
    await until('the sweep', says(world, /^swept/))
    t.ok(says(world, /live one: subscriptions of test mode are over now; their owners are told/)(), 'said')
    const { status, refunded } = world.believed(tried) ?? {}
    t.deepEqual([status, refunded], ['canceled', false], 'so that its owners get their notices and dates')
    t.equal(tests.world.subscription(tried).status, 'active', 'nothing was done in test mode')
    t.deepEqual(world.book.alerts(), [], 'no difference, no stranger')

    const { session } = world.book.links.get(open) ?? { session: '' }
    const bobs = tests.world.pay(session).id
    t.equal(world.believed(bobs), undefined)
    for (const one of tests.deliveries()) {
      const { status: answer } = await world.bridge.webhook(one.raw, one.headers)
      t.equal(answer, 200, 'an endpoint that was forgotten')
    }
    t.ok(says(world, /delivery of test mode came to a bridge with a live key/)())
    await world.bridge.sweep.run()
    t.equal(world.believed(bobs), undefined, 'test money makes no pub')
    const told = world.book.state.provider.money.checkouts.get(open)?.content
    if (told === undefined) throw new Error('no checkout')
    const call = { id: 'again', kind: 'checkout' as const, checkout: open, pub: told.pub, name: 'bob' }
    const trialUsed = { live: false, test: false }
    const dates = { askedAt: world.stripe.now(), expiresAt: world.stripe.now() + 20 * 3_600_000 }
    const again = await world.book.call({ ...call, plan: 'personal', ...dates, trialUsed })
    t.match(again.reason ?? '', /was made in test mode, which is over; it ends at .* UTC/)
    t.equal(world.stripe.world.sessions.size, 0, 'nobody pays twice for it')

    const paid = await world.payFor('alice', pub)
    t.deepEqual(world.folded(paid), world.oracle(paid))
    t.equal(world.believed(paid)?.live, true, 'real money')
    const back = { id: 'now', kind: 'cancel-now' as const, subscription: tried, refund: true }
    t.equal((await world.book.call(back)).outcome, 'done', 'test money goes back by a word')
    t.equal(world.believed(tried)?.refunded, true)
    t.equal(world.stripe.world.refunds.size, 0)
  } finally {
    await world.stop()
  }
  t.end()
})

test('modes: a test key where there is real money does nothing, and says so', async (t) => {
  const standIn = { live: true, key: LIVE_KEY }
  const world = await BillingWorld.start({ standIn, key: LIVE_KEY })
  const real = world.stripe
  try {
    const paid = await world.paid('alice')
    await world.moveTo(new StripeStandIn({ now: () => real.now() }), TEST_KEY)
    await world.sync()
    world.connect()
    const why = /test key, and this provider knows 1 subscription of real money.*Put the live key back/
    await until('the word of it', says(world, why))
    world.book.ask('bob', 'personal')
    await until('bob to wait', says(world, /an owed call could not be made.*Put the live key back/))
    t.equal(world.stripe.world.sessions.size, 0, 'nobody is given a link to pay test money by')
    t.equal(world.believed(paid)?.status, 'active', 'and nobody who paid is touched')
    await world.moveTo(real, LIVE_KEY)
    world.connect()
    await until('all to be well', says(world, /^swept/))
    await until('bob’s link', () => real.world.sessions.size === 2)
    t.equal(world.book.payments().length, 1)
    t.deepEqual(world.book.alerts(), [])
  } finally {
    await world.stop()
  }
  t.end()
})

test('sweep: what is only on its way is no difference; what does not come is one', async (t) => {
  const world = await BillingWorld.start()
  const sweepAlerts = () => world.book.alerts().filter((alert) => alert.kind === 'sweep').length
  try {
    const { session } = await world.link('alice')
    const { id } = world.stripe.world.pay(session)
    const under = world.stripe.deliveries()
    const swept = await world.bridge.sweep.run()
    t.deepEqual(world.folded(id), world.oracle(id), 'the sweep was quicker than the webhook')
    t.equal(swept.differences, 0)
    await world.deliver(under)
    world.stripe.advance(SWEEP_EVERY_MS)
    t.equal((await world.bridge.sweep.run()).differences, 0, 'and the webhook came')
    t.equal(sweepAlerts(), 0, 'the operator hears nothing')

    const other = await world.link('bob')
    const lost = world.stripe.world.pay(other.session).id
    world.stripe.deliveries()
    t.equal((await world.bridge.sweep.run()).differences, 0, 'it may yet come')
    t.deepEqual(world.folded(lost), world.oracle(lost), 'told all the same')
    world.stripe.advance(SWEEP_EVERY_MS)
    t.equal((await world.bridge.sweep.run()).differences, 1, 'a second look: it did not')
    t.equal(sweepAlerts(), 1)
    world.stripe.advance(SWEEP_EVERY_MS)
    t.equal((await world.bridge.sweep.run()).differences, 0, 'told once')
  } finally {
    await world.stop()
  }
  t.end()
})
