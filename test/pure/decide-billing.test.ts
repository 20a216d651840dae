/**
 * Goal: pay, billing and cancel of a pub that is there: nobody pays twice, the payer's page goes to the payer alone, and
 * a subscription ends when it should.
 */
import test from 'tape'
import type { Effect } from '../../plugin/effects'
import { pubIdOf } from '../../protocol/ids'
import {
  CHECKOUT_EXPIRES_MS,
  IMPORT_LINK_MS,
  PORTAL_MAILS_PER_DAY_MAX,
  STRIPE_SLOW_MS,
} from '../../protocol/limits-money'
import { billingOn, bridge, factOf } from '../helpers/money'
import { alice, bob, feed, hub, key, lastText, outcomes, Story } from '../helpers/story'
import { aliceHasPub, hubSays, opDone } from '../helpers/story-hub'
import {
  aliceHasLink,
  aliceIsPaid,
  calls,
  fact,
  kinds,
  linkCame,
  owed,
  paid,
  stripeSays,
  URL_OF_LINK,
} from '../helpers/story-pay'

test('pay again while the link is good: the same one, in an answer of its own', (t) => {
  const story = paid()
  const request = aliceHasLink(story)
  const again = story.asks(alice, 'pay alice')
  const asked = story.settle()
  t.deepEqual(
    calls(asked).map(({ id }) => id),
    [`checkout ${request}`],
    'the very same call',
  )
  linkCame(story, again, request)
  const effects = story.settle()
  t.deepEqual(outcomes(effects), ['done'])
  t.ok(lastText(effects).includes(URL_OF_LINK))
  story.asks(bob, 'pay alice')
  t.match(lastText(story.settle()), /You have no pub called \*\*alice\*\*/, 'it is nothing of bob’s')
  t.end()
})

test('pay for a pub that is there: a link as the end, a word when it is paid, a second payment goes back', (t) => {
  const story = new Story().withHub()
  const made = aliceHasPub(story)
  billingOn(story)
  story.connected.add(bridge)
  const first = story.asks(alice, 'pay')
  story.settle()
  linkCame(story, first)
  t.deepEqual(outcomes(story.settle()), ['done'])
  t.equal(story.state.provider.money.checkouts.get(first)?.content.pub, pubIdOf(made))
  const told = (effects: Effect[]): string[] =>
    effects.flatMap((one) => (one.kind === 'notice' && one.payload.topic === 'payment' ? [one.text] : []))
  fact(story, first)
  t.notOk(
    told(story.settle()).some((text) => /carol|cus_/.test(text)),
    'by whom is not said',
  )
  story.asks(alice, 'pay alice')
  t.match(lastText(story.settle()), /is paid for, so there is nothing to pay/)
  t.end()
})

test('pay, many times at once: one checkout, one session, the same link for each', (t) => {
  const story = new Story().withHub()
  aliceHasPub(story)
  billingOn(story)
  story.connected.add(bridge)
  const requests = ['pay alice', 'pay', 'pay alice'].map((text) => story.asks(alice, text))
  story.settle()
  t.equal(story.state.provider.money.checkouts.size, 1)
  const [checkout] = story.state.provider.money.checkouts.keys()
  for (const request of requests) linkCame(story, request, checkout)
  t.deepEqual(outcomes(story.settle()), ['done', 'done', 'done'])
  t.equal(story.state.provider.money.sessions.size, 1)
  t.end()
})

test('two payers: the second is told to have been given back, once', (t) => {
  const story = new Story().withHub()
  const made = aliceHasPub(story)
  billingOn(story)
  story.connected.add(bridge)
  const first = story.asks(alice, 'pay alice')
  story.settle()
  linkCame(story, first)
  story.settle()
  story.now += CHECKOUT_EXPIRES_MS - 1_000_000
  const second = story.asks(alice, 'pay alice')
  story.settle()
  t.ok(story.state.provider.money.checkouts.has(second), 'too little time is left by the first one')
  linkCame(story, second)
  story.settle()
  fact(story, second, { customer: 'cus_dave' })
  fact(story, first)
  story.settle()
  t.deepEqual(
    owed(story),
    [`cancel-now ${factOf(first).subscription} refund`],
    'who was heard of first goes on',
  )
  fact(story, first, { status: 'canceled', refunded: true, stripeTime: story.now + 1 })
  const effects = story.settle()
  t.equal(effects.filter((one) => one.kind === 'notice' && /second time/.test(one.text)).length, 1)
  t.deepEqual(story.settle(), [])
  t.ok(story.state.provider.pubs.get(pubIdOf(made))?.record.status === 'live')
  t.end()
})

