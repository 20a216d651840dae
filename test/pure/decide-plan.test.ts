// Goal: a plan is changed where room, disk, quota and payment allow it, at once, with one answer that is true.
import test from 'tape'
import { isSameSize } from '../../plugin/change'
import type { StatusReply } from '../../plugin/decide-status'
import type { Effect } from '../../plugin/effects'
import { DEFAULT_PLANS } from '../../plugin/plans-default'
import type { MessageId } from '../../protocol/ids'
import { pubIdOf } from '../../protocol/ids'
import { alice, bob, hub, lastText, outcomes, provider, type Story } from '../helpers/story'
import { ask, recordOf, specOf, stopped, type Told, told } from '../helpers/story-change'
import { hubSays } from '../helpers/story-hub'
import { billing, grants, pays } from '../helpers/story-money'

const [tiny, personal, community] = DEFAULT_PLANS as [
  (typeof DEFAULT_PLANS)[0],
  (typeof DEFAULT_PLANS)[0],
  (typeof DEFAULT_PLANS)[0],
]
const GIB = 1024 ** 3

const has = (one: Told, plan: typeof tiny): boolean =>
  recordOf(one).plan === plan.name &&
  isSameSize(recordOf(one).size, plan.size) &&
  isSameSize(specOf(one), plan.size)

const asks = ({ story }: Told, text: string): MessageId => story.asks(alice, text)
const notices = (effects: Effect[]): string[] =>
  effects.flatMap((one) => (one.kind === 'notice' ? [`${one.payload.topic}: ${one.text}`] : []))
const stripeCalls = (effects: Effect[]) =>
  effects.flatMap((one) => (one.kind === 'ask' && one.ask.kind === 'stripe' ? [one.ask.call] : []))

/** What the hub would tell of it. */
const holds = (story: Story, request: MessageId, diskBytes: number | null): void => {
  const value = { figures: { diskBytes }, picture: null } as unknown as StatusReply
  story.replies.set(request, { state: 'done', ask: 'status', value })
}
const bigger = (): Told => {
  const one = told()
  ask(one, 'plan alice community')
  hubSays(one.story, one.pub, 'up')
  one.story.settle()
  return one
}

test('billing off, larger: the record, the order, and the answer when the hub has carried it out', (t) => {
  const one = told()
  asks(one, 'plan alice community')
  const begun = one.story.settle()
  t.deepEqual(outcomes(begun), ['received'])
  t.match(lastText(begun), /gets the plan \*\*community\*\*.*started anew/)
  t.ok(has(one, community))
  one.story.now += 2_300
  hubSays(one.story, one.pub, 'up')
  const done = one.story.settle()
  t.deepEqual(outcomes(done), ['done'])
  t.match(
    lastText(done),
    /has the plan \*\*community\*\* now: up to 1 GB of memory and 50 GB of disk.*2\.3 s/,
  )
  t.deepEqual(ask(one, 'plan alice community'), ['done'], 'already')
  t.deepEqual(one.story.settle(), [])
  t.end()
})

test('no such plan, no such pub, somebody else’s, and the quota of a plan', (t) => {
  const one = told()
  const { story } = one
  t.deepEqual(ask(one, 'plan alice huge'), ['refused'])
  story.asks(bob, 'plan alice community')
  t.deepEqual(outcomes(story.settle()), ['refused'])
  t.ok(has(one, tiny))
  story.policy = { ...story.policy, plans: DEFAULT_PLANS.map((plan) => ({ ...plan, perOwnerMax: 1 })) }
  t.deepEqual(ask(one, 'create shed'), ['refused'], 'a second one of the same plan')
  t.deepEqual(ask(one, 'create shed personal'), ['received'], 'but one of another')
  story.asks(alice, 'plan alice personal')
  const refused = story.settle()
  t.deepEqual(outcomes(refused), ['refused'])
  t.match(lastText(refused), /1 of at most 1 pubs with the plan \*\*personal\*\* \(shed\)/)
  t.end()
})

test('two creates in one look share the quota of a plan', (t) => {
  const one = told()
  const { story } = one
  story.policy = {
    ...story.policy,
    plans: DEFAULT_PLANS.map((plan) => ({ ...plan, perOwnerMax: plan === personal ? 1 : null })),
  }
  story.asks(alice, 'create shed personal')
  story.asks(alice, 'create barn plan personal')
  t.deepEqual(outcomes(story.settle()), ['received', 'refused'])
  t.end()
})

test('create with a plan gets its size; one that is no plan is refused with those there are', (t) => {
  const one = told()
  const request = asks(one, 'create a community pub called shed')
  t.deepEqual(outcomes(one.story.settle()), ['received'])
  const record = one.story.state.provider.pubs.get(pubIdOf(request))?.record
  t.deepEqual([record?.plan, record?.size], ['community', community.size])
  asks(one, 'create mary jane')
  const refused = one.story.settle()
  t.deepEqual(outcomes(refused), ['refused'])
  t.match(
    lastText(refused),
    /no plan called \*\*jane\*\*.*tiny, personal, community.*`create mary` makes.*no spaces/,
  )
  t.end()
})

