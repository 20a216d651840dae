/** Goal: hubs that are silent together hold machines up only while it is not clear which side is gone. */
import test from 'tape'
import { machineRemoved } from '../../plugin/machine-deeds'
import { MachineError } from '../../plugin/machine-driver'
import { machineStep } from '../../plugin/machines'
import { operatorsTask } from '../../plugin/machines-trouble'
import { hubDeed } from '../../plugin/move'
import { MACHINE_BYTES, MachineStory, SETTINGS } from '../helpers/machine-world'
import { plainLedger, provider } from '../helpers/story'

const next = (one: MachineStory): string => {
  const step = machineStep(one.worldOf())
  return step.kind === 'wait' ? step.why : step.kind
}

const told = (one: MachineStory) => operatorsTask(machineStep(one.worldOf()), one.worldOf())

/** By an operator's word. */
function removed(one: MachineStory, machine: string): void {
  const { state, policy, now } = one.story
  const world = { state, policy, now, ledger: plainLedger, listed: one.cloud.machines }
  const deed = machineRemoved(world, { machine, discard: true }, provider)
  if (!deed.ok || deed.say === null) throw new Error('not removed')
  one.story.tells(provider, deed.say)
}

/** One that was joined by hand and two that were rented, all heard. */
async function threeHubs(): Promise<{ one: MachineStory; names: string[] }> {
  const one = new MachineStory({ ...SETTINGS, min: 2, coolDownMinutes: 1 })
  one.byHand('garage', MACHINE_BYTES * 0.22)
  await one.minutes(60)
  return { one, names: one.named('wanted') }
}

test('machines that are on no list any more are no storm: they are parted with, and others are rented', async (t) => {
  const { one, names } = await threeHubs()
  t.equal(names.length, 2)
  one.cloud.machines.clear()
  await one.minutes(5)
  t.match(next(one), /fell silent a moment ago/, 'they may only be late')
  t.equal(one.cloud.made.length, 2)
  const [first = ''] = names
  removed(one, first)
  await one.minutes(40)
  t.deepEqual(one.named('gone'), [first])
  t.ok(one.cloud.made.length > 2, 'another one is rented')
  t.equal(told(one), null)
  t.end()
})

test('while nobody says which machines there are, silence is a storm', async (t) => {
  const { one, names } = await threeHubs()
  one.cloud.machines.clear()
  one.cloud.list = () => Promise.reject(new MachineError('unreachable', 'no route to the cloud'))
  for (const name of names) removed(one, name)
  await one.minutes(40)
  t.match(next(one), /2 of 3 hubs fell silent together/)
  t.deepEqual(one.named('gone'), [])
  t.end()
})

test('a storm that lasts is told to the operator, who can end it', async (t) => {
  const { one, names } = await threeHubs()
  for (const name of names) one.off.add(one.hubOfMachine(name) ?? provider)
  await one.minutes(40)
  t.match(next(one), /2 of 3 hubs fell silent together/)
  t.equal(told(one), null, 'it may pass')
  await one.minutes(30)
  t.match(told(one) ?? '', /for an hour or longer.*admin retire HUB/)
  const world = one.worldOf()
  const stormAgo = new Map([...one.off].map((hub) => [hub, 0]))
  const moving = world.moving === undefined ? undefined : { ...world.moving, stormAgo }
  t.match(operatorsTask(machineStep({ ...world, moving }), world) ?? '', /admin retire HUB/, 'with pubs, too')
  const { state, connected, policy, now } = one.story
  for (const hub of [...one.off].slice(0, 1)) {
    const deed = hubDeed(state, connected, { hub, status: 'retired' }, { now, policy })
    if (!deed.ok || deed.say === null) throw new Error('not retired')
    one.story.tells(provider, deed.say)
  }
  await one.minutes(30)
  t.equal(told(one), null)
  t.deepEqual(one.named('gone'), names.slice(0, 1))
  t.equal(one.cloud.made.length, 3, 'another one is rented')
  t.end()
})
