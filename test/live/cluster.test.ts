/**
 * Goal: a fleet is what a file says: shown first, asked, made so at once and without a restart; a provider that is killed in
 * the middle is brought to the end by the same file; nobody but an operator can; and a server that it wants is asked for once.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ssbKeys from 'ssb-keys'
import test, { type Test } from 'tape'
import { CLUSTER_FILE_BYTES_MAX } from '../../protocol/limits-cluster'
import type { AdminPlansAnswer, HubView, PubView } from '../../protocol/rpc'
import type { ClusterView, ExportClusterAnswer } from '../../protocol/rpc-cluster'
import type { AdminMachineTokenAnswer, MachinesView } from '../../protocol/rpc-machines'
import { type CliSurroundings, runCli } from '../helpers/cli'
import { joinHub, type TestHub } from '../helpers/hub'
import { startHubProcess } from '../helpers/hub-process'
import { freePort, randomNetworkKey, removeFolder, temporaryFolder, until } from '../helpers/machine'
import { inviteIn, readFrom } from '../helpers/patchwork'
import { askForPub, closeWorld, inside, type World } from '../helpers/path-story'
import { startProvider, type TestProvider } from '../helpers/provider'
import { call, startStock } from '../helpers/stock'

const PATIENCE_MS = 120_000

interface Fleet extends World {
  home: string
  carol: string
  second: TestHub
}

/** The provider's settings stand in its own config.json, as an operator's do. */
async function openFleet(): Promise<Fleet> {
  const networkKey = randomNetworkKey()
  const home = temporaryFolder('cluster')
  for (const name of ['carol', 'oscar', 'provider']) mkdirSync(join(home, name))
  const carol: string = ssbKeys.loadOrCreateSync(join(home, 'carol', 'secret')).id
  ssbKeys.loadOrCreateSync(join(home, 'oscar', 'secret'))
  const portMin = await freePort()
  const settings = {
    ...{ portMin, portMax: Math.min(65_535, portMin + 200), operators: [carol] },
    machines: { driver: 'manual', max: 1 },
  }
  const folder = join(home, 'provider')
  writeFileSync(join(folder, 'config.json'), JSON.stringify(settings))
  const provider = await startProvider({ networkKey, home: 'own', folder, nobodyElse: true })
  const common = { networkKey, engine: 'process' } as const
  const hub = await joinHub(provider, { ...common, label: 'garage' })
  const second = await joinHub(provider, { ...common, label: 'attic' })
  const owner = await startStock({ networkKey, label: 'owner' })
  const { invite } = await provider.admin('adminInvite', { uses: 5 })
  await call(owner.rpc, 'invite.accept', invite)
  return { ...{ networkKey, home, carol, provider, hub, second, owner } }
}

const look = (provider: TestProvider, text: string, file = 'cluster.yaml') =>
  provider.admin<ClusterView>('adminApply', { file, text, dryRun: true, digest: null })
const settingsOf = ({ provider }: Fleet) =>
  JSON.parse(readFileSync(join(provider.folder, 'config.json'), 'utf8'))

