/** Goal: a connection that stands has an EBT stream, even where one was ended with no other kept; on every kind of node. */
import pull from 'pull-stream'
import ssbKeys from 'ssb-keys'
import test, { type Test } from 'tape'
import { connected } from '../helpers/connected'
import { randomNetworkKey, until } from '../helpers/machine'
import { finalAnswer, firstPost } from '../helpers/patchwork'
import { startProvider } from '../helpers/provider'
import { startPub } from '../helpers/pub'
import { call, dial, type StockPeer, startStock } from '../helpers/stock'

const BEGUN_AGAIN = /had ended while it stayed connected, and is begun again/

/** True when the owner's node has an EBT stream with that peer. */
async function replicates(owner: StockPeer, id: string): Promise<boolean> {
  // ssb-ebt 5 can't say it of a peer that has not spoken yet.
  const status = await call<{ peers: object }>(owner.rpc, 'ebt.peerStatus', id).catch(() => ({ peers: {} }))
  return id in status.peers
}

/**
 * What two connections that cross each other leave behind, without the race: a second stream of the same peer ends the
 * one that its first connection has, and is then ended itself.
 */
async function cutStream(owner: StockPeer, address: string, networkKey: string): Promise<void> {
  const rpc = await dial(owner.keys, address, networkKey, { ebt: { replicate: 'duplex' } })
  const stream = rpc.ebt.replicate({ version: 3 }, () => undefined)
  await new Promise<void>((greeted) =>
    pull(
      stream.source,
      pull.take(1),
      pull.onEnd(() => greeted()),
    ),
  )
  await new Promise<void>((resolve) => rpc.close(true, () => resolve()))
}

interface Other {
  id: string
  address: string
  output(): string
}

async function cutAndHealed(t: Test, owner: StockPeer, other: Other, networkKey: string): Promise<void> {
  await connected(owner, other.id, other.address)
  await until('the two to replicate', () => replicates(owner, other.id), 60_000)
  t.notOk(BEGUN_AGAIN.test(other.output()), 'nothing is begun again where nothing ended')
  await cutStream(owner, other.address, networkKey)
  await until('it to be begun again', async () => BEGUN_AGAIN.test(other.output()), 60_000)
  t.ok(
    await until('the two to replicate again', () => replicates(owner, other.id), 60_000),
    'a stream stands again',
  )
}

test('an owner whose streams were cut is heard on the connections that stand, by every kind of node', async (t) => {
  const networkKey = randomNetworkKey()
  const [owner, own, stock, pub] = await Promise.all([
    startStock({ networkKey, label: 'owner' }),
    startProvider({ networkKey, home: 'own', nobodyElse: true }),
    startProvider({ networkKey, home: 'stock', nobodyElse: true }),
    startPub({ networkKey, hub: ssbKeys.generate().id }),
  ])
  try {
    for (const provider of [own, stock]) {
      const { invite } = await provider.admin('adminInvite', {})
      await call(owner.rpc, 'invite.accept', invite)
    }
    await Promise.all([own, stock, pub].map((other) => cutAndHealed(t, owner, other, networkKey)))
    for (const provider of [own, stock]) {
      const request = await firstPost(owner, provider.id, 'help')
      t.ok(await finalAnswer(owner, provider.id, request, 60_000), `${provider.home}: a request is answered`)
    }
  } finally {
    await Promise.allSettled([owner.stop(), own.stop(), stock.stop(), pub.stop()])
  }
  t.end()
})
