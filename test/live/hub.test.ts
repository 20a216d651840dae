/** The hub daemon with the process engine and real pubs, against a provider node that keeps its ledger in memory. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import test from 'tape'
import type { HubOptions } from '../../hub-daemon/main'
import { type MessageId, type PubId, pubIdOf, runNameOf } from '../../protocol/ids'
import { NEWS_WAIT_MS } from '../../protocol/limits'
import { type HubProcess, startHubProcess } from '../helpers/hub-process'
import { HubProvider } from '../helpers/hub-provider'
import { freePort, randomNetworkKey, removeFolder, temporaryFolder, until } from '../helpers/machine'

function requestOf(word: string): MessageId {
  return `%${createHash('sha256').update(word).digest('base64')}.sha256` as MessageId
}

interface World {
  provider: HubProvider
  dir: string
  options: HubOptions
  hub: HubProcess
  networkKey: string
}

async function startWorld(): Promise<World> {
  const networkKey = randomNetworkKey()
  const provider = await new HubProvider(networkKey).start()
  const dir = temporaryFolder('hub')
  const options: HubOptions = { dir, engine: 'process', networkKey, memoryBytes: 2 ** 30 }
  const hub = await startHubProcess({ ...options, join: provider.token() })
  return { provider, dir, options, hub, networkKey }
}

async function endWorld(world: World): Promise<void> {
  await world.hub.kill('SIGTERM')
  await world.provider.node.remove()
  removeFolder(world.dir)
}

/** The process that runs a pub, by the engine's lock file. */
function pidOf(world: World, pub: PubId): number | null {
  const folder = join(world.dir, 'runs', runNameOf(pub))
  if (!existsSync(folder)) return null
  for (const name of readdirSync(folder)) {
    if (!name.includes('lock')) continue
    const [, pid] = /(\d+)/.exec(readFileSync(join(folder, name), 'utf8')) ?? []
    if (pid !== undefined) return Number(pid)
  }
  return null
}

test('a hub: joined, a pub up with its invite, healed, moved, stopped and removed', async (t) => {
  const world = await startWorld()
  const { provider } = world
  try {
    await until('the offer arrives', () => provider.said('buttcloud/capacity')[0])
    t.equal(
      provider.said('buttcloud/capacity')[0]?.memoryBytes,
      2 ** 30,
      'the offer is what the operator said',
    )

    const request = requestOf('alice')
    const pub = pubIdOf(request)
    const port = await freePort()
    await provider.owe(world.hub.id, pub, request)
    await provider.order(world.hub.id, { pub, port })
    const up = await provider.phase(pub, 'up')
    t.equal(up.port, port, 'up at its port')
    t.equal(up.host, '127.0.0.1')
    t.equal(up.feed, provider.ledger(pub).feed, 'the feed is the one the handshake proved')
    const result = await until('the result', () => provider.said('buttcloud/result')[0])
    t.same([result.op, result.ok], [request, true], 'the invite is in its table')

    await until('the pub has a name', () => provider.ledger(pub).values.length >= 1)
    const about = provider.ledger(pub).values[0] as { content: { name?: string } }
    t.equal(about.content.name, 'alice', 'its first message went through the write-ahead')

    const before = await until('its process', () => pidOf(world, pub))
    process.kill(before, 'SIGKILL')
    const after = await until('a new process', () => {
      const pid = pidOf(world, pub)
      return pid !== null && pid !== before ? pid : null
    })
    t.notEqual(after, before, 'a killed pub is started again')
    await until('its fence is open again', () => world.hub.lines().split('the fence is open').length >= 3)

    await world.hub.kill('SIGKILL')
    world.hub = await startHubProcess(world.options)
    const feed = provider.ledger(pub).feed
    await until('open after the hub was killed', () => world.hub.lines().includes('the fence is open'))
    t.equal(provider.ledger(pub).feed, feed, 'the same identity')
    t.equal(provider.observed(pub).length, 1, 'and quick healing was no news')

    await provider.order(world.hub.id, { pub, port, epoch: 2 })
    const moved = await provider.phase(pub, 'up')
    t.same([moved.epoch, moved.feed], [2, feed], 'a new epoch replaces the run on the same volume')

    await provider.order(world.hub.id, { pub, port, desired: 'down' })
    await provider.phase(pub, 'down')
    t.ok(existsSync(join(world.dir, 'runs', runNameOf(pub))), 'down keeps what it has')

    await provider.order(world.hub.id, { pub, port, desired: 'none', keepUntil: Date.now() + 3_000 })
    await provider.phase(pub, 'removed')
    t.ok(existsSync(join(world.dir, 'pubs', runNameOf(pub), 'secret')), 'its secret is kept for its time')
    const hasSecret = () => existsSync(join(world.dir, 'pubs', runNameOf(pub), 'secret'))
    await until('the volume goes', () => !hasSecret(), NEWS_WAIT_MS + 20_000)
    t.pass('and goes after it')
    t.equal(provider.said('buttcloud/capacity').length, 1, 'the offer was made once')
    t.notOk(/~[A-Za-z0-9+/]{43}=|private/.test(world.hub.lines()), 'no secret in the log')
  } catch (error) {
    t.fail(`${(error as Error).message}\n${world.hub.lines().slice(-4000)}`)
  } finally {
    await endWorld(world)
  }
  t.end()
})

