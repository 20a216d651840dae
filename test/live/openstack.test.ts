/**
 * Goal: the driver keeps the machines' contract against a cloud that answers as real ones were seen to, and nothing that such a
 * cloud may do on a bad day makes two machines of one, loses an address, or shows a secret. The same contract runs against
 * real Keystone, Nova, Neutron and Glance by test/openstack/up.sh.
 */
import test from 'tape'
import { readCredentials } from '../../plugin/openstack-credentials'
import {
  foreignStory,
  leftOverStory,
  lifeStory,
  quotaStory,
  refusal,
  settingsStory,
  twinStory,
  until,
} from '../helpers/machine-contract'
import { ADMIN, APPLICATION, type StandIn, startStandIn, USER } from '../helpers/openstack-stand-in'
import { openstackWorld, PORTS } from '../helpers/openstack-world'
import { TEST_CERTIFICATE, TEST_KEY } from '../helpers/test-certificate'

const credentialsOf = (words: Record<string, string>) =>
  readCredentials(new Map(Object.entries(words)), 'a test')
const passwordOf = (url: string, { name, password }: { name: string; password: string }, project: string) =>
  credentialsOf({
    AUTH_URL: url,
    USERNAME: name,
    PASSWORD: password,
    PROJECT_NAME: project,
    REGION_NAME: 'RegionOne',
  })
const applicationOf = (url: string) =>
  credentialsOf({
    AUTH_URL: url,
    APPLICATION_CREDENTIAL_ID: APPLICATION.id,
    APPLICATION_CREDENTIAL_SECRET: APPLICATION.secret,
    REGION_NAME: 'RegionOne',
  })
const order = (name: string) => ({ name, userData: '#cloud-config\n{"token":"one-time"}\n', kind: null })

async function withCloud(
  doing: (world: ReturnType<typeof openstackWorld>, standIn: StandIn) => Promise<void>,
  tls?: { key: string; cert: string },
): Promise<void> {
  const standIn = await startStandIn(tls)
  const ca = tls?.cert ?? null
  const admin = passwordOf(standIn.url, ADMIN, 'admin')
  const place = { admin, ca, serversMax: 6, settleMs: 20_000, credentials: applicationOf(standIn.url) }
  try {
    await doing(openstackWorld(place), standIn)
  } finally {
    await standIn.stop()
  }
}

test('a machine from its order to its end, with both kinds of addresses and of credentials', async (t) => {
  await withCloud((world) => lifeStory(t, world, false))
  await withCloud((world) => lifeStory(t, world, true))
  await withCloud(async (_, { url }) => {
    const credentials = passwordOf(url, USER, 'pubs')
    const admin = passwordOf(url, ADMIN, 'admin')
    await lifeStory(
      t,
      openstackWorld({ credentials, admin, ca: null, serversMax: 6, settleMs: 20_000 }),
      true,
    )
  })
})

test("somebody else's servers, what is left over, twins, pages and quota, wrong settings", async (t) => {
  await withCloud((world) => foreignStory(t, world))
  await withCloud((world) => leftOverStory(t, world))
  await withCloud((world) => twinStory(t, world))
  await withCloud((world) => quotaStory(t, world))
  await withCloud((world) => settingsStory(t, world))
})

test('TLS is verified: the own authority is believed where it is named, and nobody otherwise', async (t) => {
  const tls = { key: TEST_KEY, cert: TEST_CERTIFICATE }
  await withCloud((world) => lifeStory(t, world, false), tls)
  await withCloud(async (_, { url }) => {
    const place = { credentials: applicationOf(url), admin: applicationOf(url), ca: null }
    const driver = openstackWorld({ ...place, serversMax: 1, settleMs: 1 }).driver('alice')
    const refused = await refusal(driver.list())
    t.equal(refused.kind, 'unreachable')
    t.match(refused.message, /certificate/, refused.message)
  }, tls)
})

test('an answer that got lost: the next order finds the machine', async (t) => {
  await withCloud(async (world, { cloud, faults }) => {
    const driver = world.driver('alice', { floating: true })
    for (const on of [/^POST .*\/ports$/, /^POST .*\/floatingips$/, /^POST .*\/servers$/]) {
      faults.push({ on, as: 'lose' })
      t.equal(
        (await refusal(driver.create(order('hub-1')))).kind,
        'unreachable',
        `${on} was done, and not heard`,
      )
    }
    const made = await driver.create(order('hub-1'))
    t.equal(made.name, 'hub-1')
    const { servers, ports, floatingips, groups } = cloud
    const counts = [servers, ports, floatingips, groups].map(({ length }) => length)
    t.deepEqual(counts, [1, 1, 1, 1], 'one of each')
    const [group] = groups
    t.deepEqual(
      group?.security_group_rules.map((rule: any) => [
        rule.direction,
        rule.port_range_min,
        rule.port_range_max,
      ]),
      [['egress', undefined, undefined], ...[1, 2].map(() => ['ingress', PORTS.min, PORTS.max])],
      'who may come in: everybody, to the ports of pubs alone',
    )
  })
})

