/** Goal: what a pub may run on: nothing to pay, a gift, or a subscription; and why not, where it may not. */
import test from 'tape'
import { bestPaymentOf, costsNothing, entitlementOf, isUnoffered } from '../../plugin/entitlement'
import type { FeedId, Millis } from '../../protocol/ids'
import type { SubscriptionStatus } from '../../protocol/messages/payment'
import { alice, bob, key } from '../helpers/story'
import { aliceOwns, billing, grants, type Owned, pays } from '../helpers/story-money'

const DAY_MS = 24 * 3_600_000

/** In one word: why it may run, or why not. */
function why({ story, pub }: Owned): string {
  const fact = story.state.provider.pubs.get(pub)
  if (fact === undefined) throw new Error('there is no pub')
  const entitlement = entitlementOf(story, fact)
  return entitlement.ok ? entitlement.why : `not: ${entitlement.reason}`
}

function until({ story, pub }: Owned): Millis | null | undefined {
  const fact = story.state.provider.pubs.get(pub)
  const entitlement = fact === undefined ? null : entitlementOf(story, fact)
  return entitlement?.ok ? entitlement.until : undefined
}

test('billing is on while a bridge is admitted', (t) => {
  const one = aliceOwns()
  t.equal(why(one), 'billing-off')
  billing(one.story)
  t.equal(why(one), 'not: never', 'older than billing here')
  billing(one.story, 'retired')
  t.equal(why(one), 'billing-off')
  t.end()
})

test('a plan without a price costs nothing; one that is gone asks only those who ever paid', (t) => {
  const one = aliceOwns()
  const { story, pub } = one
  const fact = story.state.provider.pubs.get(pub)
  if (fact === undefined) throw new Error('there is no pub')
  billing(story)
  const plans = story.policy.plans
  story.policy = { ...story.policy, plans: plans.map((plan) => ({ ...plan, price: null })) }
  t.equal(why(one), 'free-plan')
  t.notOk(isUnoffered(story, fact))
  story.policy = { ...story.policy, plans: plans.slice(1) }
  t.equal(why(one), 'free-plan', 'no price to ask for')
  t.ok(isUnoffered(story, fact), 'the operator is told')
  pays(story, pub, 'incomplete')
  t.equal(why(one), 'free-plan', 'nobody was served for what was never paid')
  pays(story, pub, 'active')
  t.equal(why(one), 'paid')
  t.notOk(isUnoffered(story, fact))
  pays(story, pub, 'canceled')
  t.equal(why(one), 'not: canceled')
  t.end()
})

test('every state of a subscription', (t) => {
  const one = aliceOwns()
  billing(one.story)
  pays(one.story, one.pub, 'incomplete')
  t.equal(why(one), 'not: never')
  const states: [SubscriptionStatus, string][] = [
    ['active', 'paid'],
    ['trialing', 'trial'],
    ['past_due', 'not: past-due'],
    ['unpaid', 'not: unpaid'],
    ['paused', 'not: unpaid'],
    ['canceled', 'not: canceled'],
  ]
  for (const [status, expected] of states) {
    pays(one.story, one.pub, status)
    t.equal(why(one), expected, status)
  }
  pays(one.story, one.pub, 'active', { live: false })
  t.equal(why(one), 'paid', 'with a test key, too')
  t.end()
})

test('of several subscriptions the best counts', (t) => {
  const one = aliceOwns()
  const { story, pub } = one
  billing(story)
  const end = story.now + 5 * DAY_MS
  pays(story, pub, 'active', { cancelAt: end })
  t.equal(until(one), end, 'it is cancelled')
  pays(story, pub, 'trialing', { subscription: 'sub_2' })
  t.deepEqual([why(one), until(one)], ['trial', null], 'the other goes on')
  pays(story, pub, 'canceled')
  t.equal(why(one), 'trial')
  pays(story, pub, 'past_due', { subscription: 'sub_2' })
  t.equal(why(one), 'not: past-due')
  pays(story, pub, 'active', { subscription: 'sub_3' })
  t.equal(why(one), 'paid')
  pays(story, pub, 'canceled', { subscription: 'sub_3' })
  pays(story, pub, 'incomplete', { subscription: 'sub_4' })
  t.equal(why(one), 'not: past-due', 'what was never paid says nothing')
  t.end()
})

