/**
 * Goal: a machine's whole life by the policy alone: room runs short, a cloud is asked for a server, what the server was told makes
 * it a hub, it runs a pub, the pub leaves, the machine is more than is needed, is emptied, retired and destroyed, and the pub is
 * up elsewhere. Real provider, hubs and pub; the cloud is the stand-in, and the server's boot is played here.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type Test } from 'tape'
import { MACHINES_LIST_EVERY_MS } from '../../protocol/limits-machines'
import type { FleetPubView } from '../../protocol/rpc-desk'
import type { MachinesView, MachineView } from '../../protocol/rpc-machines'
import { joinHub, type TestHub } from '../helpers/hub'
import { type HubProcess, startHubProcess } from '../helpers/hub-process'
import { freePort, randomNetworkKey, removeFolder, temporaryFolder, until } from '../helpers/machine'
import { APPLICATION, type StandIn, startStandIn } from '../helpers/openstack-stand-in'
import { askForPub, inside, type World } from '../helpers/path-story'
import { startProvider } from '../helpers/provider'
import { call, startStock } from '../helpers/stock'

const MB = 1024 ** 2
const MINUTE_MS = 60_000
const PATIENCE_MS = 90_000

const rcOf = (url: string): string => `export OS_AUTH_URL=${url}
export OS_APPLICATION_CREDENTIAL_ID=${APPLICATION.id}
export OS_APPLICATION_CREDENTIAL_SECRET="${APPLICATION.secret}"
export OS_REGION_NAME=RegionOne
`

interface Rented extends World {
  standIn: StandIn
  folder: string
}

async function open(): Promise<Rented> {
  const networkKey = randomNetworkKey()
  const portMin = await freePort()
  const standIn = await startStandIn()
  const folder = temporaryFolder('provider')
  writeFileSync(join(folder, 'openrc.sh'), rcOf(standIn.url), { mode: 0o600 })
  const openstack = {
    ...{ credentialsFile: 'openrc.sh', flavor: 'small', image: 'Debian 12', networks: ['Ext-Net'] },
  }
  const provider = await startProvider({
    ...{ networkKey, home: 'own', nobodyElse: true, leaseMs: 3_000, folder },
    settings: {
      ...{ portMin, portMax: Math.min(65_535, portMin + 200) },
      // What a pub leaves behind is kept for nobody here: two clocks still have to agree that its date has come.
      retentionMs: 0,
      machines: { driver: 'openstack', max: 1, spare: '256MB', coolDownMinutes: 1, openstack },
    },
  })
  const hub = await joinHub(provider, { networkKey, engine: 'process', label: 'first', memoryBytes: 64 * MB })
  const owner = await startStock({ networkKey, label: 'owner' })
  const { invite } = await provider.admin('adminInvite', { uses: 5 })
  await call(owner.rpc, 'invite.accept', invite)
  return { networkKey, provider, hub, owner, standIn, folder }
}

const machineOf = async ({ provider }: World): Promise<MachineView | undefined> =>
  (await provider.admin<MachinesView>('adminMachines')).machines[0]

/** Where she is up; null while she is not. */
async function hubOfAlice({ provider }: World): Promise<string | null> {
  const pubs = await provider.admin<FleetPubView[]>('adminPubs')
  const alice = pubs.find(({ name }) => name === 'alice')
  return alice?.phase === 'up' && alice.moving == null ? alice.hub : null
}

