/** Goal: owners hear once that their pub is out of reach for long, and once that it is back; from nobody twice. */
import test from 'tape'
import type { FeedId, MessageId } from '../../protocol/ids'
import { STRANDED_TOLD_AFTER_MS, STRANDED_TOLD_AGAIN_MS } from '../../protocol/limits-moving'
import { B, Fleet, statusOf } from '../helpers/fleet-story'
import { alice, hub } from '../helpers/story'

const MINUTE_MS = 60_000

function silent(fleet: Fleet, id: FeedId, silentMs: number): void {
  fleet.silence.set(id, silentMs)
  if (silentMs > 0) fleet.story.connected.delete(id)
  else fleet.story.connected.add(id)
}

/** What owners are told, and then there is nothing to tell any more. */
function told(fleet: Fleet): string[] {
  const notices = fleet
    .decide()
    .effects.flatMap((one) => (one.kind === 'notice' ? [`${one.payload.topic}: ${one.text}`] : []))
  fleet.settle()
  return notices
}

test('a server that is gone, and no other: told once after ten minutes, and once when it is back', (t) => {
  const fleet = new Fleet([hub])
  const pub = fleet.makes('p1')
  const stopped = fleet.makes('p2')
  fleet.story.asks(alice, 'stop p2')
  fleet.settle()
  fleet.says(stopped, 'down')
  fleet.settle()
  silent(fleet, hub, STRANDED_TOLD_AFTER_MS - 1_000)
  const early = fleet.decide()
  t.deepEqual([early.effects.length, early.wakeAt], [0, fleet.story.now + 1_000], 'looked at again in time')
  silent(fleet, hub, STRANDED_TOLD_AFTER_MS)
  fleet.story.now += 1_000
  const first = told(fleet)
  t.equal(first.length, 1, 'of the one that shall run')
  t.match(first[0] ?? '', /^stranded: \*\*p1\*\* has been out of reach for ten minutes/)
  fleet.story.now += 30 * 24 * 60 * MINUTE_MS
  silent(fleet, hub, 30 * 24 * 60 * MINUTE_MS)
  t.deepEqual(told(fleet), [], 'however long it takes')
  silent(fleet, hub, 0)
  t.deepEqual(told(fleet), ['back: **p1** is up again, on the server where you know it.'])
  t.deepEqual(told(fleet), [])
  silent(fleet, hub, STRANDED_TOLD_AFTER_MS)
  t.equal(told(fleet).length, 1, 'a month later it is news again')
  silent(fleet, hub, 0)
  t.equal(told(fleet).length, 1)
  silent(fleet, hub, STRANDED_TOLD_AFTER_MS)
  t.equal(told(fleet).length, 0, 'the same day it is not')
  fleet.story.now += STRANDED_TOLD_AGAIN_MS
  t.equal(told(fleet).length, 1, 'where it lasts a day, it is')
  t.equal(fleet.record(pub).hub, hub)
  t.end()
})

test('a clock that was a year ahead and is set right keeps nobody from being told', (t) => {
  const fleet = new Fleet([hub])
  fleet.makes('p1')
  const yearMs = 365 * STRANDED_TOLD_AGAIN_MS
  fleet.story.now += yearMs
  for (const silentMs of [STRANDED_TOLD_AFTER_MS, 0]) {
    silent(fleet, hub, silentMs)
    t.equal(told(fleet).length, 1)
  }
  fleet.story.now -= yearMs - STRANDED_TOLD_AGAIN_MS
  silent(fleet, hub, STRANDED_TOLD_AFTER_MS)
  t.equal(told(fleet).length, 1)
  t.end()
})

test('it goes elsewhere in the end: the notice of that is the second word', (t) => {
  const fleet = new Fleet([hub])
  const pub = fleet.makes('p1')
  silent(fleet, hub, STRANDED_TOLD_AFTER_MS)
  t.equal(told(fleet).length, 1)
  fleet.story.withHub(B, 4 * 1024 ** 3, 'hub-2')
  fleet.heard.add(B)
  fleet.settle()
  t.equal(fleet.record(pub).hub, B)
  t.deepEqual(told(fleet), [], 'on its way')
  fleet.story.now += STRANDED_TOLD_AFTER_MS
  t.deepEqual(told(fleet), [], 'they know')
  fleet.says(pub, 'up')
  const last = told(fleet)
  t.equal(last.length, 1)
  t.match(last[0] ?? '', /^moved: /)
  t.end()
})

test('on its way for long: told once, and again when it is there', (t) => {
  const fleet = new Fleet([hub])
  const pub: MessageId = fleet.makes('p1')
  fleet.story.withHub(B, 4 * 1024 ** 3, 'hub-2')
  fleet.heard.add(B)
  statusOf(fleet, hub, 'draining')
  fleet.settle()
  fleet.says(pub, 'removed')
  t.deepEqual(told(fleet), [])
  fleet.story.now += STRANDED_TOLD_AFTER_MS
  const first = told(fleet)
  t.equal(first.length, 1)
  t.match(first[0] ?? '', /^stranded: .* on its way to another server for ten minutes/)
  fleet.says(pub, 'up')
  t.match(told(fleet)[0] ?? '', /^moved: /)
  t.deepEqual(told(fleet), [])
  t.end()
})

test('many servers at once: nobody is told, because it is more likely the provider that is cut off', (t) => {
  const fleet = new Fleet([hub, B])
  fleet.makes('p1')
  fleet.makes('p2')
  for (const id of [hub, B]) silent(fleet, id, 10 * STRANDED_TOLD_AFTER_MS)
  t.deepEqual(told(fleet), [])
  t.equal(fleet.decide().stuck.length, 2)
  t.end()
})

test('its next server falls silent while it is on its way: one word, not two', (t) => {
  const fleet = new Fleet([hub])
  const pub = fleet.makes('p1')
  fleet.story.withHub(B, 4 * 1024 ** 3, 'hub-2')
  fleet.heard.add(B)
  statusOf(fleet, hub, 'draining')
  fleet.settle()
  fleet.says(pub, 'removed')
  fleet.settle()
  silent(fleet, B, STRANDED_TOLD_AFTER_MS)
  fleet.story.now += STRANDED_TOLD_AFTER_MS
  t.equal(told(fleet).length, 1)
  t.end()
})
