// Goal: a hub of a cluster file whose server is rented is asked for once, whatever happens on its way, and is never given back by a line that is missing.
import test from 'tape'
import { readMachineSettings } from '../../plugin/machine-settings'
import { buildHub } from '../../protocol/messages/hub'
import { buildMachine, type MachineMessage } from '../../protocol/messages/machine'
import { alice, bob, feed, hub, oscar, provider } from '../helpers/story'
import {
  apply,
  type ClusterStory,
  clusterStory,
  compared,
  exported,
  heldOf,
  wordsOf,
} from '../helpers/story-cluster'
import { hubIs, twoHubs } from '../helpers/story-move'

const rented = feed('rented hub')

/** Two hubs that were joined by hand, and somebody who rents out more. */
function story(settings: object = {}): ClusterStory {
  const one = clusterStory(twoHubs())
  const machines = readMachineSettings({ driver: 'openstack', max: 3, ...settings })
  one.one.story.policy = { ...one.one.story.policy, machines }
  return one
}

const machinesOf = ({ one }: ClusterStory): MachineMessage[] =>
  [...one.story.state.provider.machines.all.values()].map(({ content }) => content)
const named = (one: ClusterStory, label: string): MachineMessage => {
  const found = machinesOf(one).find((content) => content.label === label)
  if (found === undefined) throw new Error(`no machine of ${label}`)
  return found
}
/** The machine of this name comes with its token. */
function joins(one: ClusterStory, label: string, id = rented): void {
  const { token } = named(one, label)
  one.one.story.tells(provider, buildHub({ hub: id, status: 'admitted', label, token }))
  one.one.story.connected.add(id)
}
const says = (one: ClusterStory, label: string, change: Partial<MachineMessage>): void => {
  one.one.story.tells(provider, buildMachine({ ...named(one, label), ...change }))
}
const notesOf = (one: ClusterStory, text: string): string => compared(one, text).notes.join(' | ')

const ALL = 'hubs:\n  hub-1:\n  second:\n'
const FILE = `${ALL}  shed-2:\n    status: admitted\n    machine:\n      flavor: b2-15\n      image: Debian 12\n`

test('a hub that is not there is rented, once, and is what the file says when it has joined', (t) => {
  const one = story()
  t.deepEqual(wordsOf(one, FILE), [
    'a machine (flavor b2-15, image Debian 12) is rented to be shed-2, which takes pubs once it has joined',
  ])
  t.deepEqual(heldOf(one, FILE), [])
  t.equal(apply(one, FILE), 1)
  const { label, status, why, by, kind } = named(one, 'shed-2')
  t.deepEqual(
    { label, status, why, by, kind },
    {
      label: 'shed-2',
      status: 'wanted',
      why: 'asked',
      by: oscar,
      kind: { flavor: 'b2-15', image: 'Debian 12' },
    },
  )
  const onItsWay = compared(one, FILE)
  t.deepEqual([onItsWay.changes, onItsWay.held], [[], []], 'never a second one')
  t.match(onItsWay.owed.join(), /^Hub shed-2 is on its way: its machine, bc-[0-9a-f]{8}-1, is asked for; /)
  t.match(exported(one), /\n {2}shed-2:\n {4}machine:\n {6}flavor: b2-15\n {6}image: "Debian 12"\n/)
  joins(one, 'shed-2')
  t.deepEqual({ ...compared(one, FILE) }, { changes: [], held: [], notes: [], owed: [] })
  t.match(
    exported(one),
    /\n {2}shed-2:\n {4}status: admitted\n {4}machine:\n {6}flavor: b2-15\n {6}image: "Debian 12"\n/,
  )
  t.equal(
    apply(one, FILE.replace('admitted', 'cordoned')),
    1,
    'its status is the file’s as that of any other',
  )
  t.equal(machinesOf(one).length, 1)
  t.end()
})

test('with nothing behind it a machine is what config.json says; a driver by hand asks for a server', (t) => {
  const one = story({ driver: 'manual' })
  const text = 'hubs:\n  shed-2:\n    machine:\n'
  t.deepEqual(wordsOf(one, text), [
    'a server is asked of you to be shed-2; `buttcloud admin machines` shows how it joins',
  ])
  apply(one, text)
  t.equal(named(one, 'shed-2').kind, null)
  t.match(
    compared(one, text).owed.join(),
    /Hub shed-2 has not joined: `buttcloud admin machines bc-.*-1 --host NAME`/,
  )
  t.match(exported(one), /\n {2}shed-2:\n {4}machine: \{\}\n/)
  t.end()
})

