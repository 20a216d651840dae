/**
 * Goal: whoever is put back to a copy of their folder from before their last messages does not fork. A pub takes
 * them back from its provider, a hub from its provider, a provider from its hub; with nobody there to ask they write
 * nothing and say what they wait for.
 */
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import pull from 'pull-stream'
import ssbKeys from 'ssb-keys'
import test from 'tape'
import { pubIdOf, runNameOf } from '../../protocol/ids'
import type { PubView } from '../../protocol/rpc'
import type { FenceStatus } from '../../protocol/rpc-fence'
import { type Chain, chainAt, chainAtAddress, chainsInFolder, differences, keysIn } from '../helpers/chains'
import { answered, connected } from '../helpers/connected'
import { joinHub, type TestHub } from '../helpers/hub'
import { freePort, randomNetworkKey, removeFolder, temporaryFolder, until } from '../helpers/machine'
import { answersTo, firstPost, inviteIn } from '../helpers/patchwork'
import { type Home, startProvider, type TestProvider, type TestProviderOptions } from '../helpers/provider'
import { redeem, useInvite } from '../helpers/redeem'
import { call, dial, netAddress, type StockPeer, startStock } from '../helpers/stock'

interface World {
  networkKey: string
  options: TestProviderOptions
  provider: TestProvider
  hub: TestHub
  owner: StockPeer
}

async function openWorld(home: Home): Promise<World> {
  const networkKey = randomNetworkKey()
  const portMin = await freePort()
  const settings = { portMin, portMax: Math.min(65_535, portMin + 100) }
  const folder = temporaryFolder('provider')
  const options = { networkKey, home, settings, folder, port: await freePort(), nobodyElse: false }
  // A stock server has no record of a first start; its operator's word stands in for it, this once.
  const provider = await startProvider({ ...options, nobodyElse: home === 'stock' })
  const hub = await joinHub(provider, { networkKey, engine: 'process', memoryBytes: 2 ** 30 })
  const owner = await startStock({ networkKey, label: 'owner' })
  const { invite } = await provider.admin('adminInvite', { uses: 50 })
  await call(owner.rpc, 'invite.accept', invite)
  return { networkKey, options, provider, hub, owner }
}

async function closeWorld(world: World): Promise<void> {
  await Promise.allSettled([world.owner.stop(), world.hub.stop()])
  await world.provider.stop()
  removeFolder(world.options.folder ?? '')
}

async function inWorld(home: Home, story: (world: World) => Promise<void>): Promise<void> {
  const world = await openWorld(home)
  try {
    await story(world)
  } catch (error) {
    const said = `${world.provider.output().slice(-3_000)}\n${world.hub.lines().slice(-3_000)}`
    throw new Error(`${(error as Error).message}\n${said}`, { cause: error })
  } finally {
    await closeWorld(world)
  }
}

/** The owner's client dials the provider again; by itself it would too, some seconds later. */
async function startAgain(world: World): Promise<void> {
  world.provider = await startProvider(world.options)
  await meet(world)
}

async function meet(world: World): Promise<void> {
  const { id, address } = world.provider
  await until('the owner to be connected with the provider again', () => connected(world.owner, id, address))
}

/** Asks and gives the final answer's text. */
async function ask(world: World, text: string): Promise<{ request: string; text: string }> {
  const request = await firstPost(world.owner, world.provider.id, text)
  return { request, text: (await answered(world.owner, () => world.provider, request)).text }
}

async function pubCalled(world: World, name: string): Promise<PubView> {
  const pubs = await world.provider.admin<PubView[]>('adminPubs')
  const found = pubs.find((one) => one.name === name)
  if (found === undefined) throw new Error(`the provider knows no ${name}`)
  return found
}

function chainAtProvider(world: World, feed: string): Promise<Chain> {
  const { home, folder, address } = world.provider
  const keys = keysIn(home === 'own' ? folder : join(folder, '.ssb'))
  return chainAtAddress(keys, address, world.networkKey, feed)
}

/** Puts a folder back to what it was. */
function putBack(folder: string, copy: string): void {
  rmSync(folder, { recursive: true })
  cpSync(copy, folder, { recursive: true })
}

