/** Goal: a connection that stands has an EBT stream, even where one was ended with no other kept; on every kind of node. */
import pull from 'pull-stream'
import ssbKeys from 'ssb-keys'
import test, { type Test } from 'tape'
import { connected } from '../helpers/connected'
import { randomNetworkKey, until } from '../helpers/machine'
import { finalAnswer, firstPost } from '../helpers/patchwork'
import { type Home, startProvider } from '../helpers/provider'
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

for (const home of ['own', 'stock'] as Home[])
  test(`${home}: an owner whose stream was cut is answered on the connection that stands`, async (t) => {
    const networkKey = randomNetworkKey()
    const provider = await startProvider({ networkKey, home, nobodyElse: true })
    const owner = await startStock({ networkKey, label: 'owner' })
    try {
      const { invite } = await provider.admin('adminInvite', {})
      await call(owner.rpc, 'invite.accept', invite)
      await cutAndHealed(t, owner, provider, networkKey)
      const request = await firstPost(owner, provider.id, 'help')
      t.ok(await finalAnswer(owner, provider.id, request, 60_000), 'and a request is answered')
    } finally {
      await owner.stop()
      await provider.stop()
    }
    t.end()
  })

test('a pub does the same', async (t) => {
  const networkKey = randomNetworkKey()
  const pub = await startPub({ networkKey, hub: ssbKeys.generate().id })
  const owner = await startStock({ networkKey, label: 'owner' })
  try {
    await cutAndHealed(t, owner, pub, networkKey)
  } finally {
    await owner.stop()
    await pub.stop()
  }
  t.end()
})
