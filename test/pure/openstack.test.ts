/** Goal: what clouds answer is read as they mean it, in all forms that were seen, and goes into sentences without a secret. */
import fc from 'fast-check'
import test from 'tape'
import { computeRoot, microversionOf, readToken, versioned } from '../../plugin/openstack-catalog'
import { readCredentials } from '../../plugin/openstack-credentials'
import { imageTrouble } from '../../plugin/openstack-kinds'
import { chosen, missingOpenings, openingsFor } from '../../plugin/openstack-network'
import { nextPage } from '../../plugin/openstack-pages'
import { factOf, readServer, serverBody } from '../../plugin/openstack-servers'
import { troubleOf, withoutSecrets } from '../../plugin/openstack-trouble'
import { userData } from '../../plugin/user-data'

const sentence = (doing: () => unknown): string => {
  try {
    doing()
  } catch (error) {
    return (error as Error).message
  }
  return ''
}
test('versions and catalogues in the forms that clouds have', (t) => {
  t.deepEqual(computeRoot('https://c/compute/v2.1/abc'), { base: 'https://c/compute', version: 'v2.1' })
  t.deepEqual(computeRoot('https://c:8774/v2/abc'), { base: 'https://c:8774', version: 'v2' })
  t.deepEqual(computeRoot('https://c'), { base: 'https://c', version: '' })
  t.equal(versioned('network', 'https://n:9696'), 'https://n:9696/v2.0')
  t.equal(versioned('network', 'https://n/v2.0'), 'https://n/v2.0')
  t.equal(versioned('image', 'https://i'), 'https://i/v2')
  t.equal(versioned('image', 'https://i/v2'), 'https://i/v2')
  const nova = (min_version: string, version: string) => ({ version: { id: 'v2.1', min_version, version } })
  t.equal(microversionOf(nova('2.1', '2.93')), '2.93')
  t.equal(microversionOf(nova('2.1', '2.9')), '2.9', '2.9 is before 2.10')
  t.equal(microversionOf({ versions: [{ id: 'v2.0', version: '' }, nova('2.1', '2.104').version] }), '2.93')
  t.equal(microversionOf({ choices: [] }), null)
  t.match(
    sentence(() => microversionOf(nova('2.94', '2.200'))),
    /speaks microversions 2\.94 to 2\.200/,
  )
  const words = { AUTH_URL: 'https://k', USERNAME: 'a', PASSWORD: 'b', PROJECT_ID: 'c' }
  const credentials = readCredentials(new Map(Object.entries(words)), 'rc')
  t.match(
    sentence(() => readToken('t', '<html>', credentials, 0)),
    /holds no token/,
  )
  t.match(
    sentence(() => readToken('t', { token: {} }, credentials, 0)),
    /token without a project/,
  )
  const bare = { token: { project: { id: 'p' }, catalog: [] } }
  t.match(
    sentence(() => readToken('t', bare, credentials, 0)),
    /no public compute service/,
  )
  t.end()
})

test('what a cloud says goes into a sentence without a secret, whatever it says', (t) => {
  const token = 'pubs.example.org:8010:@h1sXPknRsSFvYJfdyj9xH0M2UzEqNeBTjKQEUhYYvKs=.ed25519~c2VlZHNlZWQ='
  t.notOk(withoutSecrets(`Invalid: ${token} is wrong`, []).includes('c2Vl'), 'nothing long')
  t.equal(withoutSecrets('no <b>pass</b> "s3cret!" here\n', ['s3cret!']), 'no pass "…" here')
  fc.assert(
    fc.property(fc.string({ minLength: 4 }), fc.string(), fc.anything(), (secret, around, body) => {
      const answer = { status: 400, headers: {}, body: { badRequest: { message: around + secret } } }
      const { message } = troubleOf('do it', answer, 0, [secret])
      const words = message.slice('could not do it: the cloud answered 400'.length)
      troubleOf('do it', { ...answer, body }, 0, [secret])
      return !words.includes(secret) || ': …'.includes(secret)
    }),
  )
  const kinds: [number, object, string][] = [
    [409, { NeutronError: { type: 'IpAddressGenerationFailure', message: 'No more IP addresses' } }, 'quota'],
    [403, { forbidden: { message: 'Quota exceeded for cores' } }, 'quota'],
    [406, { computeFault: { message: 'Version 2.999 is not supported' } }, 'refused'],
    [300, {}, 'refused'],
  ]
  for (const [status, body, kind] of kinds)
    t.equal(troubleOf('x', { status, headers: {}, body }, 0, []).kind, kind, `${status} is ${kind}`)
  const wait = (after: string) =>
    troubleOf('x', { status: 503, headers: { 'retry-after': after }, body: null }, 1e12, [])
  t.equal(wait('Sun, 09 Sep 2001 01:47:00 GMT').retryAfterMs, 20_000, 'a date')
  t.equal(wait('99999999').retryAfterMs, 3_600_000, 'not for ever')
  t.end()
})

