/** Goal: what people have of their cloud is read as they meant it, or refused with a sentence. */
import test from 'tape'
import { cloudWords, rcWords, readCredentials, tokenBody } from '../../plugin/openstack-credentials'
import { readOpenstackSettings } from '../../plugin/openstack-settings'

const sentence = (doing: () => unknown): string => {
  try {
    doing()
  } catch (error) {
    return (error as Error).message
  }
  return ''
}
const FILE = '/p/clouds.yaml'
const OVH = {
  auth: {
    auth_url: 'https://auth.cloud.ovh.net/v3',
    username: 'user-x',
    password: 'pässword$1',
    project_id: 'abc',
    user_domain_name: 'Default',
  },
  region_name: 'GRA11',
}
const CATALYST = {
  auth_type: 'v3applicationcredential',
  auth: {
    auth_url: 'https://api.nz-por-1.catalystcloud.io:5000/',
    application_credential_id: 'id-1',
    application_credential_secret: 'secret-1',
  },
  region_name: 'nz-por-1',
  cacert: 'ca.pem',
}

test('clouds.yaml: passwords and application credentials, and which cloud is meant', (t) => {
  const both = { clouds: { ovh: OVH, catalyst: CATALYST } }
  const ovh = readCredentials(cloudWords(both, 'ovh', FILE), FILE)
  t.deepEqual(
    [ovh.authUrl, ovh.region, ovh.interface, ovh.caFile],
    [OVH.auth.auth_url, 'GRA11', 'public', null],
  )
  t.deepEqual(tokenBody(ovh.login), {
    auth: {
      identity: {
        methods: ['password'],
        password: { user: { name: 'user-x', domain: { name: 'Default' }, password: 'pässword$1' } },
      },
      scope: { project: { id: 'abc' } },
    },
  })
  const catalyst = readCredentials(cloudWords(both, 'catalyst', FILE), FILE)
  t.deepEqual(
    [catalyst.authUrl, catalyst.caFile],
    ['https://api.nz-por-1.catalystcloud.io:5000/v3', 'ca.pem'],
  )
  t.deepEqual(tokenBody(catalyst.login), {
    auth: {
      identity: {
        methods: ['application_credential'],
        application_credential: { id: 'id-1', secret: 'secret-1' },
      },
    },
  })
  t.deepEqual(cloudWords({ clouds: { ovh: OVH } }, null, FILE).get('REGION_NAME'), 'GRA11', 'the only one')
  t.match(
    sentence(() => cloudWords(both, null, FILE)),
    /several clouds \(ovh, catalyst\): say which/,
  )
  t.match(
    sentence(() => cloudWords(both, 'aws', FILE)),
    /no cloud "aws"; it holds ovh, catalyst/,
  )
  t.match(
    sentence(() => cloudWords({ clouds: {} }, null, FILE)),
    /holds no clouds/,
  )
  t.match(
    sentence(() => cloudWords({ clouds: { a: { ...OVH, verify: false } } }, null, FILE)),
    /give .* "cacert"/,
  )
  t.match(
    sentence(() => cloudWords({ clouds: { a: { profile: 'ovh' } } }, null, FILE)),
    /names a profile and no auth_url/,
  )
  t.end()
})

test('an rc file as dashboards give it: quotes, comments, and a password that is asked for', (t) => {
  const rc = `#!/usr/bin/env bash
# export OS_PASSWORD=in-a-comment
export OS_AUTH_URL=https://auth.cloud.ovh.net/v3/
export OS_PROJECT_ID=a8cab5ea
export OS_PROJECT_NAME="8862312663216886"
export OS_USER_DOMAIN_NAME="Default"
if [ -z "$OS_USER_DOMAIN_NAME" ]; then unset OS_USER_DOMAIN_NAME; fi
unset OS_TENANT_ID
export OS_USERNAME='user-x' # whoever
OS_REGION_NAME=SBG5
export OS_INTERFACE=publicURL
`
  const read = readCredentials(rcWords(`${rc}export OS_PASSWORD='it costs $5'`, 'rc'), 'rc')
  t.deepEqual(
    [read.authUrl, read.region, read.interface],
    ['https://auth.cloud.ovh.net/v3', 'SBG5', 'public'],
  )
  t.ok(read.login.kind === 'password' && read.login.password === 'it costs $5')
  t.ok(read.login.kind === 'password' && read.login.project.id === 'a8cab5ea')
  const asks = `${rc}read -sr OS_PASSWORD_INPUT\nexport OS_PASSWORD=$OS_PASSWORD_INPUT\n`
  t.match(
    sentence(() => rcWords(asks, 'rc')),
    /OS_PASSWORD is asked for .*: write it there/,
  )
  t.match(
    sentence(() => readCredentials(rcWords(rc, 'rc'), 'rc')),
    /rc lacks the password/,
  )
  t.match(
    sentence(() => rcWords('hello', 'rc')),
    /neither clouds nor lines/,
  )
  const words = (more: object) => new Map(Object.entries({ AUTH_URL: 'https://k', ...more }))
  t.match(
    sentence(() => readCredentials(new Map(), 'rc')),
    /lacks the address of Keystone/,
  )
  t.match(
    sentence(() => readCredentials(words({}), 'rc')),
    /lacks a user .* or an application credential/,
  )
  t.match(
    sentence(() => readCredentials(words({ USERNAME: 'a', PASSWORD: 'b' }), 'rc')),
    /lacks the project/,
  )
  t.match(
    sentence(() => readCredentials(words({ INTERFACE: 'x' }), 'rc')),
    /no interface "x"/,
  )
  t.match(
    sentence(() => readCredentials(new Map([['AUTH_URL', 'ftp://x']]), 'rc')),
    /no https:\/\/ address/,
  )
  const named = words({ APPLICATION_CREDENTIAL_NAME: 'n', APPLICATION_CREDENTIAL_SECRET: 's', USER_ID: 'u' })
  t.deepEqual(tokenBody(readCredentials(named, 'rc').login), {
    auth: {
      identity: {
        methods: ['application_credential'],
        application_credential: { name: 'n', user: { id: 'u' }, secret: 's' },
      },
    },
  })
  t.end()
})

test('settings: what is left out, and what is refused by its name', (t) => {
  const least = { credentialsFile: 'clouds.yaml', flavor: 'b3-8', image: 'Debian 12', networks: ['Ext-Net'] }
  const { ssh, configDrive, floating, volumeGb } = readOpenstackSettings(least)
  t.deepEqual([ssh, configDrive, floating, volumeGb], [false, true, null, null])
  const wrong: [object | undefined, RegExp][] = [
    [undefined, /machines\.openstack: expected an object, found nothing/],
    [{ ...least, networks: [] }, /machines\.openstack\.networks: expected a list of 1 to 8/],
    [{ ...least, flavour: 'x' }, /has no setting "flavour"; it takes credentialsFile, /],
    [{ ...least, flavor: undefined }, /machines\.openstack\.flavor: expected a name or an id/],
    [{ ...least, securityGroup: 'mine', ssh: true }, /ssh is about our own security group/],
    [{ ...least, volumeType: 'ssd' }, /volumeType needs machines\.openstack\.volumeGb/],
    [{ ...least, volumeGb: 0 }, /volumeGb: expected a whole number from 1/],
    [{ ...least, sha256: 'abc' }, /sha256: expected 64 hexadecimal digits/],
  ]
  for (const [given, why] of wrong)
    t.match(
      sentence(() => readOpenstackSettings(given)),
      why,
    )
  t.end()
})
