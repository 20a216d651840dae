import test from 'tape'
import { rememberTrouble } from '../../hub-daemon/memory'
import { runOf } from '../../hub-daemon/run'
import { describeStep } from '../../hub-daemon/steps'
import { HUB_WORK_MAX, NEWS_WAIT_MS, PROBE_EVERY_MS, SILENT_KILL_MS } from '../../protocol/limits'
import { CLOCKS_AGREE_MS, CLOCKS_LOOK_EVERY_MS } from '../../protocol/limits-money'
import { buildHub } from '../../protocol/messages/hub'
import { CONFIG, HUB, HubWorld, inviteOf, keyOfMessage, PROVIDER, pubOf, specOf } from '../helpers/hub-world'

const alice = pubOf(1)

function kinds(world: HubWorld): string[] {
  return world.plan().steps.map((step) => step.kind)
}

test('an order to be up leads to container, start, session, and then to nothing', (t) => {
  const world = new HubWorld()
  world.order(alice)
  t.same(world.settle(), ['create', 'start', 'open-session'])
  world.answer(alice)
  t.same(kinds(world), [], 'settled')
  t.end()
})

test('a run is created with the order in its environment and without any secret', (t) => {
  const run = runOf(specOf(alice, { epoch: 7 }), CONFIG)
  t.equal(run.environment.PUB_EPOCH, '7')
  t.equal(run.environment.PUB_HUB, HUB)
  t.equal(run.environment.PUB_HOST, 'pubs.example.org')
  t.equal(run.environment.PUB_PORT, '8101')
  t.end()
})

test('whatever needs a new container changes the shape, whatever does not leaves it', (t) => {
  const { shape } = runOf(specOf(alice), CONFIG)
  for (const fields of [
    { epoch: 2 },
    { restarts: 1 },
    { port: 8102 },
    { memoryBytes: 1 },
    { reservedBytes: 1 },
  ])
    t.notEqual(runOf(specOf(alice, fields), CONFIG).shape, shape, JSON.stringify(fields))
  for (const change of [{ host: 'h' }, { image: 'i' }, { listen: '::' }, { capsShs: 'x' }])
    t.notEqual(runOf(specOf(alice), { ...CONFIG, ...change }).shape, shape, JSON.stringify(change))
  for (const fields of [
    { revision: 2, answers: keyOfMessage(9), keepUntil: 5 },
    { name: 'bob', description: 'other' },
  ])
    t.equal(runOf(specOf(alice, fields), CONFIG).shape, shape, JSON.stringify(fields))
  t.notOk(
    JSON.stringify(runOf(specOf(alice), CONFIG)).includes('a pub'),
    'what it says of itself is told later',
  )
  t.end()
})

test('a higher epoch replaces the run: session, container, then a new one', (t) => {
  const world = new HubWorld()
  world.order(alice)
  world.settle()
  world.answer(alice)
  world.order(alice, { revision: 2, epoch: 2 })
  t.same(world.settle(), ['close-session', 'stop', 'remove', 'create', 'start', 'open-session'])
  t.equal(world.runs.get(alice)?.epoch, 2)
  t.end()
})

test('a run left over from an earlier epoch is removed, never started', (t) => {
  const world = new HubWorld()
  world.order(alice)
  world.settle()
  world.crash(alice)
  world.order(alice, { revision: 2, epoch: 2 })
  t.same(world.settle().slice(0, 3), ['close-session', 'remove', 'create'])
  t.end()
})

test('down keeps container and volume, none removes the container, the date removes the volume', (t) => {
  const world = new HubWorld()
  world.order(alice)
  world.settle()
  world.answer(alice)
  world.order(alice, { revision: 2, desired: 'down' })
  t.same(world.settle(), ['close-session', 'stop'])
  const keepUntil = world.now + 1000
  world.order(alice, { revision: 3, desired: 'none', keepUntil })
  t.same(world.settle(), ['remove'])
  t.equal(world.plan().wakeAt, keepUntil, 'it wakes at the date')
  world.now = keepUntil - 1
  t.same(kinds(world), [], 'not a millisecond before')
  world.now = keepUntil
  t.same(world.settle(), ['purge'])
  t.end()
})

