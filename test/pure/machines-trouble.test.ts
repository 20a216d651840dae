/** Goal: a driver in trouble, answers that get lost, clocks that jump and a feed that lost its end make no machine too many. */
import test from 'tape'
import { machineAdded, machineRemoved } from '../../plugin/machine-deeds'
import { MachineError } from '../../plugin/machine-driver'
import { machineStep } from '../../plugin/machines'
import { operatorsTask, troubleOf } from '../../plugin/machines-trouble'
import { machineNameOf } from '../../protocol/ids'
import { DAY_MS, HOUR_MS, MACHINE_BYTES, MachineStory, MINUTE_MS, SETTINGS } from '../helpers/machine-world'
import { plainLedger, provider } from '../helpers/story'

const next = (one: MachineStory): string => {
  const step = machineStep(one.worldOf())
  return step.kind === 'wait' ? step.why : step.kind
}

test('the driver is in trouble: the record waits, nothing is counted as tried, and it is left alone for as long as it says', async (t) => {
  const one = new MachineStory()
  one.cloud.weather.refuses = new MachineError('quota', 'the project has no cores left', 30 * MINUTE_MS)
  await one.minutes(60)
  t.match(next(one), /has not said yet/)
  t.ok(one.cloud.calls <= 3, `asked ${one.cloud.calls} times in an hour`)
  one.cloud.weather.refuses = null
  await one.minutes(60)
  t.equal(one.cloud.made.length, 1)
  t.deepEqual(one.named('leaving').concat(one.named('gone')), [])
  t.end()
})

test('a cloud that says what it has and makes nothing is asked ever more seldom, and its trouble stays told', async (t) => {
  const one = new MachineStory()
  one.cloud.weather.makesNone = new MachineError('quota', 'the project has no cores left')
  await one.minutes(60)
  t.ok(one.cloud.orders >= 3 && one.cloud.orders <= 10, `ordered ${one.cloud.orders} times in an hour`)
  t.match(next(one), /the project has no cores left/)
  t.equal(one.log.filter((line) => /could not do what was asked/.test(line)).length, 1, 'said once')
  delete one.cloud.weather.makesNone
  await one.minutes(30)
  t.equal(one.cloud.made.length, 1)
  t.equal(one.worldOf().machines.trouble, null)
  t.end()
})

/** By an operator's word; `discard`: what is kept there is given up. */
function removed(one: MachineStory, machine: string, discard = true): void {
  const { state, policy, now } = one.story
  const world = { state, policy, now, ledger: plainLedger, listed: one.cloud.machines }
  const deed = machineRemoved(world, { machine, discard }, provider)
  if (!deed.ok || deed.say === null) throw new Error('not removed')
  one.story.tells(provider, deed.say)
}

/** With two machines that have joined and are given back, by their names. */
async function twoLeave(one: MachineStory): Promise<string[]> {
  await one.minutes(60)
  const names = one.named('wanted')
  for (const machine of names) removed(one, machine)
  return names
}

test("one that can't be destroyed keeps no other", async (t) => {
  const one = new MachineStory({ ...SETTINGS, max: 2, min: 2 })
  const [first = '', second = ''] = await twoLeave(one)
  one.cloud.locked.add(first)
  await one.minutes(60)
  t.deepEqual(one.cloud.destroyed, [second])
  t.ok(one.cloud.ends <= 12, `asked ${one.cloud.ends} times in an hour`)
  one.cloud.locked.clear()
  await one.minutes(30)
  t.deepEqual(one.cloud.destroyed, [second, first])
  t.end()
})

