/**
 * The machines' contract against the real services that up.sh started: `node contract.js FILE`, with the rc file that
 * prepare printed.
 */
import { dirname, resolve } from 'node:path'
import test from 'tape'
import { readOpenstackFiles } from '../../plugin/io/machines/openstack-files'
import type { OpenstackCredentials } from '../../plugin/openstack-credentials'
import {
  foreignStory,
  leftOverStory,
  lifeStory,
  quotaStory,
  settingsStory,
  twinStory,
  until,
} from '../helpers/machine-contract'
import { clearProject, openstackWorld } from '../helpers/openstack-world'

const file = resolve(process.argv[2] ?? '')
const { credentials, ca } = readOpenstackFiles({ credentialsFile: file, cloud: null }, dirname(file))
const byName = (name: string) => ({ id: null, name, domainId: 'default', domainName: null })
const passwordOf = (name: string, project: string): OpenstackCredentials => ({
  ...credentials,
  login: { kind: 'password', user: byName(name), password: name, project: byName(project) },
})
const place = { ca, admin: passwordOf('admin', 'admin'), serversMax: 6, settleMs: 180_000 }
const world = openstackWorld({ ...place, credentials })

test('real services: nothing is left of an earlier run', async (t) => {
  await clearProject(world.session)
  await until(place.settleMs, 'it is empty', async () => ((await world.count()).servers === 0 ? true : null))
  t.deepEqual(await world.count(), { servers: 0, ports: 0, addresses: 0 })
})
test('real services: a machine with an address of its network', (t) => lifeStory(t, world, false))
test('real services: a machine with a floating address', (t) => lifeStory(t, world, true))
test('real services, with a password', (t) =>
  lifeStory(t, openstackWorld({ ...place, credentials: passwordOf('alice', 'pubs') }), true))
test("real services: somebody else's server", (t) => foreignStory(t, world))
test('real services: an address that was left over', (t) => leftOverStory(t, world))
test('real services: two at once', (t) => twinStory(t, world))
test('real services: pages and quota', (t) => quotaStory(t, world))
test('real services: wrong settings', (t) => settingsStory(t, world))