/** What the hub has told its provider more than once. */
async function saidTwice(world: World): Promise<string[]> {
  const { provider, hub, networkKey } = world
  const keys = keysIn(provider.home === 'own' ? provider.folder : join(provider.folder, '.ssb'))
  const rpc = await dial(keys, provider.address, networkKey, { createHistoryStream: 'source' })
  try {
    const values = await new Promise<{ content: string }[]>((resolve, reject) => {
      pull(
        rpc.createHistoryStream({ id: hub.id, keys: false, live: false }),
        pull.collect((error: Error | null, found: { content: string }[]) =>
          error ? reject(error) : resolve(found),
        ),
      )
    })
    const said = values.map((value) => JSON.stringify(ssbKeys.unbox(value.content, keys)))
    return said.filter((text, n) => said.indexOf(text) !== n)
  } finally {
    rpc.close(true, () => {})
  }
}

/** The fence's word about itself; only its hub may ask. */
async function fenceOf(world: World, pub: PubView): Promise<FenceStatus> {
  const keys = keysIn(join(world.hub.folder, 'node'))
  const address = netAddress('127.0.0.1', pub.port, pub.feed ?? '')
  const rpc = await dial(keys, address, world.networkKey, { fence: { status: 'async' } })
  try {
    return await call(rpc, 'fence.status')
  } finally {
    rpc.close(true, () => {})
  }
}

test('a pub put back to before its last three messages takes them from its provider and goes on', async (t) => {
  await inWorld('own', async (world) => {
    const { networkKey } = world
    const { text } = await ask(world, 'create alice')
    const own = inviteIn(text) ?? ''
    await redeem(world.owner, own)
    const code = inviteIn((await ask(world, 'invite alice 20')).text) ?? ''
    const pub = await pubCalled(world, 'alice')
    const address = netAddress('127.0.0.1', pub.port, pub.feed ?? '')
    const feed = pub.feed ?? ''
    const atPub = () => chainAtAddress(ssbKeys.generate(), address, networkKey, feed)
    const use = () => useInvite(networkKey, code, { feed: ssbKeys.generate().id })
    await use()
    const before = await atPub()

    const copy = temporaryFolder('snapshot')
    const volume = join(world.hub.folder, 'runs', runNameOf(pubIdOf(pub.pub as never)), 'volume')
    cpSync(volume, copy, { recursive: true })
    for (let n = 0; n < 3; n += 1) await use()
    const full = await atPub()
    t.equal(full.size, before.size + 3, 'three messages more than the snapshot')
    await until('the owner to hold them all', async () => {
      await connected(world.owner, feed, address)
      return (await chainAt(world.owner.rpc, feed)).size === full.size
    })

    await world.hub.end()
    await world.provider.stop()
    putBack(volume, copy)
    removeFolder(copy)
    await world.hub.restart()
    const shut = await until('the pub to answer', () => fenceOf(world, pub))
    t.equal(shut.head, before.size, 'it stands where the snapshot does')
    t.notOk(shut.open, 'with its provider away it does not write')
    t.match(shut.why, /^May not write: its hub has not yet brought it up to date/, shut.why)
    const refusal = await use().then(
      () => 'nothing',
      (error: Error) => error.message,
    )
    t.match(refusal, /^try again: this pub may not write/, refusal)
    t.equal((await atPub()).size, before.size, 'and it has not written')

    await startAgain(world)
    await until('its fence to be open', async () => (await fenceOf(world, pub)).open)
    const back = await atPub()
    t.deepEqual([...back], [...full], 'it has taken back exactly the three, before it wrote anything')
    await use()
    const after = await atPub()
    t.equal(after.size, full.size + 1, 'and goes on after them')
    await until('the owner to take the next one', async () => {
      await connected(world.owner, feed, address)
      return (await chainAt(world.owner.rpc, feed)).size === after.size
    })
    const copies = new Map([['the pub', after]])
    copies.set('the owner', await chainAt(world.owner.rpc, feed))
    copies.set('the provider', await chainAtProvider(world, feed))
    copies.set('the pub before', full)
    t.deepEqual(differences(feed, 'the pub', copies), [], 'one chain on every peer')
  })
  t.end()
})