test('of several that are over the last one counts, also where it was cancelled with a date', (t) => {
  const { story, pub } = aliceOwns()
  billing(story)
  pays(story, pub, 'active')
  story.now += DAY_MS
  pays(story, pub, 'canceled')
  const later = { subscription: 'sub_2', customer: 'cus_2' }
  pays(story, pub, 'active', { ...later, cancelAt: story.now + DAY_MS })
  story.now += DAY_MS
  pays(story, pub, 'canceled', { ...later, cancelAt: story.now })
  t.equal(bestPaymentOf(story.state, pub)?.content.customer, 'cus_2', 'who paid long ago hears nothing more')
  t.end()
})

test('a grant to the pub, or to the owner it counts for, until its day', (t) => {
  const one = aliceOwns()
  const { story, pub } = one
  billing(story)
  const end = story.now + DAY_MS
  grants(story, { kind: 'owner', owner: bob }, null)
  t.equal(why(one), 'not: never', 'a grant of somebody else')
  grants(story, { kind: 'owner', owner: alice }, end)
  t.deepEqual([why(one), until(one)], ['grant', end])
  grants(story, { kind: 'pub', pub }, end + DAY_MS)
  t.equal(until(one), end + DAY_MS, 'the longer one counts')
  grants(story, { kind: 'pub', pub }, null)
  t.equal(until(one), null)
  grants(story, { kind: 'pub', pub }, null, false)
  t.equal(until(one), end)
  story.now = end
  t.equal(why(one), 'grant', 'its last moment')
  story.now += 1
  t.equal(why(one), 'not: grant-over')
  t.end()
})

test('which of two that are over is the reason: the later one', (t) => {
  const one = aliceOwns()
  const { story, pub } = one
  billing(story)
  pays(story, pub, 'active')
  pays(story, pub, 'canceled')
  story.now += DAY_MS
  grants(story, { kind: 'pub', pub }, null)
  story.now += DAY_MS
  grants(story, { kind: 'pub', pub }, null, false)
  t.equal(why(one), 'not: grant-over')
  story.now += DAY_MS
  pays(story, pub, 'active', { subscription: 'sub_2' })
  story.now += DAY_MS
  pays(story, pub, 'canceled', { subscription: 'sub_2' })
  t.equal(why(one), 'not: canceled')
  t.end()
})

test('whether a new pub is to be paid for', (t) => {
  const { story } = aliceOwns()
  const [plan] = story.policy.plans
  if (plan === undefined) throw new Error('there is no plan')
  const free = (owner: FeedId): boolean => costsNothing(story, owner, plan)
  t.ok(free(alice), 'billing is off')
  billing(story)
  t.notOk(free(alice))
  t.ok(costsNothing(story, alice, { ...plan, price: null }))
  grants(story, { kind: 'owner', owner: alice }, story.now + DAY_MS)
  t.ok(free(alice))
  t.notOk(free(bob))
  story.now += DAY_MS + 1
  t.notOk(free(alice))
  grants(story, { kind: 'owner', owner: alice }, null)
  t.ok(free(alice))
  grants(story, { kind: 'owner', owner: alice }, null, false)
  t.notOk(free(alice))
  t.end()
})

test('a subscription that was never good counts for nothing where another one was', (t) => {
  const one = aliceOwns()
  billing(one.story)
  pays(one.story, one.pub, 'active')
  pays(one.story, one.pub, 'canceled')
  pays(one.story, one.pub, 'past_due', { subscription: 'sub_2', checkout: key('another'), session: 'cs_2' })
  t.equal(why(one), 'not: canceled')
  t.equal(bestPaymentOf(one.story.state, one.pub)?.content.subscription, 'sub_1')
  t.end()
})
