/** ssb-client with explicit keys and manifest, and what other plugins may write on our nodes. */
import { join } from 'node:path'
import ssbKeys from 'ssb-keys'
import tape from 'tape'
import type { FeedId } from '../../protocol/ids'
import { connectAddress, connectRemote } from '../../sbot/connect'
import { freePort, randomNetworkKey } from '../helpers/machine'
import { startNode } from '../helpers/node'
import { call } from '../helpers/stock'

const manifest = { whoami: 'sync', publish: 'async' }

async function refusal(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return 'nothing was refused'
  } catch (error) {
    return (error as Error).message
  }
}

tape('the unix socket of an owner’s node: whoever may open it is its master', async (t) => {
  const networkKey = randomNetworkKey()
  const node = await startNode({ networkKey, kind: 'owner', unixSocket: true })
  const publicKey = node.id.slice(1, node.id.indexOf('.'))
  const address = `unix:${join(node.path, 'socket')}~noauth:${publicKey}`
  const rpc = await connectAddress(address, ssbKeys.generate('ed25519'), { manifest, networkKey })
  t.equal((await call(rpc, 'whoami')).id, node.id)
  const stored = await call(rpc, 'publish', { type: 'post', text: 'by a plugin or a client' })
  t.deepEqual(
    await node.sbot.head(node.id),
    { sequence: 1, key: stored.key },
    'an owner’s other writes are durable',
  )
  const boxed = await call(rpc, 'publish', { type: 'post', text: 'private', recps: [node.id] })
  const [, second] = await node.sbot.history(node.id, 0, 10)
  t.equal(boxed.value.sequence, 2)
  t.match(String(second?.content), /\.box$/, 'and private where they name recipients')
  t.match(
    await refusal(call(rpc, 'publish', { type: 'post', text: 'oops', recps: [] })),
    /plain text/,
    'never public by an empty list',
  )
  await new Promise((resolve) => rpc.close(true, resolve))
  await node.remove()
})

tape('connecting to a remote node', async (t) => {
  const networkKey = randomNetworkKey()
  const node = await startNode({ networkKey })
  const keys = ssbKeys.generate('ed25519')
  const to = { host: '127.0.0.1', port: node.port, key: node.id, keys, manifest, networkKey }
  const connection = await connectRemote(to)
  t.equal(connection.as, keys.id)
  t.match(
    await refusal(call(connection.rpc, 'publish', { type: 'post', text: 'x' })),
    /not in list of allowed methods/,
  )
  await connection.close()
  const stranger = ssbKeys.generate('ed25519').id as FeedId
  t.match(await refusal(connectRemote({ ...to, key: stranger })), /^could not reach @.* at 127.0.0.1:\d+/)
  t.match(await refusal(connectRemote({ ...to, networkKey: randomNetworkKey() })), /^could not reach/)
  t.match(await refusal(connectRemote({ ...to, port: await freePort() })), /^could not reach/)
  t.match(
    await refusal(call(node.ssb, 'publish', { type: 'contact', contact: keys.id, following: true })),
    /durable queue only/,
    'nothing but our own publish writes on a provider’s feed',
  )
  await node.remove()
})