test("one that can't be destroyed keeps nobody from renting another, and is told to the operator when it lasts", async (t) => {
  const one = new MachineStory({ ...SETTINGS, max: 3, min: 1, coolDownMinutes: 1 })
  await one.minutes(30)
  const [first = ''] = one.named('wanted')
  one.cloud.locked.add(first)
  removed(one, first)
  await one.minutes(30)
  t.equal(one.cloud.made.length, 2, 'the least is there again')
  const told = () => operatorsTask(machineStep(one.worldOf()), one.worldOf())
  t.equal(told(), null, 'what is busy may pass')
  await one.minutes(60)
  t.match(told() ?? '', new RegExp(`${first} is locked`), 'it is paid for')
  one.cloud.locked.clear()
  await one.minutes(20)
  t.equal(told(), null)
  t.deepEqual([one.cloud.destroyed, one.named('gone')], [[first], [first]])
  t.end()
})

test('one that was told to end and stays is told to the operator, too', async (t) => {
  const one = new MachineStory({ ...SETTINGS, max: 2, min: 1, coolDownMinutes: 1 })
  await one.minutes(30)
  const [first = ''] = one.named('wanted')
  one.cloud.weather.endsAfterMs = DAY_MS
  removed(one, first)
  await one.minutes(30)
  t.ok(one.cloud.ends >= 1)
  t.equal(troubleOf(one.worldOf()), null)
  await one.minutes(120)
  t.match(operatorsTask(machineStep(one.worldOf()), one.worldOf()) ?? '', /still listed/)
  t.ok(one.cloud.ends <= 16, `asked ${one.cloud.ends} times in two hours and a half`)
  t.end()
})

test('one that was asked for and is on no list is told to the operator, too', async (t) => {
  const one = new MachineStory()
  one.cloud.weather.lagMs = DAY_MS
  one.cloud.weather.joinsAfterMs = null
  await one.minutes(40)
  t.equal(troubleOf(one.worldOf()), null)
  await one.minutes(40)
  t.match(operatorsTask(machineStep(one.worldOf()), one.worldOf()) ?? '', /asked for.*not listed/)
  t.equal(one.cloud.made.length, 1)
  t.ok(one.cloud.orders <= 8, `asked ${one.cloud.orders} times`)
  t.end()
})

test('volumes whose date has come by one clock alone are told to the operator: they keep a machine for ever', async (t) => {
  const one = new MachineStory()
  await one.minutes(30)
  const [name = ''] = one.named('wanted')
  one.wants('ada')
  await one.minutes(3)
  one.byHand()
  await one.minutes(2)
  removed(one, name, false)
  await one.minutes(20)
  const told = () => operatorsTask(machineStep(one.worldOf()), one.worldOf())
  t.match(next(one), /keeps the volume of a pub .* until/)
  one.story.otherClocksAheadMs = []
  one.story.now += 8 * DAY_MS
  await one.minutes(20)
  t.match(told() ?? '', /no clock of another machine says so.*--discard/)
  t.deepEqual(one.cloud.destroyed, [], 'and it stays')
  one.story.otherClocksAheadMs = [0]
  await one.minutes(70)
  t.equal(told(), null)
  t.deepEqual(one.cloud.destroyed, [name])
  t.end()
})

test('a cloud that does not answer for an hour is told to the operator: it may cost', async (t) => {
  const one = new MachineStory()
  await one.minutes(30)
  one.cloud.weather.refuses = new MachineError('unreachable', 'cloud.example did not answer')
  await one.minutes(40)
  const told = () => operatorsTask(machineStep(one.worldOf()), one.worldOf())
  t.equal(told(), null)
  await one.minutes(60)
  t.match(told() ?? '', /did not answer/)
  t.end()
})

test('a list that shows for minutes what is being destroyed lets nobody ask without a pause', async (t) => {
  const one = new MachineStory({ ...SETTINGS, max: 2, min: 2 })
  one.cloud.weather.endsAfterMs = 5 * MINUTE_MS
  const names = await twoLeave(one)
  await one.minutes(30)
  t.deepEqual(one.cloud.destroyed.slice().sort(), names.slice().sort())
  t.ok(one.cloud.ends <= 12, `asked ${one.cloud.ends} times`)
  t.end()
})