test('a machine of another flavour can’t be made of one that is there, and that is said with what to do', (t) => {
  const one = story()
  apply(one, FILE)
  const other = FILE.replace('b2-15', 'b2-30')
  const why =
    /^7 shed-2: its machine was rented with flavor b2-15, and can't be made another one: .*machine-remove shed-2`/
  t.match(heldOf(one, other).join(), why, 'on its way')
  joins(one, 'shed-2')
  t.match(heldOf(one, other).join(), why, 'and when it is there')
  t.deepEqual(compared(one, other).changes, [])
  t.deepEqual(heldOf(one, FILE.replace(/ {6}.*\n/g, '')), [], 'what the file leaves open is as it was')
  const plain = story()
  apply(plain, `${ALL}  shed-2:\n    machine:\n`)
  t.match(heldOf(plain, FILE).join(), /was rented with the flavor that config.json said/)
  t.end()
})

test('a hub that was joined by hand has no machine, and one that is leaving is not called back', (t) => {
  const one = story()
  t.match(heldOf(one, 'hubs:\n  second:\n    machine: {}\n').join(), /^4 second: it was joined by hand/)
  apply(one, FILE)
  says(one, 'shed-2', { status: 'leaving', why: 'never-joined', by: null })
  t.match(heldOf(one, FILE).join(), /^7 shed-2: the machine that was to be it is being given back/)
  says(one, 'shed-2', { status: 'gone', why: 'never-joined', by: null })
  t.equal(apply(one, FILE), 1, 'when it is gone there is another one')
  t.deepEqual(
    machinesOf(one).map(({ status }) => status),
    ['gone', 'wanted'],
  )
  const again = story()
  apply(again, FILE)
  joins(again, 'shed-2')
  says(again, 'shed-2', { status: 'leaving', by: alice })
  hubIs(again.one.story, rented, 'draining')
  t.deepEqual(compared(again, FILE).changes, [])
  t.match(heldOf(again, FILE).join(), /^7 shed-2: its machine is being given back; once it is gone, /)
  t.doesNotMatch(exported(again), /machine:/, 'what is exported does not ask for it again')
  hubIs(again.one.story, rented, 'retired')
  says(again, 'shed-2', { status: 'gone', by: alice })
  t.match(wordsOf(again, FILE).join(), /is rented to be shed-2/)
  t.deepEqual(wordsOf(again, FILE.replace('admitted', 'retired')), [])
  t.end()
})

test('what is rented is never given back because it is not in the file', (t) => {
  const one = story()
  apply(one, FILE)
  const left =
    /Nothing is given back because it is not in the file: shed-2 is rented until you say `.*machine-remove HUB`/
  t.deepEqual(compared(one, ALL).changes, [])
  t.match(notesOf(one, ALL), left, 'on its way')
  joins(one, 'shed-2')
  t.deepEqual(compared(one, ALL).changes, [])
  t.match(notesOf(one, ALL), left, 'and when it is there')
  t.deepEqual(
    compared(one, 'pubs: {}\n').notes.length,
    1,
    'of what the file does not speak of nothing is said',
  )
  t.end()
})

