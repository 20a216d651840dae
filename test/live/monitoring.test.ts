/**
 * Goal: a real Prometheus reads provider, hub and bridge, has an answer to every query of the dashboard, and loads the
 * rules; the rules say what they shall; the page of figures stands what is sent to it, and no figure names anybody.
 */
import { connect } from 'node:net'
import { join } from 'node:path'
import test, { type Test } from 'tape'
import { METRICS_HEAD_BYTES_MAX } from '../../protocol/limits-metrics'
import type { AuditView, CapacityView, FleetIncidentView } from '../../protocol/rpc-desk'
import { Meters } from '../../sbot/meters'
import { startMetricsPage } from '../../sbot/metrics-page'
import { runProgram } from '../docker/machine'
import { BillingProcess } from '../helpers/billing-process'
import { ask } from '../helpers/bridge-http'
import { until } from '../helpers/machine'
import { expressionsOfDashboard, MONITORING, prometheusFolder, rulesOf } from '../helpers/monitoring'
import { askForPub, closeWorld, inside, openWorld, type World } from '../helpers/path-story'
import { type Prometheus, startPrometheus } from '../helpers/prometheus'
import { StripeStandIn } from '../helpers/stripe-stand-in'

const ANYWHERE = { host: '127.0.0.1', port: 0 }
const LONG_MS = 60_000
/** The name of the pub, which is no word of ours. */
const NAME = 'quincetree'

test('monitoring: the rules are sound, and do what their stories say', async (t) => {
  const promtool = join(await prometheusFolder(), 'promtool')
  const checked = await runProgram(promtool, ['check', 'rules', 'alerts.yml'], { cwd: MONITORING })
  t.ok(checked.includes(`SUCCESS: ${rulesOf().length} rules found`), checked.trim())
  t.match(await runProgram(promtool, ['test', 'rules', 'alerts.test.yml'], { cwd: MONITORING }), /SUCCESS/)
  t.match(
    await runProgram(promtool, ['check', 'config', '--syntax-only', 'prometheus.yml'], { cwd: MONITORING }),
    /SUCCESS/,
  )
  t.end()
})

test('monitoring: the page is GET /metrics and nothing else', async (t) => {
  const meters = new Meters('hub', '1.2.3')
  const said: string[] = []
  const page = await startMetricsPage(meters, ANYWHERE, (level, sentence) =>
    said.push(`${level} ${sentence}`),
  )
  const url = `http://127.0.0.1:${page.port}`
  try {
    t.deepEqual(said, [`info figures are shown at ${url}/metrics`])
    const good = await ask(`${url}/metrics`)
    t.equal(good.status, 200)
    t.match(String(good.headers['content-type']), /^text\/plain; version=0\.0\.4/)
    t.match(good.body, /^buttcloud_build_info\{version="1.2.3",program="hub"\} 1$/m)
    const head = await ask(`${url}/metrics`, { method: 'HEAD' })
    t.deepEqual([head.status, head.body], [200, ''])
    const statusOf = async (path: string, more: object = {}) => (await ask(url + path, more)).status
    t.equal(await statusOf('/'), 404)
    t.equal(await statusOf('/metrics/..'), 404)
    t.equal(await statusOf('/metrics', { method: 'POST' }), 405)
    t.equal(await statusOf('/metrics', { method: 'POST', body: 'up 1' }), 400, 'no body is read')
    t.equal(await statusOf('/metrics', { headers: { host: 'evil.example' } }), 403, 'somebody’s own name')
    t.equal(await statusOf('/metrics', { headers: { host: 'localhost:1' } }), 200)
    t.match(
      await reply(page.port, `GET /metrics HTTP/1.1\r\nHost: ${'a'.repeat(METRICS_HEAD_BYTES_MAX)}\r\n\r\n`),
      /^$/,
    )
    t.match(await reply(page.port, 'no HTTP at all\r\n\r\n'), /^$/, 'nor is it told anything')
    const both = await Promise.all([ask(`${url}/metrics`), ask(`${url}/metrics`)])
    t.deepEqual(
      both.map(({ status }) => status),
      [200, 200],
    )

    const second = await startMetricsPage(
      meters,
      { host: '127.0.0.1', port: page.port ?? 0 },
      (level, sentence) => said.push(`${level} ${sentence}`),
    )
    t.equal(second.port, null, 'a port that is taken')
    t.match(
      said.at(-1) ?? '',
      /^warn no figures are shown: .*Everything else goes on\. Free that port, choose/,
    )
    await second.stop()
    t.equal((await ask(`${url}/metrics`)).status, 200, 'the first one goes on')
  } finally {
    await page.stop()
    meters.stop()
  }
  t.end()
})

