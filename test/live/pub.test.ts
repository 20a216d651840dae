// The real entry of a pub as a process, a stock ssb-server 16 as the member, and a hub's side that plays the
// provider with a list. What is shown: nothing is appended before it is stored, and nothing ever forks.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pull from 'pull-stream'
import ssbKeys from 'ssb-keys'
import test from 'tape'
import type { RawValue } from '../../protocol/rpc'
import { attachHub, type FenceHub, ListProvider } from '../helpers/fence-hub'
import { freePort, randomNetworkKey, removeFolder, temporaryFolder, until } from '../helpers/machine'
import { type PubProcess, spawnPub, startPub } from '../helpers/pub'
import { call, dial, type StockPeer, startStock } from '../helpers/stock'

interface World {
  networkKey: string
  hubKeys: any
  provider: ListProvider
  data: string
  port: number
  pubs: PubProcess[]
  peers: StockPeer[]
}

async function inWorld(t: test.Test, story: (world: World) => Promise<void>): Promise<void> {
  const world: World = {
    ...{ networkKey: randomNetworkKey(), hubKeys: ssbKeys.generate(), provider: new ListProvider() },
    ...{ data: temporaryFolder('pub'), port: await freePort(), pubs: [], peers: [] },
  }
  try {
    await story(world)
  } catch (error) {
    t.error(error, 'the story')
    for (const pub of world.pubs) t.comment(pub.output())
  } finally {
    for (const pub of world.pubs) await pub.kill()
    for (const peer of world.peers) await peer.stop()
    removeFolder(world.data)
  }
}

async function run(world: World, more: { epoch?: number; name?: string } = {}): Promise<PubProcess> {
  const { networkKey, data, port } = world
  const pub = await startPub({ networkKey, data, port, hub: world.hubKeys.id, ...more })
  world.pubs.push(pub)
  return pub
}

async function member(world: World): Promise<StockPeer> {
  const peer = await startStock({ networkKey: world.networkKey, label: 'member' })
  world.peers.push(peer)
  return peer
}

const attach = (world: World, pub: PubProcess, options?: { open?: boolean }): Promise<FenceHub> =>
  attachHub(pub, world.hubKeys, world.networkKey, world.provider, options)

const status = (hub: FenceHub) => call(hub.rpc, 'fence.status')
const opened = (hub: FenceHub) => until('the fence to open', async () => (await status(hub)).open)

/** The pub's own feed as anybody gets it who asks, by replication's own call. */
function feedOf(
  address: string,
  id: string,
  networkKey: string,
  keys = ssbKeys.generate(),
): Promise<RawValue[]> {
  return dial(keys, address, networkKey, { createHistoryStream: 'source' }).then(
    (rpc) =>
      new Promise((resolve, reject) =>
        pull(
          rpc.createHistoryStream({ id, seq: 1, live: false, keys: false }),
          pull.collect((error: unknown, values: RawValue[]) => {
            rpc.close(true, () => (error ? reject(error) : resolve(values)))
          }),
        ),
      ),
  )
}

async function sameFeed(t: test.Test, world: World, pub: PubProcess, what: string): Promise<void> {
  const held = await feedOf(pub.address, pub.id, world.networkKey)
  t.deepEqual(held, world.provider.committed, what)
}

const use = (peer: StockPeer, code: string) =>
  call(peer.rpc, 'invite.accept', code).then(
    () => 'accepted',
    (error: Error) => error.message,
  )

/** Redeems as a client does, and gives the pub's own answer or error. */
async function useRaw(world: World, pub: PubProcess, code: string, feed: unknown): Promise<any> {
  const seed = Buffer.from(code.slice(code.indexOf('~') + 1), 'base64')
  const keys = ssbKeys.generate('ed25519', seed)
  const rpc = await dial(keys, pub.address, world.networkKey, { invite: { use: 'async' } })
  try {
    return await call(rpc, 'invite.use', { feed })
  } finally {
    rpc.close(true, () => undefined)
  }
}

