/** Goal: what a monitor is shown follows from facts and from what was done, and no label can carry what is on no list. */
import fc from 'fast-check'
import test from 'tape'
import { hubSamples } from '../../hub-daemon/metrics'
import { emptyState, evolve } from '../../hub-daemon/state'
import type { StepKind } from '../../hub-daemon/steps'
import { type Around, eventsOf, providerSamples } from '../../plugin/metrics'
import { OUTCOMES } from '../../protocol/messages/answer'
import { buildHub } from '../../protocol/messages/hub'
import {
  METRIC_PROGRAMS,
  METRICS,
  type MetricName,
  metricOf,
  metricsOf,
  type Sample,
  STEP_KINDS,
  seriesOf,
} from '../../protocol/metrics'
import { Meters } from '../../sbot/meters'
import { alice, bob, feed, hub, key, oscar, provider, Story } from '../helpers/story'
import { aliceHasPub, hubSays, opDone } from '../helpers/story-hub'
import { aliceOwns, BRIDGE, billing, passes } from '../helpers/story-money'

const NAMES = Object.keys(METRICS) as MetricName[]
const DAY_MS = 24 * 3_600_000

const around = (story: Story, more: Partial<Around> = {}): Around => ({
  connected: story.connected,
  goneSince: story.goneSince,
  since: story.now,
  writing: true,
  mailWaiting: null,
  callsOwed: 0,
  ...more,
})

/** As `name{values of labels}` with its value. */
function figures(samples: Sample[]): Record<string, number> {
  const shown = ({ name, labels = {} }: Sample) => [name, ...Object.values(labels)].join(' ')
  return Object.fromEntries(samples.map((sample) => [shown(sample), sample.value]))
}

