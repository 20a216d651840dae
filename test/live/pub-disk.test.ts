// A pub whose disk fills: it takes no blobs when its hub says so, and messages go on; and what becomes of its log when
// there is no room at all.
import { createHash, randomBytes } from 'node:crypto'
import pull from 'pull-stream'
import test from 'tape'
import { crashOf, isNoRoom } from '../../hub-daemon/words'
import { until } from '../helpers/machine'
import { spawnPub } from '../helpers/pub'
import { attach, inWorld, member, opened, run, sameFeed, use, type World, why } from '../helpers/pub-world'
import { smallDisk } from '../helpers/small-disk'
import { call, dial, type StockPeer, startStock } from '../helpers/stock'

const CALLS = {
  blobs: { has: 'async', want: 'async', add: 'sink', get: 'source' },
  ...{ publish: 'async', get: 'async' },
}

/** A peer's blob of so many bytes; gives its id. */
async function addBlob(rpc: any, bytes: number): Promise<string> {
  const blob = randomBytes(bytes)
  await new Promise<void>((resolve) =>
    pull(
      pull.once(blob),
      rpc.blobs.add(() => resolve()),
    ),
  )
  return `&${createHash('sha256').update(blob).digest('base64')}.sha256`
}

/** A member that the pub follows and that is connected to it. */
async function followed(world: World, code: string): Promise<StockPeer> {
  const peer = await member(world)
  if ((await use(peer, code)) !== 'accepted') throw new Error('the invite was not accepted')
  return peer
}

test('a pub that is told so takes no blobs from anybody, gives those that it has, and messages go on', (t) =>
  inWorld(t, async (world) => {
    const pub = await run(world)
    const hub = await attach(world, pub)
    await opened(hub)
    const { code, entry } = world.provider.issue(2, '127.0.0.1', pub.port, pub.id)
    await call(hub.rpc, 'fence.invite', entry)
    const master = await dial(world.hubKeys, pub.address, world.networkKey, CALLS)
    const alice = await followed(world, code)
    const before = await addBlob(alice.rpc, 1_000)
    t.ok(await call(master, 'blobs.want', before), 'at first it takes them')

    t.deepEqual(await call(hub.rpc, 'fence.blobs', { take: false }), { take: false })
    for (const odd of [undefined, null, 1, 'no', {}, { take: 'false' }, [false]])
      t.match(await why(call(hub.rpc, 'fence.blobs', odd)), /^bad-argument: /)
    const refused = await addBlob(alice.rpc, 2_000)
    const wanted = call(master, 'blobs.want', refused)
    const post = await call<any>(alice.rpc, 'publish', { type: 'post', text: 'messages go on' })
    await until(
      'the pub to hold the post',
      async () => (await why(call(master, 'get', post.key))) === 'no error',
    )
    const brought = await addBlob(master, 3_000)
    t.deepEqual(await call(master, 'blobs.has', [refused, brought]), [false, false], 'no blob is taken')
    const given = await new Promise<number>((resolve, reject) =>
      pull(
        master.blobs.get(before),
        pull.collect((error: Error | null, pieces: Buffer[]) =>
          error ? reject(error) : resolve(Buffer.concat(pieces).length),
        ),
      ),
    )
    t.equal(given, 1_000, 'what it has it gives')
    await call(master, 'publish', { type: 'post', text: 'the pub itself writes on' })

    t.deepEqual(await call(hub.rpc, 'fence.blobs', { take: true }), { take: true })
    const after = await addBlob(alice.rpc, 4_000)
    t.ok(await call(master, 'blobs.want', after), 'told so, it takes them again')
    t.notOk(await call(master, 'blobs.has', refused), 'what was refused was not kept')
    await alice.kill()
    world.peers.splice(world.peers.indexOf(alice), 1)
    const { networkKey } = world
    world.peers.push(await startStock({ networkKey, label: 'member', home: alice.home }))
    t.ok(await wanted, 'it comes when its holder connects again')
    master.close(true, () => undefined)
  }))

test('on a disk without any room a pub ends, loses nothing and forks nothing, and goes on when there is room', (t) =>
  inWorld(t, async (world) => {
    const disk = smallDisk(24)
    const folder = world.data
    world.data = disk.folder
    try {
      await fullDisk(t, world, disk)
    } finally {
      for (const pub of world.pubs) await pub.kill()
      world.data = folder
      disk.remove()
    }
  }))

async function fullDisk(t: test.Test, world: World, disk: ReturnType<typeof smallDisk>): Promise<void> {
  const pub = await run(world)
  const write = async (text: string): Promise<string> => {
    const master = await dial(world.hubKeys, pub.address, world.networkKey, CALLS)
    try {
      return await why(call(master, 'publish', { type: 'post', text }))
    } finally {
      master.close(true, () => undefined)
    }
  }
  await opened(await attach(world, pub))
  t.equal(await write('there is room'), 'no error')
  disk.fill()
  // What is left of the last block of the file still takes some.
  let acknowledged = 1
  while (acknowledged < 20 && (await write('x'.repeat(3_000))) === 'no error') acknowledged += 1
  t.ok(acknowledged < 20, `nobody is told that it was written when it was not (${acknowledged} were)`)
  t.equal(await pub.ended, 1, 'it ends by itself')
  const words = crashOf(pub.output(), false).lastWords ?? ''
  t.ok(isNoRoom(words), `and what it says is read as a disk without room: ${words}`)
  const { committed } = world.provider
  t.ok(committed.length >= acknowledged, 'the provider holds all that was acknowledged')
  const still = await spawnPub({ ...world, hub: world.hubKeys.id })
  await Promise.race([
    still.ended,
    until('it to start or to end', () => still.output().includes('"pub":"listening"'), 30_000),
  ])
  t.comment(`started without room: ${still.output().slice(0, 200)}`)
  await still.kill()
  disk.makeRoom()
  const again = await run(world)
  const hub = await attach(world, again)
  await opened(hub)
  t.equal(await write('there is room again'), 'no error')
  await sameFeed(
    t,
    world,
    again,
    'it holds what the provider stored, the message that it could not append included',
  )
  t.deepEqual(
    committed.map(({ sequence }) => sequence),
    committed.map((_, at) => at + 1),
  )
}