test('no volume goes while its hub may not have heard that the pub is back', (t) => {
  const world = new HubWorld()
  world.order(alice)
  world.settle()
  world.order(alice, { revision: 2, desired: 'none', keepUntil: world.now + 1000 })
  t.same(world.settle(), ['close-session', 'stop', 'remove'])
  world.now += 2000
  world.ordersComplete = false
  t.same(kinds(world), [], 'it has just started')
  world.ordersComplete = true
  world.providerSince = null
  t.same(kinds(world), [], 'its provider is away')
  world.providerSince = world.now
  t.same(kinds(world), [], 'its provider has just come back')
  t.equal(world.plan().wakeAt, world.now + NEWS_WAIT_MS)
  world.now += NEWS_WAIT_MS
  t.same(world.settle(), ['purge'])
  t.end()
})

test('a volume without a date is kept', (t) => {
  const world = new HubWorld()
  world.order(alice)
  world.settle()
  world.order(alice, { revision: 2, desired: 'none', keepUntil: null })
  world.settle()
  world.now += 10 * 365 * 86_400_000
  t.same(kinds(world), [])
  t.ok(world.volumes.has(alice))
  t.end()
})

test('a crashed run is started again with growing pauses, and calmly after it has been healthy', (t) => {
  const world = new HubWorld()
  world.order(alice)
  world.settle()
  const pauses: number[] = []
  for (let crash = 0; crash < 14; crash += 1) {
    world.crash(alice)
    const before = world.now
    const { steps, wakeAt } = world.plan()
    t.same(steps, [], 'it waits')
    world.now = wakeAt ?? 0
    while (kinds(world)[0] !== 'start') world.now = world.plan().wakeAt ?? 0
    pauses.push(world.now - before)
    world.settle()
  }
  t.same(pauses.slice(0, 5), [100, 200, 400, 800, 1600])
  t.equal(pauses.at(-1), 60_000, 'never longer than a minute')
  world.answer(alice)
  world.now += 10_000
  t.same(kinds(world), [])
  world.crash(alice)
  t.same(kinds(world), ['start'], 'forgotten after ten healthy seconds')
  t.end()
})

test('a removed container is made again on the same volume', (t) => {
  const world = new HubWorld()
  world.order(alice)
  world.settle()
  world.answer(alice)
  world.now += 20_000
  world.plan()
  world.runs.delete(alice)
  t.same(world.settle(), ['create', 'start'])
  t.end()
})

test('a run that takes no handshake is ended and started again', (t) => {
  const world = new HubWorld()
  world.order(alice)
  world.settle()
  world.now += SILENT_KILL_MS - 1
  t.same(kinds(world), [])
  world.now += 1
  t.same(kinds(world), ['stop'])
  world.settle()
  t.equal(world.runs.get(alice)?.status, 'running')
  world.now += SILENT_KILL_MS - 1
  t.same(kinds(world), [], 'the silence counts from the last start')
  t.end()
})

test('an invite is put into an open fence, and one that is there already is not', (t) => {
  const world = new HubWorld()
  world.order(alice)
  world.owe(alice, keyOfMessage(5), inviteOf(5))
  world.settle()
  t.same(kinds(world), [], 'nothing before the fence is open')
  world.answer(alice, { invites: new Set([inviteOf(5)]) })
  t.same(kinds(world), [], 'the fence was opened with it')
  world.owe(alice, keyOfMessage(6), inviteOf(6))
  t.same(kinds(world), ['invite'])
  world.settle()
  t.same(kinds(world), [])
  t.end()
})