test('metrics: names, units and lists are as Prometheus wants them, and bounded', (t) => {
  for (const name of NAMES) {
    const { kind, help, labels = {}, buckets } = metricOf(name)
    t.match(name, /^(buttcloud|process)_[a-z_]+$/, name)
    t.equal(name.endsWith('_total'), kind === 'counter', `${name}: counters alone are called a total`)
    t.match(help, /^[^|`]+\.$/, 'with a sentence')
    t.equal(buckets !== undefined, kind === 'histogram')
    t.deepEqual(buckets, buckets && [...buckets].sort((a, b) => a - b), 'ascending')
    if (kind === 'histogram') t.ok(name.endsWith('_seconds'))
    for (const list of Object.values(labels))
      t.ok(
        list.length === new Set(list).size && list.every((value) => /^[a-z]+(-[a-z]+)*$/.test(value)),
        `${name}: words`,
      )
  }
  for (const program of METRIC_PROGRAMS) {
    let series = 0
    for (const name of metricsOf(program))
      series += seriesOf(name).length * (3 + (metricOf(name).buckets?.length ?? -2))
    t.ok(series <= 900, `${program}: ${series} series at most`)
  }
  const steps: Record<StepKind, true> = {
    ...{ fetch: true, escrow: true, create: true, start: true, stop: true, remove: true, purge: true },
    ...{ 'open-session': true, 'close-session': true, invite: true, revoke: true, contact: true },
    ...{ owners: true, about: true, blobs: true, probe: true },
  }
  t.deepEqual([...STEP_KINDS].sort(), Object.keys(steps).sort(), 'the steps of the hub')
  const { labels } = METRICS.buttcloud_requests_answered_total
  t.deepEqual([...labels.outcome, 'received'].sort(), [...OUTCOMES].sort(), 'the outcomes of an answer')
  t.end()
})

test('metrics: whatever is put into a label, only words of its list come out', async (t) => {
  const odd = fc.oneof(
    fc.string(),
    fc.constantFrom(
      alice,
      key('a message'),
      'alice@example.org',
      '203.0.113.7',
      'sk_live_abc',
      'up',
      'create',
    ),
  )
  const sample = fc.record({
    name: fc.constantFrom(...NAMES),
    labels: fc.dictionary(
      fc.constantFrom('command', 'outcome', 'phase', 'state', 'step', 'what', 'version', 'id'),
      odd,
    ),
    value: fc.oneof(fc.double(), fc.integer({ min: 0, max: 9 })),
  })
  const property = fc.asyncProperty(
    fc.array(sample, { maxLength: 40 }),
    fc.array(sample, { maxLength: 20 }),
    fc.constantFrom(...METRIC_PROGRAMS),
    async (events, gathered, program) => {
      const meters = new Meters(program, '1.2.3')
      try {
        meters.gather(() => gathered)
        for (const event of events) meters.note(event)
        const known = new Set(metricsOf(program).flatMap((name) => linesOf(name, program)))
        const lines = (await meters.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
        return lines.every((line) => known.has(line.slice(0, line.lastIndexOf(' '))))
      } finally {
        meters.stop()
      }
    },
  )
  await fc.assert(property, { numRuns: 40 })
  t.pass('of forty programs with odd figures')
  t.end()
})

/** Every line that a metric can have in the text, without its value. */
function linesOf(name: MetricName, program: string): string[] {
  if (name === 'buttcloud_build_info') return [`${name}{version="1.2.3",program="${program}"}`]
  const { kind, buckets = [] } = metricOf(name)
  const text = (labels: Record<string, string>) =>
    `{${Object.entries(labels)
      .map(([label, value]) => `${label}="${value}"`)
      .join(',')}}`
  return seriesOf(name).flatMap((series) => {
    const own = text({ ...series, program })
    if (kind !== 'histogram') return [`${name}${own}`]
    const bounds = [...buckets.map(String), '+Inf'].map(
      (le) => `${name}_bucket${text({ le, program, ...series })}`,
    )
    return [
      ...bounds,
      `${name}_sum${text({ program, ...series })}`,
      `${name}_count${text({ program, ...series })}`,
    ]
  })
}

test('metrics: what has not happened is zero, what nobody knows is missing, what broke breaks nothing', async (t) => {
  const meters = new Meters('provider', '1.2.3')
  let breaks = false
  meters.gather(() => [{ name: 'buttcloud_pubs', labels: { phase: 'up' }, value: 3 }])
  meters.gather(async () => {
    if (breaks) throw new Error('not now')
    return [{ name: 'buttcloud_owners', value: 7 }]
  })
  const first = await meters.text()
  t.ok(
    first.includes(
      'buttcloud_requests_answered_total{command="create",outcome="done",program="provider"} 0\n',
    ),
  )
  t.ok(first.includes('buttcloud_pubs{phase="up",program="provider"} 3\n'))
  t.ok(first.includes('buttcloud_pubs{phase="down",program="provider"} 0\n'))
  t.ok(first.includes('buttcloud_owners{program="provider"} 7\n'))
  t.notOk(first.includes('buttcloud_mail_waiting'), 'nobody said anything of mail')
  t.notOk(first.includes('buttcloud_steps_total'), 'nor is this a hub')
  t.match(first, /^buttcloud_build_info\{version="1.2.3",program="provider"\} 1$/m)
  t.match(first, /^process_resident_memory_bytes\{program="provider"\} [1-9]\d+$/m)
  breaks = true
  meters.note({
    name: 'buttcloud_requests_answered_total',
    labels: { command: 'create', outcome: 'done' },
    value: 1,
  })
  const second = await meters.text()
  t.ok(
    second.includes(
      'buttcloud_requests_answered_total{command="create",outcome="done",program="provider"} 1\n',
    ),
  )
  t.notOk(second.includes('buttcloud_owners{'), 'an old figure is no figure')
  meters.stop()
  t.end()
})

test('metrics: requests are counted when they have their final answer, invites by how long they took', (t) => {
  const story = new Story().withHub()
  const events = () => story.settle().flatMap((effect) => eventsOf(effect, story.now))
  const request = story.asks(alice, 'create alice')
  t.deepEqual(events(), [], 'being worked on is no answer')
  story.now += 9_500
  hubSays(story, request, 'up')
  opDone(story, request, request)
  t.deepEqual(events(), [
    {
      name: 'buttcloud_requests_answered_total',
      labels: { command: 'create', outcome: 'done' },
      value: 1,
    },
    { name: 'buttcloud_invite_seconds', labels: { command: 'create' }, value: 9.5 },
  ])
  story.asks(bob, 'create alice')
  story.asks(bob, 'crate barn or something of that kind')
  t.deepEqual(
    events().map(({ labels }) => labels),
    [
      { command: 'create', outcome: 'refused' },
      { command: 'none', outcome: 'unclear' },
    ],
    'each once, and no time of what was refused',
  )
  const again = story.asks(alice, 'invite alice')
  t.deepEqual(events(), [])
  story.now -= 60_000
  opDone(story, again, request)
  t.equal(events()[1]?.value, 0, 'a clock that was set back makes no negative time')
  t.end()
})

test('metrics: pubs, hubs and what waits', (t) => {
  const story = new Story().withHub()
  const known = (more?: Partial<Around>) => figures(providerSamples(story, around(story, more)))
  t.equal(known()['buttcloud_pubs up'], 0, 'shown also where there is none')
  t.equal(known().buttcloud_mail_waiting, undefined)
  t.equal(known().buttcloud_dns_names_late, undefined)
  t.equal(known({ namesLate: 1 }).buttcloud_dns_names_late, 1)
  aliceHasPub(story)
  story.asks(bob, 'create barn')
  story.settle()
  story.now += 30_000
  const spare = feed('spare hub')
  story.tells(provider, buildHub({ hub: spare, status: 'admitted', label: 'hub-2', token: null }))
  story.tells(provider, buildHub({ hub: oscar, status: 'retired', label: 'hub-3', token: null }))
  story.goneSince.set(spare, story.now - 12_000)
  const now = known({ mailWaiting: 2, callsOwed: 3, writing: false })
  t.equal(now['buttcloud_pubs up'], 1)
  t.equal(now['buttcloud_pubs placed'], 1)
  t.equal(now.buttcloud_requests_open, 1)
  t.equal(now.buttcloud_request_open_seconds_max, 30)
  t.equal(now.buttcloud_owners, 2)
  t.deepEqual(
    ['connected', 'away', 'retired'].map((state) => now[`buttcloud_hubs ${state}`]),
    [1, 1, 1],
  )
  t.equal(now.buttcloud_hub_away_seconds_max, 12)
  t.equal(now['buttcloud_hub_memory_bytes offered'], 4 * 1024 ** 3)
  t.ok((now['buttcloud_hub_memory_bytes reserved'] ?? 0) > 0)
  t.deepEqual([now.buttcloud_mail_waiting, now.buttcloud_stripe_calls_owed, now.buttcloud_writing], [2, 3, 0])
  t.equal(now.buttcloud_feed_messages_total, story.state.provider.sequence)
  story.goneSince.clear()
  t.equal(
    known({ since: story.now - 5_000 }).buttcloud_hub_away_seconds_max,
    5,
    'never seen: since the start',
  )
  t.equal(known({ since: story.now + DAY_MS }).buttcloud_hub_away_seconds_max, 0, 'the clock was set back')
  t.end()
})

test('metrics: money, from free to suspended', (t) => {
  const one = aliceOwns()
  const { story } = one
  const known = () => figures(providerSamples(story, around(story)))
  t.equal(known()['buttcloud_money_pubs billing-off'], 1)
  billing(story)
  t.equal(known()['buttcloud_money_pubs due'], 1, 'no date was promised yet')
  t.equal(known().buttcloud_bridges, 1)
  story.connected.add(BRIDGE)
  story.otherClocksAheadMs = [0]
  story.settle()
  t.equal(known()['buttcloud_money_pubs grace'], 1)
  passes(one, story.now + 15 * DAY_MS)
  t.equal(known()['buttcloud_money_pubs suspended'], 1)
  for (const sample of providerSamples(story, around(story)))
    for (const [label, value] of Object.entries(sample.labels ?? {}))
      t.ok(metricOf(sample.name).labels?.[label]?.includes(value), `${value} is on the list`)
  t.end()
})

test('metrics: a hub', (t) => {
  const story = new Story().withHub()
  const request = aliceHasPub(story)
  story.asks(bob, 'create barn')
  story.settle()
  const state = emptyState(hub, provider)
  const around = {
    writing: true,
    engineReachable: true,
    providerAwayMs: null,
    ...{ leaseLeftMs: null, caddy: null },
    feedMessages: 5,
  }
  t.equal(figures(hubSamples(state, around))['buttcloud_pubs up'], 0)
  for (const message of story.log) evolve(state, message)
  const away = { engineReachable: false, providerAwayMs: 61_000, leaseLeftMs: -16_000 }
  const now = figures(hubSamples(state, { ...around, ...away }))
  t.equal(now.buttcloud_lease_left_seconds, -16, 'out for so long')
  t.equal(figures(hubSamples(state, around)).buttcloud_lease_left_seconds, undefined, 'none was given')
  t.deepEqual([now['buttcloud_pubs up'], now['buttcloud_pubs placed']], [1, 1])
  t.deepEqual([now.buttcloud_engine_reachable, now.buttcloud_provider_connected], [0, 0])
  t.equal(now.buttcloud_provider_away_seconds, 61)
  t.equal(now.buttcloud_feed_messages_total, 5)
  hubSays(story, request, 'removed')
  for (const message of story.log) evolve(state, message)
  t.equal(figures(hubSamples(state, around))['buttcloud_pubs up'], 0, 'what is gone is not counted')
  t.end()
})
