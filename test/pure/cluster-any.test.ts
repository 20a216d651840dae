// Goal: whatever there is and whatever is wanted, what is exported finds nothing to do, what was done is not found again, and any file is read or has faults.
import fc from 'fast-check'
import test from 'tape'
import { readCluster } from '../../plugin/cluster-read'
import { readMachineSettings } from '../../plugin/machine-settings'
import { DEFAULT_PLANS } from '../../plugin/plans-default'
import { plansList } from '../../plugin/plans-text'
import { buildHub } from '../../protocol/messages/hub'
import { buildMachine } from '../../protocol/messages/machine'
import { buildPub } from '../../protocol/messages/pub'
import type { Plan } from '../../protocol/plan'
import { locatedIn } from '../../sbot/located-yaml'
import { alice, bob, feed, hub, key, oscar, plainLedger, provider } from '../helpers/story'
import { recordOf, told } from '../helpers/story-change'
import { type ClusterStory, clusterStory, compared, exported, perform } from '../helpers/story-cluster'
import { type Moving, SECOND, twoHubs } from '../helpers/story-move'

const story = (): ClusterStory => clusterStory(twoHubs())
const [tiny, personal, community] = DEFAULT_PLANS as [Plan, Plan, Plan]

const labels = fc.constantFrom('garage', 'attic', 'null', 'a b', ' x', 'yes', '1.5', 'second')
const statuses = fc.constantFrom(
  'admitted' as const,
  'cordoned' as const,
  'draining' as const,
  'retired' as const,
)
const settings = fc.record(
  {
    pubsPerOwnerMax: fc.integer({ min: 0, max: 50 }),
    name: fc.string({ maxLength: 20 }).filter((text) => text.trim() !== '' && !/\p{Cc}/u.test(text)),
    pubVersion: fc.constantFrom('0.9.1', 'latest'),
    domain: fc.constant('pubs.example.org'),
    placing: fc.record(
      { hubs: fc.constantFrom('spread', 'pack'), diskPromisedTimes: fc.constantFrom(1, 2.5) },
      { requiredKeys: [] },
    ),
    moving: fc.record({ leaseSeconds: fc.integer({ min: 45, max: 60 }) }),
    dues: fc.record({ unpaidDays: fc.integer({ min: 1, max: 30 }) }, { requiredKeys: [] }),
    machines: fc.record(
      {
        driver: fc.constant('openstack'),
        max: fc.integer({ min: 3, max: 9 }),
        min: fc.integer({ min: 0, max: 3 }),
        spare: fc.constantFrom('2GB', '1.5 GB'),
        deadHours: fc.nat(5),
        openstack: fc.constant({ credentialsFile: 'secret.sh' }),
        price: fc.record({ amount: fc.constantFrom(0, 50.4), currency: fc.constantFrom('eur', 'USD') }),
      },
      { requiredKeys: ['driver', 'max'] },
    ),
  },
  { requiredKeys: [] },
)
const pubs = fc.array(
  fc.record({
    hub: fc.nat(5),
    web: fc.boolean(),
    shared: fc.boolean(),
    plan: fc.constantFrom('tiny', 'gone'),
  }),
  { maxLength: 8 },
)
const kinds = fc.constantFrom('b2-15', 'Debian 12', 'null', null)
/** Machines of one driver or another, that an operator or the policy asked for, on their way, there, leaving or gone. */
const machines = fc.uniqueArray(
  fc.record({
    label: fc.constantFrom('second', 'shed-2', 'null', '1.5', 'yes', 'attic'),
    status: fc.constantFrom('wanted' as const, 'wanted' as const, 'leaving' as const, 'gone' as const),
    driver: fc.constantFrom('openstack', 'openstack', 'manual'),
    hub: fc.option(statuses),
    isAsked: fc.boolean(),
    kind: fc.option(fc.record({ flavor: kinds, image: kinds })),
  }),
  { maxLength: 4, selector: ({ label }) => label },
)
type Rented = typeof machines extends fc.Arbitrary<infer T> ? T : never

