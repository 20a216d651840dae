/** A hub measures its pubs: what its provider may ask it, what outlives a kill, and what goes with the pub. */
import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pull from 'pull-stream'
import ssbKeys from 'ssb-keys'
import test from 'tape'
import type { HubOptions } from '../../hub-daemon/main'
import { RING_BYTES } from '../../hub-daemon/ring'
import { checkFigures, checkLiveFigures, checkSamples, type Figures } from '../../protocol/figures'
import { type MessageId, type PubId, pubIdOf, runNameOf } from '../../protocol/ids'
import { NEWS_WAIT_MS } from '../../protocol/limits'
import { checkOutput, type Output } from '../../protocol/output'
import { type HubProcess, startHubProcess } from '../helpers/hub-process'
import { HubProvider } from '../helpers/hub-provider'
import { freePort, randomNetworkKey, removeFolder, temporaryFolder, until } from '../helpers/machine'
import { call, dial, netAddress } from '../helpers/stock'

interface World {
  provider: HubProvider
  dir: string
  options: HubOptions
  hub: HubProcess
  networkKey: string
  pub: PubId
  port: number
}

const ringOf = ({ dir, pub }: World): string => join(dir, 'figures', `${runNameOf(pub)}.ring`)

/** The hub's methods, over the connection that it holds to its provider. */
function hubRpc(world: World): any {
  const peer = world.provider.node.sbot.peers().find(({ id }) => id === world.hub.id)
  return (peer?.rpc as any)?.buttcloud
}

const ask = <T>(world: World, method: string, request: unknown): Promise<T> =>
  call<T>({ buttcloud: hubRpc(world) }, `buttcloud.${method}`, request)

const figures = (world: World): Promise<Figures> => ask(world, 'hubFigures', { pub: world.pub })

function measured(world: World, holds: (found: Figures) => boolean = () => true): Promise<Figures> {
  return until('figures', async () => {
    if (hubRpc(world) === undefined) return null
    const found = await figures(world)
    return found.at !== null && holds(found) ? found : null
  })
}

async function startWorld(): Promise<World> {
  const networkKey = randomNetworkKey()
  const provider = await new HubProvider(networkKey).start()
  const dir = temporaryFolder('hub')
  const options: HubOptions = { dir, engine: 'process', networkKey, memoryBytes: 2 ** 30 }
  const hub = await startHubProcess({ ...options, join: provider.token() })
  const request = `%${createHash('sha256').update('alice').digest('base64')}.sha256` as MessageId
  const world = { provider, dir, options, hub, networkKey, pub: pubIdOf(request), port: await freePort() }
  await provider.order(hub.id, { pub: world.pub, port: world.port })
  await provider.phase(world.pub, 'up')
  return world
}

async function endWorld(world: World): Promise<void> {
  await world.hub.kill('SIGTERM')
  await world.provider.node.remove()
  removeFolder(world.dir)
}

async function inWorld(t: test.Test, story: (world: World) => Promise<void>): Promise<void> {
  const world = await startWorld()
  try {
    await story(world)
  } catch (error) {
    t.fail(`${(error as Error).stack}\n${world.hub.lines().slice(-4_000)}`)
  } finally {
    await endWorld(world)
  }
  t.end()
}

/** The process of the pub, by the engine's lock file. */
function pidOf(world: World): number {
  const lock = readFileSync(join(world.dir, 'runs', runNameOf(world.pub), 'lock'), 'utf8')
  return Number((JSON.parse(lock) as { pid: number }).pid)
}

/** Somebody comes to the pub and moves some bytes. */
async function visit(world: World): Promise<any> {
  const feed = world.provider.ledger(world.pub).feed ?? ''
  const address = netAddress('127.0.0.1', world.port, feed)
  const rpc = await dial(ssbKeys.generate(), address, world.networkKey, { createHistoryStream: 'source' })
  for (let times = 0; times < 20; times += 1)
    await new Promise<void>((resolve) =>
      pull(
        rpc.createHistoryStream({ id: feed, live: false }),
        pull.onEnd(() => resolve()),
      ),
    )
  return rpc
}

