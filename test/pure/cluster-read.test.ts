// Goal: a cluster file reads as it is meant, and every fault of it is a sentence that names its line.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'tape'
import { CLUSTER_FAULTS_MAX } from '../../protocol/limits-cluster'
import { locatedIn } from '../../sbot/located-yaml'
import { alice, bob } from '../helpers/story'
import { faultsIn, wishesIn } from '../helpers/story-cluster'

test('all of a file, as people write it', (t) => {
  const { plans, policy, hubs, pubs } = wishesIn(`
version: 1
plans:
  - {name: seed, words: for one, memory: 64MB, disk: 1GB, price: free}
policy:
  name: "Garden & co"
  pubsPerOwnerMax: 5
  dues:
    unpaidDays: 4
  moving: {byItself: off, leaseSeconds: 60}
  machines: {max: 3, spare: 2 GB, price: {amount: 50.40, currency: USD}}
hubs:
  garage:
    status: draining
  attic:
  shed-2:
    status: admitted
    machine: {flavor: b2-7, image: "Debian 12"}
  shed-3:
    machine:
pubs:
  allotment:
    owners: ["${alice}", "${bob}"]
    plan: seed
    hub: garage
    web: on
  shed:
    region: eu
`)
  t.deepEqual(
    plans?.plans.map(({ name }) => name),
    ['seed'],
  )
  t.deepEqual(
    policy.map(({ place, value, line }) => [place, value, line]),
    [
      ['name', 'Garden & co', 6],
      ['pubsPerOwnerMax', 5, 7],
      ['dues.unpaidDays', 4, 9],
      ['moving.byItself', 'off', 10],
      ['moving.leaseSeconds', 60, 10],
      ['machines.max', 3, 11],
      ['machines.spare', '2 GB', 11],
      ['machines.price.amount', 50.4, 11],
      ['machines.price.currency', 'USD', 11],
    ],
  )
  t.deepEqual(
    hubs?.map(({ label, status, machine }) => [label, status, machine]),
    [
      ['garage', 'draining', null],
      ['attic', null, null],
      ['shed-2', 'admitted', { line: 18, flavor: 'b2-7', image: 'Debian 12' }],
      ['shed-3', null, { line: 20, flavor: null, image: null }],
    ],
  )
  t.deepEqual(pubs, [
    {
      ...{ line: 22, name: 'allotment', owners: [alice, bob], plan: 'seed', web: true },
      place: { line: 25, kind: 'hub', name: 'garage' },
    },
    {
      ...{ line: 27, name: 'shed', owners: null, plan: null, web: null },
      place: { line: 28, kind: 'region', name: 'eu' },
    },
  ])
  t.end()
})

test('the shipped example reads', (t) => {
  const shipped = readFileSync(join(__dirname, '../../../docs/cluster.yaml'), 'utf8')
  const { plans, policy, hubs, pubs } = wishesIn(shipped)
  t.deepEqual([plans?.plans.length, policy.length, hubs?.length, pubs?.length], [2, 6, 3, 2])
  t.end()
})

test('what is absent is left alone, and what is there and empty names nothing', (t) => {
  t.deepEqual(wishesIn('version: 1'), { plans: null, policy: [], hubs: null, pubs: null })
  t.deepEqual(wishesIn('version: 1\nhubs:\npubs: {}\npolicy:\n'), {
    ...{ plans: null, policy: [] },
    ...{ hubs: [], pubs: [] },
  })
  t.end()
})

