// Goal: where a subscription pays, Stripe is asked first and followed, and what money forbids is said with what to do.
import test from 'tape'
import { DEFAULT_PLANS } from '../../plugin/plans-default'
import { pubIdOf } from '../../protocol/ids'
import { alice, lastText, outcomes } from '../helpers/story'
import { ask, recordOf, type Told, told } from '../helpers/story-change'
import { hubSays } from '../helpers/story-hub'
import { billing, grants, pays } from '../helpers/story-money'
import {
  asks,
  bigger,
  community,
  GIB,
  has,
  holds,
  notices,
  personal,
  stripeCalls,
  tiny,
} from '../helpers/story-plan'

test('paid for: Stripe is asked first, the record follows the fact, one answer and no notice', (t) => {
  const one = told()
  const { story, pub } = one
  billing(story)
  pays(story, pubIdOf(pub), 'active')
  story.settle()
  const request = asks(one, 'plan alice community')
  const begun = story.settle()
  t.deepEqual(outcomes(begun), ['received'])
  t.match(lastText(begun), /subscription of \*\*alice\*\* to \*\*community\*\* \(\$7 a month\)/)
  const call = { id: `change-plan ${request}`, kind: 'change-plan', subscription: 'sub_1', plan: 'community' }
  t.deepEqual(stripeCalls(begun), [call])
  t.ok(has(one, tiny), 'nothing before Stripe says so')
  story.replies.clear()
  const again = story.settle()
  t.deepEqual(stripeCalls(again), [call], 'after a crash: the same call')
  t.deepEqual(outcomes(again), [], 'and no second word')
  pays(story, pubIdOf(pub), 'active', { plan: 'community' })
  story.replies.set(request, { state: 'done', ask: 'stripe', value: { outcome: 'done', reason: null } })
  const followed = story.settle()
  t.deepEqual(notices(followed), [])
  t.ok(has(one, community))
  t.equal(recordOf(one).answers, request)
  hubSays(story, pub, 'up')
  const done = story.settle()
  t.deepEqual(outcomes(done), ['done'])
  t.match(lastText(done), /has the plan \*\*community\*\* now/)
  t.deepEqual(story.settle(), [])
  t.end()
})

test('Stripe says no: that is the answer, nothing was changed', (t) => {
  const one = told()
  const { story, pub } = one
  billing(story)
  pays(story, pubIdOf(pub), 'active')
  for (const reply of [
    { state: 'failed', reason: 'the card was declined' },
    { state: 'done', ask: 'stripe', value: { outcome: 'failed', reason: 'the card was declined' } },
  ] as const) {
    const request = asks(one, 'plan alice community')
    story.settle()
    story.replies.set(request, reply)
    const effects = story.settle()
    t.deepEqual(outcomes(effects), ['failed'])
    t.match(lastText(effects), /could not be changed to \*\*community\*\*: the card was declined/)
    t.ok(has(one, tiny))
  }
  t.end()
})

test('smaller and paid for: the disk is looked at before Stripe is asked', (t) => {
  const one = bigger()
  const { story, pub } = one
  billing(story)
  pays(story, pubIdOf(pub), 'active', { plan: 'community' })
  story.settle()
  const tooMuch = asks(one, 'plan alice tiny')
  holds(story, tooMuch, 3 * GIB)
  const refused = story.settle()
  t.deepEqual([outcomes(refused), stripeCalls(refused)], [['refused'], []])
  const fits = asks(one, 'plan alice tiny')
  holds(story, fits, GIB / 2)
  const begun = story.settle()
  t.deepEqual(outcomes(begun), ['received'])
  t.equal(stripeCalls(begun).length, 1)
  t.end()
})

test('changed in Stripe’s portal: the record follows and the owners are told, once; no room: it waits', (t) => {
  const one = told()
  const { story, pub } = one
  billing(story)
  pays(story, pubIdOf(pub), 'active')
  story.settle()
  pays(story, pubIdOf(pub), 'active', { plan: 'personal' })
  const followed = story.settle()
  t.match(
    notices(followed).join(),
    /^payment: The subscription of \*\*alice\*\* was changed to the plan \*\*personal\*\*/,
  )
  t.ok(has(one, personal))
  t.equal(story.state.provider.changes.size, 0, 'it is no change that somebody waits for')
  t.deepEqual(story.settle(), [])
  hubSays(story, pub, 'up')
  story.offers(200 * 1024 ** 2)
  pays(story, pubIdOf(pub), 'active', { plan: 'community' })
  const full = story.settle()
  t.match(notices(full).join(), /paid for, and its server has no room for it just now: hub-1 is full/)
  t.ok(has(one, personal))
  t.deepEqual(story.settle(), [], 'said once')
  story.offers(4 * 1024 ** 3)
  story.settle()
  t.ok(has(one, community), 'and then it follows by itself')
  pays(story, pubIdOf(pub), 'active', { plan: 'gone' })
  t.deepEqual(story.settle(), [], 'a price that is none of our plans changes nothing')
  pays(story, pubIdOf(pub), 'past_due', { plan: 'tiny' })
  story.settle()
  t.ok(has(one, community), 'nor does one that is not paid')
  t.end()
})