test('no room on its server: refused, nothing is changed', (t) => {
  const one = told()
  for (const author of one.story.state.authors.values())
    if (author.capacity !== null) author.capacity = { ...author.capacity, memoryBytes: 128 * 1024 ** 2 }
  asks(one, 'plan alice community')
  const effects = one.story.settle()
  t.deepEqual(outcomes(effects), ['refused'])
  t.match(lastText(effects), /no room for it: hub-1 is full/)
  t.ok(has(one, tiny))
  t.end()
})

test('smaller: only when the data fits, and the numbers are said where only owners read', (t) => {
  const one = bigger()
  const { story } = one
  const tooMuch = asks(one, 'plan alice tiny')
  t.deepEqual(
    story.decide().effects.map((effect) => effect.kind === 'ask' && effect.ask.kind),
    ['status'],
    'its hub is asked first',
  )
  holds(story, tooMuch, 3 * GIB)
  const refused = story.settle()
  t.deepEqual(outcomes(refused), ['refused'])
  t.match(lastText(refused), /holds 3\.0 GB, and the plan \*\*tiny\*\* has 1\.0 GB of disk/)
  const read = story.asks(alice, 'plan alice tiny', { recps: [alice, bob, provider] })
  holds(story, read, 3 * GIB)
  const unsaid = story.settle()
  t.deepEqual(outcomes(unsaid), ['refused'])
  t.doesNotMatch(lastText(unsaid), /\d GB/, 'no figure in front of others')
  t.ok(has(one, community))
  const unknown = asks(one, 'plan alice tiny')
  holds(story, unknown, null)
  const notYet = story.settle()
  t.match(
    lastText(notYet),
    /don't know how much \*\*alice\*\* holds: it has not been measured yet.*try again/,
  )
  t.deepEqual(ask(one, 'plan alice tiny'), ['refused'], 'a hub that does not answer')
  story.connected.delete(hub)
  asks(one, 'plan alice tiny')
  t.match(lastText(story.settle()), /server is out of reach/)
  story.connected.add(hub)
  t.ok(has(one, community))
  const fits = asks(one, 'plan alice tiny')
  holds(story, fits, GIB)
  t.deepEqual(outcomes(story.settle()), ['received'])
  t.ok(has(one, tiny))
  hubSays(story, one.pub, 'up')
  t.deepEqual(outcomes(story.settle()), ['done'])
  t.end()
})

test('a stopped pub has it from its next start; of two changes each has its answer', (t) => {
  const one = stopped()
  t.deepEqual(ask(one, 'plan alice personal'), ['done'])
  t.ok(has(one, personal))
  const two = told()
  asks(two, 'plan alice personal')
  asks(two, 'plan alice community')
  t.deepEqual(outcomes(two.story.settle()), ['received', 'received', 'failed'], 'the later one counts')
  hubSays(two.story, two.pub, 'up')
  t.deepEqual(outcomes(two.story.settle()), ['done'])
  t.ok(has(two, community))
  t.end()
})

test('other sizes in plans.yaml change no pub that is there; its own plan, asked for again, does', (t) => {
  const one = told()
  const { story } = one
  const size = { ...tiny.size, memoryBytes: 256 * 1024 ** 2 }
  story.policy = { ...story.policy, plans: [{ ...tiny, size }] }
  t.deepEqual(story.settle(), [])
  t.ok(has(one, tiny))
  t.deepEqual(ask(one, 'plan alice tiny'), ['received'])
  t.ok(has(one, { ...tiny, size }))
  t.end()
})

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
  t.deepEqual(story.settle(), [])
  hubSays(story, pub, 'up')
  const capacities = [...story.state.authors.values()].filter((author) => author.capacity !== null)
  const offered = capacities.map((author) => author.capacity)
  for (const author of capacities)
    if (author.capacity !== null) author.capacity = { ...author.capacity, memoryBytes: 200 * 1024 ** 2 }
  pays(story, pubIdOf(pub), 'active', { plan: 'community' })
  const full = story.settle()
  t.match(notices(full).join(), /paid for, and its server has no room for it just now: hub-1 is full/)
  t.ok(has(one, personal))
  t.deepEqual(story.settle(), [], 'said once')
  for (const [at, author] of capacities.entries()) author.capacity = offered[at] ?? null
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
  t.match(refusal(unpaid, 'plan alice community'), /costs \$7 a month, and nobody pays for \*\*alice\*\*/)
  grants(unpaid.story, { kind: 'owner', owner: alice }, null)
  t.deepEqual(ask(unpaid, 'plan alice community'), ['received'], 'a gift needs no payment')
  t.ok(has(unpaid, community))
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
