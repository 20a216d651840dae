/** Goal: a pub that its hub says for long it can't run is up elsewhere, and no pub wanders for a fault of its own. */
import test from 'tape'
import { faultOf } from '../../plugin/cannot-run'
import { type FeedId, type MessageId, pubIdOf } from '../../protocol/ids'
import {
  CANNOT_RUN_AGAIN_MS,
  CANNOT_RUN_FOR_MS,
  CANNOT_RUN_MOVES_MAX,
  FAREWELL_WAIT_MS,
} from '../../protocol/limits-moving'
import { buildCapacity } from '../../protocol/messages/capacity'
import type { ObservedMessage } from '../../protocol/messages/observed'
import { B, C, Fleet, statusOf } from '../helpers/fleet-story'
import { alice, feed, hub } from '../helpers/story'

type Trouble = ObservedMessage['trouble']
const D = feed('fourth hub')
const GIB = 1024 ** 3

/** Its hub says that it can't run it, and enough time goes by. */
function fails(fleet: Fleet, pub: MessageId, trouble: Trouble, waitMs = CANNOT_RUN_FOR_MS): void {
  fleet.says(pub, 'failed', { trouble, reason: `it says ${trouble}` })
  fleet.settle()
  fleet.story.now += waitMs
}

/** The former hub has ended its run, and the new one has its order. */
function arrives(fleet: Fleet, pub: MessageId): FeedId {
  fleet.settle()
  fleet.says(pub, 'removed')
  fleet.settle()
  return fleet.record(pub).hub
}

const offers = (fleet: Fleet, id: FeedId, trouble: string | null, memoryBytes = 4 * GIB): void => {
  const fields = { diskBytes: 1e12, engine: 'process' as const, host: 'pubs.example', version: '1' }
  fleet.story.tells(id, buildCapacity({ memoryBytes, ...fields, trouble }))
}

test('a port that somebody else has, a full server, no image, a dead engine: after a while it goes elsewhere', (t) => {
  for (const trouble of ['port-taken', 'disk-full', 'no-image', 'unreachable'] as const) {
    const fleet = new Fleet([hub, B, C])
    const pub = fleet.makes('p1')
    const from = fleet.record(pub).hub
    fails(fleet, pub, trouble, CANNOT_RUN_FOR_MS - 1)
    const { effects, wakeAt } = fleet.decide()
    t.equal(effects.length, 0, `${trouble}: not yet`)
    t.equal(wakeAt, fleet.story.now + 1, 'and looked at in time')
    fleet.story.now += 1
    const to = arrives(fleet, pub)
    const { moved, epoch } = fleet.record(pub)
    t.notEqual(to, from)
    t.deepEqual([moved?.why, moved?.from, moved?.by, epoch], ['cannot-run', from, null, 2])
    fleet.says(pub, 'up')
    const notice = fleet.decide().effects.find((one) => one.kind === 'notice')
    t.match(notice?.text ?? '', /on another server now, because the one it ran on could not run it any more/)
    fleet.settle()
    t.equal(fleet.decide().effects.length, 0, 'told once')
  }
  t.end()
})

test('what is its own fault, was said of an earlier order, or is over moves nothing', (t) => {
  for (const trouble of ['crashing', 'out-of-memory', 'other'] as const) {
    const fleet = new Fleet([hub, B])
    const pub = fleet.makes('p1')
    fails(fleet, pub, trouble, 100 * CANNOT_RUN_FOR_MS)
    t.equal(fleet.decide().effects.length, 0, trouble)
  }
  const fleet = new Fleet([hub, B])
  const pub = fleet.makes('p1')
  const from = fleet.record(pub).hub
  fails(fleet, pub, 'port-taken', CANNOT_RUN_FOR_MS / 2)
  fleet.says(pub, 'up')
  fleet.story.now += CANNOT_RUN_FOR_MS
  fleet.settle()
  t.equal(fleet.record(pub).hub, from, 'it was up again')
  fails(fleet, pub, 'port-taken', CANNOT_RUN_FOR_MS / 2)
  fleet.story.asks(alice, 'stop p1')
  fleet.settle()
  fleet.story.now += CANNOT_RUN_FOR_MS
  t.equal(fleet.decide().effects.filter(({ kind }) => kind === 'record').length, 0, 'it shall be down')
  fleet.story.asks(alice, 'start p1')
  fleet.settle()
  t.equal(fleet.record(pub).hub, from, 'nothing was said of the new order yet')
  t.end()
})

