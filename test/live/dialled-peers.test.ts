/** Goal: whom a provider inside a stock server dials learns of no customer either, and can't end it. */
import { join } from 'node:path'
import pull from 'pull-stream'
import ssbKeys from 'ssb-keys'
import test from 'tape'
import { randomNetworkKey, until } from '../helpers/machine'
import { startNode, type TestNode } from '../helpers/node'
import { finalAnswer, firstPost } from '../helpers/patchwork'
import { startProvider, type TestProvider } from '../helpers/provider'
import { call, dial, startStock } from '../helpers/stock'

/** The provider's server dials this peer, as its gossip would. */
async function dialFrom(provider: TestProvider, networkKey: string, address: string): Promise<void> {
  const keys = ssbKeys.loadSync(join(provider.folder, '.ssb', 'secret'))
  const master = await dial(keys, provider.address, networkKey, { gossip: { connect: 'async' } })
  await call(master, 'gossip.connect', address)
  master.close(true, () => {})
}

/** Everything that is said to this node over EBT and everything that it is asked for, as text. */
function overheard(stranger: TestNode): () => string {
  const heard: unknown[] = []
  stranger.ssb.createHistoryStream.hook((ask: any, args: unknown[]) => {
    heard.push({ asked: args[0] })
    return ask(...args)
  })
  stranger.ssb.ebt.replicate.hook(function (this: unknown, replicate: any, args: unknown[]) {
    const { source, sink } = replicate.apply(this, args)
    const note = pull.through((data: unknown) => heard.push({ said: data }))
    return { source, sink: (read: unknown) => sink(note(read)) }
  })
  return () => JSON.stringify(heard)
}

test('a stranger whom the server dials is told of no customer, and asked for none', async (t) => {
  const networkKey = randomNetworkKey()
  const provider = await startProvider({ networkKey, home: 'stock', nobodyElse: true })
  const alice = await startStock({ networkKey, label: 'alice' })
  const stranger = await startNode({ networkKey, kind: 'owner' })
  try {
    const { invite } = await provider.admin('adminInvite', {})
    await call(alice.rpc, 'invite.accept', invite)
    await finalAnswer(alice, provider.id, await firstPost(alice, provider.id, 'list'), 60_000)

    const heard = overheard(stranger)
    await dialFrom(provider, networkKey, stranger.address)
    const [peer] = await until('the connection', () => {
      const peers = stranger.sbot.peers()
      return peers.length > 0 ? peers : null
    })
    await until('a greeting', () => heard().includes('said'), 60_000)
    t.ok(heard().includes(provider.id), 'the provider speaks of its own feed')
    // Whoever asks a stock server for something is asked back for every feed that it wants.
    const rpc: any = peer?.rpc
    pull(
      rpc.createHistoryStream({ id: stranger.id, live: true }),
      pull.drain(() => {}),
    )
    await until('to be asked back', () => heard().includes('asked'), 60_000)
    await until('to be asked for the provider’s feed, which it wants like its customers’', () =>
      heard().split('"asked"').slice(1).join().includes(provider.id),
    )
    // All feeds are asked for in one breath; an answer to a question shows that it has been drawn.
    await call(rpc, 'manifest')
    t.notOk(heard().includes(alice.id), 'and not a word of alice')
  } catch (error) {
    t.fail(`${(error as Error).message}\n${provider.output().slice(-2_000)}`)
  } finally {
    await Promise.allSettled([alice.stop(), stranger.remove()])
    await provider.stop()
  }
  t.end()
})

test('a stranger whom the server dials and who speaks EBT badly ends nothing but their stream', async (t) => {
  const networkKey = randomNetworkKey()
  const provider = await startProvider({ networkKey, home: 'stock', nobodyElse: true })
  const stranger = await startNode({ networkKey, kind: 'owner' })
  let pestered = 0
  stranger.ssb.ebt.replicate.hook(() => {
    pestered++
    return { source: pull.values([null, null]), sink: pull.drain(() => {}) }
  })
  try {
    await dialFrom(provider, networkKey, stranger.address)
    await until('the server to have been pestered', () => pestered > 0, 60_000)
    t.equal((await provider.admin<{ id: string }>('whoami')).id, provider.id, 'the same process answers')
  } catch (error) {
    t.fail(`${(error as Error).message}\n${provider.output().slice(-2_000)}`)
  } finally {
    await stranger.remove()
    await provider.stop()
  }
  t.end()
})
