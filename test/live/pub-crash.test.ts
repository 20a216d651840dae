// A pub that is killed, put back to an old state, doubled, started wrongly or told to end: never a fork, never a
// second identity, always a sentence.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ssbKeys from 'ssb-keys'
import test from 'tape'
import { freePort, removeFolder, temporaryFolder, until } from '../helpers/machine'
import { spawnPub, startPub } from '../helpers/pub'
import {
  attach,
  feedOf,
  inWorld,
  member,
  opened,
  run,
  sameFeed,
  status,
  use,
  useRaw,
  why,
} from '../helpers/pub-world'
import { call, dial } from '../helpers/stock'

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
    t.equal(await why(useRaw(world, again, code, witness.id)), 'no error')
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
    t.equal(await why(useRaw(world, again, code, bob)), 'no error', 'trying again tells that it was stored')
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
