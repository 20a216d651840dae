/** Goal: what was left on a machine stays there until the pub is up somewhere else, however often it goes on before. */
import test from 'tape'
import { machineRemoved } from '../../plugin/machine-deeds'
import { machineStep } from '../../plugin/machines'
import type { PubId } from '../../protocol/ids'
import { DAY_MS, HOUR_MS, MachineStory, SETTINGS } from '../helpers/machine-world'
import { plainLedger, provider } from '../helpers/story'

const placeOf = ({ story }: MachineStory, pub: PubId) => story.state.provider.pubs.get(pub)?.record.hub

function removes(one: MachineStory, machine: string, discard: boolean): void {
  const { state, policy, now } = one.story
  const world = { state, policy, now, ledger: plainLedger, listed: one.cloud.machines }
  const deed = machineRemoved(world, { machine, discard }, provider)
  if (!deed.ok || deed.say === null) throw new Error('not removed')
  one.story.tells(provider, deed.say)
}

/** Gives the hub where it is put next. */
async function goesOn(one: MachineStory, pub: PubId) {
  const from = placeOf(one, pub)
  for (let minute = 0; placeOf(one, pub) === from; minute += 1) {
    if (minute === 120) throw new Error('it goes nowhere')
    await one.minutes(1)
  }
  const hub = placeOf(one, pub)
  if (hub === undefined) throw new Error('no pub')
  return hub
}

/** Ada's pub was on a machine that is given back, and was up nowhere since. */
async function homeless() {
  const one = new MachineStory(SETTINGS)
  await one.minutes(30)
  const [machine = ''] = one.named('wanted')
  const pub = one.wants('ada')
  await one.minutes(3)
  const former = one.hubOfMachine(machine)
  if (former === null || placeOf(one, pub) !== former) throw new Error('it is not on the machine')
  for (const label of ['bee', 'cee', 'dee', 'eve']) one.byHand(label)
  await one.minutes(1)
  removes(one, machine, false)
  const first = await goesOn(one, pub)
  one.off.add(first)
  const second = await goesOn(one, pub)
  one.mute.add(second)
  return { one, machine, pub, hubs: [former, first, second] }
}

test('a pub that moved on twice and is up nowhere: its date alone takes no copy away', async (t) => {
  const { one, machine, hubs } = await homeless()
  t.equal(new Set(hubs).size, 3)
  await one.minutes((10 * DAY_MS) / 60_000, HOUR_MS / 60_000)
  t.deepEqual(one.cloud.destroyed, [])
  const step = machineStep(one.worldOf())
  t.match(step.kind === 'wait' ? step.why : step.kind, /ada/, 'and the operator sees for whom it stays')
  one.mute.clear()
  await one.minutes(10 * 60, 10)
  t.deepEqual(one.cloud.destroyed, [machine], 'it goes when the pub is up')
  t.end()
})

test('unless the operator gives up what is there', async (t) => {
  const { one, machine } = await homeless()
  removes(one, machine, true)
  await one.minutes(DAY_MS / 60_000, 10)
  t.deepEqual(one.cloud.destroyed, [machine])
  t.end()
})