/** What comes back on a raw connection until its end. */
function reply(port: number | null, text: string): Promise<string> {
  return new Promise((resolve) => {
    let said = ''
    const socket = connect(port ?? 0, '127.0.0.1', () => socket.write(text))
    socket.on('data', (data) => {
      said += data
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(said))
  })
}

test('monitoring: a real Prometheus looks at provider, hub and bridge', async (t) => {
  const stripe = new StripeStandIn({})
  const base = await stripe.start()
  const world = await openWorld('own', { engine: 'process', metrics: ANYWHERE }, { metrics: { port: 0 } })
  const { token } = await world.provider.admin('adminBridgeToken', {})
  const { networkKey } = world
  const bridge = new BillingProcess({ stripe, base, token, networkKey, metrics: ANYWHERE })
  let prometheus = null as Prometheus | null
  try {
    await inside(t, world, async () => {
      await askForPub(t, world, NAME)
      await bridge.start({ delivers: false })
      const places = {
        'buttcloud-provider': placeIn(world.provider.output()),
        'buttcloud-hub': placeIn(world.hub.lines()),
        'buttcloud-billing': placeIn(bridge.lines()),
      }
      await lookAtDesk(t, world)
      t.equal(await bridge.post(Buffer.from('{}'), 't=1,v1=forged'), 400)
      prometheus = await startPrometheus(places)
      await lookThrough(t, prometheus)
      await lookForNames(t, world, Object.values(places))
    })
  } finally {
    await prometheus?.stop()
    await bridge.stop()
    await closeWorld(world)
    await stripe.stop()
  }
  t.end()
})

/** What the operator asks of the provider about the same pub. */
async function lookAtDesk(t: Test, { provider, owner, hub }: World): Promise<void> {
  const { hubs, plans } = await provider.admin<CapacityView>('adminCapacity')
  t.deepEqual([hubs.length, hubs[0]?.hub, hubs[0]?.pubs], [1, hub.id, 1])
  t.ok((hubs[0]?.room[0]?.count ?? 0) > 0 && plans.length > 0, 'there is room for more')
  const incidents = await provider.admin<FleetIncidentView[]>('adminIncidents', { count: 5 })
  t.ok(
    incidents.every((one) => one.name === NAME),
    'nothing went wrong, or with this pub',
  )
  const byName = await provider.admin<AuditView>('adminAudit', { about: NAME, count: null })
  const kinds = byName.entries.map((one) => `${one.role} ${one.kind}`)
  t.equal(kinds[0], 'owner asked', 'it begins with a request')
  for (const kind of ['provider decided', 'provider ordered', 'hub happened', 'provider answered'])
    t.ok(kinds.includes(kind), kind)
  t.equal(new Set(byName.entries.map((one) => one.key)).size, byName.found, 'each message once')
  t.notOk(/~[A-Za-z0-9+/]{43}=/.test(JSON.stringify(byName)), 'and no invite in it')
  const byOwner = await provider.admin<AuditView>('adminAudit', { about: owner.id, count: 2 })
  t.equal(byOwner.entries.length, 2)
  t.ok(byOwner.found >= byName.found, 'the story of its owner has all of it')
  const wrong = await provider
    .admin('adminAudit', { about: 'nowhere', count: null })
    .catch((error) => error.message)
  t.match(wrong, /there is no pub called nowhere here/)
}

function placeIn(lines: string): string {
  const place = /figures are shown at http:\/\/([^/]+)\/metrics/.exec(lines)?.[1]
  if (place === undefined) throw new Error(`no figures are shown: ${lines.slice(-2_000)}`)
  return place
}

async function lookThrough(t: Test, prometheus: Prometheus): Promise<void> {
  const one = async (expression: string) => (await prometheus.query(expression))[0]?.value[1]
  const equals = (expression: string, wanted: string) =>
    until(`${expression} to be ${wanted}`, async () => (await one(expression)) === wanted, LONG_MS)
  await equals('sum(up{job=~"buttcloud-.*"})', '3')
  await equals('sum(buttcloud_writing)', '2')
  await equals('buttcloud_requests_answered_total{command="create",outcome="done"}', '1')
  await equals('buttcloud_invite_seconds_count{command="create"}', '1')
  await equals('buttcloud_pubs{phase="up",program="provider"}', '1')
  await equals('buttcloud_pubs{phase="up",program="hub"}', '1')
  await equals('buttcloud_hubs{state="connected"}', '1')
  await equals('buttcloud_engine_reachable', '1')
  // On a slow machine a start may have been tried twice.
  await equals('buttcloud_steps_total{step="start",outcome="done"} >= bool 1', '1')
  await equals('sum(buttcloud_provider_connected)', '2')
  await equals('buttcloud_webhooks_total{outcome="bad-signature"}', '1')
  await equals('buttcloud_bridges', '1')
  t.ok(Number(await one('buttcloud_invite_seconds_sum{command="create"}')) > 0, 'an invite took some time')
  t.ok(Number(await one('buttcloud_feed_messages_total{program="provider"}')) > 5)
  t.ok(Number(await one('buttcloud_feed_messages_total{program="hub"}')) > 2)
  t.ok(Number(await one('sum(buttcloud_look_seconds_count{program="provider"})')) > 3)
  t.ok(Number(await one('process_resident_memory_bytes{program="billing"}')) > 1e7)

  const silent: string[] = []
  for (const expression of expressionsOfDashboard().map((text) => text.replace('$__rate_interval', '1m')))
    await until(
      `an answer to ${expression}`,
      async () => {
        const found = await prometheus.query(expression)
        // What is only shown while there is some, and mail, which nobody sends here.
        const may = / > 0$|buttcloud_mail/.test(expression)
        if (found.length === 0 && may) silent.push(expression)
        return found.length > 0 || may
      },
      LONG_MS,
    )
  t.pass(`every query of the dashboard has an answer, but ${silent.length} that may be silent here`)
  const rules = await until(
    'the rules to have been looked at',
    async () => {
      const loaded = await prometheus.rules()
      return loaded.length > 0 && loaded
    },
    LONG_MS,
  )
  t.deepEqual(
    rules.map((rule) => rule.name),
    rulesOf().map((rule) => rule.alert),
    'it has all rules',
  )
  t.deepEqual(rules.map((rule) => rule.lastError ?? '').join(''), '', 'and no trouble with them')
}

/** What the three pages show says nothing of anybody. */
async function lookForNames(t: Test, world: World, places: string[]): Promise<void> {
  const pages = await Promise.all(places.map(async (place) => (await ask(`http://${place}/metrics`)).body))
  const text = pages.join('\n')
  t.ok(text.length > 20_000, `${text.length} characters of figures`)
  t.doesNotMatch(text, /[@%~]|ed25519|sha256|127\.0\.0\.1|example/, 'no id, no invite, no address')
  const names = [NAME, 'hub-1', 'owner', world.owner.id.slice(1, 9), world.provider.id.slice(1, 9)]
  const values = [...text.matchAll(/="([^"]*)"/g)].map(([, value]) => value ?? '')
  t.deepEqual(
    values.filter((value) => names.some((name) => value.includes(name) && value !== 'owners')),
    [],
    'and no name',
  )
  for (const page of pages) t.ok(page.split('\n').length < 2_000, `${page.split('\n').length} lines`)
}