test('what money forbids is said with what to do', (t) => {
  const free = { ...tiny, name: 'free', price: null }
  const euros = {
    ...personal,
    name: 'euros',
    price: { amount: 300, currency: 'eur', interval: 'month' as const },
  }
  const start = (): Told => {
    const one = told()
    one.story.policy = { ...one.story.policy, plans: [...DEFAULT_PLANS, free, euros] }
    billing(one.story)
    return one
  }
  const refusal = (one: Told, text: string): string => {
    asks(one, text)
    const effects = one.story.settle()
    t.deepEqual([outcomes(effects), stripeCalls(effects)], [['refused'], []], text)
    return lastText(effects)
  }
  const paid = start()
  pays(paid.story, pubIdOf(paid.pub), 'active')
  t.match(refusal(paid, 'plan alice free'), /`cancel alice` ends that/)
  t.match(refusal(paid, 'plan alice euros'), /another currency/)
  pays(paid.story, pubIdOf(paid.pub), 'active', { cancelAt: paid.story.now + 86_400_000 })
  t.match(refusal(paid, 'plan alice community'), /cancelled and ends on 2030-01-02/)
  pays(paid.story, pubIdOf(paid.pub), 'past_due')
  t.match(refusal(paid, 'plan alice community'), /not paid for just now/)
  pays(paid.story, pubIdOf(paid.pub), 'canceled')
  t.deepEqual(ask(paid, 'plan alice free'), ['done'], 'over: a plan that costs nothing keeps it')
  t.equal(recordOf(paid).plan, 'free')

  const unpaid = start()
  grants(unpaid.story, { kind: 'owner', owner: alice }, null)
  t.deepEqual(ask(unpaid, 'plan alice community'), ['received'], 'a gift needs no payment')
  t.ok(has(unpaid, community))
  t.end()
})

test('nobody pays for it yet, and the new plan has less disk: after its hub Stripe is asked', (t) => {
  const one = bigger()
  const { story, pub } = one
  billing(story)
  story.settle()
  const request = asks(one, 'plan alice tiny')
  holds(story, request, GIB / 2)
  t.deepEqual(
    stripeCalls(story.settle()).map((call) => call.kind === 'checkout' && [call.pub, call.plan]),
    [[pubIdOf(pub), 'tiny']],
    'what it holds is known, and its link is asked for',
  )
  t.end()
})

test('nobody pays for it yet: a link for the new plan, and it has that once somebody has paid', (t) => {
  const one = told()
  const { story, pub } = one
  billing(story)
  story.settle()
  const request = asks(one, 'plan alice community')
  const asked = stripeCalls(story.settle())
  t.deepEqual(
    asked.map((call) => call.kind === 'checkout' && [call.pub, call.plan]),
    [[pubIdOf(pub), 'community']],
  )
  const made = {
    session: 'cs_9',
    url: 'https://pay.example/9',
    expiresAt: story.now + 80_000_000,
    live: true,
  }
  const value = { outcome: 'done', reason: null, checkout: made }
  story.replies.set(request, { state: 'done', ask: 'stripe', value })
  const said = story.settle()
  t.deepEqual(outcomes(said), ['done'])
  t.match(lastText(said), /on the plan \*\*community\*\* costs \$7[\s\S]*pay\.example\/9/)
  t.ok(has(one, tiny), 'not before it is paid')
  pays(story, pubIdOf(pub), 'active', { checkout: request, session: 'cs_9', plan: 'community' })
  t.match(notices(story.settle()).join(), /was changed to the plan \*\*community\*\*/)
  t.ok(has(one, community))
  t.end()
})

test('plans and plan NAME say what it costs, as people write it', (t) => {
  const one = told()
  const { story, pub } = one
  const said = (text: string): string => {
    asks(one, text)
    return lastText(story.settle())
  }
  t.match(said('plans'), /They cost nothing here; you may have up to 3 pubs/)
  t.doesNotMatch(said('plans'), /\$/)
  t.match(said('plan alice'), /It costs nothing here/)
  story.now += 60_000
  billing(story)
  story.policy = {
    ...story.policy,
    plans: [{ ...tiny, trialDays: 14 }, { ...personal, price: null, perOwnerMax: 2 }, community],
  }
  t.match(said('plans'), /\*\*tiny\*\*: .*1 GB of disk; \$1 a month, the first 14 days free\./)
  t.match(said('plans'), /\*\*personal\*\*: .*; costs nothing; at most 2 for each of you\./)
  t.match(said('plan alice'), /costs \$1 a month, and is not paid for just now: `pay alice`/)
  pays(story, pubIdOf(pub), 'trialing')
  t.match(said('plan alice'), /is on trial until 2030-01-31/)
  pays(story, pubIdOf(pub), 'active', { cancelAt: story.now + 86_400_000 })
  t.match(said('plan alice'), /is cancelled as of 2030-01-02/)
  grants(story, { kind: 'pub', pub: pubIdOf(pub) }, null)
  t.match(said('plan alice'), /gift of the operator\./)
  t.end()
})
