/** Goal: a pub that is being made on a server that can't run it is made on another one, and who asked hears only when none can. */
import test from 'tape'
import type { Decision } from '../../plugin/decide'
import { type FeedId, type MessageId, pubIdOf } from '../../protocol/ids'
import { CREATE_DEADLINE_MS, NEWS_WAIT_MS } from '../../protocol/limits'
import { CANNOT_RUN_MOVES_MAX } from '../../protocol/limits-moving'
import { buildCapacity } from '../../protocol/messages/capacity'
import type { ObservedMessage } from '../../protocol/messages/observed'
import { buildResult } from '../../protocol/messages/result'
import { B, C, Fleet, feedOfName } from '../helpers/fleet-story'
import { alice, feed, hub } from '../helpers/story'

type Trouble = ObservedMessage['trouble']
const D = feed('fourth hub')

/** Asked for, and ordered where it was placed first; its key is in escrow. */
function asked(fleet: Fleet, name = 'p1'): MessageId {
  const pub = fleet.story.asks(alice, `create ${name}`)
  fleet.settle()
  fleet.feeds.set(pubIdOf(pub), feedOfName(name))
  return pub
}
/** Its present hub can't run it. Gives what is said to its owner. */
function cannot(fleet: Fleet, pub: MessageId, trouble: Trouble): string[] {
  fleet.says(pub, 'failed', { trouble, reason: `it says ${trouble}` })
  const said = answersIn(fleet)
  if (fleet.spec(pub).desired === 'none') fleet.says(pub, 'removed')
  return [...said, ...answersIn(fleet)]
}
/** Settles, and gives the texts of final answers. */
function answersIn(fleet: Fleet): string[] {
  const texts: string[] = []
  for (let round = 0; round < 20; round += 1) {
    const { effects } = fleet.decide()
    if (effects.length === 0) return texts
    for (const effect of effects) {
      if (effect.kind === 'answer' && effect.payload.final)
        texts.push(`${effect.payload.outcome}: ${effect.text}`)
      fleet.story.perform(effect)
    }
  }
  throw new Error('never settles')
}
function comesUp(fleet: Fleet, pub: MessageId): string[] {
  fleet.says(pub, 'up')
  const done = { op: pub, pub: pubIdOf(pub), ok: true, reason: null }
  fleet.story.tells(fleet.record(pub).hub, buildResult(done))
  return answersIn(fleet)
}

test('no image, a dead engine, a full disk: it is made on the next one at once, and its owner hears that it is up', (t) => {
  for (const trouble of ['no-image', 'unreachable', 'disk-full'] as const) {
    const fleet = new Fleet([hub, B, C])
    const pub = asked(fleet)
    const from = fleet.record(pub).hub
    t.deepEqual(cannot(fleet, pub, trouble), [], `${trouble}: nothing is said yet`)
    const { hub: to, epoch, moved, feed: identity } = fleet.record(pub)
    t.notEqual(to, from)
    t.deepEqual([epoch, moved?.why, moved?.from], [2, 'cannot-run', from])
    t.equal(identity, feedOfName('p1'), 'it stays who it is: its key was in escrow before its first start')
    t.deepEqual([fleet.spec(pub).hub, fleet.spec(pub).epoch, fleet.spec(pub).desired], [to, 2, 'up'])
    const [said, ...more] = comesUp(fleet, pub)
    t.match(said ?? '', /^done: \*\*p1\*\* is up at/)
    t.equal(more.length, 0)
    t.equal(fleet.decide().effects.length, 0, 'nor is its owner told of a move')
  }
  t.end()
})

test('the word of the former one, under the epoch that is over, ends nothing', (t) => {
  const fleet = new Fleet([hub, B])
  const pub = asked(fleet)
  const from = fleet.spec(pub)
  cannot(fleet, pub, 'no-image')
  fleet.story.tells(from.hub, {
    ...{ type: 'buttcloud/observed', v: 1, pub: from.pub, revision: 99, epoch: from.epoch, phase: 'failed' },
    ...{
      reason: 'no',
      trouble: 'no-image',
      feed: null,
      port: from.port,
      host: null,
      version: null,
      reverted: null,
    },
  })
  t.deepEqual(answersIn(fleet), [])
  t.equal(fleet.record(pub).status, 'live')
  t.end()
})

