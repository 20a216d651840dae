/** Goal: the same when it does not go smoothly: refused, overtaken by an end, out of reach, too late, cut off. */
import test from 'tape'
import { pubIdOf } from '../../protocol/ids'
import { BURST_GATHER_MS, CHANGE_DEADLINE_MS, REQUESTS_PER_MINUTE_MAX } from '../../protocol/limits'
import { alice, bob, hub, lastText, outcomes, Story } from '../helpers/story'
import { ask, recordOf, specOf, stopped, told } from '../helpers/story-change'
import { aliceHasPub, hubSays } from '../helpers/story-hub'

test('deleted meanwhile: the change says so', (t) => {
  const one = told()
  const question = (() => {
    one.story.asks(alice, 'delete alice')
    const [asked] = one.story.decide().effects
    if (asked === undefined) throw new Error('no question')
    return one.story.perform(asked)
  })()
  ask(one, 'restart alice')
  one.story.asks(alice, 'yes', { root: question, branch: question })
  const effects = one.story.settle()
  t.deepEqual(outcomes(effects), ['failed'])
  t.match(lastText(effects), /deleted meanwhile/)
  hubSays(one.story, one.pub, 'removed')
  t.deepEqual(outcomes(one.story.settle()), ['done'], 'the deletion')
  t.deepEqual(ask(one, 'start alice'), ['refused'])
  t.end()
})

test('a yes and a change in one look: the change first, then the end', (t) => {
  for (const order of ['change first', 'yes first']) {
    const one = told()
    one.story.asks(alice, 'delete alice')
    const [asked] = one.story.decide().effects
    if (asked === undefined) throw new Error('no question')
    const question = one.story.perform(asked)
    const yes = () => one.story.asks(alice, 'yes', { root: question, branch: question })
    if (order === 'yes first') yes()
    one.story.asks(alice, 'stop alice')
    if (order === 'change first') yes()
    one.story.settle()
    t.equal(recordOf(one).status, 'ended', order)
    t.equal(specOf(one).desired, 'none')
    hubSays(one.story, one.pub, 'removed')
    one.story.settle()
    t.equal(one.story.state.open.size, 0, 'nobody waits any more')
  }
  t.end()
})

test('not there in time: failed with the reason of its hub, and it goes on', (t) => {
  const one = told()
  ask(one, 'restart alice')
  hubSays(one.story, one.pub, 'failed', {
    trouble: 'port-taken',
    reason: 'port 8100 is taken by another program',
  })
  t.deepEqual(outcomes(one.story.settle()), [], 'that may pass')
  t.equal(one.story.decide().wakeAt, one.story.now + CHANGE_DEADLINE_MS)
  one.story.now += CHANGE_DEADLINE_MS - 1
  t.deepEqual(outcomes(one.story.settle()), [], 'one millisecond before')
  one.story.now += 1
  const effects = one.story.settle()
  t.deepEqual(outcomes(effects), ['failed'])
  t.match(
    lastText(effects),
    /not through after 5 min 0 s: port 8100 is taken.*It is still to be up.*goes on trying/,
  )
  t.equal(recordOf(one).desired, 'up')
  hubSays(one.story, one.pub, 'up')
  t.deepEqual(one.story.settle(), [], 'no second final answer')
  const crashing = told()
  ask(crashing, 'restart alice')
  hubSays(crashing.story, crashing.pub, 'failed', { trouble: 'crashing', reason: 'it keeps crashing' })
  t.match(
    lastText(crashing.story.settle()),
    /it keeps crashing/,
    'what waiting does not mend is told at once',
  )
  t.end()
})

test('its hub out of reach: said at once, and again at the deadline', (t) => {
  const one = told()
  one.story.connected.delete(hub)
  one.story.asks(alice, 'stop alice')
  const first = one.story.settle()
  t.deepEqual(outcomes(first), ['received'])
  t.match(lastText(first), /hub-1, is out of reach just now/)
  one.story.now += CHANGE_DEADLINE_MS
  const last = one.story.settle()
  t.deepEqual(outcomes(last), ['failed'])
  t.match(lastText(last), /hub-1, is out of reach\. It is still to be stopped/)
  t.end()
})

