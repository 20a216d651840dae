// What a hub does and reports when a pub gets another version: the trial, the way back, and both after a restart.
import test from 'tape'
import { emptyMemory, rememberTrouble } from '../../hub-daemon/memory'
import { runOf } from '../../hub-daemon/run'
import { CRASHES_REPORTED_AFTER, HEALTHY_AFTER_MS, UPGRADE_TRIAL_MS } from '../../protocol/limits'
import type { ObservedMessage } from '../../protocol/messages/observed'
import { CONFIG, HubWorld, pubOf, specOf } from '../helpers/hub-world'

const alice = pubOf(1)
const NEW = { revision: 2, version: '0.2.0', fallback: { version: null } }
const newShape = runOf(specOf(alice, NEW), CONFIG).shape
const oldShape = runOf(specOf(alice), CONFIG).shape
const REPLACE = ['close-session', 'stop', 'remove', 'create', 'start', 'open-session']

function upWorld(): HubWorld {
  const world = new HubWorld()
  world.order(alice)
  world.settle()
  world.answer(alice)
  world.publish()
  return world
}

/** The new version is ordered, made and started. */
function trialWorld(): HubWorld {
  const world = upWorld()
  world.order(alice, NEW)
  world.settle()
  return world
}

const told = (world: HubWorld): string[] =>
  world
    .publish()
    .filter((one): one is ObservedMessage => one.type === 'buttcloud/observed')
    .map(
      ({ phase, revision, version, reverted }) =>
        `${phase} ${revision} ${version}${reverted === null ? '' : `: ${reverted}`}`,
    )

/** A hub that has been killed and started again. */
function reborn(world: HubWorld): void {
  world.memory = emptyMemory()
  for (const pub of [...world.sessions.keys()]) world.sessions.delete(pub)
}

const shapeNow = (world: HubWorld): string | undefined => world.runs.get(alice)?.shape

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
  t.same(going.settle(), ['stop', 'remove', 'create', 'start', 'open-session'], 'going back is gone on with')
  t.equal(shapeNow(going), oldShape)
  going.answer(going.runs.keys().next().value ?? alice)
  t.match(told(going).join(), /^up 2 0.1.0: it was not healthy/, 'with the reason')
  reborn(going)
  t.same(going.settle(), ['open-session'])
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

test('a rebuild: the image is seen to, then the run is made anew', (t) => {
  const world = upWorld()
  world.order(alice, { revision: 2, rebuilds: 1 })
  t.same(world.settle(), ['fetch', ...REPLACE])
  world.answer(alice)
  t.same(told(world), ['up 2 0.1.0'])
  world.order(alice, { revision: 3, rebuilds: 1, restarts: 1 })
  t.same(world.settle(), ['fetch', ...REPLACE])
  t.end()
})

test('a rebuild whose image can not be had: tried again with pauses, said, and the old run goes on', (t) => {
  const world = upWorld()
  world.missing.add('0.1.0')
  world.now += HEALTHY_AFTER_MS
  world.order(alice, { revision: 2, rebuilds: 1 })
  let tries = 0
  for (const until = world.now + 60_000; world.now < until; world.now += 100)
    tries += world.settle().filter((kind) => kind === 'fetch').length
  t.ok(tries > 3 && tries < 12, `${tries} tries in a minute`)
  t.same(told(world), ['failed 2 null'])
  t.equal(shapeNow(world), oldShape)
  world.missing.clear()
  world.now += 120_000
  world.settle()
  world.answer(alice)
  world.now += HEALTHY_AFTER_MS
  t.same(told(world), ['up 2 0.1.0'])
  t.end()
})

test('while an image is on its way the old run is tended', (t) => {
  const world = upWorld()
  world.order(alice, NEW)
  const [step] = world.plan().steps
  t.equal(step?.kind, 'fetch')
  const pub = world.memory.pubs.get(alice)
  if (pub !== undefined)
    world.memory.pubs.set(alice, { ...pub, fetch: { shape: newShape, state: 'under-way' } })
  world.order(alice, { ...NEW, name: 'other', revision: 2 })
  t.same(world.settle(), ['about'])
  world.now += 15 * 60_000
  t.same(
    world.plan().steps.map(({ kind }) => kind),
    ['probe'],
  )
  t.end()
})