test('a token that ends, at its time and before it', async (t) => {
  await withCloud(async (world, standIn) => {
    const driver = world.driver('alice')
    const logins = () => standIn.asked.filter(({ path }) => path.endsWith('/auth/tokens')).length
    await driver.list()
    await driver.list()
    t.equal(logins(), 1, 'one token for many calls')
    standIn.endTokens()
    t.deepEqual(await driver.list(), [], 'after a 401 there is a new one')
    t.equal(logins(), 2)
    standIn.tokenMs = 1000
    standIn.endTokens()
    await driver.list()
    const before = logins()
    await driver.list()
    t.ok(logins() > before, 'one that ends within minutes is not begun with')
    standIn.faults.push({ on: /\/servers\/detail$/, as: { status: 401 }, times: 100 })
    t.equal((await refusal(driver.list())).kind, 'unauthorised', 'asked once more, and no oftener')
  })
})

test('what is spoken: the highest microversion of both, in every call', async (t) => {
  await withCloud(async (world, { asked, cloud }) => {
    for (const [most, spoken] of [
      ['2.93', '2.93'],
      ['2.100', '2.93'],
      ['2.60', '2.60'],
    ] as const) {
      cloud.microversionMost = most
      asked.splice(0)
      await world.driver('alice').list()
      const heard = asked.find(({ path }) => path.endsWith('/servers/detail'))?.headers[
        'openstack-api-version'
      ]
      t.equal(heard, `compute ${spoken}`, `${most} there`)
    }
  })
})

test('a bad day: what may pass is told from what does not, and when to come back', async (t) => {
  await withCloud(async (world, { faults, cloud }) => {
    const driver = world.driver('alice', { floating: true })
    const page = '<html><body>502 Bad Gateway by the-secret-of-the-application</body></html>'
    const cases: [string, number, string | object, Record<string, string>, string, number | null][] = [
      ['too many', 429, { overLimit: { message: 'slow down' } }, { 'retry-after': '17' }, 'busy', 17_000],
      ['too large', 413, { overLimit: { message: 'This request was rate-limited.' } }, {}, 'quota', null],
      ['a proxy', 502, page, { 'content-type': 'text/html' }, 'busy', null],
      ['away', 503, '', { 'retry-after': 'soon' }, 'busy', null],
      ['in between', 409, { conflictingRequest: { code: 409, message: 'locked' } }, {}, 'busy', null],
      ['not allowed', 403, { forbidden: { message: "Policy doesn't allow it" } }, {}, 'unauthorised', null],
      ['sent elsewhere', 302, '', { location: 'https://elsewhere.example/' }, 'refused', null],
      ['no list', 200, '<html>welcome</html>', {}, 'refused', null],
    ]
    for (const [name, status, body, headers, kind, retryAfterMs] of cases) {
      faults.push({ on: /\/servers\/detail$/, as: { status, body: body as string, headers } })
      const refused = await refusal(driver.list())
      t.deepEqual([refused.kind, refused.retryAfterMs], [kind, retryAfterMs], `${name}: ${refused.message}`)
      t.notOk(refused.message.includes(APPLICATION.secret), 'and no secret')
    }
    const echo = `Invalid input for field/attribute user_data. Value: ${Buffer.from(order('x').userData).toString('base64')}`
    faults.push({
      on: /^POST .*\/servers$/,
      as: { status: 400, body: { badRequest: { code: 400, message: echo } } },
    })
    const refused = await refusal(driver.create(order('hub-1')))
    t.deepEqual(
      [refused.kind, cloud.ports.length, cloud.floatingips.length],
      ['refused', 0, 0],
      refused.message,
    )
    t.notOk(refused.message.includes('I2Nsb3Vk'), 'what it was told to run is not repeated')
    faults.push({ on: /\/servers\/detail$/, as: 'endless' })
    t.match((await refusal(driver.list())).message, /answers more than 16 MB/)
    faults.push({ on: /\/servers\/detail$/, as: 'hang' })
    const hurried = world.driver('alice', { callMs: 300 })
    t.match((await refusal(hurried.list())).message, /did not answer within 0.3 s/)
  })
})

test('a part of the cloud does not answer: nobody is taken for gone', async (t) => {
  await withCloud(async (world, { cloud }) => {
    const driver = world.driver('alice')
    await driver.create(order('hub-1'))
    Object.assign(cloud.servers[0] ?? {}, { unreachable: true })
    t.equal((await refusal(driver.list())).kind, 'busy')
    t.equal((await refusal(driver.create(order('hub-1')))).kind, 'busy', 'and nothing is made twice')
    t.equal(cloud.servers.length, 1)
  })
})

