// What a hub does and reports when a pub gets another version: the trial, the way back, and both after a restart.
import test from 'tape'
import { rememberTrouble } from '../../hub-daemon/memory'
import { CRASHES_REPORTED_AFTER, HEALTHY_AFTER_MS, UPGRADE_TRIAL_MS } from '../../protocol/limits'
import {
  alice,
  NEW,
  newShape,
  oldShape,
  REPLACE,
  reborn,
  shapeNow,
  told,
  trialWorld,
  upWorld,
} from '../helpers/hub-trial'
import { HubWorld } from '../helpers/hub-world'

test('a pub that is up says which version it runs', (t) => {
  const world = new HubWorld()
  world.order(alice)
  world.settle()
  world.answer(alice)
  t.same(told(world), ['up 1 0.1.0'])
  t.end()
})

test('an upgrade: the image first, then the run; up is said only when it is healthy', (t) => {
  const world = upWorld()
  world.order(alice, NEW)
  t.same(world.settle(), ['fetch', ...REPLACE])
  t.equal(shapeNow(world), newShape)
  world.answer(alice)
  t.same(told(world), [], 'it answers, and has to go on doing so')
  t.ok((world.plan().wakeAt ?? 0) <= world.now + HEALTHY_AFTER_MS)
  world.now += HEALTHY_AFTER_MS
  t.same(told(world), ['up 2 0.2.0'])
  world.now += UPGRADE_TRIAL_MS * 2
  world.crash(alice)
  t.same(world.settle(), ['start'], 'once it has passed, a crash is healed and nothing else')
  for (let tries = 0; tries < CRASHES_REPORTED_AFTER + 2; tries += 1) {
    world.crash(alice)
    world.now += 60_000
    world.settle()
  }
  world.crash(alice)
  t.match(told(world).join(), /^failed 2 0.2.0$/, 'also when it goes on crashing')
  t.equal(shapeNow(world), newShape)
  t.end()
})

test('an image that can not be had: the old run is never touched', (t) => {
  const world = upWorld()
  world.now += HEALTHY_AFTER_MS
  world.missing.add('0.2.0')
  world.order(alice, NEW)
  t.same(world.settle(), ['fetch'])
  t.match(told(world).join(), /^up 2 0.1.0: the server has no image to run pubs from: no 0.2.0 here$/)
  t.equal(shapeNow(world), oldShape)
  t.equal(world.runs.get(alice)?.status, 'running')
  t.same(world.settle(), [])
  t.end()
})

test('a version that keeps crashing is given up at once, and that is on the feed before the old one is up', (t) => {
  const world = trialWorld()
  // The first start is behind us.
  for (let starts = 1; starts < CRASHES_REPORTED_AFTER; starts += 1) {
    t.same(told(world), [], 'not yet')
    world.crash(alice)
    world.now += 10_000
    world.settle()
  }
  t.ok(world.now < 1_000_000 + UPGRADE_TRIAL_MS + 30_000)
  t.equal(shapeNow(world), oldShape, 'the last look has brought the old one back')
  t.same(told(world), ['down 2 null: it keeps crashing'])
  world.answer(alice)
  t.same(told(world), ['up 2 0.1.0: it keeps crashing'])
  t.same(told(world), [], 'once')
  t.end()
})

test('a version that never answers is given up when its time is over', (t) => {
  const world = trialWorld()
  world.now += UPGRADE_TRIAL_MS - 1
  world.settle()
  t.equal(shapeNow(world), newShape)
  world.now += 1
  t.same(world.settle(), REPLACE)
  t.equal(shapeNow(world), oldShape)
  t.match(told(world).join(), /^down 2 null: it was not healthy 90 s after its first start$/)
  t.end()
})

test('a version that can not write is given up, unless the provider was away', (t) => {
  const world = trialWorld()
  world.providerSince = null
  world.answer(alice, { status: 'connected', about: null })
  world.now += UPGRADE_TRIAL_MS * 3
  world.settle()
  t.equal(shapeNow(world), newShape, 'nobody was there to let it write')
  t.same(told(world), [])
  world.providerSince = world.now
  world.settle()
  t.equal(shapeNow(world), newShape, 'the provider is back: now it may')
  world.now += UPGRADE_TRIAL_MS
  world.settle()
  t.equal(shapeNow(world), oldShape)
  t.end()
})

