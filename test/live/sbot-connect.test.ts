/** ssb-client with explicit keys and manifest, and what other plugins may write on our nodes. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ssbKeys from 'ssb-keys'
import tape from 'tape'
import type { FeedId } from '../../protocol/ids'
import { connectLocal, connectRemote } from '../../sbot/connect'
import { freePort, randomNetworkKey, removeFolder, temporaryFolder } from '../helpers/machine'
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

tape('connecting to a local node: by its socket, else by TCP, else not at all', async (t) => {
  const networkKey = randomNetworkKey()
  const node = await startNode({ networkKey, kind: 'owner', unixSocket: true })
  const bySocket = await connectLocal(node.path, { manifest, networkKey })
  t.equal(bySocket?.id, node.id)
  t.equal((await call(bySocket?.rpc, 'whoami')).id, node.id, 'as its master')
  const stored = await call(bySocket?.rpc, 'publish', { type: 'post', text: 'by a plugin or a client' })
  t.deepEqual(
    await node.sbot.head(node.id),
    { sequence: 1, key: stored.key },
    'an owner’s other writes are durable',
  )
  const boxed = await call(bySocket?.rpc, 'publish', { type: 'post', text: 'private', recps: [node.id] })
  const [, second] = await node.sbot.history(node.id, 0, 10)
  t.equal(boxed.value.sequence, 2)
  t.match(String(second?.content), /\.box$/, 'and private where they name recipients')
  t.match(
    await refusal(call(bySocket?.rpc, 'publish', { type: 'post', text: 'oops', recps: [] })),
    /plain text/,
    'never public by an empty list',
  )
  await bySocket?.close()
  await node.stop()
  t.equal(
    await connectLocal(node.path, { manifest, networkKey }),
    null,
    'nobody answers on a stopped node’s folder',
  )
  const port = await freePort()
  const listen = { host: '127.0.0.1', port }
  const again = await startNode({ networkKey, path: node.path, listen })
  writeFileSync(join(node.path, 'config'), JSON.stringify({ port }))
  const byTcp = await connectLocal(node.path, { manifest, networkKey })
  t.equal((await call(byTcp?.rpc, 'whoami')).id, node.id)
  await byTcp?.close()
  await again.remove()
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

tape('a folder without a secret is said, and none is made', async (t) => {
  const folder = temporaryFolder('nobody')
  t.match(await refusal(connectLocal(folder, { manifest })), /has no secret/)
  t.notOk(existsSync(join(folder, 'secret')))
  removeFolder(folder)
})
