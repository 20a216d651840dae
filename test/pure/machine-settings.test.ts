/** Goal: what can't be meant by the settings of machines is named, and what the operator is shown and asked is true. */
import test from 'tape'
import { judgeMachines } from '../../cli/doctor'
import { costText, machinesText, machineText, moneyText } from '../../cli/render-machines'
import { machineAdded } from '../../plugin/machine-deeds'
import { readMachineSettings } from '../../plugin/machine-settings'
import { machinesView } from '../../plugin/machine-view'
import { machineStep } from '../../plugin/machines'
import { providerSamples } from '../../plugin/metrics'
import type { MachineView } from '../../protocol/rpc-machines'
import { MACHINE_BYTES, MachineStory, SETTINGS } from '../helpers/machine-world'
import { plainLedger, provider } from '../helpers/story'

const LEAST = { driver: 'manual', max: 2 }

const why = (settings: unknown): string => {
  try {
    readMachineSettings(settings)
    return 'ok'
  } catch (error) {
    return (error as Error).message
  }
}

test('settings: what is left out has a default, and what is wrong is named', (t) => {
  for (const off of [undefined, null, false]) t.equal(readMachineSettings(off), null)
  t.deepEqual(readMachineSettings(LEAST), {
    ...{ driver: 'manual', min: 0, max: 2, spareBytes: 0, triesMax: 3, perDayMax: 5, deadMs: null },
    ...{ coolDownMs: 900_000, joinMs: 1_200_000, price: null },
  })
  const some = readMachineSettings({ ...LEAST, spare: '1.5 GB', deadHours: 2, coolDownMinutes: 5 })
  t.deepEqual([some?.spareBytes, some?.deadMs, some?.coolDownMs], [1.5 * 1024 ** 3, 7_200_000, 300_000])
  const hourly = readMachineSettings({ ...LEAST, price: { amount: 0.01, currency: 'EUR', per: 'hour' } })
  t.deepEqual(hourly?.price, { amount: 730, currency: 'eur', flavors: new Map() })
  const each = { amount: 0.01, currency: 'EUR', per: 'hour', flavors: { 'b2-30': 0.02 } }
  t.deepEqual([...(readMachineSettings({ ...LEAST, price: each })?.price?.flavors ?? [])], [['b2-30', 1460]])
  const wrong: [unknown, RegExp][] = [
    ['yes', /machines must be an object like/],
    [[], /machines must be an object/],
    [{ max: 2 }, /machines\.driver must be manual.*, not nothing/],
    [{ driver: 'aws', max: 2 }, /machines\.driver must be .* not "aws"/],
    [{ driver: 'manual' }, /machines\.max is missing/],
    [{ ...LEAST, max: 0 }, /machines\.max must be a whole number from 1/],
    [{ ...LEAST, min: 3 }, /machines\.min \(3\) is more than machines\.max \(2\)/],
    [{ ...LEAST, spare: 5 }, /machines\.spare must be a size like 512MB or 2GB, not 5/],
    [{ ...LEAST, spare: 'much' }, /machines\.spare must be a size/],
    [{ ...LEAST, maximum: 5 }, /machines has no setting "maximum"; it takes driver, min, max/],
    [{ ...LEAST, joinMinutes: 0.5 }, /machines\.joinMinutes must be a whole number/],
    [{ ...LEAST, price: 5 }, /machines\.price must be an object like/],
    [{ ...LEAST, price: { amount: 5, currency: 'tea' } }, /machines\.price\.currency must be three letters/],
    [{ ...LEAST, price: { amount: '5', currency: 'eur' } }, /machines\.price\.amount must be a number/],
    [{ ...LEAST, price: { amount: 5, currency: 'eur', per: 'year' } }, /price\.per must be month or hour/],
    [{ ...LEAST, price: { amount: 5, currency: 'eur', each: 1 } }, /machines\.price has no setting "each"/],
    [
      { ...LEAST, price: { amount: 5, currency: 'eur', flavors: 7 } },
      /price\.flavors must be an object like .*, not 7/,
    ],
    [
      { ...LEAST, price: { amount: 5, currency: 'eur', flavors: { big: -1 } } },
      /price\.flavors\.big must be a number.*not -1/,
    ],
  ]
  for (const [settings, sentence] of wrong) t.match(why(settings), sentence, why(settings))
  t.end()
})