test('figures of a pub: all of them, and its sums outlive every kind of end', async (t) => {
  await inWorld(t, async (world) => {
    const first = await measured(world)
    t.ok(checkFigures(first, '').ok, 'as protocol/figures.ts says')
    t.ok(Number(first.memoryBytes) > 20 * 2 ** 20 && Number(first.memoryBytes) < 2 ** 30, 'memory')
    t.deepEqual([first.memoryMaxBytes, first.diskMaxBytes], [192 * 2 ** 20, 2 ** 30], 'what it may take')
    t.ok(
      Number(first.diskBytes) > 1_000 && first.logBytes !== null && first.feeds !== null,
      `disk: ${first.diskBytes} bytes`,
    )
    t.ok(first.running && Math.abs(Number(first.startedAt) - Date.now()) < 120_000, 'since when it runs')
    t.ok(first.inBytes > 0 && first.outBytes > 0 && first.cpuMs > 0, 'sums')
    t.deepEqual([first.restarts, first.peers], [0, 0], 'its hub is no peer')

    const visitor = await visit(world)
    process.kill(pidOf(world), 'SIGKILL')
    visitor.close(true, () => {})
    const second = await measured(world, (found) => found.restarts === 1)
    t.ok(second.inBytes > first.inBytes && second.cpuMs > first.cpuMs, 'the sums go on in the next run')

    await world.hub.kill('SIGKILL')
    t.equal(statSync(ringOf(world)).size, RING_BYTES, 'the ring has its size')
    t.equal(statSync(ringOf(world)).mode & 0o777, 0o600, 'for the hub alone')
    world.hub = await startHubProcess(world.options)
    const third = await measured(world, (found) => found.restarts === 2)
    t.equal(third.measuredSince, first.measuredSince, 'measured since its creation')
    t.ok(third.inBytes > second.inBytes && third.outBytes > second.outBytes, 'nothing was lost by kill -9')
    for (const [span, pieces] of [
      ['hour', 60],
      ['day', 240],
      ['month', 240],
    ] as const) {
      const samples = await ask<any>(world, 'hubSamples', { pub: world.pub, span })
      t.ok(
        checkSamples(samples, '').ok && samples.memoryBytes.length === pieces,
        `${pieces} pieces of the ${span}`,
      )
      t.ok(
        samples.memoryBytes.some((one: unknown) => one !== null),
        'with something in them',
      )
    }
  })
})

test('a damaged ring begins anew with a line in the log; a purge takes it away', async (t) => {
  await inWorld(t, async (world) => {
    const before = await measured(world)
    await world.hub.kill('SIGKILL')
    writeFileSync(ringOf(world), readFileSync(ringOf(world)).fill(0x55, 100, 400))
    world.hub = await startHubProcess(world.options)
    const after = await measured(world, (found) => found.measuredSince !== before.measuredSince)
    t.ok(Number(after.measuredSince) > Number(before.measuredSince), 'measured from now on')
    t.match(world.hub.lines(), /figures of a pub are damaged; they begin anew/)
    await world.hub.kill('SIGKILL')
    writeFileSync(ringOf(world), 'short')
    world.hub = await startHubProcess(world.options)
    await measured(world, (found) => found.measuredSince !== after.measuredSince)
    t.pass('so does one that was cut')
    const { provider, pub, port } = world
    await provider.order(world.hub.id, { pub, port, desired: 'none', keepUntil: Date.now() + 500 })
    await provider.phase(pub, 'removed')
    await until('the ring to go with the volume', () => !existsSync(ringOf(world)), NEWS_WAIT_MS + 20_000)
    const refused = await ask(world, 'hubFigures', { pub }).catch((error: Error) => error.message)
    t.match(String(refused), /^unknown: /, 'nothing is known of it any more')
  })
})

test('live: one item a second for everybody who watches, and a hung pub is measured from outside', async (t) => {
  await inWorld(t, async (world) => {
    await measured(world)
    const watchers = Array.from({ length: 50 }, () => watch(world))
    await until('three items for each', () => watchers.every(({ items }) => items.length >= 3))
    t.ok(
      watchers.every(({ items }) => checkLiveFigures(items[0], '').ok),
      'as protocol/figures.ts says',
    )
    t.ok(Number(watchers[0]?.items[2].inBytesPerSecond) >= 0, 'with what moves')
    const [first] = watchers
    const spread = watchers.map(({ items }) => items.length)
    t.ok(Math.max(...spread) - Math.min(...spread) <= 1, 'all share one')
    for (const watcher of watchers.slice(1)) watcher.stop()
    const before = Number(first?.items.length)
    const pid = pidOf(world)
    process.kill(pid, 'SIGSTOP')
    try {
      const at = Number(first?.items.at(-1).at)
      await until('further items', () => Number(first?.items.length) > before + 4)
      t.ok(Number(first?.items.at(-1).at) > at, 'a pub that hangs is measured by its engine')
      t.equal(first?.items.at(-1).peers, null, 'what is inside can not be seen then')
    } finally {
      process.kill(pid, 'SIGCONT')
    }
    await until('what is inside again', () => first?.items.at(-1).peers === 0)
    first?.stop()
    const another = watch(world)
    await until('an item for the next who comes', () => another.items.length > 0)
    await world.hub.kill('SIGKILL')
    await until('the end', () => another.end !== null)
    t.pass('a hub that is killed ends it')
    world.hub = await startHubProcess(world.options)
  })
})

