/**
 * Goal: a pub gets another plan by a private message from a stock client, on the process engine; and a provider with a
 * broken file of plans does not start, in both homes, and says why.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'tape'
import { runNameOf } from '../../protocol/ids'
import { freePort, randomNetworkKey, removeFolder, temporaryFolder, until } from '../helpers/machine'
import { closeWorld, openWorld } from '../helpers/path-story'
import { tellPlans } from '../helpers/plan-story'
import { startProvider } from '../helpers/provider'
import { startStock } from '../helpers/stock'

test('process engine: a larger plan and a smaller one, by private messages', async (t) => {
  const world = await openWorld('own', { engine: 'process' })
  try {
    await tellPlans(t, world, async ({ pub }) => {
      const file = join(world.hub.folder, 'runs', runNameOf(pub), 'run.json')
      return JSON.parse(readFileSync(file, 'utf8')).run.memoryBytes
    })
  } catch (error) {
    t.comment(world.provider.output().slice(-4_000))
    t.comment(world.hub.lines().slice(-6_000))
    throw error
  } finally {
    await closeWorld(world)
  }
  t.end()
})

const BROKEN =
  'plans:\n  - name: tiny\n    words: for a few\n    memory: 192\n    disk: 1GB\n    price: free\n'

test('a broken file of plans: our own node does not start, and says why', async (t) => {
  const folder = temporaryFolder('provider')
  writeFileSync(join(folder, 'plans.yaml'), BROKEN)
  try {
    const started = startProvider({ networkKey: randomNetworkKey(), home: 'own', folder, nobodyElse: true })
    const error = await started.then(
      () => null,
      (why: Error) => why,
    )
    t.match(
      String(error?.message),
      /plans\.yaml, line 4: memory: expected a size like 192MB or 1GB, found "192"/,
    )
  } finally {
    removeFolder(folder)
  }
  t.end()
})

test('a file that was named and is not there: in a stock server the rest goes on', async (t) => {
  const networkKey = randomNetworkKey()
  const server = await startStock({
    ...{ networkKey, label: 'provider', port: await freePort() },
    plugins: { [join('buttcloud-under-test', 'plugin')]: 'buttcloud' },
    nodeModules: { 'buttcloud-under-test': join(__dirname, '../..') },
    config: { buttcloud: { plansFile: 'mine.yaml', nobodyElse: true } },
  })
  try {
    const said = await until('the reason in the log', () =>
      /Could not read the plans in [^"]*mine\.yaml[^"]*/.exec(server.output()),
    )
    t.ok(said, String(said))
    const { id } = await new Promise<{ id: string }>((resolve, reject) =>
      server.rpc.whoami((error: Error | null, who: { id: string }) => (error ? reject(error) : resolve(who))),
    )
    t.equal(id, server.id, 'the server answers')
    const refused = await new Promise<string>((resolve) =>
      server.rpc.buttcloud.whoami((error: Error | null) => resolve(String(error?.message))),
    )
    t.match(refused, /Could not read the plans/, 'and so does the provider, with the reason')
  } finally {
    await server.stop()
  }
  t.end()
})
