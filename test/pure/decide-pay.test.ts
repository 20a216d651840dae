/**
 * Goal: a pub that costs something is made when it is paid, by whoever pays; nobody pays twice, or for nothing; and every
 * request gets one final answer, wherever a crash comes.
 */
import test from 'tape'
import { judgeFact } from '../../plugin/billing-facts'
import { owedCalls, standingDebts } from '../../plugin/billing-owed'
import type { Effect } from '../../plugin/effects'
import { type MessageId, pubIdOf } from '../../protocol/ids'
import {
  BRIDGE_AWAY_MS,
  CHECKOUT_EXPIRES_MS,
  CLOCKS_AGREE_MS,
  PAID_WAIT_MS,
  STRIPE_SLOW_MS,
} from '../../protocol/limits-money'
import type { BillingFact, OwedCall } from '../../protocol/rpc-billing'
import { billingOn, bridge, factOf } from '../helpers/money'
import { alice, bob, hub, lastText, oscar, outcomes, provider, Story } from '../helpers/story'
import { aliceHasPub, hubSays, opDone } from '../helpers/story-hub'

const URL_OF_LINK = 'https://checkout.stripe.example/c/pay/cs_live_a1#fid'

/** Billing is on and its bridge is connected. */
function paid(): Story {
  const story = new Story().withHub()
  billingOn(story)
  story.connected.add(bridge)
  return story
}

/** The calls that requests wait for. */
function calls(effects: Effect[]): OwedCall[] {
  return effects.flatMap((one) => (one.kind === 'ask' && one.ask.kind === 'stripe' ? [one.ask.call] : []))
}

/** What the bridge says of a checkout's call. */
function linkCame(story: Story, request: MessageId, checkout = request, url = URL_OF_LINK): void {
  const session = `cs_${checkout.slice(1, 12)}`
  const told = story.state.provider.money.checkouts.get(checkout)
  const expiresAt = (told?.at ?? story.now) + CHECKOUT_EXPIRES_MS
  const done = { checkout: { session, url, expiresAt, live: true }, portal: null }
  stripeSays(story, request, { outcome: 'done', reason: null, ...done })
}

function stripeSays(story: Story, request: MessageId, done: object): void {
  const value = { id: 'x', reason: null, checkout: null, portal: null, stripeTime: story.now, ...done }
  story.replies.set(request, { state: 'done', ask: 'stripe', value })
}

/** A fact as the provider takes it. */
function fact(story: Story, request: MessageId, more: Partial<BillingFact> = {}): string {
  const told = { ...factOf(request), live: true, stripeTime: story.now, ...more }
  const judged = judgeFact(story.state.provider.money, told, null)
  if (judged.outcome === 'publish') story.tells(provider, judged.content)
  return judged.outcome
}

const kinds = (effects: Effect[]): string[] =>
  effects.map((one) => (one.kind === 'record' || one.kind === 'order' ? one.content.type : one.kind))

/** alice asks for a pub and has its link. */
function aliceHasLink(story: Story, text = 'create alice'): MessageId {
  const request = story.asks(alice, text)
  story.settle()
  linkCame(story, request)
  story.settle()
  return request
}

/** alice's pub is paid for and up. */
function aliceIsPaid(story: Story): MessageId {
  const request = aliceHasLink(story)
  fact(story, request)
  story.settle()
  hubSays(story, request, 'up')
  opDone(story, request, request)
  story.settle()
  return request
}

const owed = (story: Story): string[] => owedCalls(standingDebts(story.state, story.now)).map(({ id }) => id)

test('create on a paid plan: checkout, call, session, link; paid: the pub, and the invite as the end', (t) => {
  const story = paid()
  const request = story.asks(alice, 'create alice')
  const first = story.settle()
  t.deepEqual(kinds(first), ['buttcloud/owner', 'buttcloud/checkout', 'ask'])
  t.deepEqual(outcomes(first), [], 'nothing is said before there is a link')
  const [call] = calls(first)
  t.equal(call?.kind === 'checkout' ? call.expiresAt - call.askedAt : 0, CHECKOUT_EXPIRES_MS)
  linkCame(story, request)
  const linked = story.settle()
  t.deepEqual(
    kinds(linked),
    ['buttcloud/session', 'answer'],
    'the session stands on the feed before the link',
  )
  t.deepEqual(outcomes(linked), ['received'])
  t.ok(lastText(linked).includes(`\n\n${URL_OF_LINK}\n\n`), 'the link, alone on its line')
  t.match(lastText(linked), /costs \$1 a month.*before 20.* UTC/s)
  t.match(lastText(linked), /pass it on/)
  t.deepEqual(story.settle(), [])
  t.equal(fact(story, request), 'publish')
  const made = story.settle()
  t.deepEqual(kinds(made), ['buttcloud/pub', 'buttcloud/spec', 'buttcloud/op'])
  hubSays(story, request, 'up')
  opDone(story, request, request)
  const last = story.settle()
  t.deepEqual(outcomes(last), ['done'])
  t.match(lastText(last), /is up at .*For one person/s)
  t.deepEqual(story.settle(), [])
  t.deepEqual(owed(story), [])
  t.end()
})

