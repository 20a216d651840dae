/**
 * Goal: what the bridge says of subscriptions counts only where we have asked for it, ends in what Stripe said last
 * whatever the order and however often, and says what is owed to whoever paid for nothing.
 */
import fc from 'fast-check'
import test from 'tape'
import { judgeFact } from '../../plugin/billing-facts'
import { owedCalls, standingDebts } from '../../plugin/billing-owed'
import { type MessageId, pubIdOf } from '../../protocol/ids'
import { SUBSCRIPTION_STATUSES } from '../../protocol/messages/payment'
import { buildPub } from '../../protocol/messages/pub'
import type { BillingFact } from '../../protocol/rpc-billing'
import { billingOn, factOf, hasSession, paymentOf } from '../helpers/money'
import { alice, bob, key, provider, Story } from '../helpers/story'
import { aliceHasPub } from '../helpers/story-hub'

/** A story in which one checkout has a session. */
function asked(): { story: Story; request: MessageId } {
  const story = new Story().withHub()
  billingOn(story)
  const request = key('alice asks')
  hasSession(story, request)
  return { story, request }
}

/** What the provider does with a fact: it is judged, and published where it says something new. */
function hears(story: Story, seen: Map<string, number>, fact: BillingFact): string {
  const judged = judgeFact(story.state.provider.money, fact, seen.get(fact.subscription) ?? null)
  if (judged.outcome === 'unknown') return judged.outcome
  if (judged.outcome === 'publish') story.tells(provider, judged.content)
  seen.set(fact.subscription, Math.max(seen.get(fact.subscription) ?? 0, fact.stripeTime))
  return judged.outcome
}

test('a fact counts where its checkout and its session are ours, and is published once', (t) => {
  const { story, request } = asked()
  const seen = new Map<string, number>()
  t.equal(hears(story, seen, factOf(key('nobody asks'))), 'unknown', 'a checkout that nobody asked for')
  t.equal(hears(story, seen, factOf(request, { checkout: 'rubbish' })), 'unknown', 'no checkout at all')
  t.equal(hears(story, seen, factOf(request, { session: 'cs_forged' })), 'unknown', 'another session')
  t.equal(hears(story, seen, factOf(request, { live: true })), 'unknown', 'live money for a test session')
  t.equal(hears(story, seen, factOf(request)), 'publish')
  t.equal(hears(story, seen, factOf(request)), 'known', 'the same again')
  t.equal(hears(story, seen, factOf(request, { event: 'evt_2' })), 'known', 'another event of the same state')
  t.equal(
    hears(story, seen, factOf(request, { subscription: 'sub_second' })),
    'unknown',
    'a second subscription of one session',
  )
  t.equal(hears(story, seen, factOf(request, { customer: 'cus_other' })), 'unknown', 'another payer')
  t.end()
})

test('a subscription can not be moved to another pub', (t) => {
  const { story, request } = asked()
  const seen = new Map<string, number>()
  const other = key('bob asks')
  const session = hasSession(story, other, { name: 'barn' })
  t.equal(hears(story, seen, factOf(request)), 'publish')
  const { subscription } = factOf(request)
  t.equal(hears(story, seen, factOf(other, { subscription, session })), 'unknown')
  const fact = story.state.provider.money.payments.get(subscription)
  t.equal(fact?.content.pub, pubIdOf(request))
  t.end()
})

test('what was given back stays given back; an older state is dropped', (t) => {
  const { story, request } = asked()
  const seen = new Map<string, number>()
  const at = factOf(request).stripeTime
  hears(story, seen, factOf(request, { status: 'canceled', refunded: true, stripeTime: at + 5_000 }))
  t.equal(hears(story, seen, factOf(request, { stripeTime: at + 4_000 })), 'known', 'older than what is here')
  t.equal(hears(story, seen, factOf(request, { status: 'canceled', stripeTime: at + 6_000 })), 'known')
  t.equal([...story.state.provider.money.payments.values()][0]?.content.refunded, true)
  t.end()
})