const why = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: Error) => error.message,
  )

test('a stock peer redeems an invite: stored by the provider first, followed, named by about', (t) =>
  inWorld(t, async (world) => {
    const pub = await run(world, { name: 'alice' })
    const hub = await attach(world, pub)
    await opened(hub)
    const { code, entry } = world.provider.issue(2, '127.0.0.1', pub.port, pub.id)
    await call(hub.rpc, 'fence.invite', entry)
    const bob = await member(world)
    t.equal(await use(bob, code), 'accepted')
    const [about, follow] = world.provider.committed.map((value) => value.content as Record<string, unknown>)
    t.deepEqual(about, { type: 'about', about: pub.id, name: 'alice' })
    t.equal(follow?.contact, bob.id)
    t.match(String(follow?.note), /^[A-Za-z0-9+/]{24}$/)
    t.notOk(String(follow?.note).includes('tag-of'), 'the tag itself is not told')
    await sameFeed(t, world, pub, 'the pub holds what the provider stored')
    const friends = await dial(world.hubKeys, pub.address, world.networkKey, {
      friends: { isFollowing: 'async' },
    })
    const followed = () => call(friends, 'friends.isFollowing', { source: pub.id, dest: bob.id })
    t.ok(await until('the pub to know that it follows bob', followed))
    const post = await call(bob.rpc, 'publish', { type: 'post', text: 'hello from bob' })
    const served = await until('the pub to serve what bob wrote', async () => {
      const values = await feedOf(pub.address, bob.id, world.networkKey)
      return values.some((value) => value.sequence === post.value.sequence)
    })
    t.ok(served, 'the pub replicates its member')
    t.match(await why(useRaw(world, pub, code, bob.id)), /^already following/)
    t.equal(world.provider.invites.get(entry.key)?.left, 1, 'a second try spends no use')
  }))

test('only the hub reaches the fence; invites are not made here; nobody else is master', (t) =>
  inWorld(t, async (world) => {
    const pub = await run(world)
    const hub = await attach(world, pub)
    await opened(hub)
    const manifest = {
      fence: {
        status: 'async',
        attach: 'source',
        open: 'async',
        restore: 'async',
        answer: 'async',
        invite: 'async',
      },
      publish: 'async',
      add: 'async',
      invite: { create: 'async', use: 'async' },
    }
    const stranger = await dial(ssbKeys.generate(), pub.address, world.networkKey, manifest)
    for (const method of ['status', 'open', 'restore', 'answer', 'invite'])
      t.match(await why(call(stranger, `fence.${method}`, {})), /not in list of allowed methods/, method)
    for (const method of ['publish', 'add', 'invite.create'])
      t.match(await why(call(stranger, method, {})), /not in list of allowed methods/, method)
    const items = await new Promise<unknown>((resolve) =>
      pull(
        stranger.fence.attach(),
        pull.collect((error: unknown, all: unknown[]) => resolve(error ?? all)),
      ),
    )
    t.notOk(Array.isArray(items), `a stranger can not attach: ${items}`)
    stranger.close(true, () => undefined)
    const rpc = await dial(world.hubKeys, pub.address, world.networkKey, manifest)
    t.match(await why(call(rpc, 'invite.create', 1)), /made by its provider/)
    const next = { ...world.provider.committed[0], sequence: 1, author: pub.id }
    t.match(await why(call(rpc, 'add', next)), /through its fence and nowhere else|expected|invalid/)
    t.equal((await status(hub)).head, 0)
    t.match(await why(call(rpc, 'fence.open', { epoch: 'x' })), /^bad-argument: open.epoch/)
    t.match(await why(call(rpc, 'fence.answer', { id: 99, ok: true })), /^unknown: /)
    rpc.close(true, () => undefined)
  }))