function rent({ one: { story: told_ } }: ClusterStory, all: Rented): void {
  const policy = readMachineSettings({ driver: 'openstack', max: 9 })
  told_.policy = { ...told_.policy, machines: policy }
  all.forEach(({ label, status, driver, hub: joined, isAsked, kind }, at) => {
    const machine = `bc-0badcafe-${at + 1}`
    const { key: token } = plainLedger.machine(machine)
    const by = isAsked ? oscar : null
    const said = { machine, label, driver, kind, token, why: 'asked', by }
    told_.tells(provider, buildMachine({ ...said, status: 'wanted' }))
    if (status !== 'wanted') told_.tells(provider, buildMachine({ ...said, status }))
    if (joined !== null)
      told_.tells(provider, buildHub({ hub: feed(`machine ${at}`), status: joined, label, token }))
  })
}

test('what is exported finds nothing to do, whatever there is', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(labels, statuses), { maxLength: 6 }),
      settings,
      pubs,
      machines,
      (hubs, written, made, rented) => {
        const one = story()
        rent(one, rented)
        const { story: told_ } = one.one
        const ids = [hub, SECOND, ...hubs.map((_, at) => feed(`hub ${at}`))]
        hubs.forEach(([label, status], at) => {
          told_.tells(provider, buildHub({ hub: feed(`hub ${at}`), status, label, token: null }))
        })
        const record = recordOf(one.one)
        made.forEach(({ hub: at, web, shared, plan }, number) => {
          const request = key(`made ${number}`)
          const owners = shared ? [bob, alice] : [bob]
          const fields = {
            owners,
            plan,
            web,
            webPort: 9500 + number,
            port: 9000 + number,
            name: `p-${number}`,
          }
          told_.tells(
            provider,
            buildPub({
              ...record,
              ...fields,
              hub: ids[at % ids.length] ?? hub,
              pub: request as never,
              answers: request,
            }),
          )
        })
        one.home = { ...one.home, config: { kind: 'ours', settings: written } }
        const text = exported(one).replace(/^[\s\S]*?version: 1\n/, '')
        const { changes, held } = compared(one, text)
        if (changes.length + held.length > 0 || /secret/.test(text))
          throw new Error(JSON.stringify({ changes, held, text }))
      },
    ),
    { numRuns: 300 },
  )
  t.pass('300 fleets')
  t.end()
})

test('every change, done alone, is not found again; and all of them leave nothing', (t) => {
  const wanted = fc.record({
    second: statuses.filter((one) => one !== 'retired'),
    quota: fc.integer({ min: 0, max: 9 }),
    days: fc.integer({ min: 1, max: 20 }),
    to: fc.constantFrom('hub-1', 'second'),
    plans: fc.shuffledSubarray([tiny, personal, community], { minLength: 1 }),
  })
  fc.assert(
    fc.property(wanted, fc.nat(), ({ second, quota, days, to, plans }, nth) => {
      const text = `plans:\n${plansList(plans)}\npolicy:\n  pubsPerOwnerMax: ${quota}\n  dues:\n    unpaidDays: ${days}\nhubs:\n  second:\n    status: ${second}\npubs:\n  alice:\n    hub: ${to}\n`
      const one = clusterStory(twoHubs(told()) as Moving)
      const { changes } = compared(one, text)
      const picked = changes[nth % Math.max(1, changes.length)]
      if (picked === undefined) return
      perform(one, picked, text)
      const rest = compared(one, text).changes
      if (rest.some(({ words }) => words === picked.words)) throw new Error(`again: ${picked.words}`)
      for (const change of rest) perform(one, change, text)
      const left = compared(one, text).changes
      if (left.length > 0) throw new Error(`left: ${JSON.stringify(left)}`)
    }),
    { numRuns: 150 },
  )
  t.pass('150 files')
  t.end()
})

test('whatever a file says, it is read or has faults, and nothing is thrown', (t) => {
  const scalar = fc.oneof(fc.constantFrom('1', 'on', '', '{}', '[]', 'null', '3: 4', '@x'), fc.string())
  const names = [
    'version',
    'plans',
    'policy',
    'hubs',
    'pubs',
    'dues',
    'status',
    'machine',
    'flavor',
    'owners',
    'hub',
    '__proto__',
  ]
  const tree: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      scalar,
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string()), tie('node'), { maxKeys: 5 }),
    ),
  })).node
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names), tree), (root) => {
      const read = readCluster('f', locatedIn('f', JSON.stringify(root)))
      return read.ok || (read.faults.length > 0 && read.faults.every((one) => /^f, line |^and /.test(one)))
    }),
    { numRuns: 400 },
  )
  t.pass('400 files')
  t.end()
})
