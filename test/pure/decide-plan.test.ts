// Goal: a plan is changed where room, disk and quota allow it, at once, with one answer that is true.
import test from 'tape'
import { DEFAULT_PLANS } from '../../plugin/plans-default'
import { reservedBytesOf } from '../../plugin/query'
import { pubIdOf } from '../../protocol/ids'
import { buildHub } from '../../protocol/messages/hub'
import { alice, bob, hub, lastText, outcomes, provider, Story } from '../helpers/story'
import { ask, stopped, told } from '../helpers/story-change'
import { hubSays } from '../helpers/story-hub'
import { asks, bigger, community, GIB, has, holds, personal, tiny } from '../helpers/story-plan'

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

test('a server that takes no new pubs lets those grow that are there', (t) => {
  const one = told()
  for (const status of ['cordoned', 'draining'] as const) {
    one.story.tells(provider, buildHub({ hub, status, label: 'hub-1', token: null }))
    asks(one, status === 'cordoned' ? 'plan alice personal' : 'plan alice community')
    t.deepEqual(outcomes(one.story.settle()), ['received'], status)
    hubSays(one.story, one.pub, 'up')
    t.deepEqual(outcomes(one.story.settle()), ['done'])
  }
  asks(one, 'create shed')
  t.match(lastText(one.story.settle()), /hub-1 is draining/, 'and takes no new ones')
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

test('the room that a smaller plan leaves is free when its hub has carried it out', (t) => {
  const one = bigger()
  const { story } = one
  const roomOf = (): number => reservedBytesOf(story.state, hub)
  t.equal(roomOf(), community.size.reservedBytes)
  holds(story, asks(one, 'plan alice tiny'), 1)
  story.settle()
  t.ok(has(one, tiny))
  t.equal(roomOf(), community.size.reservedBytes, 'ordered is not done')
  ask(one, 'restart alice')
  hubSays(story, one.pub, 'failed', { trouble: 'other', reason: 'its engine does not answer' })
  t.equal(roomOf(), community.size.reservedBytes, 'nor is what failed')
  hubSays(story, one.pub, 'up')
  t.equal(roomOf(), tiny.size.reservedBytes)
  hubSays(story, one.pub, 'failed', { trouble: 'other', reason: 'its engine does not answer' })
  t.equal(roomOf(), tiny.size.reservedBytes, 'what is gone does not come back by a failure')
  t.end()
})

test('of a pub that is stopped a smaller plan frees the room as soon as its hub says that it is down under that order', (t) => {
  const one = bigger()
  const { story } = one
  const roomOf = (): number => reservedBytesOf(story.state, hub)
  ask(one, 'stop alice')
  hubSays(story, one.pub, 'down')
  story.settle()
  t.equal(roomOf(), community.size.reservedBytes, 'stopped, it holds what it needs to start')
  holds(story, asks(one, 'plan alice tiny'), 1)
  story.settle()
  t.ok(has(one, tiny))
  t.equal(roomOf(), community.size.reservedBytes, 'ordered is not done')
  hubSays(story, one.pub, 'down', { trouble: 'other', reason: 'it is being started again' })
  t.equal(roomOf(), community.size.reservedBytes, 'one that is being healed may be of the former order')
  hubSays(story, one.pub, 'down')
  t.equal(roomOf(), tiny.size.reservedBytes, 'though it was never up as a small one')
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

test('a pub whose order is not there yet, because a crash came between, holds its room', (t) => {
  const story = new Story().withHub(hub, personal.size.reservedBytes)
  const asks = story.asks(alice, 'create shed personal')
  const record = story
    .decide()
    .effects.find((one) => one.kind === 'record' && one.content.type === 'buttcloud/pub')
  if (record !== undefined) story.perform(record)
  t.ok(story.state.provider.pubs.has(pubIdOf(asks)), 'its record stands on the feed')
  t.equal(reservedBytesOf(story.state, hub), personal.size.reservedBytes)
  story.asks(bob, 'create barn tiny')
  t.deepEqual(outcomes(story.decide().effects).sort(), ['refused'], 'no room is given twice')
  t.end()
})