test('a member who comes while the pub catches up waits for it; one who waits in vain is told to try again', (t) =>
  inWorld(t, async (world) => {
    const pub = await run(world)
    const { code, entry } = world.provider.issue(1, '127.0.0.1', pub.port, pub.id)
    const bob = await member(world)
    const early = use(bob, code)
    const shut = await attach(world, pub, { open: false })
    await until('bob to wait', async () => (await status(shut)).waiting === 1)
    t.equal((await status(shut)).open, false)
    t.match((await status(shut)).why, /May not write/)
    const hub = await attach(world, pub)
    t.equal(await early, 'accepted', 'served as soon as the fence opens')
    t.equal(world.provider.invites.get(entry.key)?.left, 0)
    await hub.detach()
    t.match(await why(useRaw(world, pub, code, ssbKeys.generate().id)), /^try again: .*hub is not connected/)
  }))

test('wrong uses get a clear sentence', (t) =>
  inWorld(t, async (world) => {
    const pub = await run(world)
    const { code } = world.provider.issue(1, '127.0.0.1', pub.port, pub.id)
    const hub = await attach(world, pub)
    await opened(hub)
    t.match(await why(useRaw(world, pub, code, 'me')), /^feed to follow is missing/)
    t.match(await why(useRaw(world, pub, code, undefined)), /^feed to follow is missing/)
    const nobodys = `x~${Buffer.alloc(32, 7).toString('base64')}`
    t.match(await why(useRaw(world, pub, nobodys, ssbKeys.generate().id)), /^invite has expired/)
    await useRaw(world, pub, code, ssbKeys.generate().id)
    t.match(await why(useRaw(world, pub, code, ssbKeys.generate().id)), /^invite has expired/)
    t.equal(world.provider.committed.length, 1)
  }))

test('twelve at once on an invite of three: three get in', (t) =>
  inWorld(t, async (world) => {
    const pub = await run(world)
    const { code } = world.provider.issue(3, '127.0.0.1', pub.port, pub.id)
    const hub = await attach(world, pub)
    await opened(hub)
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => why(useRaw(world, pub, code, ssbKeys.generate().id))),
    )
    t.equal(answers.filter((answer) => answer === 'no error').length, 3)
    t.equal(answers.filter((answer) => answer.startsWith('invite has expired')).length, 9)
    t.equal(world.provider.committed.length, 3)
    await sameFeed(t, world, pub, 'one chain')
  }))

test('refused for a stale epoch: try again, and the invite is not burnt', (t) =>
  inWorld(t, async (world) => {
    const pub = await run(world)
    const { code, entry } = world.provider.issue(1, '127.0.0.1', pub.port, pub.id)
    const hub = await attach(world, pub)
    await opened(hub)
    world.provider.fates.push({ kind: 'refuse', reason: 'stale-epoch' })
    const bob = ssbKeys.generate().id
    t.match(await why(useRaw(world, pub, code, bob)), /^try again: /)
    t.equal((await status(hub)).open, false, 'shut: this copy was replaced')
    t.equal(world.provider.invites.get(entry.key)?.left, 1)
    world.provider.epoch = 2
    t.match(await why(call(hub.rpc, 'fence.open', { epoch: 2, head: 0, invites: [] })), /^stale-epoch: /)
    await pub.stop()
    const newer = await run(world, { epoch: 2 })
    await opened(await attach(world, newer))
    t.equal(await why(useRaw(world, newer, code, bob)), 'no error', 'the same invite, at the new place')
    await sameFeed(t, world, newer, 'one chain')
  }))

const unsure = ['store-unsure', 'lose', 'store-break'] as const
for (const kind of unsure)
  test(`an answer that is not known (${kind}): the caller waits, one message in the end`, (t) =>
    inWorld(t, async (world) => {
      const pub = await run(world)
      const { code, entry } = world.provider.issue(2, '127.0.0.1', pub.port, pub.id)
      const hub = await attach(world, pub)
      await opened(hub)
      world.provider.fates.push({ kind })
      const bob = ssbKeys.generate().id
      const redeemed = why(useRaw(world, pub, code, bob))
      if (kind === 'store-break') {
        await until('the connection to break', () => hub.rpc.closed)
        await attach(world, pub)
      }
      t.equal(await redeemed, 'no error')
      t.equal(world.provider.committed.length, 1)
      t.equal(world.provider.invites.get(entry.key)?.left, 1, 'one use was spent')
      await sameFeed(t, world, pub, 'no fork')
    }))