test('servers: whose they are, how they are, and how they are reached', (t) => {
  const address = (addr: string, version = 4, type = 'fixed') => ({ addr, version, 'OS-EXT-IPS:type': type })
  const server = (more: object) => ({ id: 'i', name: 'n', status: 'ACTIVE', metadata: {}, ...more })
  const fact = (more: object) => factOf(readServer(server(more)))
  const reached = (...all: object[]) => fact({ addresses: { a: all } }).address
  t.equal(reached(address('10.0.0.3'), address('203.0.113.4', 4, 'floating')), '203.0.113.4')
  t.equal(reached(address('172.20.0.3'), address('198.51.100.7')), '198.51.100.7', 'a public one')
  t.equal(reached(address('2001:db8::1', 6), address('100.64.0.3')), '2001:db8::1')
  t.equal(reached(address('10.0.0.3')), '10.0.0.3', 'where there is nothing else')
  t.equal(reached(), null)
  const statuses = ['BUILD', 'ACTIVE', 'SHUTOFF', 'ERROR', 'SOFT_DELETED', 'UNKNOWN', 'SOMETHING_NEW']
  t.deepEqual(
    statuses.map((status) => fact({ status }).status),
    ['building', 'running', 'stopped', 'failed', 'ending', 'stopped', 'stopped'],
  )
  t.equal(fact({ 'OS-EXT-STS:task_state': 'deleting' }).status, 'ending')
  t.match(
    sentence(() => readServer({ id: 'i', status: 'UNKNOWN' })),
    /a part of the cloud does not answer/,
  )
  t.match(
    sentence(() => readServer('nonsense')),
    /not understood/,
  )
  t.end()
})

test('what is asked for: boot volumes by microversion, openings that are missing', (t) => {
  const wish = {
    ...{
      name: 'hub-1',
      mark: 'm',
      flavorId: 'f',
      imageId: 'i',
      networks: [{ uuid: 'n' }],
      securityGroupId: 'g',
    },
    ...{
      keypair: 'k',
      userDataBase64: 'eA==',
      address: null,
      configDrive: true,
      volumeGb: 30,
      volumeType: 'ssd',
    },
    ...{ zone: null, microversion: '2.93' },
  }
  const disk = (microversion: string) =>
    (
      serverBody({ ...wish, microversion }) as {
        server: { block_device_mapping_v2: [Record<string, unknown>] }
      }
    ).server.block_device_mapping_v2[0]
  t.deepEqual([disk('2.93').volume_type, disk('2.60').volume_type], ['ssd', undefined])
  t.equal(disk('2.93').delete_on_termination, true, 'it goes with the machine')
  t.equal(
    sentence(() => serverBody({ ...wish, userDataBase64: 'x'.repeat(65_535) })),
    '',
  )
  t.match(
    sentence(() => serverBody({ ...wish, userDataBase64: 'x'.repeat(65_536) })),
    /65536 characters, and 65535/,
  )
  const wanted = openingsFor({ min: 8100, max: 9999 }, true)
  t.equal(wanted.length, 4)
  const rules = wanted.map((one) => ({
    ...one,
    direction: 'ingress',
    remote_ip_prefix: null,
    remote_group_id: null,
  }))
  t.deepEqual(missingOpenings({ security_group_rules: rules }, wanted), [])
  const [first, ...others] = rules
  const narrow = { ...first, remote_ip_prefix: '192.0.2.0/24' }
  t.deepEqual(missingOpenings({ security_group_rules: [narrow, ...others] }, wanted), [wanted[0]])
  t.equal(missingOpenings(null, wanted).length, 4)
  t.end()
})

test('one of a name, the next page, and what fits on what', (t) => {
  const nets = [
    { id: '1', name: 'a' },
    { id: '2', name: 'a' },
    { id: 'a2', name: 'b' },
  ]
  t.match(String(chosen(nets, 'a', 'network')), /2 of the network "a": say which by its id, one of 1, 2/)
  t.equal((chosen(nets, '2', 'network') as { id: string }).id, '2')
  t.match(String(chosen(nets, 'c', 'network')), /no network "c"; it has a, a, b/)
  t.equal(
    nextPage({ servers_links: [{ rel: 'next', href: 'http://other/x?marker=1&limit=2' }] }, 'servers'),
    '?marker=1&limit=2',
  )
  t.equal(nextPage({ networks_links: [{ rel: 'previous', href: 'http://other/x?a=1' }] }, 'networks'), null)
  const image = { id: 'i', name: 'Debian', createdAt: '', status: 'active', minDiskGb: 30, minMemoryMb: 512 }
  t.match(imageTrouble({ id: 'f', memoryMb: 256, diskGb: 0 }, image, null).join(), /volumeGb.*needs 512 MB/)
  t.match(
    imageTrouble({ id: 'f', memoryMb: 512, diskGb: 20 }, image, null).join(),
    /a disk of 30 GB, and there would be 20/,
  )
  t.deepEqual(imageTrouble({ id: 'f', memoryMb: 512, diskGb: 0 }, image, 30), [])
  t.end()
})

test('what a machine runs first: cloud-config that is JSON, with the line and nothing else', (t) => {
  const wish = { token: "h:1:@k.ed25519~s'", label: "bob's", package: 'https://r/b.tgz', sha256: null }
  const text = userData(wish)
  t.ok(text.startsWith('#cloud-config\n'))
  const { write_files, runcmd } = JSON.parse(text.slice('#cloud-config\n'.length))
  t.deepEqual(runcmd, [['sh', write_files[0].path]])
  t.equal(write_files[0].permissions, '0700')
  t.match(write_files[0].content, /--host auto --join 'h:1:@k\.ed25519~s'\\''' --label 'bob'\\''s'/)
  t.ok(Buffer.from(text).toString('base64').length < 65_535, `${text.length} characters`)
  t.end()
})
