/** Goal: servers are rented when room runs short and given back when they are empty, never two for one record, and nothing in doubt. */
import test from 'tape'
import { machineAdded, machineRemoved, tokenMayBeShown } from '../../plugin/machine-deeds'
import { machinesView } from '../../plugin/machine-view'
import { machineStep, mayDestroy } from '../../plugin/machines'
import { hubDeed } from '../../plugin/move'
import { buildHub } from '../../protocol/messages/hub'
import { DAY_MS, MachineStory, MINUTE_MS, SETTINGS } from '../helpers/machine-world'
import { alice, feed, plainLedger, provider } from '../helpers/story'

const recordIn = ({ story }: MachineStory, name: string) => {
  const one = story.state.provider.machines.all.get(name)
  if (one === undefined) throw new Error(`no ${name}`)
  return one
}

const next = (one: MachineStory): string => {
  const step = machineStep(one.worldOf())
  return step.kind === 'wait' ? step.why : step.kind
}

/** A fleet of one machine that was rented for want of room, and joined. */
async function withOne(settings: object = SETTINGS): Promise<{ one: MachineStory; name: string }> {
  const one = new MachineStory(settings)
  await one.minutes(30)
  const [name] = one.named('wanted')
  if (name === undefined) throw new Error(`none: ${next(one)}`)
  return { one, name }
}

async function withPubs(one: MachineStory, ...names: string[]): Promise<void> {
  for (const name of names) {
    one.story.policy = { ...one.story.policy, pubsPerOwnerMax: 50 }
    one.wants(name)
    await one.minutes(2)
  }
}

test('room is short: one machine is written down, asked for, joins, and then there is enough', async (t) => {
  const one = new MachineStory()
  await one.minutes(1)
  t.deepEqual(one.cloud.made, [], 'not before the hubs of a provider that has just started were heard')
  await one.minutes(1)
  t.equal(one.named('wanted').length, 1)
  await one.minutes(30)
  t.equal(one.cloud.made.length, 1)
  const [name = ''] = one.named('wanted')
  t.match(name, /^bc-[0-9a-f]{8}-1$/)
  const hub = one.hubOfMachine(name)
  t.equal(hub === null ? null : one.story.state.provider.hubs.get(hub)?.label, 'machine-1')
  t.equal(next(one), 'settled')
  await withPubs(one, 'ada')
  t.equal([...one.story.state.provider.pubs.values()][0]?.record.hub, hub, 'and it takes a pub')
  t.end()
})

test('a hub with room that was joined by hand is enough, and is never given back', async (t) => {
  const one = new MachineStory()
  const hub = one.byHand()
  await one.minutes(3 * 60)
  t.deepEqual([one.cloud.made.length, next(one)], [0, 'settled'])
  t.equal(one.story.state.provider.hubs.get(hub)?.status, 'admitted')
  const gone = machineRemoved(deedWorld(one), { machine: 'garage', discard: false }, provider)
  t.match(gone.ok ? '' : gone.why, /joined by hand/)
  t.end()
})

test('min is kept whatever room there is; max is never passed', async (t) => {
  const one = new MachineStory({ ...SETTINGS, min: 2, max: 2, spare: '100GB' })
  one.byHand()
  await one.minutes(120)
  t.equal(one.cloud.machines.size, 2)
  t.match(next(one), /the most that the settings allow \(machines\.max\)/)
  const more = machineAdded(deedWorld(one), { label: null, kind: null }, provider)
  t.match(more.ok ? '' : more.why, /2 machines are there already/)
  t.end()
})

const deedWorld = ({ story }: MachineStory) => ({
  ...{ state: story.state, policy: story.policy, now: story.now, ledger: plainLedger },
  listed: new Map(),
})

