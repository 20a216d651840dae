/**
 * A node that publishes as fast as it may and says on stdout, synchronously, what was acknowledged. Started by
 * durable.test.ts, which kills it. Arguments: folder, network key, id and address of the peer that holds its feed.
 */
import { writeSync } from 'node:fs'
import type { FeedId } from '../../protocol/ids'
import { openNode } from '../../sbot/stacks'

const [path = '', networkKey = '', peerId = '', peerAddress = ''] = process.argv.slice(2)
const say = (...words: unknown[]) => writeSync(1, `${words.join(' ')}\n`)

async function run(): Promise<void> {
  const node = await openNode({
    ...{ path, networkKey, kind: 'provider', unixSocket: false },
    gate: { trusted: () => [peerId as FeedId] },
  })
  process.on('SIGTERM', () => void node.close().then(() => process.exit(0)))
  const { sbot } = node
  say('start', node.id, (await sbot.head(node.id))?.sequence ?? 0)
  sbot.request(peerId as FeedId, true)
  await sbot.dial(peerAddress)
  // Bursts and single messages, so that kills fall into groups of every size.
  for (let round = 1; ; round++) {
    const burst = Array.from({ length: 1 + (round % 7) }, (_, n) =>
      sbot.publish({ type: 'post', text: `${round}.${n}` }, [node.id]),
    )
    for (const published of burst)
      void published.then((message) => say('acknowledged', message.sequence, message.key))
    await Promise.all(burst)
  }
}

run().catch((error) => {
  console.error(error)
  process.exit(1)
})