for (const home of ['own', 'stock'] as Home[]) {
  test(`${home} provider: a hub put back to before its last messages takes them from its provider`, async (t) => {
    await inWorld(home, async (world) => {
      const { hub, networkKey } = world
      await ask(world, 'create first')
      const node = join(hub.folder, 'node')
      await hub.end()
      const copy = temporaryFolder('snapshot')
      cpSync(node, copy, { recursive: true })
      const before = (await chainsInFolder(copy, networkKey, [hub.id])).get(hub.id)?.size ?? 0
      await hub.restart()
      await ask(world, 'create second')
      await ask(world, 'invite second')
      const full = await until('the hub to have said three things more', async () => {
        const chain = await chainAtProvider(world, hub.id)
        return chain.size >= before + 3 ? chain : null
      })
      t.ok(full.size >= before + 3, `${full.size - before} messages more than the snapshot`)

      await hub.end()
      await world.provider.stop()
      putBack(node, copy)
      removeFolder(copy)
      const from = hub.lines().length
      await hub.restart()
      const waiting = () => /does not write yet: waiting for @\S+ to connect/.exec(hub.lines())?.[0]
      t.ok(await until('the hub to say what it waits for', waiting), `${waiting()} (log after ${from})`)
      await startAgain(world)
      const { text } = await ask(world, 'create third')
      t.match(text, /is up at/, 'once it has its own messages it does what it is asked')
      t.match(hub.lines(), new RegExp(`confirmed that this node's own feed ends at ${full.size}`))
      const after = await chainAtProvider(world, hub.id)
      await hub.end()
      const own = (await chainsInFolder(node, networkKey, [hub.id])).get(hub.id) ?? new Map()
      const copies = new Map([['the hub', own]])
      copies.set('the provider', after)
      copies.set('the provider before', full)
      t.deepEqual(differences(hub.id, 'the hub', copies), [], 'one chain')
      t.deepEqual(await saidTwice(world), [], 'on which nothing is said twice')
      t.ok(own.size > full.size, 'which goes on')
    })
    t.end()
  })

  test(`${home} provider put back to before its last messages takes them from its hub`, async (t) => {
    await inWorld(home, async (world) => {
      const { hub, networkKey, owner } = world
      const { id } = world.provider
      const folder = world.options.folder ?? ''
      await ask(world, 'create first')
      await world.provider.stop()
      const copy = temporaryFolder('snapshot')
      cpSync(folder, copy, { recursive: true })
      await startAgain(world)
      const before = (await chainAtProvider(world, id)).size
      const asked: string[] = []
      for (const text of ['list', 'status first', 'help']) asked.push((await ask(world, text)).request)
      const full = await chainAtProvider(world, id)
      t.ok(full.size >= before + 3, `${full.size - before} messages more than the snapshot`)

      await world.provider.stop()
      // Once it has ended its node's folder can be read: the hub must hold all of it before it is asked.
      await hub.end()
      const held = (await chainsInFolder(join(hub.folder, 'node'), networkKey, [id])).get(id)
      t.equal(held?.size, full.size, 'the hub holds all of it')
      putBack(folder, copy)
      removeFolder(copy)
      await startAgain(world)
      const waiting = () =>
        /does not write yet: waiting for @\S+ to connect/.exec(world.provider.output())?.[0]
      t.ok(await until('the provider to say what it waits for', waiting), waiting())
      const request = await firstPost(owner, id, 'list')
      await until('the request to be at the provider', async () => {
        await connected(owner, id, world.provider.address)
        const [own, there] = [await chainAt(owner.rpc, owner.id), await chainAtProvider(world, owner.id)]
        return own.size === there.size
      })
      t.equal((await answersTo(owner, id, request)).length, 0, 'without its hub it answers nothing')
      await hub.restart()
      const answer = await answered(owner, () => world.provider, request)
      t.match(answer.text, /first/, 'with its hub it takes its own messages back and answers')
      t.match(world.provider.output(), new RegExp(`confirmed that this node's own feed ends at ${full.size}`))
      for (const one of [...asked, request]) {
        const finals = (await answersTo(owner, id, one)).filter((post) => post.content.buttcloud.final)
        t.equal(finals.length, 1, 'one final answer each, the forgotten ones included')
      }
      const own = await chainAtProvider(world, id)
      const copies = new Map([['the provider', own]])
      copies.set('the owner', await chainAt(owner.rpc, id))
      copies.set('the provider before', full)
      await hub.end()
      copies.set(
        'the hub',
        (await chainsInFolder(join(hub.folder, 'node'), networkKey, [id])).get(id) ?? new Map(),
      )
      t.deepEqual(differences(id, 'the provider', copies), [], 'one chain on every peer')
      t.ok(own.size > full.size, 'which goes on')
    })
    t.end()
  })
}
