// What a stock server makes of the follows and blocks that its owner orders, seen by members with stock servers.
import ssbKeys from 'ssb-keys'
import test from 'tape'
import { connected } from '../helpers/connected'
import { until } from '../helpers/machine'
import {
  attach,
  feedOf,
  inWorld,
  member,
  opened,
  run,
  sameFeed,
  useRaw,
  type World,
  why,
} from '../helpers/pub-world'
import { call, dial, type StockPeer } from '../helpers/stock'

const FRIENDS = { friends: { isFollowing: 'async', isBlocking: 'async' } }

/** What the pub's own graph says of somebody. */
async function graph(world: World, pub: { id: string; address: string }, dest: string): Promise<string> {
  const rpc = await dial(world.hubKeys, pub.address, world.networkKey, FRIENDS)
  const follows = await call(rpc, 'friends.isFollowing', { source: pub.id, dest })
  const blocks = await call(rpc, 'friends.isBlocking', { source: pub.id, dest })
  rpc.close(true, () => undefined)
  return blocks ? 'blocks' : follows ? 'follows' : 'neither'
}

const holds = async (world: World, address: string, peer: StockPeer, sequence: number): Promise<boolean> =>
  (await feedOf(address, peer.id, world.networkKey)).some((value) => value.sequence === sequence)

test('follow, block and neither: written once through the write-ahead, and the stock server acts on it', (t) =>
  inWorld(t, async (world) => {
    const pub = await run(world)
    const hub = await attach(world, pub)
    await opened(hub)
    const [bob, carol] = [await member(world), await member(world)]
    const say = (following: boolean, blocking = false) =>
      call(hub.rpc, 'fence.contact', { feed: bob.id, following, blocking })
    const graphSays = (word: string) =>
      until(`the pub to say ${word}`, async () => (await graph(world, pub, bob.id)) === word)

    await say(true)
    await say(true)
    t.equal(world.provider.committed.length, 1, 'said twice, written once')
    await graphSays('follows')
    const post = await call(bob.rpc, 'publish', { type: 'post', text: 'hello' })
    await until('the pub to hold what bob writes', async () => {
      await connected(bob, pub.id, pub.address)
      return holds(world, pub.address, bob, post.value.sequence)
    })

    await connected(bob, pub.id, pub.address)
    await say(false, true)
    await graphSays('blocks')
    await until('the pub to hang up on bob', async () => {
      const peers = await call<{ key: string; state?: string }[]>(bob.rpc, 'gossip.peers')
      return !peers.some((one) => one.key === pub.id && one.state === 'connected')
    })
    const refused = await why(dial(bob.keys, pub.address, world.networkKey, { whoami: 'sync' }))
    t.notEqual(refused, 'no error', `bob gets no connection any more: ${refused}`)
    const later = await call(bob.rpc, 'publish', { type: 'post', text: 'can you hear me?' })
    // Carol follows bob and hears of him what anybody still has.
    await call(carol.rpc, 'publish', { type: 'contact', contact: bob.id, following: true })
    await connected(carol, pub.id, pub.address)
    await until('carol to hear from bob himself', async () => {
      await connected(carol, bob.id, bob.address)
      return holds(world, carol.address, bob, later.value.sequence)
    })
    await until('a round between carol and the pub', async () => {
      await connected(carol, pub.id, pub.address)
      const mark = await call(carol.rpc, 'publish', { type: 'post', text: 'mark' })
      await call(hub.rpc, 'fence.contact', { feed: carol.id, following: true, blocking: false })
      return until('the mark', () => holds(world, pub.address, carol, mark.value.sequence), 10_000)
    })
    t.notOk(await holds(world, pub.address, bob, later.value.sequence), 'what bob writes now is not fetched')
    t.ok(
      await holds(world, pub.address, bob, post.value.sequence),
      'what the pub has of him it keeps and gives',
    )

    const { code, entry } = world.provider.issue(1, '127.0.0.1', pub.port, pub.id)
    await call(hub.rpc, 'fence.invite', entry)
    t.match(await why(useRaw(world, pub, code, bob.id)), /^refused: this pub blocks that feed/)
    t.equal(world.provider.invites.get(entry.key)?.left, 1, 'and the invite is not spent')

    await say(false)
    await graphSays('neither')
    const back = await dial(bob.keys, pub.address, world.networkKey, { createHistoryStream: 'source' })
    t.ok(back, 'taken back, bob may connect again')
    back.close(true, () => undefined)
    await say(true)
    await until('the pub to hold what bob wrote meanwhile', async () => {
      await connected(bob, pub.id, pub.address)
      return holds(world, pub.address, bob, later.value.sequence)
    })
    await sameFeed(t, world, pub, 'one chain')
  }))

test('under way when the pub is killed: asked again by the hub, written once', (t) =>
  inWorld(t, async (world) => {
    const pub = await run(world)
    const hub = await attach(world, pub)
    await opened(hub)
    const bob = ssbKeys.generate().id
    world.provider.fates.push({ kind: 'store-break' })
    const contact = { feed: bob, following: true, blocking: false }
    t.notEqual(await why(call(hub.rpc, 'fence.contact', contact)), 'no error', 'the answer is lost')
    await pub.kill()
    const next = await run(world)
    const again = await attach(world, next)
    await opened(again)
    await call(again.rpc, 'fence.contact', contact)
    t.equal(world.provider.committed.length, 1)
    await sameFeed(t, world, next, 'one chain')
    for (const wrong of [null, {}, { feed: 'bob', following: true, blocking: false }, { feed: bob }])
      t.match(await why(call(again.rpc, 'fence.contact', wrong)), /^bad-argument: contact/)
  }))

test('an invite that was taken back is refused, and others go on', (t) =>
  inWorld(t, async (world) => {
    const pub = await run(world)
    const hub = await attach(world, pub)
    await opened(hub)
    const [lost, kept] = [1, 1].map((uses) => world.provider.issue(uses, '127.0.0.1', pub.port, pub.id))
    if (lost === undefined || kept === undefined) throw new Error('no invites')
    for (const { entry } of [lost, kept]) await call(hub.rpc, 'fence.invite', entry)
    world.provider.invites.delete(lost.entry.key)
    await call(hub.rpc, 'fence.revoke', { key: lost.entry.key })
    await call(hub.rpc, 'fence.revoke', { key: lost.entry.key })
    t.match(await why(useRaw(world, pub, lost.code, ssbKeys.generate().id)), /^invite has expired/)
    t.equal(await why(useRaw(world, pub, kept.code, ssbKeys.generate().id)), 'no error')
    t.match(await why(call(hub.rpc, 'fence.revoke', { key: 'x' })), /^bad-argument: revoke.key/)
    t.equal(world.provider.committed.length, 1)
  }))
