/**
 * Goal: a provider whose settings name a cloud rents a machine there, and what that machine was told makes it a hub. The cloud is
 * the stand-in, provider and hub are processes.
 */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'tape'
import { driverOf } from '../../plugin/io/machines/driver'
import { readMachineSettings } from '../../plugin/machine-settings'
import { DEFAULT_POLICY } from '../../plugin/policy'
import type { MachinesView, MachineView } from '../../protocol/rpc-machines'
import { joinHub, type TestHub } from '../helpers/hub'
import { randomNetworkKey, removeFolder, temporaryFolder, until } from '../helpers/machine'
import { APPLICATION, startStandIn } from '../helpers/openstack-stand-in'
import { startProvider, type TestProvider } from '../helpers/provider'
import { provider } from '../helpers/story'

const PATIENCE_MS = 120_000
const LEASE_MS = 3_000

const rcOf = (url: string): string => `export OS_AUTH_URL=${url}
export OS_APPLICATION_CREDENTIAL_ID=${APPLICATION.id}
export OS_APPLICATION_CREDENTIAL_SECRET="${APPLICATION.secret}"
export OS_REGION_NAME=RegionOne
`

test('a machine is rented, and becomes a hub', async (t) => {
  const standIn = await startStandIn()
  const folder = temporaryFolder('rented')
  writeFileSync(join(folder, 'openrc.sh'), rcOf(standIn.url), { mode: 0o600 })
  const openstack = {
    ...{ credentialsFile: 'openrc.sh', flavor: 'small', image: 'Debian 12' },
    ...{ networks: ['private-net'], floating: 'public-net' },
  }
  const settings = { machines: { driver: 'openstack', max: 1, openstack } }
  writeFileSync(join(folder, 'config.json'), JSON.stringify(settings))
  const networkKey = randomNetworkKey()
  let started: TestProvider | null = null
  let hub: TestHub | null = null
  try {
    const running = await startProvider({
      networkKey,
      home: 'own',
      folder,
      nobodyElse: true,
      leaseMs: LEASE_MS,
    })
    started = running
    const machines = () => running.admin<MachinesView>('adminMachines')
    // Within a lease of its start a provider rents nothing.
    await until('the fleet to be calm', async () => (await machines()).next === null, PATIENCE_MS)
    const { machine, label } = await running.admin<MachineView>('adminMachineAdd', {
      label: 'cloudy',
      kind: null,
    })
    const server = await until('a server in the cloud', () => standIn.cloud.servers[0], PATIENCE_MS)
    t.deepEqual([server.name, server.metadata['buttcloud-machine']], [machine, machine])
    const told = Buffer.from(server.wish.user_data, 'base64').toString()
    const line = JSON.parse(told.replace('#cloud-config\n', '')).write_files[0].content
    const token = /--join '?([^' ]+)'? /.exec(line)?.[1] ?? ''
    t.ok(token.includes(`${running.id}~`), 'it is told whose hub it shall be')
    hub = await joinHub(running, { networkKey, engine: 'process', label, token })
    await until(
      'the machine is that hub',
      async () => (await machines()).machines[0]?.hub === hub?.id,
      PATIENCE_MS,
    )
    t.equal(standIn.cloud.servers.length, 1)
    const secrets = [APPLICATION.secret, token, server.wish.user_data]
    const log = running.output() + readFileSync(join(folder, 'config.json'), 'utf8')
    t.deepEqual(
      secrets.filter((secret) => log.includes(secret)),
      [],
      'no secret is in the log',
    )
  } finally {
    await hub?.stop()
    await started?.stop()
    await standIn.stop()
    removeFolder(folder)
  }
})

test('settings that can not be used end the start with a sentence', (t) => {
  const folder = temporaryFolder('rented')
  const start = (openstack: object | undefined, mode = 0o600): string => {
    writeFileSync(join(folder, 'openrc.sh'), rcOf('https://127.0.0.1:1/v3'))
    chmodSync(join(folder, 'openrc.sh'), mode)
    const settings = { driver: 'openstack', max: 1, openstack }
    const policy = { ...DEFAULT_POLICY, machines: readMachineSettings(settings) }
    try {
      return driverOf(settings, policy, { provider, folder, address: () => 'p.example.org:8010' }).driver.name
    } catch (error) {
      return (error as Error).message
    }
  }
  const good = { credentialsFile: 'openrc.sh', flavor: 's', image: 'd', networks: ['n'] }
  t.equal(start(good), 'driver', 'good ones are taken')
  t.match(start(undefined), /machines\.openstack: expected an object, found nothing/)
  t.match(start({ ...good, credentialsFile: 'nothing.yaml' }), /nothing\.yaml can't be read: /)
  t.match(
    start({ ...good, package: '/root/b.tgz' }),
    /package is not "\/root\/b\.tgz": a fresh machine has no files/,
  )
  const open = start(good, 0o644)
  t.match(open, /others on this machine may read it: chmod 600 /)
  t.notOk(open.includes(APPLICATION.secret))
  for (const [content, why] of [
    ['clouds:\n  a: {auth: {auth_url: "https://k", username: u}}\n', /lacks the password/],
    [
      'clouds:\n  a: {auth: {auth_url: "https://k", application_credential_id: i, application_credential_secret: s}, cacert: nothing.pem}',
      /nothing\.pem can't be read/,
    ],
  ] as const) {
    writeFileSync(join(folder, 'clouds.yaml'), content, { mode: 0o600 })
    t.match(start({ ...good, credentialsFile: 'clouds.yaml' }), why)
  }
  removeFolder(folder)
  t.end()
})