test('what a pub printed: redacted, while it runs and while it is stopped', async (t) => {
  await inWorld(t, async (world) => {
    const { provider, hub, pub, port } = world
    const invite = `pubs.example.org:8008:${hub.id}~${'A'.repeat(43)}=`
    const logs = () => ask<Output>(world, 'hubLogs', { pub, lines: 100 })
    await until('the hub', () => hubRpc(world) !== undefined)
    appendFileSync(join(world.dir, 'runs', runNameOf(pub), 'output.log'), `for bob@example.com: ${invite}\n`)
    const first = await logs()
    t.ok(checkOutput(first, '').ok, 'as protocol/output.ts says')
    t.deepEqual([first.running, first.kept], [true, true])
    t.ok(first.lines.includes('for [address]: [invite]'), first.lines.slice(-3).join('\n'))
    t.doesNotMatch(JSON.stringify(first), /bob@example|~A/)
    await provider.order(hub.id, { pub, port, desired: 'down' })
    await provider.phase(pub, 'down')
    const stopped = await until('its end to be seen', async () => {
      const found = await logs()
      return found.running ? null : found
    })
    t.ok(stopped.kept && stopped.lines.includes('for [address]: [invite]'), 'it is kept while it is stopped')
    t.doesNotMatch(hub.lines(), /bob@example|~A/, 'and is in no log of the hub')
  })
})

test('nobody but its provider is told, and odd arguments get a sentence', async (t) => {
  await inWorld(t, async (world) => {
    await measured(world)
    for (const request of [
      undefined,
      null,
      7,
      'text',
      [],
      {},
      { pub: 7 },
      { pub: '%x.sha256' },
      { pub: world.hub.id },
    ])
      for (const method of ['hubFigures', 'hubSamples', 'hubLogs']) {
        const said = await ask(world, method, request).catch((error: Error) => error.message)
        t.match(String(said), /^(bad-argument|unknown|refused): /, `${method} ${JSON.stringify(request)}`)
      }
    const strange = `%${Buffer.alloc(32, 7).toString('base64')}.sha256`
    const unknown = await ask(world, 'hubFigures', { pub: strange }).catch((error: Error) => error.message)
    t.match(String(unknown), /^unknown: that pub is not on this hub/)
    const span = await ask(world, 'hubSamples', { pub: world.pub, span: 'year' }).catch(
      (error: Error) => error.message,
    )
    t.match(String(span), /^bad-argument: .*hour, day, month/)
    const stream = watch(world, { pub: strange })
    await until('the end', () => stream.end !== null)
    t.match(String((stream.end as { message?: string }).message), /unknown/)
    const feed = world.provider.ledger(world.pub).feed ?? ''
    const address = netAddress('127.0.0.1', world.port, feed)
    const rpc = await dial(ssbKeys.generate(), address, world.networkKey, { fence: { figures: 'source' } })
    const told = await new Promise<unknown>((resolve) =>
      pull(
        rpc.fence.figures({ everyMs: 1_000 }),
        pull.collect((error: unknown, items: unknown[]) => resolve(error ?? items)),
      ),
    )
    t.match(String((told as Error).message), /not in list of allowed methods/, 'the pub tells its hub alone')
    rpc.close(true, () => {})
  })
})

interface Watcher {
  items: any[]
  end: unknown
  stop(): void
}

function watch(world: World, request: unknown = { pub: world.pub }): Watcher {
  const source = hubRpc(world).hubStats(request)
  const watcher: Watcher = { items: [], end: null, stop: () => source(true, () => {}) }
  pull(
    source,
    pull.drain(
      (item: unknown) => watcher.items.push(item),
      (error: unknown) => {
        watcher.end = error ?? true
      },
    ),
  )
  return watcher
}
