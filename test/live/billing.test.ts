/**
 * Goal: what is owed is asked of Stripe once and told; what happens at Stripe is on the feed once, whatever comes between.
 * Method: the real package against a Stripe stand-in over HTTP, the real bridge, the provider's real billing side over a
 * feed in memory.
 */
import test from 'tape'
import { referenceOf } from '../../billing-bridge/metadata'
import { PORTAL_LINK_MS, SWEEP_EVERY_MS } from '../../protocol/limits-bridge'
import { BillingWorld } from '../helpers/billing-world'
import { until } from '../helpers/machine'
import { key } from '../helpers/story'

const DAY_MS = 86_400_000

test('billing: a checkout becomes a link, a payment a fact, and Stripe’s objects bear our marks', async (t) => {
  const world = await BillingWorld.start()
  try {
    const { session, url } = await world.link('alice', 'community')
    t.match(url, /^https:\/\/checkout\.stripe\.com\//, 'a link')
    const made = world.stripe.world.sessions.get(session)
    const [checkout] = world.book.links.keys()
    t.equal(made?.client_reference_id, referenceOf(checkout ?? ''), 'tied to the request')
    t.equal(made?.metadata?.buttcloud_checkout, checkout, 'on the session')
    t.equal(made?.asked.metadata.buttcloud_checkout, checkout, 'and on the subscription to be')
    t.equal(made?.success_url, 'https://pubs.example.org/paid')
    t.equal(made?.asked.description, 'The pub alice')

    const { id } = world.stripe.world.pay(session, { email: 'carol@example.org' })
    t.deepEqual(await world.deliver(), [200, 200, 200, 200, 200], 'every delivery is taken')
    t.deepEqual(world.folded(id), world.oracle(id), 'the provider believes what Stripe says')
    t.equal(world.book.payments().length, 1, 'by one message')
    t.notOk(JSON.stringify(world.book.feed).includes('carol@'), 'no address on the feed')
    t.notOk(JSON.stringify(world.book.feed).includes('checkout.stripe.com'), 'and no link')
  } finally {
    await world.stop()
  }
  t.end()
})

test('billing: a failed card, tries again, the end; a cancellation; another plan', async (t) => {
  const world = await BillingWorld.start()
  try {
    const id = await world.paid('alice')
    const { customer } = world.stripe.world.subscription(id)
    const payer = world.stripe.world.customers.get(customer)
    if (payer === undefined) throw new Error('no payer')
    payer.good = false
    world.stripe.advance(31 * DAY_MS)
    await world.deliver()
    t.equal(world.folded(id)?.status, 'past_due')
    payer.good = true
    world.stripe.advance(4 * DAY_MS)
    await world.deliver()
    t.equal(world.folded(id)?.status, 'active', 'the next try went through')

    const changed = await world.book.call({
      id: 'change 1',
      kind: 'change-plan',
      subscription: id,
      plan: 'tiny',
    })
    t.equal(changed.outcome, 'done')
    t.equal(world.folded(id)?.plan, 'tiny', 'the fact was there before the word that it is done')

    const later = await world.book.call({ id: 'later 1', kind: 'cancel-later', subscription: id })
    t.equal(later.outcome, 'done')
    t.deepEqual(world.folded(id), world.oracle(id))
    t.ok(world.folded(id)?.cancelAt, 'with its date')
    world.stripe.advance(60 * DAY_MS)
    await world.deliver()
    t.equal(world.folded(id)?.status, 'canceled')
    const again = await world.book.call({ id: 'later 2', kind: 'cancel-later', subscription: id })
    t.equal(again.outcome, 'done', 'what has ended needs no ending')
  } finally {
    await world.stop()
  }
  t.end()
})

test('billing: the portal, an ended link, a payment given back once', async (t) => {
  const world = await BillingWorld.start()
  try {
    const { session } = await world.link('alice')
    const ended = await world.book.call({ id: 'expire 1', kind: 'expire', session })
    t.equal(ended.outcome, 'done')
    t.equal(world.stripe.world.sessions.get(session)?.status, 'expired')

    const id = await world.paid('bob')
    const { customer } = world.stripe.world.subscription(id)
    const portal = await world.book.call({ id: 'portal 1', kind: 'portal', customer })
    const { url, until } = portal.portal ?? {}
    t.match(
      url ?? '',
      /^https:\/\/pubs\.example\.org\/portal\/1-\d+-cus_test\d+-[0-9a-f]{64}$/,
      'a page of ours',
    )
    t.ok(Number(until) >= world.stripe.now() + PORTAL_LINK_MS, 'which is good when the mail is read')
    t.notOk(
      world.stripe.requests.some((one) => one.includes('billing_portal')),
      'and nothing at Stripe that ends within minutes',
    )
    t.equal(portal.portal?.email, 'payer@example.org', 'with the address for the mail')
    t.notOk(
      world.lines.some((line) => /example\.org|stripe\.com/.test(line)),
      'neither is logged',
    )

    const call = { id: 'now 1', kind: 'cancel-now' as const, subscription: id, refund: true }
    const back = await world.book.call(call)
    t.equal(back.outcome, 'done')
    t.deepEqual(world.folded(id), { ...world.oracle(id), status: 'canceled', refunded: true })
    await world.book.call({ ...call, id: 'now 2' })
    t.equal(world.stripe.world.refunds.size, 1, 'once, also when it is owed again under another name')
    await world.deliver()
    t.equal(world.book.alerts().length, 0, 'our own refund is no news to the operator')
  } finally {
    await world.stop()
  }
  t.end()
})

test('billing: each payer’s link comes before the fact that mails follow from; without a public address none', async (t) => {
  const world = await BillingWorld.start()
  const told: [string, string | null, number][] = []
  world.book.billing.onPortal = (customer, link) => told.push([customer, link, world.book.payments().length])
  try {
    const id = await world.paid('alice')
    const { customer } = world.stripe.world.subscription(id)
    const [first] = told
    t.equal(first?.[0], customer)
    t.ok(first?.[1]?.includes(`-${customer}-`), 'their link')
    t.equal(first?.[2], 0, 'before anything is on the feed')
    t.equal(new Set(told.map(([, link]) => link)).size, 1, 'the same one each time')
    world.stripe.advance(31 * DAY_MS)
    await world.deliver()
    t.equal(new Set(told.map(([, link]) => link)).size, 2, 'another one for another month')
    t.notOk(JSON.stringify(world.book.feed).includes('/portal/'), 'none is on the feed')
    t.notOk(
      world.lines.some((line) => line.includes('/portal/')),
      'nor in a line',
    )
  } finally {
    await world.stop()
  }
  const alone = await BillingWorld.start({ isPublic: false })
  const links: (string | null)[] = []
  alone.book.billing.onPortal = (_customer, link) => links.push(link)
  try {
    const id = await alone.paid('bob')
    t.deepEqual([...new Set(links)], [null], 'there is no page that could be reached')
    const { customer } = alone.stripe.world.subscription(id)
    const { portal } = await alone.book.call({ id: 'portal 1', kind: 'portal', customer })
    t.match(portal?.url ?? '', /billing\.stripe\.com/, 'then Stripe’s own, for minutes')
    t.equal(portal?.until, null)
  } finally {
    await alone.stop()
  }
  t.end()
})

test('billing: a dispute that names the charge alone, and refunds that do not go through, reach the operator', async (t) => {
  const world = await BillingWorld.start()
  try {
    const pub = world.book.make(key('alice asks'), 'alice')
    const asked = [0, 1].map(() => world.book.ask('alice', 'personal', pub))
    await until('two links', () => world.book.links.size === 2)
    const [first = '', second = ''] = asked.map(
      (one) => world.stripe.world.pay(world.book.links.get(one)?.session ?? '').id,
    )
    world.stripe.world.dispute(first, { bare: true })
    // Who paid second goes to their bank before the money is back.
    world.stripe.world.dispute(second)
    await world.deliver()
    const bare = world.book.alerts().find((one) => one.kind === 'dispute')
    t.deepEqual([bare?.kind, bare?.pub], ['dispute', pub], 'with the pub that its payer pays for')
    await until('the word of it', () => world.book.alerts().some((one) => one.kind === 'refused'), 60_000)
    const refused = world.book.alerts().find((one) => one.kind === 'refused')
    t.deepEqual([refused?.reference, refused?.pub], [second, pub])
    t.equal(world.folded(second)?.refunded, false, 'nothing went back')
    await until('the call to be told', () => world.bridge.waiting() === 0)
    const tries = () => world.stripe.requests.filter((one) => one === 'POST /v1/refunds').length
    const before = tries()
    world.bridge.sweepSoon()
    await until('another try', () => tries() > before, 60_000)
    await until('its end', () => world.bridge.waiting() === 0)
    t.equal(world.book.alerts().filter((one) => one.kind === 'refused').length, 1, 'told once')
    world.stripe.world.chargeOf(second).disputed = false
    world.bridge.sweepSoon()
    await until('the refund', () => world.folded(second)?.refunded, 60_000)
    t.equal(world.stripe.world.refunds.size, 1, 'once the bank has decided, by itself')

    for (const refund of world.stripe.world.refunds.values()) world.stripe.world.failRefund(refund)
    await world.deliver()
    const [refund] = world.stripe.world.refunds.keys()
    const last = world.book.alerts().at(-1)
    t.deepEqual(
      [last?.kind, last?.reference, last?.pub],
      ['refused', refund, pub],
      'and one that does not arrive',
    )
  } finally {
    await world.stop()
  }
  t.end()
})

test('billing: Stripe’s time comes with every sweep, also where nobody pays', async (t) => {
  const world = await BillingWorld.start()
  try {
    t.equal(world.book.payments().length, 0)
    await until('the first word', () => world.book.times.length > 0)
    world.stripe.advance(SWEEP_EVERY_MS)
    await world.bridge.sweep.run()
    const told = world.book.times.at(-1) ?? 0
    t.ok(Math.abs(told - world.stripe.now()) < 60_000, 'as it is now')
  } finally {
    await world.stop()
  }
  t.end()
})

test('billing: refunds by hand, disputes and strangers are told to the operator, once', async (t) => {
  const world = await BillingWorld.start()
  try {
    const id = await world.paid('alice')
    world.stripe.world.refund(world.stripe.world.chargeOf(id).payment_intent ?? '', {})
    world.stripe.world.dispute(id)
    const deliveries = world.stripe.deliveries()
    await world.deliver([...deliveries, ...deliveries])
    const alerts = world.book.alerts()
    t.deepEqual(alerts.map((alert) => alert.kind).sort(), ['dispute', 'refund'])
    t.ok(
      alerts.every((alert) => alert.pub !== null),
      'with the pub',
    )

    const forged = structuredClone(world.stripe.world.subscription(id))
    forged.id = 'sub_stranger'
    forged.metadata.buttcloud_checkout = key('never asked')
    world.stripe.world.subscriptions.set(forged.id, forged)
    world.stripe.world.emit('customer.subscription.created', forged)
    const elses = structuredClone(forged)
    elses.id = 'sub_elses'
    elses.metadata = {}
    world.stripe.world.subscriptions.set(elses.id, elses)
    world.stripe.world.emit('customer.subscription.created', elses)
    t.deepEqual(await world.deliver(), [200, 200])
    t.deepEqual(
      world.book
        .alerts()
        .slice(2)
        .map((alert) => [alert.kind, alert.reference]),
      [['stranger', 'sub_stranger']],
      'what bears our marks and nobody asked for; what is somebody else’s is none of ours',
    )
  } finally {
    await world.stop()
  }
  t.end()
})
