/** Goal: web pages are switched on and off by message: a port for life, room in the plan, and never at the pub's cost. */
import test from 'tape'
import { CHANGE_DEADLINE_MS, WEB_MEMORY_BYTES, WEB_RESERVED_BYTES } from '../../protocol/limits'
import { alice, bob, lastText, outcomes } from '../helpers/story'
import { ask, recordOf, specOf, stopped, told } from '../helpers/story-change'
import { hubSays } from '../helpers/story-hub'

test('on: a port of its own, memory on top of the plan, the address when the hub says up', (t) => {
  const one = told()
  const { story, pub } = one
  const before = specOf(one)
  t.deepEqual(ask(one, 'web alice on'), [])
  const record = recordOf(one)
  t.ok(record.web && record.webPort !== null && record.webPort !== record.port)
  t.deepEqual(specOf(one).web, { port: record.webPort, names: null })
  t.equal(specOf(one).memoryBytes - before.memoryBytes, WEB_MEMORY_BYTES)
  t.equal(specOf(one).reservedBytes - before.reservedBytes, WEB_RESERVED_BYTES)
  story.now += 1_500
  hubSays(story, pub, 'up')
  const last = story.settle()
  t.deepEqual(outcomes(last), ['done'])
  t.match(lastText(last), new RegExp(`on after 1\\.5 s: http://pubs\\.example:${record.webPort}/`))
  t.deepEqual(ask(one, 'web alice on'), ['done'], 'the same again')
  t.deepEqual(ask(one, 'web alice'), ['done'])
  t.deepEqual(story.settle(), [])
  t.end()
})

test('off: the room is given back, the port is kept, and comes again', (t) => {
  const one = told()
  const { story, pub } = one
  t.deepEqual(ask(one, 'web alice off'), ['done'], 'off already')
  ask(one, 'web alice on')
  hubSays(story, pub, 'up')
  story.settle()
  const { webPort } = recordOf(one)
  ask(one, 'web alice off')
  hubSays(story, pub, 'up')
  t.deepEqual(outcomes(story.settle()), ['done'])
  t.deepEqual([specOf(one).web, recordOf(one).webPort], [null, webPort])
  ask(one, 'web alice on')
  t.deepEqual(specOf(one).web, { port: webPort, names: null })
  t.end()
})

test('a stopped pub gets its pages at its next start', (t) => {
  const one = stopped()
  t.deepEqual(ask(one, 'web alice on'), ['done'])
  t.ok(recordOf(one).web)
  t.end()
})

test('a full server: refused with the reason, nothing changed', (t) => {
  const one = told()
  one.story.state.authors.forEach((author) => {
    if (author.capacity !== null) author.capacity = { ...author.capacity, memoryBytes: 1 }
  })
  one.story.asks(alice, 'web alice on')
  const effects = one.story.settle()
  t.deepEqual(outcomes(effects), ['refused'])
  t.match(lastText(effects), /no room for the web pages.*is full/)
  t.notOk(recordOf(one).web)
  t.end()
})

test('a taken port: another one; pages that bring the pub down go off again, and that is the answer', (t) => {
  const one = told()
  const { story, pub } = one
  ask(one, 'web alice on')
  const first = recordOf(one).webPort
  hubSays(story, pub, 'failed', { trouble: 'port-taken', reason: 'port taken' })
  t.deepEqual(outcomes(story.settle()), [])
  const second = recordOf(one).webPort
  t.notEqual(second, first)
  t.deepEqual(specOf(one).web, { port: second, names: null })
  hubSays(story, pub, 'failed', { trouble: 'unreachable', reason: 'Docker does not answer' })
  t.deepEqual(outcomes(story.settle()), [], 'an engine that is away is not the doing of the pages')
  hubSays(story, pub, 'failed', { trouble: 'out-of-memory', reason: 'its memory was used up' })
  const last = story.settle()
  t.deepEqual(outcomes(last), ['failed'])
  t.match(lastText(last), /could not be switched on: its memory was used up/)
  t.deepEqual([recordOf(one).web, specOf(one).web], [false, null], 'the order follows')
  t.deepEqual(story.settle(), [])
  t.end()
})

test('a port that stays taken until the deadline ends the same way', (t) => {
  const one = told()
  const { story, pub } = one
  ask(one, 'web alice on')
  story.now += CHANGE_DEADLINE_MS
  hubSays(story, pub, 'failed', { trouble: 'port-taken', reason: 'port taken' })
  t.deepEqual(outcomes(story.settle()), ['failed'])
  t.notOk(recordOf(one).web)
  t.end()
})

test('somebody else’s pub, and none at all', (t) => {
  const one = told()
  for (const text of ['web alice on', 'web alice off', 'web alice']) {
    one.story.asks(bob, text)
    t.deepEqual(outcomes(one.story.settle()), ['refused'], text)
  }
  t.notOk(recordOf(one).web)
  t.end()
})