test('property: facts shuffled and tripled end in what Stripe said last', (t) => {
  const one = fc.record({
    status: fc.constantFrom(...SUBSCRIPTION_STATUSES),
    plan: fc.constantFrom('tiny', 'personal', null),
    periodEnd: fc.option(fc.nat(5), { nil: null }),
    cancelAt: fc.option(fc.nat(3), { nil: null }),
  })
  const histories = fc.array(one, { minLength: 1, maxLength: 8 }).chain((facts) =>
    fc.tuple(
      fc.constant(facts),
      fc.shuffledSubarray(
        facts.flatMap((_, at) => [at, at, at]),
        { minLength: facts.length * 3 },
      ),
    ),
  )
  fc.assert(
    fc.property(histories, ([facts, order]) => {
      const { story, request } = asked()
      const seen = new Map<string, number>()
      for (const at of order) hears(story, seen, factOf(request, { ...facts[at], stripeTime: 1_000 + at }))
      const [payment] = story.state.provider.money.payments.values()
      const last = facts.at(-1)
      const { status, plan, periodEnd, cancelAt } = payment?.content ?? {}
      return JSON.stringify({ status, plan, periodEnd, cancelAt }) === JSON.stringify(last)
    }),
    { numRuns: 300 },
  )
  t.pass('300 histories')
  t.end()
})

test('what said nothing new still makes older words old', (t) => {
  const { story, request } = asked()
  const seen = new Map<string, number>()
  t.equal(hears(story, seen, factOf(request, { stripeTime: 1_000 })), 'publish')
  t.equal(hears(story, seen, factOf(request, { stripeTime: 3_000 })), 'known')
  const late = factOf(request, { status: 'past_due', stripeTime: 2_000 })
  t.equal(hears(story, seen, late), 'known', 'it was so once, and is not any more')
  t.end()
})

/** The ids of what is owed. */
const owed = (story: Story): string[] => owedCalls(standingDebts(story.state, story.now)).map(({ id }) => id)

test('a pub that ends takes its subscription with it, and keeps the money for what ran', (t) => {
  const story = new Story().withHub()
  const request = aliceHasPub(story)
  billingOn(story)
  hasSession(story, request)
  const pub = pubIdOf(request)
  story.tells(provider, paymentOf(pub, factOf(request)))
  t.deepEqual(owed(story), [], 'it runs and is paid for')
  const record = story.state.provider.pubs.get(pub)?.record
  if (record === undefined) throw new Error('no pub')
  story.tells(provider, buildPub({ ...record, status: 'ended', answers: key('delete') }))
  const { subscription } = factOf(request)
  t.deepEqual(owed(story), [`cancel-now ${subscription}`])
  story.tells(provider, paymentOf(pub, factOf(request, { status: 'canceled' })))
  t.deepEqual(owed(story), [])
  t.end()
})

test('who pays for a pub that has ended by then gets it back', (t) => {
  const story = new Story().withHub()
  const request = aliceHasPub(story)
  billingOn(story)
  const pay = story.asks(alice, 'pay alice')
  const pub = pubIdOf(request)
  hasSession(story, pay, { pub, kind: 'pay' })
  const record = story.state.provider.pubs.get(pub)?.record
  if (record === undefined) throw new Error('no pub')
  story.tells(provider, buildPub({ ...record, status: 'ended', answers: key('delete') }))
  t.deepEqual(owed(story), [`expire ${factOf(pay).session}`])
  story.tells(provider, paymentOf(pub, factOf(pay)))
  t.deepEqual(owed(story), [`cancel-now ${factOf(pay).subscription} refund`])
  t.end()
})