/** What is there is exported, and applied again there is nothing to do; a first change is asked about and counts at once. */
async function askedFirst(t: Test, fleet: Fleet, around: CliSurroundings): Promise<string> {
  const { home, provider } = fleet
  const file = join(home, 'cluster.yaml')
  const here = ['--path', provider.folder]
  const exported = await provider.admin<ExportClusterAnswer>('adminExportCluster', {})
  t.match(exported.text, /^hubs:\n {2}attic:\n {4}status: admitted\n {2}garage:/m)
  t.match(exported.text, /^pubs:\n {2}alice:\n {4}owners:\n {6}- "@.*\n {4}plan: tiny\n {4}hub: /m)
  writeFileSync(file, exported.text)
  const same = await runCli(around, ['admin', 'apply', file, ...here])
  t.deepEqual([same.code, same.stdout], [0, 'nothing to do\n'], same.stderr)

  const text = exported.text
    .replace('pubsPerOwnerMax: 3', 'pubsPerOwnerMax: 4')
    .replace('plans:\n', 'plans:\n  - {name: seed, words: for one, memory: 64MB, disk: 1GB, price: free}\n')
  writeFileSync(file, text)
  const asked = await runCli(around, ['admin', 'apply', file, ...here])
  t.equal(asked.code, 1, 'nobody can be asked')
  t.match(
    asked.stderr,
    /plan seed is offered: 64MB of memory[\s\S]*pubsPerOwnerMax: 3 → 4[\s\S]*Nothing was changed/,
  )
  t.notOk(existsSync(join(provider.folder, 'plans.yaml')), 'and nothing is')
  const done = await runCli(around, ['admin', 'apply', file, ...here, '--yes', '--json'])
  t.equal(done.code, 0, done.stderr)
  t.deepEqual((JSON.parse(done.stdout) as ClusterView).applied, { done: 3, refused: [] })
  const { plans } = await provider.admin<AdminPlansAnswer>('adminPlans')
  t.equal(plans[0]?.name, 'seed', 'in force at once')
  t.match(readFileSync(join(provider.folder, 'plans.yaml'), 'utf8'), /- name: seed\n/)
  t.equal(settingsOf(fleet).pubsPerOwnerMax, 4)
  t.deepEqual(settingsOf(fleet).operators, [fleet.carol], 'what else is there stays')
  return text
}

/** Killed while it applies, it does the rest when the same file comes again. */
async function killedInTheMiddle(t: Test, fleet: Fleet, text: string): Promise<void> {
  const { networkKey, provider: killed } = fleet
  const pubs = await killed.admin<PubView[]>('adminPubs')
  const hubs = await killed.admin<HubView[]>('adminHubs')
  const from = hubs.find((one) => one.pubs === 1)?.label ?? ''
  const to = from === 'garage' ? 'attic' : 'garage'
  const wanted = text
    .replace('unpaidDays: 3', 'unpaidDays: 9')
    .replace(`{name: seed, words: for one,`, `{name: seed, words: for two,`)
    .replace(`    plan: tiny\n    hub: ${from}\n`, `    plan: personal\n    hub: ${to}\n`)
  const plan = await look(killed, wanted)
  t.deepEqual(
    plan.changes.map(({ words }) => words),
    [
      'plan seed: words "for one" → "for two"',
      'dues.unpaidDays: 3 → 9',
      'alice: plan tiny → personal',
      `alice moves from ${from} to ${to}`,
    ],
  )
  const stale = await killed
    .admin('adminApply', { file: 'f', text: wanted, dryRun: false, digest: 'of another plan' })
    .catch((error: Error) => error.message)
  t.match(String(stale), /^try-again: something is otherwise by now/)
  const lost = killed
    .admin('adminApply', { file: 'f', text: wanted, dryRun: false, digest: plan.digest })
    .catch(() => 'cut')
  const before = join(killed.folder, 'plans.yaml.before')
  await until('the first of its changes', () => existsSync(before), PATIENCE_MS)
  await killed.kill()
  await lost
  fleet.provider = await startProvider({
    ...{ networkKey, home: 'own', nobodyElse: true },
    ...{ folder: killed.folder, port: killed.port },
  })
  const { provider } = fleet
  let made = 0
  await until(
    'the rest to be made',
    async () => {
      const { changes, held, digest } = await look(provider, wanted)
      if (changes.length === 0) return held.length === 0
      const done = await provider.admin<ClusterView>('adminApply', {
        ...{ file: 'f', text: wanted, dryRun: false, digest },
      })
      made += done.applied?.done ?? 0
      return false
    },
    PATIENCE_MS,
  )
  t.ok(made <= plan.changes.length, `${made} of ${plan.changes.length} were left to do`)
  t.match(readFileSync(before, 'utf8'), /words: "for one"/, 'what was there before stands beside it')
  t.match(readFileSync(join(killed.folder, 'plans.yaml'), 'utf8'), /words: "for two"/)
  t.equal(settingsOf(fleet).dues.unpaidDays, 9)
  await until(
    'the pub to be up there',
    async () => {
      const [view] = await provider.admin<PubView[]>('adminPubs')
      const there = (await provider.admin<HubView[]>('adminHubs')).find(({ label }) => label === to)
      return view?.phase === 'up' && there?.pubs === 1
    },
    PATIENCE_MS,
  )
  const { text: now } = await provider.admin<ExportClusterAnswer>('adminExportCluster', {})
  const again = await look(provider, now)
  t.deepEqual([again.changes, again.held], [[], []])
  const [alice] = await provider.admin<PubView[]>('adminPubs')
  t.deepEqual([alice?.pub, alice?.plan], [pubs[0]?.pub, 'personal'])
  const told = async () =>
    (await readFrom(fleet.owner, provider.id)).filter(
      (one) => one.content.buttcloud?.topic === 'operator' && /plan \*\*personal\*\*/.test(one.text),
    )
  await until('its owner to be told', async () => (await told()).length > 0, PATIENCE_MS)
  t.equal((await told()).length, 1, 'once')
}

/** From elsewhere by an operator; by nobody else; and what is no such file gets its sentence. */
async function onlyOperators(t: Test, fleet: Fleet, around: CliSurroundings): Promise<void> {
  const { home, provider, owner } = fleet
  const at = `127.0.0.1:${provider.port}:${provider.id}`
  const file = join(home, 'other.yaml')
  writeFileSync(file, 'version: 1\npolicy:\n  pubsPerOwnerMax: 5\nhubs:\n  shed:\n')
  const as = (who: string, ...words: string[]) =>
    runCli(around, ['admin', 'apply', file, '--at', at, '--as', join(home, who), ...words])
  const stranger = await as('oscar', '--yes')
  t.equal(stranger.code, 1)
  t.match(stranger.stderr, /does not take this from @.*operators/)
  t.equal(settingsOf(fleet).pubsPerOwnerMax, 4)
  const shown = await as('carol', '--dry-run')
  t.equal(shown.code, 0, shown.stderr)
  t.match(
    shown.stdout,
    /One change:\n {2}pubsPerOwnerMax: 4 → 5\nHub shed has not joined. .*hub-token --label shed/,
  )
  t.equal(settingsOf(fleet).pubsPerOwnerMax, 4)

  writeFileSync(file, `version: 1\npubs:\n  shed:\n    owners: ["${owner.id}"]\n    web: off\n`)
  const made = await as('carol', '--yes')
  t.equal(made.code, 0, made.stderr)
  t.match(made.stderr, /shed is made on \w+ with plan seed, as a gift, for @/)
  const gift = async () =>
    (await readFrom(owner, provider.id)).filter((one) => /\*\*shed\*\*, a pub, is up at/.test(one.text))
  await until('its owner to get the invite', async () => (await gift()).length > 0, PATIENCE_MS)
  const code = inviteIn((await gift())[0]?.text ?? '')
  t.ok(code !== null && (await call(owner.rpc, 'invite.accept', code)), 'and it opens the pub')
  t.deepEqual((await look(provider, readFileSync(file, 'utf8'))).changes, [])

  writeFileSync(file, 'version: 1\npubs:\n  alice:\n')
  const pruned = await as('carol', '--yes', '--prune', 'shed')
  t.equal(pruned.code, 0, pruned.stderr)
  t.match(pruned.stderr, /shed ends: it goes off/)
  const live = (await provider.admin<PubView[]>('adminPubs')).filter(({ phase }) => phase !== 'ended')
  t.deepEqual(
    live.map(({ name }) => name),
    ['alice'],
  )

  writeFileSync(file, 'version: 1\nhubs:\n  garage:\n    status: gone\npubs:\n  a_b:\n')
  const broken = await as('carol', '--yes')
  t.equal(broken.code, 1)
  t.match(broken.stderr, /other.yaml, line 4: status: .*found "gone"\nother.yaml, line 6: "a_b"/)
  for (const [text, why] of [
    ['', /line 1: expected version: 1/],
    ['[[[[', /line 1: /],
    ['['.repeat(100_000), /./],
  ] as const)
    t.match((await look(provider, text)).faults.join('\n'), why)
  const huge = `version: 1\n# ${'x'.repeat(CLUSTER_FILE_BYTES_MAX)}`
  const refused = await look(provider, huge).catch((error: Error) => error.message)
  t.match(String(refused), /^bad-argument: adminApply.text: expected text of at most/)
  t.ok((await provider.admin<HubView[]>('adminHubs')).length === 2, 'and it lives')
}

/** A hub that is not there is asked for once, joins by its machine's token, and is what the file says. */
async function aMachine(t: Test, fleet: Fleet, around: CliSurroundings): Promise<void> {
  const { home, provider, networkKey } = fleet
  const file = join(home, 'machine.yaml')
  const policy = 'policy:\n  machines: {max: 3, price: {amount: 50.40, currency: usd}}\n'
  const hubs = 'hubs:\n  garage:\n  attic:\n  shed-2:\n    machine: {flavor: b2-7}\n'
  writeFileSync(file, `version: 1\n${policy}${hubs}`)
  const apply = (...words: string[]) =>
    runCli(around, ['admin', 'apply', file, '--path', provider.folder, ...words])
  await until(
    'the driver to say what there is',
    async () => (await look(provider, readFileSync(file, 'utf8'))).held.length === 0,
    PATIENCE_MS,
  )
  const asked = await apply('--yes')
  t.deepEqual([asked.code, asked.stdout], [0, '4 changes are made.\n'], asked.stderr)
  t.match(asked.stderr, /machines.max: 1 → 3\n[\s\S]*a server is asked of you to be shed-2/)
  const same = await apply()
  t.equal(same.code, 0, same.stderr)
  t.match(
    same.stdout,
    /^Hub shed-2 has not joined: `buttcloud admin machines bc-\S+ --host NAME`.*\nnothing else to do/,
  )
  const { machines, max, cost } = await provider.admin<MachinesView>('adminMachines')
  t.deepEqual([max, cost?.perMachine], [3, 5_040], 'its policy counts at once')
  t.deepEqual(
    machines.map(({ label, kind }) => [label, kind?.flavor]),
    [['shed-2', 'b2-7']],
    'one, and no second',
  )
  const machine = machines[0]?.machine
  const { token } = await provider.admin<AdminMachineTokenAnswer>('adminMachineToken', { machine })
  const folder = join(home, 'shed-2')
  mkdirSync(folder)
  const hub = await startHubProcess({
    ...{ networkKey, engine: 'process', bind: '127.0.0.1', host: '127.0.0.1', diskBytes: 1e12 },
    ...{ dir: folder, memoryBytes: 64 * 1024 ** 2, join: token },
  })
  try {
    await until(
      'the machine to be a hub',
      async () => (await provider.admin<HubView[]>('adminHubs')).some(({ label }) => label === 'shed-2'),
      PATIENCE_MS,
    )
    t.deepEqual((await apply()).stdout, 'nothing to do\n')
    const { text } = await provider.admin<ExportClusterAnswer>('adminExportCluster', {})
    t.match(text, /\n {2}shed-2:\n {4}status: admitted\n {4}machine:\n {6}flavor: b2-7\n/)
    const again = await look(provider, text)
    t.deepEqual([again.changes, again.held], [[], []])
  } finally {
    await hub.kill('SIGTERM')
  }
}

test('a fleet that is what a file says', async (t) => {
  const fleet = await openFleet()
  const { home, networkKey, second } = fleet
  const around = { home, networkKey }
  await inside(t, fleet, async () => {
    await askForPub(t, fleet, 'alice')
    const text = await askedFirst(t, fleet, around)
    await killedInTheMiddle(t, fleet, text)
    await onlyOperators(t, fleet, around)
    await aMachine(t, fleet, around)
  }).finally(async () => {
    await second.stop()
    await closeWorld(fleet)
    removeFolder(home)
  })
  t.end()
})
