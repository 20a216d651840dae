/** One pub, its hub's side with a list as provider, stock members: what the live tests of a pub are told in. */
import pull from 'pull-stream'
import ssbKeys from 'ssb-keys'
import type test from 'tape'
import type { RawValue } from '../../protocol/rpc'
import { attachHub, type FenceHub, ListProvider } from './fence-hub'
import { freePort, randomNetworkKey, removeFolder, temporaryFolder, until } from './machine'
import { type PubProcess, startPub } from './pub'
import { call, dial, type StockPeer, startStock } from './stock'

export interface World {
  networkKey: string
  hubKeys: any
  provider: ListProvider
  data: string
  port: number
  pubs: PubProcess[]
  peers: StockPeer[]
}

export async function inWorld(t: test.Test, story: (world: World) => Promise<void>): Promise<void> {
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

export async function run(
  world: World,
  more: { epoch?: number; name?: string; rebuilds?: number } = {},
): Promise<PubProcess> {
  const { networkKey, data, port } = world
  const pub = await startPub({ networkKey, data, port, hub: world.hubKeys.id, ...more })
  world.pubs.push(pub)
  return pub
}

export async function member(world: World): Promise<StockPeer> {
  const peer = await startStock({ networkKey: world.networkKey, label: 'member' })
  world.peers.push(peer)
  return peer
}

export const attach = (world: World, pub: PubProcess, options?: { open?: boolean }): Promise<FenceHub> =>
  attachHub(pub, world.hubKeys, world.networkKey, world.provider, options)

export const status = (hub: FenceHub) => call(hub.rpc, 'fence.status')
export const opened = (hub: FenceHub) => until('the fence to open', async () => (await status(hub)).open)

/** The pub's own feed as anybody gets it who asks, by replication's own call. */
export function feedOf(
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

export async function sameFeed(t: test.Test, world: World, pub: PubProcess, what: string): Promise<void> {
  const held = await feedOf(pub.address, pub.id, world.networkKey)
  t.deepEqual(held, world.provider.committed, what)
}

export const use = (peer: StockPeer, code: string) =>
  call(peer.rpc, 'invite.accept', code).then(
    () => 'accepted',
    (error: Error) => error.message,
  )

/** Redeems as a client does, and gives the pub's own answer or error. */
export async function useRaw(world: World, pub: PubProcess, code: string, feed: unknown): Promise<any> {
  const seed = Buffer.from(code.slice(code.indexOf('~') + 1), 'base64')
  const keys = ssbKeys.generate('ed25519', seed)
  const rpc = await dial(keys, pub.address, world.networkKey, { invite: { use: 'async' } })
  try {
    return await call(rpc, 'invite.use', { feed })
  } finally {
    rpc.close(true, () => undefined)
  }
}

export const why = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: Error) => error.message,
  )
