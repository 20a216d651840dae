/** Goal: no pub starts before its key is in escrow; afterwards nothing waits for that. */
import test from 'tape'
import { rememberTrouble } from '../../hub-daemon/memory'
import { report } from '../../hub-daemon/report'
import { HubWorld, OFFER, pubOf } from '../helpers/hub-world'

const PUB = pubOf(1)

function fresh(): HubWorld {
  const world = new HubWorld()
  world.keysFirst = true
  world.order(PUB)
  return world
}

test('the key first, then the container', (t) => {
  const world = fresh()
  t.deepEqual(world.settle(), ['escrow', 'create', 'start', 'open-session'])
  world.answer(PUB)
  t.deepEqual(world.settle(), [], 'and not again')
  t.end()
})

test('a provider that is away: nothing starts that never did, everything else does', (t) => {
  const world = fresh()
  world.mark = null
  t.deepEqual(world.plan().steps, [], 'it waits')
  world.mark = '1'
  t.deepEqual(world.settle(), ['escrow', 'create', 'start', 'open-session'])
  world.answer(PUB)
  world.mark = null
  world.crash(PUB)
  world.now += 1_000
  t.deepEqual(world.settle(), ['start'], 'a key that is in escrow waits for nobody')
  t.end()
})

test('every connection to the provider, and every recovery key, is asked once, beside the work', (t) => {
  const world = fresh()
  world.settle()
  world.answer(PUB)
  world.mark = '2'
  t.deepEqual(world.settle(), ['escrow'])
  world.crash(PUB)
  world.mark = '3'
  world.now += 1_000
  t.equal(world.plan().steps[0]?.kind, 'start', 'work comes first')
  world.order(PUB, { revision: 2, desired: 'down' })
  t.deepEqual(world.settle().at(-1), 'escrow', 'a stopped one is looked after too')
  world.memory.escrow.set(PUB, { mark: '3', retryAt: world.now + 5_000 })
  t.deepEqual(world.plan().steps, [], 'a failed question waits')
  world.now += 5_000
  t.deepEqual(world.settle(), ['escrow'])
  t.end()
})

test('a key that is gone from the hub is had back before anything is done with it', (t) => {
  const world = fresh()
  world.settle()
  world.sealed.clear()
  world.sessions.clear()
  world.now += 1_000
  t.deepEqual(world.settle(), ['escrow', 'open-session'], 'of a run that runs on')
  world.answer(PUB)
  world.sealed.clear()
  world.crash(PUB)
  world.now += 1_000
  t.deepEqual(world.settle(), ['escrow', 'start'])
  t.end()
})

test('no key to be had is told in words, and tried on', (t) => {
  const world = fresh()
  world.look()
  for (let tries = 0; tries < 3; tries += 1) {
    t.equal(world.plan().steps[0]?.kind, 'escrow')
    const trouble = { kind: 'no-key' as const, message: 'the recovery key is offline' }
    rememberTrouble(world.memory, PUB, trouble, world.now)
    world.now += 60_000
  }
  const [said] = report(world.look(), OFFER).flatMap((one) =>
    one.type === 'buttcloud/observed' ? [one] : [],
  )
  t.equal(said?.phase, 'failed')
  t.equal(said?.reason, 'the server has no key for it: the recovery key is offline')
  t.equal(said?.trouble, 'other')
  t.end()
})
