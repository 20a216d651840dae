/** Goal: a node that runs for long does not hold every message it has seen. */
import { dirname } from 'node:path'
import test from 'tape'
import { messageIdOf } from '../../sbot/weak-message-ids'
import { randomNetworkKey } from '../helpers/machine'
import { startNode } from '../helpers/node'

test('the ids of messages are remembered weakly, by the very module that ssb-db2 uses', async (t) => {
  const place = require.resolve('ssb-classic/get-msg-id', { paths: [dirname(require.resolve('ssb-db2'))] })
  t.equal(require(place), messageIdOf)
  const node = await startNode({ networkKey: randomNetworkKey() })
  try {
    const message = await node.sbot.publishPublic({ type: 'post', text: 'x' })
    const [value] = await node.sbot.history(node.sbot.id, 0, 1)
    t.equal(messageIdOf(value ?? {}), message.key, 'and they are the right ids')
  } finally {
    await node.remove()
  }
  t.end()
})
