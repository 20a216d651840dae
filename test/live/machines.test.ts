/**
 * Goal: a provider whose room runs short asks its operator for a server; the one that joins by its token takes a pub; and when it
 * is given back, its pub moves, what it keeps is waited for, and it is the operator who gives that up. By an operator's commands.
 */
import test, { type Test } from 'tape'
import type { PubView } from '../../protocol/rpc'
import type { AdminMachineTokenAnswer, MachinesView, MachineView } from '../../protocol/rpc-machines'
import { type Ended, runCli } from '../helpers/cli'
import { joinHub, type TestHub } from '../helpers/hub'
import { type HubProcess, startHubProcess } from '../helpers/hub-process'
import { freePort, randomNetworkKey, removeFolder, temporaryFolder, until } from '../helpers/machine'
import { askForPub, inside, type World } from '../helpers/path-story'
import { startProvider, type TestProvider } from '../helpers/provider'
import { call, type StockPeer, startStock } from '../helpers/stock'

const MB = 1024 ** 2
const LEASE_MS = 3_000
const PATIENCE_MS = 90_000

async function open(): Promise<World> {
  const networkKey = randomNetworkKey()
  const portMin = await freePort()
  const provider: TestProvider = await startProvider({
    ...{ networkKey, home: 'own', nobodyElse: true, leaseMs: LEASE_MS },
    settings: {
      ...{ portMin, portMax: Math.min(65_535, portMin + 200) },
      // One pub of 48 MB fits on what is there, and no more than that is left.
      machines: { driver: 'manual', max: 1, spare: '256MB', price: { amount: 50.4, currency: 'usd' } },
    },
  })
  const hub = await joinHub(provider, { networkKey, engine: 'process', label: 'first', memoryBytes: 64 * MB })
  const owner: StockPeer = await startStock({ networkKey, label: 'owner' })
  const { invite } = await provider.admin('adminInvite', { uses: 5 })
  await call(owner.rpc, 'invite.accept', invite)
  return { networkKey, provider, hub, owner }
}

const admin = ({ provider, networkKey }: World, ...args: string[]): Promise<Ended> =>
  runCli({ home: provider.folder, networkKey }, ['admin', ...args, '--path', provider.folder])

async function json<T>(world: World, ...args: string[]): Promise<T> {
  const { stdout, stderr, code } = await admin(world, ...args, '--json')
  if (code !== 0) throw new Error(`${args.join(' ')}: ${stderr}`)
  return JSON.parse(stdout) as T
}

const machinesOf = (world: World): Promise<MachinesView> => world.provider.admin('adminMachines')
const only = async (world: World): Promise<MachineView> => {
  const [one] = (await machinesOf(world)).machines
  if (one === undefined) throw new Error('no machine')
  return one
}

test('a server is missing, joins, takes a pub, and is given back', async (t) => {
  const world = await open()
  const folder = temporaryFolder('machine')
  const started: HubProcess[] = []
  try {
    await inside(t, world, async () => {
      const machine = await tellMissing(t, world)
      started.push(await tellJoins(t, world, machine, folder))
      await tellTakes(t, world)
      await tellLeaves(t, world)
    })
  } finally {
    await Promise.allSettled(started.map((one) => one.kill('SIGTERM')))
    await Promise.allSettled([world.owner.stop(), (world.hub as TestHub).stop()])
    await world.provider.stop()
    removeFolder(folder)
  }
  t.end()
})

async function tellMissing(t: Test, world: World): Promise<string> {
  const [first] = await until(
    'the machine to be wanted',
    async () => {
      const { machines } = await machinesOf(world)
      return machines.length > 0 ? machines : null
    },
    PATIENCE_MS,
  )
  const machine = first?.machine ?? ''
  t.match(machine, /^bc-[0-9a-f]{8}-1$/)
  const { stdout } = await admin(world, 'machines')
  t.match(stdout, /a server is missing: `buttcloud admin machines bc-[0-9a-f]{8}-1 --host NAME`/)
  const line = await admin(world, 'machines', machine, '--host', 'hub7.example.org')
  t.match(line.stdout, /--host hub7\.example\.org --join \S+:@\S+~/, 'the line has the token')
  return machine
}

async function tellJoins(t: Test, world: World, machine: string, folder: string): Promise<HubProcess> {
  const { token } = await json<AdminMachineTokenAnswer>(world, 'machines', machine)
  const { networkKey } = world
  const options = {
    ...{ networkKey, engine: 'process' as const, bind: '127.0.0.1', host: '127.0.0.1', diskBytes: 1e12 },
  }
  const hub = await startHubProcess({ ...options, dir: folder, memoryBytes: 512 * MB, join: token })
  await until('the machine to be a hub', async () => (await only(world)).memoryBytes > 0, PATIENCE_MS)
  const { hub: joined, label, connected } = await only(world)
  t.deepEqual([joined, label, connected], [hub.id, 'machine-1', true])
  const again = await admin(world, 'machines', machine)
  t.deepEqual([again.code, /has joined; its token lets nobody in/.test(again.stderr)], [1, true])
  const other = temporaryFolder('machine')
  await startHubProcess({ ...options, dir: other, join: token }).then(
    (second) => second.kill('SIGTERM').then(() => t.fail('a second server came in by the token')),
    (error: Error) => t.match(error.message, /used by another server/),
  )
  removeFolder(other)
  return hub
}

async function tellTakes(t: Test, world: World): Promise<void> {
  await askForPub(t, world, 'alice')
  const one = await only(world)
  t.equal(one.pubs, 1, 'there is most room')
  const capacity = await admin(world, 'capacity')
  t.match(capacity.stdout, /Machines cost 50\.40 USD a month \(50\.40 USD each\): 50\.40 USD for each pub/)
  t.match(capacity.stdout, /Full of \w+, a machine has 10 of them, for 5\.04 USD a pub and month/)
}

async function tellLeaves(t: Test, world: World): Promise<void> {
  const removed = await admin(world, 'machine-remove', 'machine-1')
  t.match(removed.stdout, /machine-1 is being emptied; then it is retired and you are told/)
  const kept = await until(
    'only the volume to be left there',
    async () => {
      const { waits, pubs } = await only(world)
      return pubs === 0 && /keeps the volume of a pub/.test(waits ?? '')
    },
    PATIENCE_MS,
  )
  t.ok(kept, 'it is not given back with what it keeps')
  const isUp = async (): Promise<boolean> => {
    const [pub] = await world.provider.admin<PubView[]>('adminPubs')
    return pub?.phase === 'up' && pub.moving == null
  }
  t.ok(await until('alice to be up elsewhere', isUp, PATIENCE_MS))
  const refused = await admin(world, 'machine-remove', 'machine-1', '--discard')
  t.match(refused.stderr, /Nobody can bring those back/, 'it asks')
  t.equal(refused.code, 1)
  await json(world, 'machine-remove', 'machine-1', '--discard', '--yes')
  await until('the machine to be gone', async () => (await only(world)).status === 'gone', PATIENCE_MS)
  const { waits } = await only(world)
  t.match(waits ?? '', /the server of machine-1 may be switched off/)
  t.match(world.provider.output(), /the server of a machine may be switched off/)
}
