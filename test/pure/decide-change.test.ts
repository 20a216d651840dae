/** Goal: start, stop, restart, name and describe, told as stories: one final answer each that says what is true now. */
import test from 'tape'
import { span } from '../../plugin/words-change'
import type { MessageId } from '../../protocol/ids'
import { pubIdOf } from '../../protocol/ids'
import { BURST_GATHER_MS, CHANGE_DEADLINE_MS, REQUESTS_PER_MINUTE_MAX } from '../../protocol/limits'
import type { PubMessage } from '../../protocol/messages/pub'
import type { SpecMessage } from '../../protocol/messages/spec'
import { alice, bob, hub, lastText, outcomes, Story } from '../helpers/story'
import { aliceHasPub, hubSays } from '../helpers/story-hub'

interface Told {
  story: Story
  pub: MessageId
}

function told(): Told {
  const story = new Story().withHub()
  return { story, pub: aliceHasPub(story) }
}

const recordOf = ({ story, pub }: Told): PubMessage => {
  const record = story.state.provider.pubs.get(pubIdOf(pub))?.record
  if (record === undefined) throw new Error('no record')
  return record
}
const specOf = ({ story, pub }: Told): SpecMessage => {
  const spec = story.state.provider.specs.get(pubIdOf(pub))
  if (spec === undefined) throw new Error('no spec')
  return spec
}

/** Asks and settles; gives the outcomes of all answers. */
const ask = ({ story }: Told, text: string): string[] => {
  story.asks(alice, text)
  return outcomes(story.settle())
}

function stopped(): Told {
  const one = told()
  ask(one, 'stop alice')
  hubSays(one.story, one.pub, 'down')
  one.story.settle()
  return one
}

test('stop: record and order in one group, the final answer when the hub says down', (t) => {
  const one = told()
  const { story, pub } = one
  story.asks(alice, 'can you stop alice for a while?')
  const first = story.settle()
  t.deepEqual(
    first.map((effect) =>
      effect.kind === 'record' || effect.kind === 'order' ? effect.content.type : effect.kind,
    ),
    ['buttcloud/pub', 'buttcloud/spec'],
  )
  t.equal(specOf(one).desired, 'down')
  t.equal(specOf(one).revision, 2)
  story.asks(alice, 'status alice')
  t.match(lastText(story.settle()), /\*\*up\*\* \(being stopped\)/)
  story.now += 1_240
  hubSays(story, pub, 'down')
  const last = story.settle()
  t.deepEqual(outcomes(last), ['done'])
  t.match(lastText(last), /\*\*alice\*\* is stopped, after 1\.2 s.*`start alice` brings it back/)
  story.asks(alice, 'status')
  t.match(lastText(story.settle()), /\*\*down\*\* \(stopped by you\)/)
  story.asks(alice, 'list')
  t.match(lastText(story.settle()), /alice\*\* is down \(stopped by you\)/)
  t.end()
})

test('restart: another run, the answer says after how long it is up again', (t) => {
  const one = told()
  const { story, pub } = one
  const before = specOf(one)
  t.deepEqual(ask(one, 'please restart alice'), [])
  t.equal(specOf(one).restarts, before.restarts + 1)
  t.equal(specOf(one).desired, 'up')
  story.now += 2_060
  hubSays(story, pub, 'down', { trouble: 'other', reason: 'it is being started again' })
  t.deepEqual(outcomes(story.settle()), [], 'down on the way is not the end')
  story.now += 50
  hubSays(story, pub, 'up')
  t.match(lastText(story.settle()), /^\*\*alice\*\* is up again after 2\.1 s, at pubs\.example:\d+\.$/)
  t.deepEqual(story.settle(), [])
  t.end()
})

test('start: up after a stop; a restart of a stopped pub starts it too', (t) => {
  for (const text of ['start alice', 'restart alice']) {
    const one = stopped()
    t.deepEqual(ask(one, text), [])
    t.equal(specOf(one).desired, 'up')
    one.story.asks(alice, 'status alice')
    t.match(lastText(one.story.settle()), /\(being started\)/)
    one.story.now += 900
    hubSays(one.story, one.pub, 'up')
    t.match(lastText(one.story.settle()), /is up (?:again )?after 0\.9 s/)
  }
  t.end()
})