test('what the settings name and the cloud does not have is known before a machine is wanted, and asked for seldom', async (t) => {
  const one = new MachineStory()
  one.cloud.faults = ['there is no flavor "huge"']
  await one.minutes(10)
  t.deepEqual(one.worldOf().machines.faults, ['there is no flavor "huge"'])
  t.equal(one.cloud.checks, 1)
  one.cloud.faults = []
  await one.minutes(70)
  t.deepEqual(one.worldOf().machines.faults, [])
  t.ok(one.cloud.checks <= 3, `asked ${one.cloud.checks} times in 80 minutes`)
  t.end()
})

test('an answer that got lost, a list that lags and a crash make no second machine', async (t) => {
  const one = new MachineStory()
  one.cloud.weather = { refuses: null, losesAnswer: true, joinsAfterMs: 10 * MINUTE_MS, lagMs: 3 * MINUTE_MS }
  for (let times = 0; times < 10; times += 1) {
    await one.minutes(2)
    one.restart()
  }
  one.cloud.weather = { refuses: null, losesAnswer: false, joinsAfterMs: 10 * MINUTE_MS, lagMs: 0 }
  await one.minutes(60)
  t.equal(one.cloud.made.length, 1)
  t.equal(next(one), 'settled')
  t.end()
})

test('a machine from before a loss of the feed is not taken for the next one', async (t) => {
  const one = new MachineStory()
  const name = machineNameOf(provider, 1)
  one.cloud.machines.set(name, {
    name,
    status: 'running',
    token: 'x',
    bornAt: 0,
    joinsAtMs: null,
    shownAt: 0,
  })
  await one.minutes(60, 2)
  t.deepEqual(one.named('wanted'), [machineNameOf(provider, 2)])
  t.ok(one.cloud.machines.has(name), 'it is left alone')
  const { state, policy, now } = one.story
  const world = { state, policy, now, ledger: plainLedger }
  const early = machineAdded({ ...world, listed: null }, { label: null, kind: null }, provider)
  t.match(early.ok ? '' : early.why, /has not said yet which machines there are/)
  t.end()
})

test('a clock that jumps buys nothing: so many a day, by any clock', async (t) => {
  const one = new MachineStory({ ...SETTINGS, max: 100, spare: '1000GB', perDayMax: 3, coolDownMinutes: 1 })
  one.byHand('a', 0.5 * MACHINE_BYTES)
  for (let hour = 0; hour < 20; hour += 1) {
    await one.minutes(60)
    one.story.now += hour % 2 === 0 ? 30 * DAY_MS : -10 * HOUR_MS
  }
  t.equal(one.cloud.made.length, 3)
  t.match(next(one), /3 machines were rented within a day/)
  t.end()
})

test('a dead machine that comes back when its hub is retired is destroyed all the same', async (t) => {
  const one = new MachineStory()
  await one.minutes(30)
  const [name = ''] = one.named('wanted')
  const hub = one.hubOfMachine(name)
  if (hub === null) throw new Error('no hub')
  one.wants('ada')
  await one.minutes(3)
  one.byHand()
  await one.minutes(2)
  one.off.add(hub)
  const { state, policy, now } = one.story
  const world = { state, policy, now, ledger: plainLedger, listed: new Map() }
  const deed = machineRemoved(world, { machine: name, discard: true }, provider)
  if (!deed.ok || deed.say === null) throw new Error('not removed')
  one.story.tells(provider, deed.say)
  await one.minutes(20, 2)
  one.cloud.weather.refuses = new MachineError('busy', 'try again later')
  await one.minutes(60, 2)
  t.equal(state.provider.hubs.get(hub)?.status, 'retired')
  t.deepEqual(one.cloud.destroyed, [])
  one.off.clear()
  one.cloud.weather.refuses = null
  await one.minutes(60, 2)
  t.deepEqual(one.cloud.destroyed, [name], 'a retired hub says nothing of its runs any more')
  t.end()
})