test('a clock that is set back meanwhile makes no fault an old one, nor one that never ends', (t) => {
  const fleet = new Fleet([hub, B])
  const pub = fleet.makes('p1')
  const from = fleet.record(pub).hub
  fails(fleet, pub, 'port-taken', -1_000)
  t.deepEqual(fleet.decide().effects, [], 'it has just begun')
  fleet.story.now += CANNOT_RUN_FOR_MS
  t.deepEqual(fleet.decide().effects, [], 'a second is missing')
  fleet.story.now -= 10 * CANNOT_RUN_FOR_MS
  t.notEqual(arrives(fleet, pub), from, 'dated further ahead than it may take')
  t.end()
})

test('by itself is off: it stays', (t) => {
  const fleet = new Fleet([hub, B])
  fleet.story.policy = { ...fleet.story.policy, moving: { ...fleet.story.policy.moving, byItself: false } }
  const pub = fleet.makes('p1')
  fails(fleet, pub, 'port-taken', CANNOT_RUN_AGAIN_MS)
  t.equal(fleet.decide().effects.length, 0)
  t.end()
})

test('no pub wanders: each hub once a day, and no more than so many', (t) => {
  const two = new Fleet([hub, B])
  const one = two.makes('p1')
  fails(two, one, 'port-taken')
  const second = arrives(two, one)
  fails(two, one, 'port-taken')
  const { effects, stuck } = two.decide()
  t.equal(effects.length, 0, 'not back to the first')
  t.match(stuck[0]?.why ?? '', /could not run it lately/)
  two.story.now += CANNOT_RUN_AGAIN_MS
  t.notEqual(arrives(two, one), second, 'a day later it may be mended')

  const many = new Fleet([hub, B, C, D, feed('fifth'), feed('sixth')])
  const pub = many.makes('p1')
  const hubs = [many.record(pub).hub]
  for (let count = 0; count < CANNOT_RUN_MOVES_MAX; count += 1) {
    fails(many, pub, 'disk-full')
    hubs.push(arrives(many, pub))
  }
  t.equal(new Set(hubs).size, CANNOT_RUN_MOVES_MAX + 1, 'one after the other')
  fails(many, pub, 'disk-full')
  const last = many.decide()
  t.equal(last.effects.length, 0, 'and then it stays')
  t.match(last.stuck[0]?.why ?? '', /3 servers could not run it within a day/)
  t.ok((last.wakeAt ?? 0) > many.story.now, 'looked at again when the first of them is a day ago')
  t.end()
})

test('a server that falls silent: one that could not run it some hours ago is better than none', (t) => {
  const fleet = new Fleet([hub, B])
  const pub = fleet.makes('p1')
  const from = fleet.record(pub).hub
  fails(fleet, pub, 'port-taken')
  const to = arrives(fleet, pub)
  fleet.says(pub, 'up')
  fleet.settle()
  fleet.silence.set(to, 300_000)
  fleet.story.connected.delete(to)
  fleet.settle()
  t.deepEqual([fleet.record(pub).hub, fleet.record(pub).moved?.why], [from, 'silent'])
  t.end()
})

test('most servers say the same at once: nothing moves; a port of one server is no such thing', (t) => {
  const all = [hub, B, C]
  const dead = (trouble: Trouble): Fleet => {
    const fleet = new Fleet(all)
    const pubs = ['p1', 'p2', 'p3'].map((name) => fleet.makes(name))
    t.equal(new Set(pubs.map((one) => fleet.record(one).hub)).size, 3, 'one on each')
    for (const one of pubs.slice(0, 2)) fleet.says(one, 'failed', { trouble, reason: 'no' })
    fleet.settle()
    fleet.story.now += CANNOT_RUN_FOR_MS
    return fleet
  }
  const images = dead('no-image').decide()
  t.equal(images.effects.length, 0, 'a registry that is away, an update that was never built')
  t.match(images.stuck[0]?.why ?? '', /2 of 3 servers say at once/)
  const ports = dead('port-taken')
    .decide()
    .effects.filter(({ kind }) => kind === 'record')
  t.equal(ports.length, 2, 'ports are taken one by one')
  t.end()
})