test('free plans, grants and no bridge: nothing has to be paid', (t) => {
  const free = paid()
  free.policy = { ...free.policy, plans: free.policy.plans.map((plan) => ({ ...plan, price: null })) }
  const request = free.asks(alice, 'create alice')
  t.ok(kinds(free.settle()).includes('buttcloud/pub'))
  hubSays(free, request, 'up')
  opDone(free, request, request)
  free.settle()
  free.asks(alice, 'pay alice')
  t.match(lastText(free.settle()), /costs nothing, so there is nothing to pay/)
  free.asks(alice, 'cancel alice')
  t.match(lastText(free.settle()), /no subscription for \*\*alice\*\*/)
  free.asks(alice, 'billing alice')
  t.match(lastText(free.settle()), /Nobody pays for \*\*alice\*\*/)
  t.end()
})

test('billing: the link goes by mail to who pays, and into no message', (t) => {
  const story = paid()
  aliceIsPaid(story)
  story.asks(alice, 'billing alice')
  t.match(lastText(story.settle()), /this provider sends no mail/)
  story.addressed = new Set(['cus_carol'])
  const request = story.asks(alice, 'billing')
  const asked = story.settle()
  t.deepEqual(calls(asked), [{ id: `portal ${request}`, kind: 'portal', customer: 'cus_carol' }])
  const url = 'https://billing.stripe.example/p/session/secret'
  stripeSays(story, request, { outcome: 'done', portal: { url, email: 'carol@example.org', until: null } })
  const effects = story.settle()
  t.deepEqual(kinds(effects), ['mail', 'answer'])
  t.ok(story.mails.at(-1)?.text.includes(url))
  t.deepEqual(story.mails.at(-1)?.to, { kind: 'payer', customer: 'cus_carol' })
  t.doesNotMatch(lastText(effects), /session|carol/)
  t.match(
    lastText(effects),
    /is on its way by mail to who pays for \*\*alice\*\*: it goes out as soon as the mail server takes it/,
  )
  t.deepEqual(story.settle(), [])
  for (let at = 0; at < PORTAL_MAILS_PER_DAY_MAX; at += 1) {
    const next = story.asks(alice, 'billing alice')
    story.settle()
    stripeSays(story, next, { outcome: 'done', portal: { url, email: 'carol@example.org', until: null } })
    story.settle()
    story.now += 60_000
  }
  const portals = story.mails.filter((mail) => mail.key.startsWith('portal '))
  t.equal(portals.length, PORTAL_MAILS_PER_DAY_MAX, 'not as often as somebody likes')
  t.end()
})

test('cancel: believed by the fact, said with the date; a second one says the same', (t) => {
  const story = paid()
  const made = aliceIsPaid(story)
  const request = story.asks(alice, 'cancel alice')
  const { subscription } = factOf(made)
  t.deepEqual(calls(story.settle()), [{ id: `cancel-later ${request}`, kind: 'cancel-later', subscription }])
  stripeSays(story, request, { outcome: 'done' })
  t.deepEqual(outcomes(story.settle()), [], 'not on the word alone')
  story.now += 1_000
  const cancelAt = Date.UTC(2030, 1, 1)
  fact(story, made, { cancelAt })
  const effects = story.settle()
  t.deepEqual(outcomes(effects), ['done'])
  t.match(lastText(effects), /runs on until 2030-02-01.*To take it back.*`billing alice`/s)
  story.asks(alice, 'cancel alice')
  t.match(lastText(story.settle()), /runs on until 2030-02-01/)
  story.asks(alice, 'pay alice')
  t.match(lastText(story.settle()), /is paid for until 2030-02-01/)
  story.asks(bob, 'cancel alice')
  t.match(lastText(story.settle()), /You have no pub called/)
  t.end()
})

