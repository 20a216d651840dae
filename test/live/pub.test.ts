// The real entry of a pub as a process, a stock ssb-server 16 as the member, and a hub's side that plays the
// provider with a list: nothing is appended before it is stored, and invites are used exactly as often as they may.
import pull from 'pull-stream'
import ssbKeys from 'ssb-keys'
import test from 'tape'
import type { FeedId } from '../../protocol/ids'
import { useNote } from '../../sbot/use-note'
import { until } from '../helpers/machine'
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
    t.equal(follow?.note, useNote(entry.tag, bob.id as FeedId), 'the note that the provider counts by')
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
    t.equal(await why(useRaw(world, pub, code, bob.id)), 'no error', 'a second try is as good as the first')
    t.equal(world.provider.invites.get(entry.key)?.left, 1, 'and spends no use')
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
        about: 'async',
      },
      publish: 'async',
      add: 'async',
      invite: { create: 'async', use: 'async' },
    }
    const stranger = await dial(ssbKeys.generate(), pub.address, world.networkKey, manifest)
    for (const method of ['status', 'open', 'restore', 'answer', 'invite', 'about'])
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
    const long = { name: 'x'.repeat(61), description: '' }
    t.match(await why(call(rpc, 'fence.about', long)), /^bad-argument: about.name: .* at most 60/)
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