test('one after the other can’t: then it is said, with the last one’s reason and why no other takes it', (t) => {
  const two = new Fleet([hub, B])
  const pub = asked(two)
  t.deepEqual(cannot(two, pub, 'no-image'), [])
  const said = cannot(two, pub, 'no-image')
  t.equal(said.length, 1)
  t.match(
    said[0] ?? '',
    /^failed: .*it says no-image \(that is the last of 2 servers that it was tried on\)\. I have/,
  )
  t.equal(two.record(pub).status, 'ended')

  const full = new Fleet([hub, B])
  const more = {
    diskBytes: 1e12,
    engine: 'process' as const,
    host: 'pubs.example',
    version: '1',
    trouble: null,
  }
  const one = asked(full)
  const other = full.record(one).hub === hub ? B : hub
  full.story.tells(other, buildCapacity({ memoryBytes: 1, ...more }))
  t.match(
    cannot(full, one, 'no-image')[0] ?? '',
    /it says no-image, and no other server can take it: .*is full\. I have/,
  )
  t.end()
})

test('no more than so many are tried', (t) => {
  const fleet = new Fleet([hub, B, C, D, feed('fifth'), feed('sixth')])
  const pub = asked(fleet)
  const tried = new Set<FeedId>()
  let said: string[] = []
  while (said.length === 0) {
    tried.add(fleet.record(pub).hub)
    said = cannot(fleet, pub, 'no-image')
  }
  t.equal(tried.size, CANNOT_RUN_MOVES_MAX + 1)
  t.match(said[0] ?? '', /the last of 4 servers/)
  t.end()
})

test('what mends itself is waited for where no other one is there: until the deadline', (t) => {
  const fleet = new Fleet([hub])
  const pub = asked(fleet)
  t.deepEqual(cannot(fleet, pub, 'disk-full'), [])
  t.equal(fleet.record(pub).status, 'live')
  fleet.story.now += CREATE_DEADLINE_MS
  const [said] = answersIn(fleet)
  t.match(said ?? '', /could not bring \*\*p1\*\* up: it says disk-full\. I have/)
  t.end()
})

test('what is its own fault goes nowhere, and a port that is taken there gets it another port first', (t) => {
  for (const trouble of ['crashing', 'out-of-memory'] as const) {
    const fleet = new Fleet([hub, B])
    const pub = asked(fleet)
    t.match(cannot(fleet, pub, trouble)[0] ?? '', new RegExp(`^failed: .*it says ${trouble}\\. I have`))
    t.equal(fleet.record(pub).moved, null)
  }
  const fleet = new Fleet([hub, B])
  const pub = asked(fleet)
  const { port, hub: where } = fleet.record(pub)
  cannot(fleet, pub, 'port-taken')
  t.notEqual(fleet.record(pub).port, port)
  t.equal(fleet.record(pub).hub, where)
  t.end()
})

test('right after our own start nobody is told that there is no other one: they are just coming', (t) => {
  const fleet = new Fleet([hub, B])
  const pub = asked(fleet)
  const other = fleet.record(pub).hub === hub ? B : hub
  fleet.heard.delete(other)
  fleet.currentSince = fleet.story.now
  fleet.says(pub, 'failed', { trouble: 'no-image', reason: 'no image' })
  const { effects, wakeAt }: Decision = fleet.decide()
  t.deepEqual([effects.length, wakeAt], [0, fleet.story.now + NEWS_WAIT_MS])
  fleet.heard.add(other)
  answersIn(fleet)
  t.equal(fleet.record(pub).hub, other)

  const alone = new Fleet([hub])
  const only = asked(alone)
  alone.currentSince = alone.story.now
  t.match(
    cannot(alone, only, 'no-image')[0] ?? '',
    /it says no-image\. I have/,
    'where there is no other, at once',
  )
  t.end()
})
