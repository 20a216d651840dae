/** Goal: settings of a cloud that can't be used, and files that others may read, are told in a sentence before anything is promised. */
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'tape'
import { driverOf } from '../../plugin/io/machines/driver'
import { readMachineSettings } from '../../plugin/machine-settings'
import { DEFAULT_POLICY } from '../../plugin/policy'
import { removeFolder, temporaryFolder } from '../helpers/machine'
import { APPLICATION } from '../helpers/openstack-stand-in'
import { provider } from '../helpers/story'

const rcOf = (url: string): string => `export OS_AUTH_URL=${url}
export OS_APPLICATION_CREDENTIAL_ID=${APPLICATION.id}
export OS_APPLICATION_CREDENTIAL_SECRET="${APPLICATION.secret}"
export OS_REGION_NAME=RegionOne
`

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