test('one that the policy rented comes and goes with the room: no file asks for it again', (t) => {
  const one = story()
  apply(one, 'hubs:\n  machine-1:\n    machine: {}\n')
  const [content] = machinesOf(one)
  if (content === undefined) throw new Error('no machine')
  const own = story()
  own.one.story.tells(provider, buildMachine({ ...content, why: 'spare', by: null }))
  t.doesNotMatch(exported(own), /machine-1/, 'while nobody has joined')
  joins(own, 'machine-1')
  const text = exported(own)
  t.match(text, /\n {2}machine-1:\n {4}status: admitted\n {4}# Rented because room ran short, /)
  t.deepEqual(compared(own, text.replace(/^[\s\S]*?version: 1\n/, '')).notes, [])
  t.match(notesOf(own, 'hubs:\n  machine-1:\n    machine:\n'), /machine-1 was rented because room ran short/)
  t.end()
})

test('what may be at most holds for a file, too, and so does a driver that has not answered', (t) => {
  const three = ['a', 'b', 'c', 'd'].map((name) => `  ${name}:\n    machine:\n`).join('')
  const one = story()
  t.deepEqual(
    compared(one, `hubs:\n${three}`).changes.map(({ name }) => name),
    ['a', 'b', 'c'],
  )
  t.match(heldOf(one, `hubs:\n${three}`).join(), /^10 d: 3 machines are there already, .*machines.max/)
  const busy = story({ perDayMax: 1 })
  t.match(heldOf(busy, `hubs:\n${three}`).join(), /6 b: one machine was rented within a day/)
  t.match(heldOf({ ...one, listed: null }, FILE).join(), /the driver has not said yet/)
  const off = clusterStory(twoHubs())
  t.match(heldOf(off, FILE).join(), /^7 shed-2: no machines are rented here: `machines` in config.json/)
  t.match(heldOf(one, 'hubs:\n  Shed_2:\n    machine:\n').join(), /a label is 1 to 40 small letters/)
  t.match(
    heldOf(one, 'hubs:\n  shed-2:\n    status: draining\n    machine:\n').join(),
    /^4 shed-2: it is not there, and nothing is rented to be draining/,
  )
  const elsewhere = story()
  apply(elsewhere, FILE)
  const { policy } = elsewhere.one.story
  elsewhere.one.story.policy = { ...policy, machines: readMachineSettings({ driver: 'manual', max: 1 }) }
  t.match(heldOf(elsewhere, FILE).join(), /shed-2: bc-.* is a machine of the driver openstack, which is not/)
  t.doesNotMatch(exported(elsewhere), /shed-2/)
  t.end()
})

const WRITTEN = {
  ...{ driver: 'openstack', max: 3, spare: '2GB', price: { amount: 50.4, currency: 'usd' } },
  openstack: { flavor: 'b2-15' },
}
/** Rents machines by what stands in its config.json. */
function configured(): ClusterStory {
  const one = story(WRITTEN)
  one.home = { ...one.home, config: { kind: 'ours', settings: { machines: WRITTEN } } }
  return one
}

test('how many, when and for how much is policy, in force at once; who rents them out is not', (t) => {
  const one = configured()
  const text = `policy:
  machines:
    driver: openstack
    max: 5
    min: 0
    spare: 4GB
    coolDownMinutes: 30
    price:
      amount: 60.50
      currency: usd
`
  const { changes, held } = compared(one, text)
  t.deepEqual(
    changes.map(({ words, counts }) => [words, counts]),
    [
      ['machines.max: 3 → 5', 'now'],
      ['machines.spare: 2GB → 4GB', 'now'],
      ['machines.coolDownMinutes: 15 → 30', 'now'],
      ['machines.price.amount: 50.4 → 60.5', 'now'],
    ],
  )
  t.deepEqual(held, [])
  apply(one, text)
  const { machines } = one.one.story.policy
  t.deepEqual(
    [machines?.driver, machines?.max, machines?.spareBytes, machines?.coolDownMs, machines?.price?.amount],
    ['openstack', 5, 4 * 1024 ** 3, 30 * 60_000, 6_050],
  )
  t.deepEqual(one.home.config.settings.machines, {
    ...{ driver: 'openstack', max: 5, spare: '4GB', openstack: { flavor: 'b2-15' }, coolDownMinutes: 30 },
    price: { amount: 60.5, currency: 'usd' },
  })
  t.deepEqual({ ...compared(one, text) }, { changes: [], held: [], notes: [], owed: [] })
  t.match(
    exported(one),
    /\n {2}machines:\n {4}driver: openstack\n {4}max: 5\n {4}min: 0\n {4}spare: 4GB\n[\s\S]*\n {4}price:\n {6}amount: 60.5\n {6}currency: usd\n/,
  )
  t.doesNotMatch(exported(one), /flavor|openstack:/, 'what the driver needs stays in config.json')
  t.match(
    heldOf(one, 'policy:\n  machines:\n    driver: manual\n').join(),
    /^4 machines.driver: who rents out machines is chosen in config.json/,
  )
  t.match(
    heldOf(one, 'policy:\n  machines:\n    min: 6\n').join(),
    /^4 machines.min: .*machines.min \(6\) is more than machines.max \(5\)/,
  )
  t.end()
})

test('a file never writes settings of machines that the provider would not start with', (t) => {
  const one = clusterStory(twoHubs())
  const text = 'policy:\n  machines:\n    driver: manual\n    max: 2\n'
  t.deepEqual(compared(one, text).changes, [], 'the driver is not written, so the rest is not either')
  t.match(heldOf(one, text).join(), /^4 machines.driver: .*,5 machines.max: .*machines.driver must be manual/)
  t.doesNotMatch(exported(one), /machines/, 'where none are rented the file does not speak of them')
  one.home = { ...one.home, config: { kind: 'ours', settings: { machines: { driver: 'manual', max: 1 } } } }
  t.deepEqual(
    compared(one, text).changes.map(({ words, counts }) => [words, counts]),
    [['machines.max: 1 → 2', 'next-start']],
    'switched on by hand since the start',
  )
  apply(one, text)
  t.equal(one.one.story.policy.machines, null)
  t.match(notesOf(one, text), /something else of machines.driver, machines.max than what is in force/)
  t.end()
})

test('a pub that shall run on a hub that is still to come waits for it', (t) => {
  const one = story()
  const pubs = `pubs:\n  alice:\n    hub: shed-2\n  hut:\n    owners: ["${bob}"]\n    hub: shed-2\n`
  const why = 'shed-2 has not joined yet; apply the file again when it has'
  t.deepEqual(heldOf(one, FILE + pubs), [`12 alice: ${why}`, `13 hut: ${why}`])
  t.equal(compared(one, FILE + pubs).changes.length, 1, 'the rest is done')
  t.match(heldOf(one, pubs).join(), /no hub is called "shed-2"/, 'unless the file names none')
  t.equal(one.one.story.state.provider.hubs.has(hub), true)
  t.end()
})