test('killed and put back to an old state of its folder: it takes its feed back and goes on without a fork', (t) =>
  inWorld(t, async (world) => {
    const pub = await run(world, { name: 'alice' })
    const { code } = world.provider.issue(50, '127.0.0.1', pub.port, pub.id)
    await opened(await attach(world, pub))
    const witness = await member(world)
    t.equal(await use(witness, code), 'accepted')
    for (let index = 0; index < 3; index += 1) await useRaw(world, pub, code, ssbKeys.generate().id)
    await until('the witness to have it all', async () => {
      const values = await feedOf(witness.address, pub.id, world.networkKey, witness.keys)
      return values.length === 5
    })
    await pub.kill()
    t.ok(existsSync(join(pub.data, 'flume', 'log.offset')))
    rmSync(join(pub.data, 'flume'), { recursive: true })
    const again = await run(world, { name: 'alice' })
    const hub = await attach(world, again)
    await opened(hub)
    t.equal((await status(hub)).head, 5, 'all of it came back, and about was not said twice')
    t.match(await why(useRaw(world, again, code, witness.id)), /^already following/)
    await useRaw(world, again, code, ssbKeys.generate().id)
    await sameFeed(t, world, again, 'the chain goes on')
    await call(witness.rpc, 'gossip.connect', again.address).catch(() => undefined)
    const seen = await until('the witness to get the sixth message', async () => {
      const values = await feedOf(witness.address, pub.id, world.networkKey, witness.keys)
      return values.length === 6 ? values : null
    })
    t.deepEqual(seen, world.provider.committed, 'and the world sees one chain')
  }))

test('killed with a stored message that it never appended: taken back, not signed again', (t) =>
  inWorld(t, async (world) => {
    const pub = await run(world)
    const { code, entry } = world.provider.issue(2, '127.0.0.1', pub.port, pub.id)
    const hub = await attach(world, pub)
    await opened(hub)
    world.provider.fates.push({ kind: 'hold' })
    const bob = ssbKeys.generate().id
    const lost = why(useRaw(world, pub, code, bob))
    await until('the commit to be on its way', () => world.provider.held.length === 1)
    await pub.kill()
    t.notEqual(await lost, 'no error')
    const [commit] = hub.items.flatMap((item) => (item.kind === 'commit' ? [item] : []))
    if (commit !== undefined) world.provider.commit(commit.value, commit.invite)
    const again = await run(world)
    const next = await attach(world, again)
    await opened(next)
    t.match(await why(useRaw(world, again, code, bob)), /^already following/)
    t.equal(world.provider.invites.get(entry.key)?.left, 1)
    await sameFeed(t, world, again, 'one message')
  }))

test('a feed that differs from what the provider holds is never opened', (t) =>
  inWorld(t, async (world) => {
    const pub = await run(world, { name: 'alice' })
    const hub = await attach(world, pub)
    await until('about', () => world.provider.committed.length === 1)
    await until('appended', async () => (await status(hub)).head === 1)
    const other = await attach(world, pub, { open: false })
    const [first] = world.provider.committed
    t.match(
      await why(call(other.rpc, 'fence.restore', [{ ...first, signature: 'another' }])),
      /^gap: message 1 is another one/,
    )
    t.match(await why(call(other.rpc, 'fence.restore', [{ ...first, sequence: 3 }])), /^gap: /)
    t.match(await why(call(other.rpc, 'fence.restore', [{ ...first, sequence: 2 }])), /^bad-argument: /)
    t.match(await why(call(other.rpc, 'fence.open', { epoch: 1, head: 2, invites: [] })), /^gap: /)
    t.equal((await status(other)).open, false)
    t.equal(hub.items.filter((item) => item.kind === 'hello').length, 1)
  }))

