/** Goal: start, stop, restart, name and describe, told as stories: one final answer each that says what is true now. */
import test from 'tape'
import { span } from '../../plugin/words-change'
import { alice, hub, lastText, outcomes } from '../helpers/story'
import { ask, recordOf, specOf, stopped, told } from '../helpers/story-change'
import { hubSays } from '../helpers/story-hub'

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