test('a crash after any of the effects: the same call again, one link, one pub, one end', (t) => {
  for (let at = 1; at <= 12; at += 1) {
    const story = paid()
    const request = story.asks(alice, 'create alice')
    const said: Effect[] = []
    let left = at
    /** Does what is owed until a crash comes, which takes the rest of the look and all replies with it. */
    const run = (): void => {
      for (;;) {
        const { effects } = story.decide()
        if (effects.length === 0) return
        for (const effect of effects) {
          if (left === 0) {
            left = -1
            story.replies.clear()
            break
          }
          left -= 1
          story.perform(effect)
          said.push(effect)
        }
      }
    }
    for (const tell of [
      () => {},
      () => linkCame(story, request),
      () => linkCame(story, request),
      () => fact(story, request),
      () => hubSays(story, request, 'up'),
      () => opDone(story, request, request),
    ]) {
      tell()
      run()
    }
    const links = said.filter((one) => one.kind === 'answer' && one.text.includes(URL_OF_LINK))
    t.equal(new Set(calls(said).map(({ id }) => id)).size, 1, `crash ${at}: one call, however often`)
    t.equal(links.length, 1, `crash ${at}: one link`)
    t.deepEqual(outcomes(said), ['received', 'done'], `crash ${at}`)
    t.equal(kinds(said).filter((one) => one === 'buttcloud/pub').length, 1)
  }
  t.end()
})

test('nobody pays: its name is held meanwhile, and the end says so; pay makes a new link', (t) => {
  const story = paid()
  const request = aliceHasLink(story)
  story.asks(bob, 'create alice')
  t.match(lastText(story.settle()), /The name \*\*alice\*\* is taken/)
  story.asks(alice, 'create alice')
  t.match(lastText(story.settle()), /waits to be paid for already/)
  story.asks(alice, 'list')
  t.match(lastText(story.settle()), /\*\*alice\*\* waits to be paid for, until/)
  story.asks(alice, 'cancel alice')
  t.match(lastText(story.settle()), /Nobody has paid for \*\*alice\*\* yet/)
  story.now += CHECKOUT_EXPIRES_MS + CLOCKS_AGREE_MS - 1
  t.deepEqual(story.settle(), [], 'a payment of the last minute may be on its way')
  story.now += 1
  story.otherClocksAheadMs = [-3_600_000]
  t.deepEqual(story.settle(), [], 'by the other clock there is time left')
  story.otherClocksAheadMs = [0]
  const over = story.settle()
  t.deepEqual(outcomes(over), ['failed'])
  t.match(lastText(over), /Nobody paid for \*\*alice\*\* in time.*`pay alice` makes a new link/)
  const anew = story.asks(alice, 'pay alice')
  story.settle()
  t.equal(story.state.provider.money.checkouts.get(anew)?.content.kind, 'create')
  linkCame(story, anew)
  t.deepEqual(outcomes(story.settle()), ['received'])
  t.equal(fact(story, request), 'publish', 'somebody pays by the old one after all')
  t.deepEqual(owed(story), [`cancel-now ${factOf(request).subscription} refund`])
  fact(story, anew)
  story.settle()
  hubSays(story, anew, 'up')
  opDone(story, anew, anew)
  t.deepEqual(outcomes(story.settle()), ['done'])
  fact(story, request, { status: 'canceled', refunded: true, stripeTime: story.now + 1 })
  const told = story.settle()
  t.deepEqual(kinds(told), ['notice'])
  t.deepEqual(owed(story), [])
  t.end()
})

test('while the bridge is away nobody knows who has paid: the end waits', (t) => {
  const story = paid()
  aliceHasLink(story)
  story.connected.delete(bridge)
  story.now += CHECKOUT_EXPIRES_MS + CLOCKS_AGREE_MS
  t.deepEqual(story.settle(), [])
  story.now += BRIDGE_AWAY_MS
  t.deepEqual(outcomes(story.settle()), ['failed'], 'but not for ever')
  t.end()
})