test('two engines of three are dead: who was there goes to the third; who came from the first stays, in case it is what ends them', (t) => {
  const fleet = new Fleet([hub, B, C])
  const pubs = ['p1', 'p2', 'p3'].map((name) => fleet.makes(name))
  const on = (id: FeedId): MessageId[] => pubs.filter((one) => fleet.record(one).hub === id)
  const dies = (id: FeedId): void => {
    offers(fleet, id, 'unreachable')
    for (const one of on(id)) fleet.says(one, 'failed', { trouble: 'unreachable', reason: 'no' })
    fleet.settle()
    fleet.story.now += CANNOT_RUN_FOR_MS
    fleet.settle()
    for (const one of pubs) {
      if (fleet.spec(one).desired !== 'none') continue
      fleet.story.now += FAREWELL_WAIT_MS
      fleet.settle()
      fleet.says(one, 'up')
      fleet.settle()
    }
  }
  const [guest] = on(hub)
  dies(hub)
  const second = fleet.record(guest as MessageId).hub
  const third = second === B ? C : B
  const [resident] = on(second).filter((one) => one !== guest)
  t.deepEqual([on(hub).length, on(second).length, on(third).length], [0, 2, 1])
  dies(second)
  t.equal(fleet.record(resident as MessageId).hub, third, 'it was up before the other came')
  t.equal(fleet.record(guest as MessageId).hub, second)
  const { stuck } = fleet.decide()
  t.deepEqual(
    stuck.map(({ pub }) => pub),
    [pubIdOf(guest as MessageId)],
  )
  t.match(stuck[0]?.why ?? '', /the engine of another server was dead, and now 2 of 3 servers say/)

  const at = new Fleet([hub, B, C])
  const both = ['p1', 'p2', 'p3'].map((name) => at.makes(name))
  for (const one of both.slice(0, 2)) {
    offers(at, at.record(one).hub, 'unreachable')
    at.says(one, 'failed', { trouble: 'unreachable', reason: 'no' })
  }
  at.settle()
  at.story.now += CANNOT_RUN_FOR_MS
  at.settle()
  t.equal(new Set(both.map((one) => at.record(one).hub)).size, 1, 'both at once: all are on the third')
  t.end()
})

test('nothing is placed where the last word was that no engine answers; what is there keeps its plan', (t) => {
  const fleet = new Fleet([hub, B])
  offers(fleet, B, 'unreachable', 400 * GIB)
  const pub = fleet.makes('p1')
  t.equal(fleet.record(pub).hub, hub, 'though it has most room')
  offers(fleet, hub, 'unreachable')
  const asked = fleet.story.asks(alice, 'create p2')
  fleet.settle()
  const text = fleet.story.log.find(({ content }) => JSON.stringify(content).includes(asked))
  t.match(JSON.stringify(text?.content ?? ''), /engine that does not answer/)
  offers(fleet, B, 'on-fire')
  t.equal(fleet.record(fleet.makes('p3')).hub, B, 'what a later version says is for a later one')
  statusOf(fleet, hub, 'draining')
  offers(fleet, B, 'unreachable')
  t.match(fleet.decide().stuck[0]?.why ?? '', /engine that does not answer/, 'nor is anything moved there')
  t.end()
})

test('a word about another run of it is no fault', (t) => {
  const fleet = new Fleet([hub, B])
  const pub = fleet.makes('p1')
  const fact = fleet.story.state.provider.pubs.get(`${pub}` as never)
  if (fact === undefined) throw new Error('no pub')
  fleet.says(pub, 'failed', { trouble: 'port-taken', reason: 'no', revision: 99 })
  t.equal(faultOf(fleet.story.state, fact), null, 'a later order')
  fleet.says(pub, 'failed', { trouble: 'port-taken', reason: 'no', epoch: 99 })
  t.equal(faultOf(fleet.story.state, fact), null, 'another epoch')
  fleet.says(pub, 'failed', { trouble: 'port-taken', reason: 'no' })
  t.equal(faultOf(fleet.story.state, fact)?.trouble, 'port-taken')
  t.end()
})