const viewOf = (one: MachineStory) => {
  const world = one.worldOf()
  return machinesView(one.story.state, { world, step: machineStep(world) }, one.story.policy.plans)
}

test('the dream of the blueprint: 300 pubs of 48 MB on 15 GB for 50.40 are 0.17 a month each, and it is shown', async (t) => {
  const one = new MachineStory({ ...SETTINGS, price: { amount: 50.4, currency: 'usd' } })
  await one.minutes(30)
  const [name = ''] = one.named('wanted')
  const hub = one.hubOfMachine(name)
  if (hub === null) throw new Error('no hub')
  one.offers(hub, 'machine-1', 15 * 1024 ** 3)
  one.wants('ada')
  await one.minutes(3)
  const view = viewOf(one)
  const text = machinesText(view)
  t.match(
    text,
    /^Openstack: 1 of at most 3, at least 0\. 15 GB of room are left; below 1\.0 GB one more is taken\./,
  )
  t.match(text, /machine-1 +connected +running +1 +/)
  t.match(text, /Machines cost 50\.40 USD a month \(50\.40 USD each\): 50\.40 USD for each pub on them/)
  const tiny = view.cost?.perPlan?.find(({ perMachine }) => perMachine === 320)
  t.equal(tiny?.amount, 5_040 / 320)
  t.ok((tiny?.amount ?? 100) <= 17, `${moneyText(tiny?.amount ?? 0, 'usd')} a pub and month`)
  t.deepEqual(
    judgeMachines(view).map(({ health }) => health),
    ['good'],
  )
  t.match(machinesText({ ...view, spareBytes: 0 }), /left; `machines\.spare` is 0, so none is taken for want/)
  const waiting = { ...view, next: 'a server is missing', stuck: false }
  t.match(machinesText(waiting), /Next: a server is missing\./)
  const machines = view.machines.map((machine) => ({ ...machine, waits: waiting.next }))
  t.equal(machinesText({ ...waiting, machines }).split(waiting.next).length, 2, 'said once')
  const unfit = { ...view, faults: ['there is no flavor "huge"'] }
  t.match(machinesText(unfit), /The settings don’t fit:\n {2}there is no flavor "huge"/)
  t.match(JSON.stringify(judgeMachines(unfit)), /"bad".*there is no flavor/)
  t.equal(
    costText({ currency: 'eur', perMachine: 0, all: 0, perPub: null, perPlan: null }),
    'Machines cost 0.00 EUR a month (0.00 EUR each).',
  )
  const given = { ...view.machines[0], hub: null, status: 'leaving' } as MachineView
  t.match(
    machineText({ ...given, driver: 'manual' }),
    /If you have rented a server for it, give that back\.$/,
  )
  t.match(machineText({ ...given, driver: 'openstack' }), /will be destroyed\.$/)
  t.deepEqual(
    [moneyText(0.42, 'usd'), moneyText(1_575, 'usd'), moneyText(500, 'jpy')],
    ['0.0042 USD', '15.75 USD', '500.00 JPY'],
  )
  t.end()
})