test('one that never joins is destroyed and tried again so often, then the operator is waited for', async (t) => {
  const one = new MachineStory()
  one.cloud.weather.joinsAfterMs = null
  await one.minutes(4 * 60)
  t.deepEqual([one.cloud.made.length, one.cloud.destroyed.length], [2, 2], 'triesMax')
  t.match(next(one), /the last 2 machines never became a hub/)
  const whys = [...one.story.state.provider.machines.all.values()].map(({ content }) => content.why)
  t.deepEqual(whys, ['never-joined', 'never-joined'])
  one.cloud.weather.joinsAfterMs = MINUTE_MS
  const asked = machineAdded(deedWorld(one), { label: 'attic', kind: null }, alice)
  if (!asked.ok || asked.say === null) throw new Error('not added')
  one.story.tells(provider, asked.say)
  await one.minutes(30)
  t.equal(one.cloud.machines.size, 1, 'the operator says when to go on')
  t.equal(next(one), 'settled')
  t.equal(asked.say.machine.endsWith('-3'), true, 'and no name is given twice')
  t.end()
})

test('one that the driver calls failed is given up at once', async (t) => {
  const one = new MachineStory()
  await one.minutes(3)
  const [rented] = one.cloud.machines.values()
  if (rented === undefined) throw new Error('none')
  rented.status = 'failed'
  await one.minutes(5)
  t.deepEqual(one.cloud.destroyed, [rented.name])
  t.end()
})

test('an empty machine too many is emptied, retired and destroyed, in this order; its token lets nobody in', async (t) => {
  const { one, name } = await withOne()
  const hub = one.hubOfMachine(name)
  one.byHand()
  const seen: string[] = []
  one.cloud.onDestroy = () =>
    seen.push(`${one.story.state.provider.hubs.get(hub ?? feed('x'))?.status} ${one.named('leaving').length}`)
  await one.minutes(60)
  t.deepEqual(seen, ['retired 1'])
  t.deepEqual(one.named('gone'), [name])
  t.equal(one.cloud.machines.size, 0)
  const token = tokenMayBeShown(one.story.state, name)
  t.match(token.ok ? '' : token.why, /not wanted any more/)
  t.end()
})

test('what still has pubs, or an operator asked for, is not too many', async (t) => {
  const { one } = await withOne()
  await withPubs(one, 'ada')
  one.byHand()
  await one.minutes(3 * 60)
  t.deepEqual(one.cloud.destroyed, [])
  const asked = machineAdded(deedWorld(one), { label: 'attic', kind: null }, provider)
  if (!asked.ok || asked.say === null) throw new Error('not added')
  one.story.tells(provider, asked.say)
  await one.minutes(3 * 60)
  t.deepEqual([one.cloud.made.length, one.cloud.destroyed.length], [2, 0])
  const twice = machineAdded(deedWorld(one), { label: 'attic', kind: null }, provider)
  t.match(twice.ok ? '' : twice.why, /called attic already/)
  t.end()
})

test('the operator removes one: its pubs move, and the volumes that it keeps are waited for by two clocks', async (t) => {
  const { one, name } = await withOne()
  await withPubs(one, 'ada', 'bea')
  const hub = one.hubOfMachine(name)
  if (hub === null) throw new Error('no hub')
  one.byHand()
  await one.minutes(2)
  const deed = machineRemoved(deedWorld(one), { machine: 'machine-1', discard: false }, alice)
  if (!deed.ok || deed.say === null) throw new Error('not removed')
  t.deepEqual([deed.say.by, deed.say.why], [alice, 'asked'])
  one.story.tells(provider, deed.say)
  await one.minutes(30)
  const at = [...one.story.state.provider.pubs.values()].map(({ record }) => record.hub)
  t.notOk(at.includes(hub), 'both are elsewhere')
  t.match(next(one), /machine-1 is not given back yet: it keeps the volumes of 2 pubs/)
  t.equal(one.story.state.provider.hubs.get(hub)?.status, 'draining')
  const back = hubDeed(
    one.story.state,
    one.story.connected,
    { hub: 'machine-1', status: 'admitted' },
    one.story,
  )
  t.match(back.ok ? '' : back.why, /is leaving/)
  one.story.now += 8 * DAY_MS
  one.story.otherClocksAheadMs = [-8 * DAY_MS]
  await one.minutes(30)
  t.deepEqual(one.cloud.destroyed, [], 'not by one clock')
  one.story.otherClocksAheadMs = [0]
  await one.minutes(30)
  t.deepEqual(one.cloud.destroyed, [name])
  t.end()
})