const CASES: [string, string, RegExp][] = [
  ['nothing at all', '', /line 1: expected version: 1 .*, found nothing/],
  ['a list', '- a\n', /line 1: expected version: 1 .*found a list/],
  ['no version', 'plans:\n', /line 1: version: missing; write "version: 1"/],
  ['another version', '\nversion: 2\n', /line 2: version: this provider reads version 1, found "2"/],
  [
    'a strange section',
    'version: 1\nhub:\n',
    /line 2: "hub" is no word of the file; there is version, plans/,
  ],
  [
    'what holds secrets',
    'version: 1\npolicy:\n  operators: []\n',
    /line 3: "operators" is no word of policy/,
  ],
  ['a port', 'version: 1\npolicy:\n  portMin: 1\n', /line 3: "portMin" is no word of policy/],
  [
    'a number in words',
    'version: 1\npolicy:\n  pubsPerOwnerMax: many\n',
    /line 3: pubsPerOwnerMax must be a whole number from 0 to \d+, not "many"/,
  ],
  [
    'too few days',
    'version: 1\npolicy:\n  dues:\n    pastDueDays: 3\n',
    /line 4: dues.pastDueDays must be .*Stripe.*, not 3/,
  ],
  [
    'a word of no group',
    'version: 1\npolicy:\n  dues:\n    days: 3\n',
    /line 4: "days" is no word of dues; there is pastDueDays/,
  ],
  [
    'a group that is none',
    'version: 1\npolicy:\n  moving: off\n',
    /line 3: moving: expected byItself, leaseSeconds, found "off"/,
  ],
  [
    'too many machines',
    'version: 1\npolicy:\n  machines:\n    max: 5000\n',
    /line 4: machines.max must be a whole number from 1 to 1000, not 5000$/,
  ],
  [
    'a price that is none',
    'version: 1\npolicy:\n  machines:\n    price:\n      currency: euros\n',
    /line 5: machines.price.currency must be three letters like eur, not "euros"$/,
  ],
  [
    'what the driver of machines needs',
    'version: 1\npolicy:\n  machines:\n    openstack: {}\n',
    /line 4: "openstack" is no word of machines; there is driver, max, .*, price$/,
  ],
  [
    'a price in one word',
    'version: 1\npolicy:\n  machines:\n    price: 5\n',
    /line 4: price: expected amount, currency, per, found "5"$/,
  ],
  [
    'a setting without a value',
    'version: 1\npolicy:\n  domain:\n',
    /line 3: domain: expected a value, found nothing; leave it out/,
  ],
  ['no domain', 'version: 1\npolicy:\n  domain: "a b"\n', /line 3: .*expected a domain name/],
  [
    'no version of pubs',
    'version: 1\npolicy:\n  pubVersion: "a/b"\n',
    /line 3: pubVersion must be what fits a Docker tag/,
  ],
  [
    'a broken plan',
    'version: 1\nplans:\n  - name: Big One\n',
    /line 3: name: expected a word of small letters/,
  ],
  ['no plans', 'version: 1\nplans: []\n', /line 2: plans: expected 1 to 12 plans, found 0/],
  [
    'hubs as a list',
    'version: 1\nhubs: [garage]\n',
    /line 2: hubs: expected hubs by their names, found a list/,
  ],
  [
    'a status that is none',
    'version: 1\nhubs:\n  garage:\n    status: gone\n',
    /line 4: status: expected one of admitted, .*found "gone"/,
  ],
  [
    'a machine in one word',
    'version: 1\nhubs:\n  garage:\n    machine: b2-7\n',
    /line 4: machine: expected flavor, image, or nothing for what config.json says, found "b2-7"/,
  ],
  [
    'a machine with a secret',
    'version: 1\nhubs:\n  garage:\n    machine:\n      password: x\n',
    /line 5: "password" is no word of a machine; there is flavor, image/,
  ],
  [
    'a machine of no flavour',
    'version: 1\nhubs:\n  garage:\n    machine: {flavor: }\n',
    /line 4: flavor: expected the name of one, found nothing/,
  ],
  ['a name that is none', 'version: 1\npubs:\n  a_b:\n', /line 3: "a_b" can't be the name of a pub/],
  [
    'a name in capitals',
    'version: 1\npubs:\n  Alice:\n',
    /line 3: "Alice" can't be the name of a pub: write it in small letters/,
  ],
  [
    'owners as text',
    `version: 1\npubs:\n  shed:\n    owners: "${alice}"\n`,
    /line 4: owners: expected a list of feed ids/,
  ],
  [
    'an owner that is none',
    'version: 1\npubs:\n  shed:\n    owners:\n      - bob\n',
    /line 5: owners: expected a feed id in quotes/,
  ],
  [
    'an owner twice',
    `version: 1\npubs:\n  shed:\n    owners:\n      - "${bob}"\n      - "${bob}"\n`,
    /line 6: owners: .* is here twice/,
  ],
  [
    'nobody',
    'version: 1\npubs:\n  shed:\n    owners: []\n',
    /line 4: owners: expected 1 to 6 feed ids, found 0/,
  ],
  [
    'two places',
    'version: 1\npubs:\n  shed:\n    hub: a\n    region: b\n',
    /line 5: region: the pub has a hub already/,
  ],
  [
    'web in other words',
    'version: 1\npubs:\n  shed:\n    web: true\n',
    /line 4: web: expected on or off, found "true"/,
  ],
]

test('every fault names its line', (t) => {
  for (const [what, text, fault] of CASES) {
    const faults = faultsIn(text)
    t.ok(faults.length > 0 && faults.every((one) => one.startsWith('cluster.yaml, line ')), what)
    t.ok(
      faults.some((one) => fault.test(one)),
      `${what}: ${faults.join(' | ')}`,
    )
  }
  t.end()
})

test('all faults are said at once, in the order of the file, and not without end', (t) => {
  const faults = faultsIn('version: 1\npubs:\n  a_b:\n  c_d:\nhubs: 3\nplans: 4\n')
  t.deepEqual(
    faults.map((one) => /line (\d+)/.exec(one)?.[1]),
    ['3', '4', '5', '6'],
  )
  const many = faultsIn(`version: 1\npubs:\n${[...Array(80).keys()].map((n) => `  a_${n}:\n`).join('')}`)
  t.equal(many.length, CLUSTER_FAULTS_MAX + 1)
  t.equal(many.at(-1), 'and 30 more faults')
  t.end()
})

test('twice the same name is a fault of YAML, and so is an alias', (t) => {
  const said = (text: string): string => {
    try {
      locatedIn('cluster.yaml', text)
      return 'read'
    } catch (error) {
      return (error as Error).message
    }
  }
  t.match(said('version: 1\npubs:\n  shed: {}\n  shed: {}\n'), /cluster.yaml, line 4: .*unique/)
  t.match(said('version: 1\npubs: &a {}\nhubs: *a\n'), /line 3: anchors and aliases are not read here/)
  t.end()
})
