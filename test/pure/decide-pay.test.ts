/**
 * Goal: a pub that costs something is made when it is paid, by whoever pays; nobody pays for nothing; and every request
 * gets one final answer, wherever a crash comes.
 */
import test from 'tape'
import type { Effect } from '../../plugin/effects'
import { NEWS_WAIT_MS } from '../../protocol/limits'
import {
  BRIDGE_AWAY_MS,
  CHECKOUT_EXPIRES_MS,
  CLOCKS_AGREE_MS,
  PAID_WAIT_MS,
  STRIPE_SLOW_MS,
} from '../../protocol/limits-money'
import { buildGrant } from '../../protocol/messages/grant'
import { bridge, factOf } from '../helpers/money'
import { alice, bob, lastText, oscar, outcomes, provider } from '../helpers/story'
import { hubSays, opDone } from '../helpers/story-hub'
import {
  aliceHasLink,
  calls,
  fact,
  kinds,
  linkCame,
  owed,
  paid,
  stripeSays,
  URL_OF_LINK,
} from '../helpers/story-pay'

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

test('given while it waits to be paid for: made at once, and nobody shall pay by the link', (t) => {
  const story = paid()
  const request = aliceHasLink(story)
  const target = { kind: 'owner', owner: alice } as const
  story.tells(provider, buildGrant({ target, until: null, given: true }))
  t.ok(kinds(story.settle()).includes('buttcloud/pub'))
  t.deepEqual(owed(story), [`expire ${factOf(request).session}`])
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
  story.asks(alice, 'list')
  t.match(lastText(story.settle()), /\*\*alice\*\* is paid, and waits for room/)
  story.asks(alice, 'pay alice')
  const again = story.settle()
  t.deepEqual(outcomes(again), ['refused'], 'no link is given once more')
  t.match(lastText(again), /is paid, and not made yet/)
  story.now += PAID_WAIT_MS
  story.startedAt = story.now
  const { effects, wakeAt } = story.decide()
  t.deepEqual([effects.length, wakeAt], [0, story.now + NEWS_WAIT_MS], 'a provider that was away hears first')
  story.now += NEWS_WAIT_MS
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

test('paid, and the subscription is over before there is room: one end, and the money goes back', (t) => {
  const story = paid()
  const request = aliceHasLink(story)
  story.policy = { ...story.policy, portMax: story.policy.portMin - 1 }
  fact(story, request)
  story.settle()
  fact(story, request, { status: 'canceled', stripeTime: story.now + 1 })
  const end = story.settle()
  t.deepEqual(outcomes(end), ['failed'])
  t.match(lastText(end), /subscription ended before I had made it/)
  t.deepEqual(owed(story), [`cancel-now ${factOf(request).subscription} refund`])
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