test('a settled pub is probed now and then, and that is all that wakes the hub for it', (t) => {
  const world = new HubWorld()
  world.order(alice)
  world.settle()
  world.answer(alice)
  const answered = world.now
  world.now += 10_000
  t.same(kinds(world), [])
  t.equal(world.plan().wakeAt, answered + PROBE_EVERY_MS)
  world.now = answered + PROBE_EVERY_MS
  t.same(world.settle(), ['probe'])
  t.end()
})

test('what no order speaks of goes, its volume stays; but not before the orders are complete', (t) => {
  const world = new HubWorld()
  world.order(alice)
  world.settle()
  const lost = new HubWorld()
  lost.runs = world.runs
  lost.volumes = world.volumes
  lost.ordersComplete = false
  t.same(kinds(lost), [])
  lost.ordersComplete = true
  t.same(lost.settle(), ['stop', 'remove'])
  lost.now += 10 * 365 * 86_400_000
  t.same(kinds(lost), [])
  t.ok(lost.volumes.has(alice))
  t.end()
})

test('a retired hub runs nothing and purges nothing', (t) => {
  const world = new HubWorld()
  world.order(alice)
  world.settle()
  world.hear(PROVIDER, buildHub({ hub: HUB, status: 'retired', label: 'hub-1', token: null }))
  t.same(world.settle(), ['close-session', 'stop', 'remove'])
  t.ok(world.volumes.has(alice))
  t.end()
})

test('nothing is asked of an engine that does not answer', (t) => {
  const world = new HubWorld()
  world.order(alice)
  world.reachable = false
  world.unreachableSince = world.now
  t.same(kinds(world), [])
  t.end()
})

test('at most so many pubs are worked on at a time, and pubs in trouble come last', (t) => {
  const world = new HubWorld()
  for (let n = 0; n < 10; n += 1) world.order(pubOf(n), { port: 8100 + n })
  world.look()
  rememberTrouble(world.memory, pubOf(0), { kind: 'other', message: 'x' }, world.now - 1_000_000)
  const first = world.plan().steps
  t.equal(first.length, HUB_WORK_MAX)
  t.notOk(first.some((step) => step.pub === pubOf(0)))
  world.busy = new Set(first.map((step) => step.pub))
  t.same(kinds(world), [], 'and no more while they are under way')
  world.busy = new Set()
  for (const step of first) world.perform(step)
  for (const step of world.plan().steps) world.perform(step)
  for (const step of world.plan().steps) world.perform(step)
  t.same(kinds(world), [], 'starting pubs count until they answer')
  for (const step of first) world.answer(step.pub)
  t.equal(kinds(world).length, HUB_WORK_MAX)
  t.end()
})

test('a step says what it does', (t) => {
  const world = new HubWorld()
  world.order(alice)
  const step = world.plan().steps[0]
  if (step === undefined) throw new Error('no step')
  t.match(describeStep(step), /^create bc-[0-9a-f]{20} \(epoch 1, port 8101\)$/)
  t.end()
})

test('a volume goes by two clocks that agree', (t) => {
  const world = new HubWorld()
  world.order(alice)
  world.settle()
  world.answer(alice)
  world.order(alice, { revision: 2, desired: 'none', keepUntil: world.now + 60_000 })
  world.settle()
  world.now += 60_000
  world.providerAheadMs = null
  t.same(world.settle(), [], 'the provider has told nothing')
  t.equal(world.plan().wakeAt, world.now + CLOCKS_LOOK_EVERY_MS)
  for (const ahead of [-CLOCKS_AGREE_MS - 1, CLOCKS_AGREE_MS + 1]) {
    world.providerAheadMs = ahead
    t.same(world.settle(), [], 'one of the two is wrong')
  }
  world.providerAheadMs = -5_000
  t.same(world.settle(), [], 'there it is not so late yet')
  t.equal(world.plan().wakeAt, world.now + 5_000)
  world.now += 5_000
  t.same(world.settle(), ['purge'])
  t.end()
})