test('a machine is rented, becomes a hub, runs a pub, and is given back when it is not needed', async (t) => {
  const world = await open()
  const folder = temporaryFolder('machine')
  const started: { kill(signal: 'SIGTERM'): Promise<void> }[] = []
  const garages: TestHub[] = []
  try {
    await inside(t, world, async () => {
      const machine = await tellJoins(t, world, folder)
      started.push(machine)
      // The policy waits so long between two decisions; while no pub runs, that time may as well go by at once.
      await world.provider.pass(MINUTE_MS)
      await machine.move({ passMs: MINUTE_MS })
      await tellRuns(t, world, machine)
      const garage = await tellLeaves(t, world)
      garages.push(garage)
      await tellGone(t, world, garage)
    })
  } finally {
    await Promise.allSettled(started.map((one) => one.kill('SIGTERM')))
    await Promise.allSettled([world.owner.stop(), world.hub.stop(), ...garages.map((one) => one.stop())])
    await world.provider.stop()
    await world.standIn.stop()
    removeFolder(folder)
    removeFolder(world.folder)
  }
  t.end()
})

/** What the server was told is done by hand: its token joins it. */
async function tellJoins(t: Test, world: Rented, folder: string): Promise<HubProcess> {
  const { standIn, networkKey } = world
  const server = await until('a server to be made', () => standIn.cloud.servers[0], PATIENCE_MS)
  t.match(server.name, /^bc-[0-9a-f]{8}-1$/, server.name)
  const told = Buffer.from(server.wish.user_data, 'base64').toString()
  const [, token = ''] = /--join (\S+)/.exec(told) ?? []
  const [, label = ''] = /--label ([a-z0-9.-]+)/.exec(told) ?? []
  const options = {
    ...{ networkKey, engine: 'process' as const, bind: '127.0.0.1', host: '127.0.0.1', diskBytes: 1e12 },
    ...{ dir: folder, memoryBytes: 512 * MB, join: token, label },
  }
  const hub = await startHubProcess(options, undefined, server.name)
  await until('it to be a hub', async () => ((await machineOf(world))?.memoryBytes ?? 0) > 0, PATIENCE_MS)
  const one = await machineOf(world)
  t.deepEqual([one?.hub, one?.label, one?.connected], [hub.id, label, true])
  return hub
}

async function tellRuns(t: Test, world: Rented, machine: HubProcess): Promise<void> {
  await askForPub(t, world, 'alice')
  t.equal(await hubOfAlice(world), machine.id, 'there is most room')
  t.equal((await machineOf(world))?.pubs, 1)
  t.equal(world.standIn.cloud.servers.length, 1, 'and no second one')
}

/** More room comes by hand, and the pub goes there. */
async function tellLeaves(t: Test, world: Rented): Promise<TestHub> {
  const { provider, networkKey, standIn } = world
  const garage = await joinHub(provider, {
    ...{ networkKey, engine: 'process', label: 'garage', memoryBytes: 1024 * MB },
  })
  t.deepEqual(
    [(await machineOf(world))?.status, standIn.cloud.servers.length],
    ['wanted', 1],
    'not with a pub',
  )
  await provider.admin('adminMove', { pub: 'alice', hub: 'garage' })
  return garage
}

async function tellGone(t: Test, world: Rented, garage: TestHub): Promise<void> {
  const { standIn, provider } = world
  const view = () => provider.admin<MachinesView>('adminMachines')
  await until(
    'it to be given back',
    async () => (await machineOf(world))?.status === 'leaving',
    PATIENCE_MS,
  ).catch(async (error: Error) => {
    throw new Error(`${error.message}: ${JSON.stringify(await view())}`)
  })
  t.equal((await machineOf(world))?.why, 'surplus')
  const ended = () =>
    standIn.asked.find(({ method, path }) => method === 'DELETE' && /\/servers\//.test(path))
  await until('the server to be destroyed', ended, PATIENCE_MS)
  t.equal(await hubOfAlice(world), garage.id, 'its pub is up where it went')
  // The next list is the one that shows it no more.
  await provider.pass(MACHINES_LIST_EVERY_MS)
  await until('it to be gone', async () => (await machineOf(world))?.status === 'gone', PATIENCE_MS)
  t.deepEqual(standIn.cloud.servers, [], 'and nothing is left in the cloud')
  const made = standIn.asked.filter(({ method, path }) => method === 'POST' && path.endsWith('/servers'))
  t.equal(made.length, 1, 'one was asked for, once')
}
