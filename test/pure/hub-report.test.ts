import test from 'tape'
import { rememberCrash, rememberTrouble } from '../../hub-daemon/memory'
import { report } from '../../hub-daemon/report'
import { clean, crashOf, lastWordsOf } from '../../hub-daemon/words'
import {
  CRASHES_REPORTED_AFTER,
  DOWN_REPORTED_AFTER_MS,
  ENGINE_GONE_REPORTED_AFTER_MS,
} from '../../protocol/limits'
import type { ObservedMessage } from '../../protocol/messages/observed'
import { feedOf, HubWorld, inviteOf, keyOfMessage, OFFER, pubOf, worldWith } from '../helpers/hub-world'

const alice = pubOf(1)

function phases(world: HubWorld): string[] {
  return world
    .publish()
    .filter((content): content is ObservedMessage => content.type === 'buttcloud/observed')
    .map((content) => (content.reason === null ? content.phase : `${content.phase}: ${content.reason}`))
}

test('nothing is said before the hub is admitted; then the offer, once', (t) => {
  t.same(new HubWorld(false).report(), [])
  const world = new HubWorld()
  t.same(
    world.publish().map((content) => content.type),
    ['buttcloud/capacity'],
  )
  t.same(world.publish(), [])
  t.same(
    report(world.look(), { ...OFFER, diskBytes: OFFER.diskBytes * 0.9 }),
    [],
    'free disk moves all the time',
  )
  t.equal(report(world.look(), { ...OFFER, memoryBytes: OFFER.memoryBytes / 2 }).length, 1)
  t.equal(report(world.look(), { ...OFFER, host: 'elsewhere' }).length, 1)
  t.end()
})

test('an engine that is gone for long is part of the offer, and so is its return', (t) => {
  const world = new HubWorld()
  world.publish()
  world.unreachableSince = world.now
  world.now += ENGINE_GONE_REPORTED_AFTER_MS - 1
  t.same(world.publish(), [], 'a restart of it is no news')
  world.now += 1
  const troubles = (): unknown[] => world.publish().map((one) => 'trouble' in one && one.trouble)
  t.same(troubles(), ['unreachable'])
  t.same(troubles(), [], 'once')
  world.unreachableSince = null
  t.same(troubles(), [null])
  t.end()
})

test('up is told with feed and address when the fence is open, together with the result of its invite', (t) => {
  const world = new HubWorld()
  world.publish()
  world.order(alice)
  world.owe(alice, keyOfMessage(7), inviteOf(7))
  t.same(world.publish(), [])
  world.settle()
  t.same(world.publish(), [], 'running is not up')
  world.answer(alice, { status: 'connected' })
  t.same(world.publish(), [], 'nor is a handshake without the fence')
  world.answer(alice, { invites: new Set([inviteOf(7)]) })
  const reports = world.publish()
  t.same(
    reports.map((content) => content.type),
    ['buttcloud/observed', 'buttcloud/result'],
  )
  const observed = reports[0] as ObservedMessage
  t.equal(observed.phase, 'up')
  t.equal(observed.feed, feedOf(alice))
  t.equal(observed.host, 'pubs.example.org')
  t.equal(observed.port, 8101)
  t.same(world.publish(), [], 'each once')
  t.end()
})

test('a provider that is away, and a crash that heals, are no news', (t) => {
  const world = worldWith(alice)
  world.answer(alice, { status: 'connected' })
  t.same(world.publish(), [])
  world.crash(alice)
  t.same(world.publish(), [])
  world.now += DOWN_REPORTED_AFTER_MS - 1
  world.settle()
  world.answer(alice)
  t.same(world.publish(), [])
  t.end()
})

test('a pub that stays away is down, and up again later', (t) => {
  const world = worldWith(alice)
  world.crash(alice)
  world.publish()
  world.now += DOWN_REPORTED_AFTER_MS
  t.same(phases(world), ['down: it is being started again'])
  world.settle()
  world.answer(alice)
  t.same(phases(world), ['up'])
  t.end()
})

test('a pub that keeps crashing is failed with its last words, said once', (t) => {
  const world = worldWith(alice)
  const told: string[] = []
  for (let crash = 0; crash < CRASHES_REPORTED_AFTER + 4; crash += 1) {
    world.crash(alice)
    const lastWords = `Error: no luck number ${crash}`
    rememberCrash(world.memory, alice, { lastWords, lines: [lastWords], outOfMemory: false }, world.now)
    world.now += 70_000
    world.settle()
    told.push(...phases(world))
  }
  t.equal(told.length, 2, told.join(' | '))
  t.equal(told[0], 'down: it is being started again')
  t.match(told[1] ?? '', /^failed: it keeps crashing: Error: no luck/)
  world.answer(alice)
  t.same(phases(world), [], 'an answer is not enough after so many crashes')
  world.now += 10_000
  t.same(phases(world), ['up'])
  t.end()
})