test('a pub that never came up: the money goes back, and the debt stays until it has', (t) => {
  const story = new Story().withHub()
  const request = aliceHasPub(story)
  billingOn(story)
  hasSession(story, request)
  const pub = pubIdOf(request)
  story.tells(provider, paymentOf(pub, factOf(request)))
  const record = story.state.provider.pubs.get(pub)?.record
  if (record === undefined) throw new Error('no pub')
  story.tells(provider, buildPub({ ...record, status: 'ended', answers: request }))
  const debt = `cancel-now ${factOf(request).subscription} refund`
  t.deepEqual(owed(story), [debt])
  story.tells(provider, paymentOf(pub, factOf(request, { status: 'canceled' })))
  t.deepEqual(owed(story), [debt], 'ended, and not given back yet')
  story.tells(provider, paymentOf(pub, factOf(request, { status: 'canceled', refunded: true })))
  t.deepEqual(owed(story), [])
  t.end()
})

test('two who pay for one pub: the second gets it back, in whichever order they are heard of', (t) => {
  const story = new Story().withHub()
  const request = aliceHasPub(story)
  billingOn(story)
  hasSession(story, request)
  const second = story.asks(bob, 'pay alice')
  const pub = pubIdOf(request)
  hasSession(story, second, { pub, kind: 'pay' })
  const [first, later] = [factOf(request), factOf(second, { customer: 'cus_dave' })]
  const refund = `cancel-now ${later.subscription} refund`
  story.tells(provider, paymentOf(pub, first))
  t.deepEqual(owed(story), [`expire ${later.session}`], 'nobody shall pay by the other link any more')
  story.tells(provider, paymentOf(pub, later))
  t.deepEqual(owed(story), [refund])
  story.tells(provider, paymentOf(pub, { ...later, status: 'canceled' }))
  t.deepEqual(owed(story), [refund], 'still owed: it is not given back')
  story.tells(provider, paymentOf(pub, { ...first, status: 'past_due' }))
  t.deepEqual(owed(story), [refund], 'whatever becomes of the first one')
  story.tells(provider, paymentOf(pub, { ...later, status: 'canceled', refunded: true }))
  t.deepEqual(owed(story), [])
  t.end()
})

test('who pays instead of somebody whose card fails goes on; the other one ends without a refund', (t) => {
  const story = new Story().withHub()
  const request = aliceHasPub(story)
  billingOn(story)
  hasSession(story, request)
  const pub = pubIdOf(request)
  const second = story.asks(alice, 'pay alice')
  hasSession(story, second, { pub, kind: 'pay' })
  const [first, later] = [factOf(request), factOf(second, { customer: 'cus_dave' })]
  story.tells(provider, paymentOf(pub, first))
  story.tells(provider, paymentOf(pub, { ...first, status: 'past_due' }))
  t.deepEqual(owed(story), [], 'the link is good while nobody pays')
  story.tells(provider, paymentOf(pub, later))
  t.deepEqual(owed(story), [`cancel-now ${first.subscription}`])
  story.tells(provider, paymentOf(pub, first))
  t.deepEqual(
    owed(story),
    [`cancel-now ${first.subscription} refund`],
    'mended too late: it is the second one',
  )
  story.tells(provider, paymentOf(pub, { ...first, status: 'canceled', refunded: true }))
  t.deepEqual(owed(story), [])
  story.tells(provider, paymentOf(pub, { ...later, status: 'canceled' }))
  t.deepEqual(owed(story), [], 'and a year later nothing of it goes back')
  t.end()
})

test('a payment for a create that is over goes back; its session is expired where it still can be', (t) => {
  const { story, request } = asked()
  t.deepEqual(owed(story), [], 'it waits to be paid')
  story.state.provider.answers.set(request, { received: true, final: true, sequence: 9 })
  t.deepEqual(owed(story), [`expire ${factOf(request).session}`])
  story.tells(provider, paymentOf(pubIdOf(request), factOf(request)))
  t.deepEqual(owed(story), [`cancel-now ${factOf(request).subscription} refund`])
  story.now += 7_200_000
  t.equal(owed(story).length, 1, 'the debt does not run out')
  t.end()
})
