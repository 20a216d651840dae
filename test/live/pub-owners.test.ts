// The owners of a pub call it with their own keys: exactly what the list says, and only while they are owners.
import pull from 'pull-stream'
import ssbKeys from 'ssb-keys'
import test from 'tape'
import { OWNER_METHODS, PEER_METHODS } from '../../protocol/owner-methods'
import { until } from '../helpers/machine'
import { isLetThrough, methodsOf } from '../helpers/permissions'
import { attach, feedOf, inWorld, member, opened, run, type World, why } from '../helpers/pub-world'
import { call, dial } from '../helpers/stock'

const [alice, bob, oscar] = [ssbKeys.generate(), ssbKeys.generate(), ssbKeys.generate()]

const READS = { whoami: 'sync', status: 'sync', gossip: { peers: 'sync' }, friends: { hops: 'async' } }
const connect = (world: World, keys: unknown, address: string) => dial(keys, address, world.networkKey, READS)
const closed = (rpc: any) => until('the connection to be ended by the pub', () => rpc.closed)

test('an owner may call all that the list has and nothing else; a stranger only what peers may', (t) =>
  inWorld(t, async (world) => {
    const pub = await run(world)
    const hub = await attach(world, pub)
    await opened(hub)
    await call(hub.rpc, 'fence.owners', { owners: [alice.id] })
    const manifest = await call<object>(await dial(oscar, pub.address, world.networkKey), 'manifest')
    for (const [keys, allowed] of [
      [alice, [...PEER_METHODS, ...OWNER_METHODS]],
      [oscar, [...PEER_METHODS]],
    ] as const) {
      const name = keys === alice ? 'an owner' : 'a stranger'
      const through: string[] = []
      // `manifest` itself is in no manifest that a client could call by.
      for (const [method, kind] of methodsOf({ ...manifest, manifest: 'sync' })) {
        // ssb-client reports success of this one whatever the server says; what came of it is looked at below.
        if (method === 'blobs.add') continue
        const rpc = await dial(keys, pub.address, world.networkKey, { ...manifest, manifest: 'sync' })
        if (await isLetThrough(rpc, method, kind)) through.push(method)
        rpc.close(true, () => undefined)
      }
      t.deepEqual(through.sort(), [...allowed].sort(), `${name}: exactly the documented list`)
      const blobs = { blobs: { add: 'sink', has: 'async' } }
      const rpc = await dial(keys, pub.address, world.networkKey, blobs)
      const link = await new Promise<string>((resolve, reject) =>
        pull(
          pull.once(Buffer.from(name)),
          rpc.blobs.add((error: unknown, id: string) => (error ? reject(error) : resolve(id))),
        ),
      )
      t.equal(await call(rpc, 'blobs.has', link), false, `${name}: adds no blob`)
      rpc.close(true, () => undefined)
    }
    for (const master of [
      'publish',
      'add',
      'del',
      'get',
      'invite.create',
      'gossip.add',
      'fence.open',
      'blobs.rm',
    ])
      t.ok(
        methodsOf(manifest).some(([name]) => name === master),
        `${master} is there to be refused`,
      )
    t.equal(world.provider.committed.length, 0, 'and nothing was written')
  }))

test('it follows a change of owners at once, and leaves everybody else alone', (t) =>
  inWorld(t, async (world) => {
    const pub = await run(world)
    const early = await connect(world, alice, pub.address)
    t.match(
      await why(call(early, 'status')),
      /not in list/,
      'before the hub has said who they are nobody is one',
    )
    const hub = await attach(world, pub, { open: false })
    await call(hub.rpc, 'fence.owners', { owners: [alice.id] })
    await closed(early)
    const hers = await connect(world, alice, pub.address)
    t.equal((await call(hers, 'whoami')).id, pub.id)
    t.equal(typeof (await call(hers, 'status')), 'object', 'also while the fence is shut')
    const his = await connect(world, bob, pub.address)
    const others = await connect(world, oscar, pub.address)
    t.match(await why(call(his, 'whoami')), /not in list/)

    await call(hub.rpc, 'fence.owners', { owners: [alice.id, bob.id] })
    await closed(his)
    t.notOk(hers.closed, 'who stays an owner stays connected')
    const again = await connect(world, bob, pub.address)
    t.ok(Array.isArray(await call(again, 'gossip.peers')))

    await call(hub.rpc, 'fence.owners', { owners: [bob.id] })
    await closed(hers)
    t.notOk(again.closed || others.closed, 'nobody else is cut off')
    const former = await connect(world, alice, pub.address)
    t.match(await why(call(former, 'status')), /not in list/, 'a former owner is a stranger')

    for (const wrong of [null, {}, { owners: 'x' }, { owners: [1] }, { owners: Array(7).fill(bob.id) }])
      t.match(await why(call(hub.rpc, 'fence.owners', wrong)), /^bad-argument: owners/)
    t.notOk(again.closed, 'what makes no sense changes nothing')
    const fence = await dial(bob, pub.address, world.networkKey, { fence: { owners: 'async' } })
    const deposed = await why(call(fence, 'fence.owners', { owners: [] }))
    t.match(deposed, /not in list/, 'nor does an owner decide it')
    fence.close(true, () => undefined)
    await pub.stop()
    const next = await run(world)
    const anew = await connect(world, bob, next.address)
    t.match(await why(call(anew, 'status')), /not in list/, 'a new run is told anew')
  }))

test("an owner's own server is a peer like any other: it replicates", (t) =>
  inWorld(t, async (world) => {
    const pub = await run(world)
    const hub = await attach(world, pub)
    await opened(hub)
    const server = await member(world)
    await call(hub.rpc, 'fence.owners', { owners: [server.id] })
    const { code, entry } = world.provider.issue(1, '127.0.0.1', pub.port, pub.id)
    await call(hub.rpc, 'fence.invite', entry)
    await call(server.rpc, 'invite.accept', code)
    const post = await call(server.rpc, 'publish', { type: 'post', text: 'hello from the owner' })
    t.ok(
      await until('the pub to have it', async () =>
        (await feedOf(pub.address, server.id, world.networkKey)).some(
          (value) => value.sequence === post.value.sequence,
        ),
      ),
    )
    const rpc = await dial(server.keys, pub.address, world.networkKey, { replicate: { upto: 'source' } })
    const upto = await new Promise<any[]>((resolve, reject) =>
      pull(
        rpc.replicate.upto(),
        pull.collect((error: unknown, all: any[]) => (error ? reject(error) : resolve(all))),
      ),
    )
    t.ok(
      upto.some((one) => one.id === server.id),
      'and its owner sees so',
    )
    rpc.close(true, () => undefined)
  }))