test('troubles are told in words', (t) => {
  for (const [kind, words] of [
    ['port-taken', 'failed: port 8101 is taken by another program on the server'],
    ['disk-full', "failed: the server's disk is full"],
    ['no-image', 'failed: the server has no image to run pubs from: no such image'],
  ] as const) {
    const world = new HubWorld()
    world.publish()
    world.order(alice)
    world.look()
    rememberTrouble(world.memory, alice, { kind, message: 'no such image' }, world.now)
    t.same(phases(world), [], 'not at the first try')
    for (let more = 0; more < 2; more += 1)
      rememberTrouble(world.memory, alice, { kind, message: 'no such image' }, world.now)
    t.same(phases(world), [words])
    t.same(phases(world), [], 'once')
  }
  t.end()
})

test('a hub whose engine has never answered offers nothing', (t) => {
  const world = new HubWorld()
  world.reachable = false
  world.unreachableSince = world.now
  t.same(world.publish(), [], 'nobody shall be placed here')
  world.reachable = true
  world.unreachableSince = null
  t.same(
    world.publish().map((content) => content.type),
    ['buttcloud/capacity'],
    'it offers what it has once the engine is there',
  )
  t.end()
})

test('an engine that is away for long is told, a short break is not', (t) => {
  const world = new HubWorld()
  world.publish()
  world.order(alice)
  world.reachable = false
  world.unreachableSince = world.now
  t.same(phases(world), [])
  t.equal(
    world.plan().wakeAt,
    world.now + ENGINE_GONE_REPORTED_AFTER_MS - (ENGINE_GONE_REPORTED_AFTER_MS - DOWN_REPORTED_AFTER_MS),
  )
  world.now += ENGINE_GONE_REPORTED_AFTER_MS
  t.same(phases(world), ['failed: the container engine of the server does not answer: connect ENOENT'])
  world.reachable = true
  world.unreachableSince = null
  world.settle()
  world.answer(alice)
  t.same(phases(world), ['up'])
  t.end()
})

test('stopped and removed pubs are told as ordered; what is still owed to a removed one has failed', (t) => {
  const world = worldWith(alice)
  world.order(alice, { revision: 2, desired: 'down' })
  t.same(phases(world), [], 'not before it is done')
  world.settle()
  t.same(phases(world), ['down'])
  world.owe(alice, keyOfMessage(8), inviteOf(8))
  world.order(alice, { revision: 3, desired: 'none' })
  world.settle()
  const reports = world.publish()
  t.same(
    reports.map((content) => [
      content.type,
      'ok' in content ? content.ok : content.type === 'buttcloud/observed' && content.phase,
    ]),
    [
      ['buttcloud/observed', 'removed'],
      ['buttcloud/result', false],
    ],
  )
  t.same(world.publish(), [])
  t.end()
})

test('a port that is taken is told as that, whoever saw it', (t) => {
  const world = worldWith(alice)
  // As pub-image/io/server.ts says it, and as the entry prints it.
  const message = 'something else listens on 127.0.0.1:8203 already'
  const said: ObservedMessage[] = []
  for (let count = 0; count < CRASHES_REPORTED_AFTER + 1; count += 1) {
    world.crash(alice)
    rememberCrash(world.memory, alice, crashOf(JSON.stringify({ pub: 'refused', message }), false), world.now)
    world.now += 70_000
    world.settle()
    said.push(...world.publish().filter((one): one is ObservedMessage => one.type === 'buttcloud/observed'))
  }
  t.equal(said.at(-1)?.trouble, 'port-taken')
  t.equal(said.at(-1)?.reason, 'port 8203 is taken by another program on the server')
  t.end()
})

test('last words are the telling line, without keys', (t) => {
  t.equal(
    lastWordsOf(
      'starting\nError: listen EADDRINUSE: address already in use 127.0.0.1:8101\n    at Server.x (node:net)\n\nNode.js v20.20.2\n',
    ),
    'Error: listen EADDRINUSE: address already in use …:8101',
  )
  t.equal(lastWordsOf('\n \n'), null)
  t.equal(clean(`seed ${'a'.repeat(43)}= here\u0007`), 'seed … here')
  t.ok(clean('x y '.repeat(1000)).length <= 300)
  t.end()
})