test('flavors with prices of their own: each machine has its own, and the sum is of what is there', async (t) => {
  const price = { amount: 50.4, currency: 'usd', flavors: { 'b2-30': 100.8, 'b2-7': 20 } }
  const one = new MachineStory({ ...SETTINGS, max: 3, min: 1, perDayMax: 5, price })
  await one.minutes(30)
  const { state, policy, now } = one.story
  const deeds = { state, policy, now, ledger: plainLedger, listed: one.cloud.machines }
  const added = machineAdded(deeds, { label: 'big', kind: { flavor: 'b2-30', image: null } }, provider)
  if (!added.ok || added.say === null) throw new Error('not added')
  one.story.tells(provider, added.say)
  // Before the policy finds that the first is more than is needed.
  await one.minutes(8)
  const [first = '', second = ''] = one.named('wanted')
  for (const [name, label, bytes] of [
    [first, 'machine-1', 15],
    [second, 'big', 30],
  ] as const) {
    const hub = one.hubOfMachine(name)
    if (hub === null) throw new Error(`no hub of ${name}`)
    one.offers(hub, label, bytes * 1024 ** 3)
  }
  const view = viewOf(one)
  t.deepEqual(
    view.machines.map(({ price }) => price),
    [5_040, 10_080],
  )
  t.equal(view.cost?.all, 15_120)
  const text = machinesText(view)
  t.match(
    text,
    /Machines cost 151\.20 USD a month \(1 of other flavors at 50\.40 USD, 1 b2-30 at 100\.80 USD\)\./,
  )
  t.match(text, /Full of \w+, a machine has 320 of them, for 0\.16 USD/)
  t.match(text, /Full of \w+, a b2-30 machine has 640 of them, for 0\.16 USD/)
  t.match(text, /A MONTH +WHY\n.* 50\.40 USD +least\n.* 100\.80 USD +asked/)
  t.end()
})

test('what waits for the operator is in the list, in doctor and in the figures', async (t) => {
  const one = new MachineStory({ ...SETTINGS, triesMax: 1 })
  one.cloud.weather.joinsAfterMs = null
  await one.minutes(60, 5)
  const view = viewOf(one)
  t.match(machinesText(view), /Waits for you: the last machine never became a hub/)
  t.deepEqual(
    judgeMachines(view).map(({ health }) => health),
    ['warn'],
  )
  const world = { state: one.story.state, now: one.story.now, policy: one.story.policy }
  const around = { connected: one.story.connected, goneSince: new Map(), since: one.story.now, writing: true }
  const figures = providerSamples(world, { ...around, mailWaiting: null, callsOwed: 0, machinesStuck: true })
  const machines = figures.filter(({ name }) => name.startsWith('buttcloud_machines'))
  t.deepEqual(
    machines.map(({ labels, value }) => [labels?.state ?? '', value]),
    [
      ['asked-for', 0],
      ['joined', 0],
      ['leaving', 0],
      ['', 1],
      ['', 1],
      ['', 1],
    ],
  )
  const none = providerSamples(world, { ...around, mailWaiting: null, callsOwed: 0 })
  t.notOk(none.some(({ name }) => name.startsWith('buttcloud_machines')))
  t.deepEqual(judgeMachines({ ...view, driver: null }), [])
  t.match(machinesText({ ...view, driver: null, machines: [], next: null }), /No machines are rented here/)
  const [gone] = view.machines
  if (gone === undefined) throw new Error('none')
  t.match(
    machineText({ ...gone, status: 'wanted', driver: 'manual' }),
    /prints the line that makes a fresh Debian server/,
  )
  t.match(
    machineText({ ...gone, status: 'leaving', hub: null }),
    /is not wanted any more, and will be destroyed/,
  )
  t.end()
})

test('the operator is mailed once a day while machines wait, and what is wrong at the cloud is said at once', async (t) => {
  const one = new MachineStory({ ...SETTINGS, max: 1, spare: '100GB' })
  one.story.addressed = new Set()
  one.byHand('garage', MACHINE_BYTES)
  await one.minutes(120, 5)
  const mails = one.story.mails.filter(({ key }) => key.startsWith('machines-wait'))
  t.ok(mails.length >= 1 && mails.length <= 2, `${mails.length} mails`)
  t.match(mails[0]?.text ?? '', /one machine is there, which is the most that the settings allow/)
  t.end()
})