test('no identity, wrong environment, folder in use, port taken: a sentence and an end, no new identity', (t) =>
  inWorld(t, async (world) => {
    const { networkKey, data, port } = world
    const managed = { networkKey, hub: world.hubKeys.id }
    const bare = await spawnPub({ ...managed, data, port, keys: null })
    t.equal(await bare.ended, 1)
    t.match(bare.output(), /"reason":"no-secret".*never makes one/)
    t.notOk(existsSync(join(data, 'secret')))
    const nobody = await spawnPub({ networkKey, data, port })
    t.equal(await nobody.ended, 1)
    t.match(nobody.output(), /"reason":"config".*PUB_HUB/)
    const pub = await run(world)
    const twin = await spawnPub({ ...managed, data, port: await freePort() })
    t.equal(await twin.ended, 1)
    t.match(twin.output(), /"reason":"in-use"/)
    const elsewhere = temporaryFolder('pub')
    mkdirSync(elsewhere, { recursive: true })
    const squeezed = await spawnPub({ ...managed, data: elsewhere, port: pub.port })
    t.equal(await squeezed.ended, 1)
    t.match(squeezed.output(), /"reason":"port-taken"/)
    removeFolder(elsewhere)
    const broken = temporaryFolder('pub')
    writeFileSync(join(broken, 'lock'), 'not a folder')
    const hurt = await spawnPub({ ...managed, data: broken, port: await freePort() })
    t.equal(await hurt.ended, 1)
    t.match(hurt.output(), /"reason":"other","message":"the folder .* can not be used/)
    removeFolder(broken)
    await pub.kill()
    await run(world)
    t.pass('a killed pub leaves no lock behind')
  }))

test('ends in order when told, and when its parent goes', (t) =>
  inWorld(t, async (world) => {
    const pub = await run(world)
    const hub = await attach(world, pub, { open: false })
    const { code } = world.provider.issue(1, '127.0.0.1', pub.port, pub.id)
    const waiting = why(useRaw(world, pub, code, ssbKeys.generate().id))
    await until('the member to wait', async () => (await status(hub)).waiting === 1)
    pub.child.kill('SIGTERM')
    t.equal(await pub.ended, 0)
    t.match(await waiting, /^try again: this pub is stopping/)
    const child = await run(world)
    child.child.disconnect()
    t.equal(await child.ended, 0)
    t.match(child.output(), /its hub has gone/)
  }))

test('standalone: makes its identity, publishes about, makes invites itself, and says what it is', (t) =>
  inWorld(t, async (world) => {
    const { networkKey, data, port } = world
    const pub = await startPub({
      networkKey,
      data,
      port,
      mode: 'standalone',
      hub: world.hubKeys.id,
      name: 'solo',
    })
    world.pubs.push(pub)
    t.match(pub.output(), /Standalone: /)
    const rpc = await dial(world.hubKeys, pub.address, networkKey)
    const state = await call(rpc, 'fence.status')
    t.equal(state.mode, 'standalone')
    t.equal(state.head, 1, 'about')
    t.match(state.why, /Never run a second copy/)
    t.match(await why(call(rpc, 'fence.open', { epoch: 1, head: 0, invites: [] })), /standalone/)
    const bob = await member(world)
    t.equal(await use(bob, await call(rpc, 'invite.create', 1)), 'accepted')
    t.equal((await call(rpc, 'fence.status')).head, 2)
    rpc.close(true, () => undefined)
    const secret = readFileSync(join(data, 'secret'), 'utf8')
    await pub.stop()
    const again = await startPub({ networkKey, data, port, mode: 'standalone', name: 'solo' })
    world.pubs.push(again)
    t.equal(readFileSync(join(data, 'secret'), 'utf8'), secret)
    t.equal((await feedOf(again.address, again.id, networkKey)).length, 2, 'about is not said twice')
  }))