test('refused: still being made, not theirs, not said which', (t) => {
  const story = new Story().withHub()
  const pub = story.asks(alice, 'create alice')
  story.settle()
  for (const text of ['stop alice', 'restart alice', 'name alice as X', 'describe alice as X', 'start alice'])
    t.match(
      ((): string => {
        story.asks(alice, text)
        return lastText(story.settle())
      })(),
      /still being made/,
    )
  t.equal(recordOf({ story, pub }).desired, 'up')
  const one = told()
  one.story.asks(bob, 'stop alice')
  t.match(lastText(one.story.settle()), /You have no pub called \*\*alice\*\*/)
  one.story.asks(bob, 'stop')
  t.match(lastText(one.story.settle()), /You have no pub yet/)
  t.equal(recordOf(one).desired, 'up', "nobody else's word moves it")
  t.deepEqual(ask(one, 'restart my pub'), [], 'the only one')
  t.equal(recordOf(one).restarts, 1)
  aliceHasPub(one.story, 'barn')
  one.story.asks(alice, 'stop')
  t.match(lastText(one.story.settle()), /`stop alice` or `stop barn`/)
  one.story.asks(alice, 'name my pub as X')
  t.match(lastText(one.story.settle()), /`name alice as …` or `name barn as …`/)
  t.end()
})

test('a stopped pub: no invites, its room and port are its own, and it can be deleted', (t) => {
  const one = stopped()
  one.story.asks(alice, 'invite alice')
  t.match(lastText(one.story.settle()), /is stopped.*`start alice` first/)
  const { port } = recordOf(one)
  const other = aliceHasPub(one.story, 'barn')
  t.notEqual(one.story.state.provider.pubs.get(pubIdOf(other))?.record.port, port)
  one.story.asks(alice, 'delete alice')
  const [asked] = one.story.decide().effects
  if (asked === undefined) throw new Error('no question')
  const question = one.story.perform(asked)
  one.story.asks(alice, 'yes', { root: question, branch: question })
  one.story.settle()
  t.equal(specOf(one).desired, 'none')
  hubSays(one.story, one.pub, 'removed')
  t.match(lastText(one.story.settle()), /is off and deleted/)
  t.end()
})

test('stopped while an invite is under way: the invite is void at once, and said so', (t) => {
  const one = told()
  ask(one, 'invite alice')
  one.story.asks(alice, 'stop alice')
  const effects = one.story.settle()
  t.deepEqual(outcomes(effects), ['failed'])
  t.match(lastText(effects), /was stopped before the invite was ready/)
  t.end()
})

test('a burst closes nothing that is under way', (t) => {
  const one = told()
  one.story.now += 120_000
  const request = one.story.asks(alice, 'restart alice')
  one.story.settle()
  for (let count = 0; count < REQUESTS_PER_MINUTE_MAX + 5; count += 1) one.story.asks(alice, 'list')
  one.story.settle()
  one.story.now += BURST_GATHER_MS
  t.ok(outcomes(one.story.settle()).includes('burst'))
  t.ok(one.story.state.open.has(request), 'the restart is still open')
  hubSays(one.story, one.pub, 'up')
  const last = one.story.settle()
  t.deepEqual(outcomes(last), ['done'])
  t.match(lastText(last), /up again/)
  t.end()
})

test('cut off between record and order: the next look orders, once', (t) => {
  const one = told()
  one.story.asks(alice, 'stop alice')
  const [record] = one.story.decide().effects
  if (record?.kind !== 'record') throw new Error('no record first')
  one.story.perform(record)
  const effects = one.story.settle()
  t.deepEqual(
    effects.map((effect) => effect.kind),
    ['order'],
  )
  t.equal(specOf(one).desired, 'down')
  t.end()
})