test('a taken port, a full disk and an engine that is away are waited for', (t) => {
  for (const kind of ['port-taken', 'disk-full', 'unreachable'] as const) {
    const world = trialWorld()
    world.crash(alice)
    for (let tries = 0; tries < 10; tries += 1)
      rememberTrouble(world.memory, alice, { kind, message: 'x' }, world.now)
    world.look()
    t.equal(world.memory.pubs.get(alice)?.reverted, null, kind)
  }
  t.end()
})

test('a hub that starts anew goes on with the trial, keeps to what it has seen, and never tries a bad one again', (t) => {
  const trial = trialWorld()
  reborn(trial)
  trial.settle()
  t.equal(shapeNow(trial), newShape, 'in the middle of the trial: it goes on')
  trial.now += UPGRADE_TRIAL_MS
  trial.settle()
  t.equal(shapeNow(trial), oldShape, 'and ends')

  const going = trialWorld()
  going.now += UPGRADE_TRIAL_MS
  going.look()
  told(going)
  reborn(going)
  const back = going.settle().filter((kind) => kind !== 'escrow')
  t.same(back, ['stop', 'remove', 'create', 'start', 'open-session'], 'going back is gone on with')
  t.equal(shapeNow(going), oldShape)
  going.answer(going.runs.keys().next().value ?? alice)
  t.match(told(going).join(), /^up 2 0.1.0: it was not healthy/, 'with the reason')
  reborn(going)
  t.same(going.settle()[0], 'open-session')
  going.now += UPGRADE_TRIAL_MS
  going.settle()
  t.equal(shapeNow(going), oldShape)

  const passed = trialWorld()
  passed.answer(alice)
  passed.now += HEALTHY_AFTER_MS
  t.same(told(passed), ['up 2 0.2.0'])
  reborn(passed)
  passed.crash(alice)
  passed.now += UPGRADE_TRIAL_MS * 2
  passed.settle()
  t.equal(shapeNow(passed), newShape, 'what has passed is not tried again')
  t.end()
})

test('the order that puts the old version back starts nothing anew', (t) => {
  const world = trialWorld()
  world.now += UPGRADE_TRIAL_MS
  world.settle()
  world.answer(alice)
  told(world)
  world.order(alice, { revision: 3, version: null, fallback: null })
  t.same(world.settle(), [])
  t.same(told(world), ['up 3 0.1.0'])
  t.end()
})

test('neither comes up: the reasons of both', (t) => {
  const world = trialWorld()
  world.now += UPGRADE_TRIAL_MS
  world.settle()
  told(world)
  for (let tries = 0; tries < CRASHES_REPORTED_AFTER + 1; tries += 1) {
    world.crash(alice)
    world.now += 60_000
    world.settle()
  }
  world.crash(alice)
  t.match(told(world).join(), /^failed 2 null: it was not healthy/)
  t.equal(shapeNow(world), oldShape, 'it stays with the old one')
  world.now += 60_000
  world.settle()
  world.answer(alice)
  world.now += HEALTHY_AFTER_MS
  t.match(told(world).join(), /^up 2 0.1.0: it was not healthy/, 'and heals')
  t.end()
})

test('orders that come in the middle: stop, another version, restart', (t) => {
  const stopped = trialWorld()
  stopped.order(alice, { ...NEW, revision: 3, desired: 'down' })
  stopped.settle()
  t.same(told(stopped), ['down 3 null'])
  stopped.now += UPGRADE_TRIAL_MS
  t.same(stopped.settle(), [])
  stopped.order(alice, { ...NEW, revision: 4 })
  stopped.settle()
  stopped.now += UPGRADE_TRIAL_MS
  stopped.settle()
  t.equal(shapeNow(stopped), oldShape, 'the trial was only put off')

  const other = trialWorld()
  other.order(alice, { ...NEW, revision: 3, version: '0.3.0' })
  t.same(other.settle(), ['fetch', ...REPLACE])
  other.answer(alice)
  other.now += HEALTHY_AFTER_MS
  t.same(told(other), ['up 3 0.3.0'])

  const again = trialWorld()
  again.order(alice, { ...NEW, revision: 3, restarts: 1 })
  again.settle()
  again.now += UPGRADE_TRIAL_MS
  again.settle()
  t.same(told(again), ['down 3 null: it was not healthy 90 s after its first start'])
  t.end()
})

test('the version that runs already, by its name: nothing is on trial', (t) => {
  const world = upWorld()
  world.order(alice, { revision: 2, version: '0.1.0', fallback: { version: null } })
  world.settle()
  t.same(told(world), ['up 2 0.1.0'])
  t.equal(shapeNow(world), oldShape)
  t.end()
})