test('a port that is taken is told in words; free again, the pub comes up', async (t) => {
  const world = await startWorld()
  const { provider } = world
  const squatter = createServer()
  try {
    const port = await freePort()
    await new Promise<void>((resolve) => squatter.listen(port, '127.0.0.1', resolve))
    const pub = pubIdOf(requestOf('bob'))
    await provider.order(world.hub.id, { pub, port, name: 'bob' })
    const failed = await provider.phase(pub, 'failed')
    t.equal(failed.trouble, 'port-taken')
    t.equal(failed.reason, `port ${port} is taken by another program on the server`)
    await new Promise((resolve) => squatter.close(resolve))
    const up = await provider.phase(pub, 'up')
    t.equal(up.port, port)
  } catch (error) {
    t.fail(`${(error as Error).message}\n${world.hub.lines().slice(-4000)}`)
  } finally {
    squatter.close()
    await endWorld(world)
  }
  t.end()
})

test('a provider that restarts finds its hub and its pubs as they were', async (t) => {
  const world = await startWorld()
  const { provider } = world
  try {
    const pub = pubIdOf(requestOf('carol'))
    const port = await freePort()
    await provider.order(world.hub.id, { pub, port, name: 'carol' })
    await provider.phase(pub, 'up')
    await provider.node.stop()
    await until('the hub notices', () => world.hub.lines().includes('the connection to the provider ended'))
    await provider.start()
    await until('connected again', () => world.hub.lines().split('connected to the provider').length >= 3)
    await provider.owe(world.hub.id, pub, requestOf('carol invite'))
    const result = await until('a deed after the restart', () => provider.said('buttcloud/result')[0])
    t.ok(result.ok)
    const phases = new Set(provider.observed(pub).map((content) => content.phase))
    t.same([...phases], ['up'], 'its absence was no news')
  } catch (error) {
    t.fail(`${(error as Error).message}\n${world.hub.lines().slice(-4000)}`)
  } finally {
    await endWorld(world)
  }
  t.end()
})

test('a pub whose log was forked by hand does not go round at full speed, and comes back when it is mended', async (t) => {
  const world = await startWorld()
  const { provider } = world
  try {
    const pub = pubIdOf(requestOf('dora'))
    const port = await freePort()
    await provider.order(world.hub.id, { pub, port, name: 'dora' })
    await provider.phase(pub, 'up')
    await until('dora to have introduced herself', () => (provider.ledgers.get(pub)?.values.length ?? 0) > 0)
    provider.forked.add(pub)
    const since = Date.now()
    await provider.order(world.hub.id, { pub, port, name: 'Dora', revision: 2 })
    await until('it to try again with pauses', () => provider.forkedTries >= 4, 60_000)
    t.ok(Date.now() - since >= 1_000, `four tries in ${Date.now() - since} ms`)
    t.match(world.hub.lines(), /holds another message in this place/)
    provider.forked.delete(pub)
    const { values } = provider.ledgers.get(pub) ?? { values: [] }
    await until(
      'the name to be stored once the log is mended',
      () => values.some((value) => (value.content as { name?: string } | null)?.name === 'Dora'),
      90_000,
    )
    t.equal(values.filter((value) => (value.content as { name?: string } | null)?.name === 'Dora').length, 1)
  } catch (error) {
    t.fail(`${(error as Error).message}\n${world.hub.lines().slice(-4000)}`)
  } finally {
    await endWorld(world)
  }
  t.end()
})

test('a token is for one hub; a hub that never joined says what to do', async (t) => {
  const networkKey = randomNetworkKey()
  const provider = await new HubProvider(networkKey).start()
  const first = temporaryFolder('hub')
  const second = temporaryFolder('hub')
  try {
    const token = provider.token()
    const options: HubOptions = { dir: first, engine: 'process', networkKey }
    const hub = await startHubProcess({ ...options, join: token })
    await hub.kill('SIGTERM')
    const again = await startHubProcess({ ...options, join: token })
    t.equal(again.id, hub.id, 'joining again with the same token is fine')
    await again.kill('SIGTERM')
    const sentences = [
      [{ ...options, dir: second, join: token }, /used by another hub/],
      [{ ...options, dir: second }, /joined no provider yet.*hub-token/],
      [{ ...options, dir: second, join: token.slice(0, -3) }, /no hub token.*copied whole/],
    ] as const
    for (const [wrong, words] of sentences) {
      try {
        const hub = await startHubProcess(wrong)
        await hub.kill('SIGTERM')
        t.fail('it must not run')
      } catch (error) {
        t.match((error as Error).message, words)
      }
    }
  } finally {
    await provider.node.remove()
    removeFolder(first)
    removeFolder(second)
  }
  t.end()
})