test('others read along: the link goes into a thread of its own, and so does the invite', (t) => {
  const story = paid()
  const request = story.asks(alice, 'create alice', { recps: [alice, oscar, provider] })
  story.settle()
  linkCame(story, request)
  const effects = story.settle()
  t.deepEqual(kinds(effects), ['buttcloud/session', 'bearer', 'answer'])
  const [bearer] = effects.filter((one) => one.kind === 'bearer')
  t.deepEqual(bearer?.recps, [alice, provider])
  t.ok(bearer?.text.includes(URL_OF_LINK))
  t.notOk(lastText(effects).includes(URL_OF_LINK), 'oscar reads that there is one')
  fact(story, request)
  story.settle()
  hubSays(story, request, 'up')
  opDone(story, request, request)
  const end = story.settle()
  t.deepEqual(kinds(end), ['bearer', 'answer'], 'the invite comes by a second one')
  t.deepEqual(story.settle(), [])
  t.end()
})

test('Stripe is slow: said once, and the link follows in a thread of its own', (t) => {
  const story = paid()
  const request = story.asks(alice, 'create alice')
  story.settle()
  story.now += STRIPE_SLOW_MS
  const slow = story.settle()
  t.deepEqual(outcomes(slow), ['received'])
  t.match(lastText(slow), /Stripe.* is slow just now/)
  story.now += 10 * STRIPE_SLOW_MS
  t.deepEqual(story.settle(), [], 'once')
  linkCame(story, request)
  const link = story.settle()
  t.deepEqual(kinds(link), ['buttcloud/session', 'bearer'])
  t.deepEqual(story.settle(), [])
  fact(story, request)
  t.ok(kinds(story.settle()).includes('buttcloud/pub'))
  t.end()
})

test('Stripe refuses, or gives what is no link: one end, and no more calls', (t) => {
  const story = paid()
  const request = story.asks(alice, 'create alice')
  story.settle()
  stripeSays(story, request, { outcome: 'failed', reason: 'there is no price for tiny' })
  const effects = story.settle()
  t.deepEqual(outcomes(effects), ['failed'])
  t.match(lastText(effects), /there is no price for tiny/)
  for (const url of [
    'javascript:alert(1)',
    'https://a.example/x) [click](http://b',
    'https://a.example/\nx',
  ]) {
    const other = story.asks(alice, 'create barn')
    story.settle()
    linkCame(story, other, other, url)
    const end = story.settle()
    t.deepEqual(outcomes(end), ['failed'])
    t.notOk(lastText(end).includes(url), url)
    story.now += 60_000
  }
  t.end()
})

test('quota: pubs that wait to be paid for count', (t) => {
  const story = paid()
  story.policy = { ...story.policy, pubsPerOwnerMax: 1 }
  aliceHasLink(story)
  story.asks(alice, 'create barn')
  t.match(lastText(story.settle()), /You have 1 of at most 1 pubs \(alice\)/)
  t.end()
})

test('paid, and no server has room: waits and says so; after a day the money goes back', (t) => {
  const story = paid()
  const request = aliceHasLink(story)
  story.policy = { ...story.policy, portMax: story.policy.portMin - 1 }
  fact(story, request)
  const waiting = story.settle()
  t.deepEqual(kinds(waiting), ['notice'])
  story.now += PAID_WAIT_MS
  const end = story.settle()
  t.deepEqual(outcomes(end), ['failed'])
  t.match(lastText(end), /the payment goes back/)
  t.deepEqual(owed(story), [`cancel-now ${factOf(request).subscription} refund`])
  t.deepEqual(story.settle(), [])
  const lucky = paid()
  const second = aliceHasLink(lucky)
  const { portMax } = lucky.policy
  lucky.policy = { ...lucky.policy, portMax: lucky.policy.portMin - 1 }
  fact(lucky, second)
  lucky.settle()
  lucky.policy = { ...lucky.policy, portMax }
  t.ok(kinds(lucky.settle()).includes('buttcloud/pub'), 'as soon as there is room')
  t.end()
})

test('a pub that does not come up: the end says that the payment goes back', (t) => {
  const story = paid()
  const request = aliceHasLink(story)
  fact(story, request)
  story.settle()
  hubSays(story, request, 'failed', { trouble: 'no-image', reason: 'its image is missing' })
  const end = story.settle()
  t.deepEqual(outcomes(end), ['failed'])
  t.match(lastText(end), /image is missing.*the payment goes back/s)
  t.deepEqual(owed(story), [`cancel-now ${factOf(request).subscription} refund`])
  t.end()
})

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
  stripeSays(story, request, { outcome: 'done', portal: { url, email: 'carol@example.org' } })
  const effects = story.settle()
  t.deepEqual(kinds(effects), ['mail', 'answer'])
  t.ok(story.mails.at(-1)?.text.includes(url))
  t.deepEqual(story.mails.at(-1)?.to, { kind: 'payer', customer: 'cus_carol' })
  t.doesNotMatch(lastText(effects), /session|carol/)
  t.match(lastText(effects), /I have mailed the link/)
  t.deepEqual(story.settle(), [])
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