test('what is so already is answered at once and costs one message', (t) => {
  const up = told()
  up.story.asks(alice, 'start alice')
  const effects = up.story.settle()
  t.equal(effects.length, 1)
  t.match(lastText(effects), /is up already, at pubs\.example/)
  up.story.connected.delete(hub)
  up.story.asks(alice, 'start alice')
  t.match(
    lastText(up.story.settle()),
    /up already.*hub-1, is out of reach just now; this is the last I heard/,
  )
  const off = stopped()
  off.story.asks(alice, 'stop alice')
  const again = off.story.settle()
  t.equal(again.length, 1)
  t.match(lastText(again), /is stopped already/)
  const named = told()
  named.story.asks(alice, 'name alice as alice')
  const same = named.story.settle()
  t.equal(same.length, 1, 'its first name is what it calls itself')
  t.match(lastText(same), /calls itself “alice” already/)
  t.end()
})

test('asked twice while it is under way: each gets its answer when it is so', (t) => {
  const one = told()
  t.deepEqual(ask(one, 'stop alice'), [])
  const revision = specOf(one).revision
  t.deepEqual(ask(one, 'stop alice'), [])
  t.equal(specOf(one).revision, revision, 'ordered once')
  hubSays(one.story, one.pub, 'down')
  t.deepEqual(outcomes(one.story.settle()), ['done', 'done'])
  t.end()
})

test('two commands in one look build on each other', (t) => {
  const one = told()
  one.story.asks(alice, 'restart alice')
  one.story.asks(alice, 'name alice as The Shed')
  one.story.asks(alice, 'restart alice')
  t.deepEqual(outcomes(one.story.settle()), ['failed'], 'the first restart gave way to the second')
  t.equal(recordOf(one).restarts, 2)
  t.equal(recordOf(one).title, 'The Shed')
  hubSays(one.story, one.pub, 'up')
  t.deepEqual(outcomes(one.story.settle()), ['done', 'done'])
  t.end()
})

test('a later command takes its place: both get one final answer, and the later one is what counts', (t) => {
  const one = told()
  ask(one, 'restart alice')
  one.story.asks(alice, 'stop alice')
  const effects = one.story.settle()
  t.deepEqual(outcomes(effects), ['failed'])
  t.match(lastText(effects), /later command took the place of this restart/)
  t.equal(specOf(one).desired, 'down')
  hubSays(one.story, one.pub, 'up', { revision: specOf(one).revision - 1 })
  t.deepEqual(outcomes(one.story.settle()), [], 'an answer to the earlier order is none')
  hubSays(one.story, one.pub, 'down')
  t.deepEqual(outcomes(one.story.settle()), ['done'])
  t.end()
})

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

test('name and describe: told to the running pub without another run; its command name stays', (t) => {
  const one = told()
  const { epoch, restarts } = specOf(one)
  t.deepEqual(ask(one, "rename alice to Alice's Garden"), [])
  t.equal(specOf(one).name, "Alice's Garden")
  t.equal(recordOf(one).name, 'alice')
  t.deepEqual([specOf(one).epoch, specOf(one).restarts], [epoch, restarts])
  hubSays(one.story, one.pub, 'up')
  t.match(
    lastText(one.story.settle()),
    /now calls itself “Alice's Garden”\. In messages to me its name stays `alice`/,
  )
  t.deepEqual(ask(one, 'describe alice as A quiet place. For all.'), [])
  t.equal(specOf(one).description, 'A quiet place. For all.')
  hubSays(one.story, one.pub, 'up')
  t.match(lastText(one.story.settle()), /now describes itself as “A quiet place\. For all\.”/)
  one.story.asks(alice, 'status alice')
  t.match(lastText(one.story.settle()), /It calls itself: Alice's Garden\nIt says of itself: A quiet place/)
  t.deepEqual(ask(one, 'restart alice'), [])
  t.equal(specOf(one).name, "Alice's Garden", 'it keeps them')
  t.end()
})

test('a stopped pub takes a name: answered at once, said at its next start', (t) => {
  const one = stopped()
  one.story.asks(alice, 'name alice as The Shed')
  const effects = one.story.settle()
  t.deepEqual(outcomes(effects), ['done'])
  t.match(lastText(effects), /will call itself “The Shed”.*at its next start.*stays `alice`/)
  t.equal(specOf(one).name, 'The Shed')
  t.equal(specOf(one).desired, 'down')
  hubSays(one.story, one.pub, 'down')
  t.deepEqual(one.story.settle(), [])
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

test('spans are whole tenths of a second', (t) => {
  t.deepEqual([-5, 0, 49, 50, 2_149, 119_940, 120_000, 300_499].map(span), [
    '0.0 s',
    '0.0 s',
    '0.0 s',
    '0.1 s',
    '2.1 s',
    '119.9 s',
    '2 min 0 s',
    '5 min 0 s',
  ])
  t.end()
})