test('cancel while Stripe is away: said once; the end comes when it is back, or its refusal', (t) => {
  const story = paid()
  aliceIsPaid(story)
  const request = story.asks(alice, 'cancel alice')
  story.settle()
  story.now += STRIPE_SLOW_MS
  t.deepEqual(outcomes(story.settle()), ['received'])
  story.replies.clear()
  t.deepEqual(
    calls(story.settle()).map(({ id }) => id),
    [`cancel-later ${request}`],
    'after a crash the same call',
  )
  stripeSays(story, request, { outcome: 'failed', reason: 'no such subscription' })
  t.deepEqual(outcomes(story.settle()), ['failed'])
  t.deepEqual(story.settle(), [])
  t.end()
})

test('delete says what becomes of the subscription, and owes its end', (t) => {
  const story = paid()
  const made = aliceIsPaid(story)
  const root = story.asks(alice, 'delete alice')
  const asked = story.settle()
  t.match(lastText(asked), /subscription is cancelled with it, at once/)
  const question = [...story.state.provider.questions.keys()].at(-1)
  if (question === undefined) throw new Error('no question')
  story.asks(alice, 'yes', { root, branch: question })
  story.settle()
  t.deepEqual(owed(story), [`cancel-now ${factOf(made).subscription}`])
  hubSays(story, made, 'removed')
  t.match(lastText(story.settle()), /subscription is over too/)
  t.end()
})

test('a payment that nobody asked for makes nothing', (t) => {
  const story = paid()
  const request = story.asks(alice, 'create alice')
  story.settle()
  t.equal(fact(story, request), 'unknown', 'before there is a session')
  linkCame(story, request)
  story.settle()
  t.equal(fact(story, request, { session: 'cs_forged' }), 'unknown')
  t.deepEqual(story.settle(), [])
  t.equal(story.state.provider.pubs.size, 0)
  t.ok(story.connected.has(hub))
  t.end()
})

test('import of what costs something: paid first, stored then, and a link for as long as the upload is kept', (t) => {
  const story = paid()
  const old = feed('the old pub')
  const upload = { name: 'garden', feed: old, upload: 'u1', messages: 42, head: key('head') }
  story.brought.set(alice, upload)
  const request = story.asks(alice, 'import garden')
  const [call] = calls(story.settle())
  t.equal(call?.kind === 'checkout' ? call.expiresAt - call.askedAt : 0, IMPORT_LINK_MS)
  linkCame(story, request)
  t.deepEqual(outcomes(story.settle()), ['received'])
  fact(story, request)
  const stored = story.settle()
  t.deepEqual(
    stored.flatMap((one) => (one.kind === 'ask' ? [one.ask.kind] : [])),
    ['import'],
  )
  story.replies.set(request, { state: 'done', ask: 'import', value: old })
  t.deepEqual(kinds(story.settle()), ['buttcloud/pub', 'buttcloud/spec', 'buttcloud/op'])
  t.equal(story.state.provider.pubs.get(pubIdOf(request))?.record.feed, old)
  hubSays(story, request, 'up', { feed: old })
  opDone(story, request, request)
  t.deepEqual(outcomes(story.settle()), ['done'])
  t.end()
})

test('import that is paid when its upload is gone: one end, and the payment goes back', (t) => {
  const story = paid()
  const upload = { name: 'garden', feed: feed('old'), upload: 'u1', messages: 42, head: key('head') }
  story.brought.set(alice, upload)
  const request = story.asks(alice, 'import garden')
  story.settle()
  linkCame(story, request)
  story.settle()
  story.brought.clear()
  fact(story, request)
  const end = story.settle()
  t.deepEqual(outcomes(end), ['failed'])
  t.match(lastText(end), /is not here any more.*the payment goes back/s)
  t.deepEqual(owed(story), [`cancel-now ${factOf(request).subscription} refund`])
  t.end()
})

test('a plan of which one may have but one: what waits to be paid for counts', (t) => {
  const story = paid()
  story.policy = { ...story.policy, plans: story.policy.plans.map((plan) => ({ ...plan, perOwnerMax: 1 })) }
  const request = story.asks(alice, 'create alice')
  story.settle()
  linkCame(story, request)
  story.settle()
  story.asks(alice, 'create barn')
  t.deepEqual(outcomes(story.settle()), ['refused'])
  t.end()
})
