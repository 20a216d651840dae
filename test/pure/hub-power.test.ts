// What a hub does and reports when a pub is stopped, started, started anew and named.
import test from 'tape'
import { rememberTrouble } from '../../hub-daemon/memory'
import { runOf } from '../../hub-daemon/run'
import {
  ENGINE_GONE_REPORTED_AFTER_MS,
  PROVIDER_BACKOFF_MAX_MS,
  TROUBLE_REPORTED_AFTER,
} from '../../protocol/limits'
import type { ObservedMessage } from '../../protocol/messages/observed'
import { CONFIG, HubWorld, pubOf, specOf } from '../helpers/hub-world'

const alice = pubOf(1)

function upWorld(): HubWorld {
  const world = new HubWorld()
  world.order(alice)
  world.settle()
  world.answer(alice)
  world.settle()
  world.publish()
  return world
}

const told = (world: HubWorld): string[] =>
  world
    .publish()
    .filter((one): one is ObservedMessage => one.type === 'buttcloud/observed')
    .map(({ phase, revision, reason }) => `${phase} ${revision}${reason === null ? '' : `: ${reason}`}`)

test('stop: session, container, then the word; container and volume stay', (t) => {
  const world = upWorld()
  world.order(alice, { revision: 2, desired: 'down' })
  t.same(told(world), [], 'not while it runs')
  t.same(world.settle(), ['close-session', 'stop'])
  t.same(told(world), ['down 2'])
  t.ok(world.runs.has(alice) && world.volumes.has(alice))
  world.order(alice, { revision: 3 })
  t.same(world.settle(), ['start', 'open-session'])
  world.answer(alice)
  t.same(told(world), ['up 3'])
  t.end()
})

test('restart: the run is replaced, its volume stays; up is said of the new one only', (t) => {
  const world = upWorld()
  world.order(alice, { revision: 2, restarts: 1 })
  t.same(told(world), [], 'the old run still answers')
  t.same(world.settle(), ['close-session', 'stop', 'remove', 'create', 'start', 'open-session'])
  t.same(told(world), [], 'it does not answer yet')
  world.answer(alice, { status: 'connected', about: null })
  t.same(told(world), [], 'its fence is not open yet')
  world.answer(alice)
  t.same(told(world), ['up 2'])
  t.equal(world.runs.get(alice)?.shape, runOf(specOf(alice, { restarts: 1 }), CONFIG).shape)
  t.end()
})

test('restart of a stopped pub: the old container goes, a new one starts', (t) => {
  const world = upWorld()
  world.order(alice, { revision: 2, desired: 'down' })
  world.settle()
  world.order(alice, { revision: 3, restarts: 1 })
  t.same(world.settle(), ['remove', 'create', 'start', 'open-session'])
  t.end()
})

test('delete of a stopped pub', (t) => {
  const world = upWorld()
  world.order(alice, { revision: 2, desired: 'down' })
  world.settle()
  world.publish()
  world.order(alice, { revision: 3, desired: 'none', keepUntil: world.now + 1_000 })
  t.same(world.settle(), ['remove'])
  t.same(told(world), ['removed 3'])
  t.end()
})

test('a name: told over the open connection, reported when the pub says it, no step to the run', (t) => {
  const world = upWorld()
  const { shape } = world.runs.get(alice) ?? {}
  world.order(alice, { revision: 2, name: 'The Shed', description: 'A quiet place' })
  t.same(told(world), [], 'not said yet')
  t.same(world.settle(), ['about'])
  t.same(told(world), ['up 2'])
  t.equal(world.runs.get(alice)?.shape, shape)
  world.order(alice, { revision: 3, name: 'The Barn' })
  world.answer(alice, { tellRetryAt: world.now + PROVIDER_BACKOFF_MAX_MS, about: null })
  t.same(world.plan().steps, [], 'after a failure it waits')
  t.equal(world.plan().wakeAt, world.now + PROVIDER_BACKOFF_MAX_MS)
  world.now += PROVIDER_BACKOFF_MAX_MS
  t.same(world.settle(), ['about'])
  t.end()
})

test('a pub that shall say where it is: told so, with its own host or the one of its hub', (t) => {
  const world = upWorld()
  world.order(alice, { revision: 2, announce: 'yes' })
  t.same(world.settle(), ['about'])
  const said = () => world.sessions.get(alice)?.about?.address
  t.same(said(), { host: 'pubs.example.org', port: 8101 })
  t.same(told(world), ['up 2'])
  world.order(alice, { revision: 3, announce: 'yes', host: 'alice.example' })
  world.settle()
  world.answer(alice, { about: null })
  world.settle()
  t.same(said(), { host: 'alice.example', port: 8101 })
  t.match(JSON.stringify(world.runs.get(alice)?.shape), /./)
  t.end()
})

test('a pub that is just made is up before it has introduced itself', (t) => {
  const world = new HubWorld()
  world.order(alice)
  world.settle()
  world.answer(alice, { about: null })
  t.same(told(world), ['up 1'])
  t.same(world.settle(), ['about'])
  t.same(told(world), [])
  t.end()
})

test('a pub that can not be stopped is failed with the reason, and down when it is', (t) => {
  const world = upWorld()
  world.order(alice, { revision: 2, desired: 'down' })
  world.look()
  for (let tries = 0; tries < TROUBLE_REPORTED_AFTER; tries += 1) {
    t.same(told(world), [])
    rememberTrouble(world.memory, alice, { kind: 'other', message: 'no such process' }, world.now)
  }
  t.same(told(world), ['failed 2: the server could not stop it: no such process'])
  t.same(told(world), [], 'once')
  world.now += 60_000
  world.settle()
  t.same(told(world), ['down 2'])
  const gone = upWorld()
  gone.order(alice, { revision: 2, desired: 'down' })
  gone.reachable = false
  gone.unreachableSince = gone.now
  t.same(told(gone), [])
  gone.now += ENGINE_GONE_REPORTED_AFTER_MS
  t.match(told(gone)[0] ?? '', /^failed 2: the container engine of the server does not answer/)
  t.end()
})