test('what failed says why, and what was left over is found', async (t) => {
  await withCloud(async (world, { cloud, faults }) => {
    const driver = world.driver('alice', { floating: true })
    await driver.create(order('hub-1'))
    const fault = { message: 'No valid host was found.', code: 500 }
    Object.assign(cloud.servers[0] ?? {}, { status: 'ERROR', fault })
    const [failed] = await driver.list()
    t.deepEqual([failed?.status, failed?.why], ['failed', 'No valid host was found.'])
    await driver.destroy('hub-1')
    await until(20_000, 'it is gone', async () => ((await driver.list()).length === 0 ? true : null))
    faults.push({ on: /^POST .*\/servers$/, as: { status: 503 } })
    t.equal((await refusal(driver.create(order('hub-2')))).kind, 'busy')
    t.deepEqual(await driver.list(), [], 'an order may be under way')
    for (const port of cloud.ports) port.created_at = '2026-01-01T00:00:00Z'
    t.deepEqual(await driver.list(), [], 'whoever tries it is not told that it failed')
    const later = world.driver('alice', { floating: true })
    const [left] = await later.list()
    t.deepEqual([left?.name, left?.status], ['hub-2', 'failed'], left?.why ?? '')
    await later.destroy('hub-2')
    t.deepEqual(await world.count(), { servers: 0, ports: 0, addresses: 0 })
    faults.push({ on: /^POST .*\/servers$/, as: { status: 503 } })
    await refusal(driver.create(order('hub-3')))
    // Somebody takes the port away by hand; the address goes on costing.
    cloud.ports.splice(0)
    for (const address of cloud.floatingips)
      Object.assign(address, { port_id: null, created_at: '2026-01-01T00:00:00Z' })
    const [alone] = await later.list()
    t.deepEqual([alone?.name, alone?.status], ['hub-3', 'failed'])
    await later.destroy('hub-3')
    t.deepEqual(await world.count(), { servers: 0, ports: 0, addresses: 0 }, 'an address alone is found, too')
  })
})

test('a list that changes while it is read is read anew, and pages that never end are given up', async (t) => {
  await withCloud(async (world, { asked, cloud, faults }) => {
    const driver = world.driver('alice')
    for (const name of ['hub-1', 'hub-2', 'hub-3']) await driver.create(order(name))
    const gone = { status: 400, body: { badRequest: { code: 400, message: 'marker [x] not found' } } }
    const next = { servers: [], servers_links: [{ rel: 'next', href: '/v2.1/servers/detail?marker=x' }] }
    faults.push(
      { on: /\/servers\/detail$/, as: { status: 200, body: next } },
      { on: /\/servers\/detail$/, as: gone },
    )
    asked.splice(0)
    t.equal((await driver.list()).length, 3)
    const pages = asked.filter(({ path }) => path.endsWith('/servers/detail'))
    t.equal(pages.length, 4, 'two pages lost, two read')
    faults.push({ on: /\/servers\/detail$/, as: { status: 200, body: next }, times: 1000 })
    t.match((await refusal(driver.list())).message, /go round in a circle/)
    t.equal(cloud.servers.length, 3)
  })
})

test('two servers of one name, made by who knows whom', async (t) => {
  await withCloud(async (world, { cloud }) => {
    const driver = world.driver('alice')
    const { id } = await driver.create(order('hub-1'))
    const [first = {}] = cloud.servers
    cloud.servers.push({ ...first, id: 'later', created: '2099-01-01T00:00:00Z', ports: [] })
    t.deepEqual(
      (await driver.list()).map((fact) => fact.id),
      [id],
      'the first one counts',
    )
    t.match((await driver.check())[0] ?? '', /2 servers called hub-1; the first one/)
    await driver.destroy('hub-1')
    await until(20_000, 'both are gone', async () =>
      cloud.servers.length === 0 || (await driver.list()).length === 0 ? true : null,
    )
  })
})

test('nothing is said to whom the catalogue should not name', async (t) => {
  await withCloud(async (world, { cloud, url }) => {
    cloud.origin = 'http://controller.internal:8774'
    const refused = await refusal(world.driver('alice').list())
    t.match(refused.message, /without TLS, and credentials are not sent over that/)
    const other = { ...applicationOf(url), region: 'RegionNine' }
    const place = { credentials: other, admin: other, ca: null, serversMax: 1, settleMs: 1 }
    t.match(
      (await refusal(openstackWorld(place).driver('alice').list())).message,
      /no region "RegionNine"; it has RegionOne, RegionTwo/,
    )
    const none = { ...place, credentials: { ...other, region: null } }
    t.match(
      (await refusal(openstackWorld(none).driver('alice').list())).message,
      /several regions .*say which/,
    )
  })
})