test('given up by the operator, the volumes are not waited for; the pubs are', async (t) => {
  const { one, name } = await withOne({ ...SETTINGS, max: 1 })
  await withPubs(one, 'ada')
  const deed = machineRemoved(deedWorld(one), { machine: name, discard: true }, provider)
  if (!deed.ok || deed.say === null) throw new Error('not removed')
  one.story.tells(provider, deed.say)
  await one.minutes(60)
  t.deepEqual(one.cloud.destroyed, [], 'there is no room elsewhere')
  t.match(next(one), /the most that the settings allow/)
  const held = mayDestroy(one.worldOf(), recordIn(one, name))
  t.notOk(held, 'it has a pub')
  one.byHand()
  await one.minutes(20)
  t.deepEqual(one.cloud.destroyed, [name])
  t.end()
})

test('retired by hand, a machine still keeps what it keeps, and goes after', async (t) => {
  const { one, name } = await withOne()
  await withPubs(one, 'ada')
  const hub = one.hubOfMachine(name)
  const record = hub === null ? undefined : one.story.state.provider.hubs.get(hub)
  if (record === undefined) throw new Error('no hub')
  one.byHand()
  one.story.tells(provider, buildHub({ ...record, status: 'draining' }))
  await one.minutes(20)
  one.story.tells(provider, buildHub({ ...record, status: 'retired' }))
  await one.minutes(30)
  t.deepEqual([one.named('leaving'), one.cloud.destroyed], [[name], []])
  t.match(next(one), /keeps the volume of a pub/)
  one.story.now += 8 * DAY_MS
  await one.minutes(30)
  t.deepEqual(one.cloud.destroyed, [name])
  t.end()
})

test('a dead machine: only when its pubs are up elsewhere, the operator’s bound is over, and its volumes are', async (t) => {
  const { one, name } = await withOne()
  await withPubs(one, 'ada')
  const hub = one.hubOfMachine(name)
  if (hub === null) throw new Error('no hub')
  one.byHand()
  await one.minutes(2)
  one.off.add(hub)
  await one.minutes(60)
  t.notOk([...one.story.state.provider.pubs.values()].some(({ record }) => record.hub === hub))
  t.deepEqual(one.named('leaving'), [], 'deadHours are not over')
  await one.minutes(90)
  t.deepEqual(one.named('leaving'), [name])
  t.deepEqual(one.cloud.destroyed, [])
  one.story.now += 8 * DAY_MS
  const world = one.worldOf()
  const { machines } = machinesView(one.story.state, { world, step: machineStep(world) }, [])
  t.equal(machines.find(({ machine }) => machine === name)?.waits, null, 'nobody waits for what it says')
  await one.minutes(30)
  t.deepEqual(one.cloud.destroyed, [name])
  t.end()
})

test('nothing is rented or given back in a storm, right after a hub fell silent, or before hubs were heard', async (t) => {
  const { one } = await withOne()
  const [a, b] = [one.byHand('a'), one.byHand('b')]
  await one.minutes(2)
  one.off.add(a)
  one.off.add(b)
  await one.minutes(5)
  t.match(next(one), /fell silent/)
  await one.minutes(60)
  t.match(next(one), /2 of 3 hubs fell silent together/)
  t.deepEqual([one.cloud.made.length, one.cloud.destroyed.length], [1, 0])
  one.off.clear()
  await one.minutes(1)
  one.restart()
  t.match(next(one), /not said yet|not heard all/)
  t.end()
})

test('a machine that nobody here knows is told of and left alone', async (t) => {
  const { one } = await withOne()
  const stray = { status: 'running', token: 'x', bornAt: 0, joinsAtMs: null, shownAt: 0 } as const
  one.cloud.machines.set('bc-00000000-9', { name: 'bc-00000000-9', ...stray })
  await one.minutes(60)
  t.ok(one.cloud.machines.has('bc-00000000-9'))
  t.equal(one.log.filter((line) => line.includes('no record names')).length, 1)
  t.end()
})
