/** Published means on disk: killed at any moment, under any traffic. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import tape from 'tape'
import type { FeedId } from '../../protocol/ids'
import type { Incoming } from '../../sbot/port'
import { randomNetworkKey, removeFolder, temporaryFolder, until } from '../helpers/machine'
import { startNode, type TestNode } from '../helpers/node'
import { endChild, watchOver } from '../helpers/stock'
import { writer } from '../helpers/writer'

const KILLS = 40

interface Run {
  id: FeedId
  /** Own head as found on disk, before anybody was asked. */
  startedAt: number
  acknowledged: Map<number, string>
  output: string
}

/** Runs the publishing child until `killAfter` acknowledgements and a moment more, then kills it. */
async function publishAndKill(
  path: string,
  networkKey: string,
  peer: TestNode,
  killAfter: number,
): Promise<Run> {
  const child = spawn(
    process.execPath,
    [
      '--no-deprecation',
      join(__dirname, '..', 'helpers', 'publisher-child.js'),
      ...[path, networkKey, peer.id, peer.address],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  watchOver(child)
  const run: Run = { id: '' as FeedId, startedAt: -1, acknowledged: new Map(), output: '' }
  let rest = ''
  child.stderr.on('data', (chunk) => {
    run.output += chunk
  })
  child.stdout.on('data', (chunk) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const [word, first = '', second = ''] = line.split(' ')
      if (word === 'start') Object.assign(run, { id: first, startedAt: Number(second) })
      if (word === 'acknowledged') run.acknowledged.set(Number(first), second)
    }
  })
  const ended = new Promise((resolve) => child.stdout.once('close', resolve))
  try {
    await until(
      `${killAfter} acknowledgements`,
      () => run.acknowledged.size >= killAfter || child.exitCode !== null,
      30_000,
    )
    // Somewhere within a commit: writeTimeout is 10 ms, a sync about 1 ms.
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 30))
  } finally {
    await endChild(child, 0)
    await ended
  }
  if (child.exitCode !== null) throw new Error(`the publishing child ended by itself: ${run.output}`)
  return run
}

tape(`${KILLS} kills while publishing: nothing acknowledged is lost, nothing forks`, async (t) => {
  const networkKey = randomNetworkKey()
  const path = temporaryFolder('killed')
  const peer = await startNode({ networkKey })
  try {
    const acknowledged = new Map<number, string>()
    let id: FeedId | null = null
    let [peerAhead, forgotten, twice] = [0, 0, 0]
    for (let kill = 0; kill < KILLS; kill++) {
      const heldByPeer = id === null ? 0 : ((await peer.sbot.head(id))?.sequence ?? 0)
      const run = await publishAndKill(path, networkKey, peer, 1 + (kill % 12))
      if (run.startedAt < heldByPeer) peerAhead++
      if (run.startedAt < Math.max(0, ...acknowledged.keys())) forgotten++
      for (const [sequence, key] of run.acknowledged) {
        if (acknowledged.has(sequence)) twice++
        acknowledged.set(sequence, key)
      }
      id = run.id
      peer.sbot.request(id, true)
    }
    t.equal(forgotten, 0, 'no start found less on disk than had been acknowledged')
    t.equal(twice, 0, 'no sequence was acknowledged twice')
    t.equal(peerAhead, 0, 'the peer never held a message that a kill had taken from the node')
    const node = await startNode({ networkKey, path, gate: { trusted: () => [peer.id] } })
    await node.sbot.dial(peer.address)
    const last = await node.sbot.publish({ type: 'post', text: 'the end' }, [node.id])
    await until(
      'the peer to have all',
      async () => (await peer.sbot.head(node.id))?.sequence === last.sequence,
    )
    t.equal((await peer.sbot.head(node.id))?.key, last.key, 'the peer took the whole feed to its end')
    const stored = new Map<number, string>()
    const reading = await readAll(node, stored)
    t.equal(reading, last.sequence, 'the feed has no gap')
    const lost = [...acknowledged].filter(([sequence, key]) => stored.get(sequence) !== key)
    t.deepEqual(lost, [], `all ${acknowledged.size} acknowledged messages are there, as they were`)
    await node.remove()
  } finally {
    await peer.remove()
    removeFolder(path)
  }
})

/** Own messages by sequence; resolves to their number. */
async function readAll(node: TestNode, into: Map<number, string>): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    node.sbot.read({
      wants: (author) => author === node.id,
      onMessage: (message: Incoming) => void into.set(message.sequence, message.key),
      onCaughtUp: resolve,
      onError: reject,
    })
  })
  return into.size
}

interface Traffic {
  everyMs: number
  feeds: number
  tuning?: Record<string, unknown>
}

async function publishUnderTraffic(traffic: Traffic) {
  const config = traffic.tuning === undefined ? {} : { config: { db2: traffic.tuning } }
  const node = await startNode({ networkKey: randomNetworkKey(), ...config })
  try {
    const feeds = Array.from({ length: traffic.feeds }, () => writer())
    const read: Incoming[] = []
    let taken = 0
    let sent = 0
    const reading = node.sbot.read({
      wants: () => true,
      onMessage: (message) => read.push(message),
      onCaughtUp() {},
      onError(error) {
        throw error
      },
    })
    const timer = setInterval(() => {
      const feed = feeds[sent++ % feeds.length]
      // As ssb-ebt hands over what arrives.
      node.ssb.db.add(feed?.next({ type: 'post', text: `${sent}` }), (error: unknown) => {
        if (!error) taken++
      })
    }, traffic.everyMs)
    const times: number[] = []
    for (let n = 0; n < 40; n++) {
      const before = performance.now()
      await node.sbot.publish({ type: 'post', text: `${n}` }, [node.id])
      times.push(performance.now() - before)
      await new Promise((resolve) => setTimeout(resolve, 40))
    }
    clearInterval(timer)
    await until('all traffic to be stored', () => taken === sent)
    await until('all of it to be read', () => read.length === sent + 40)
    reading.stop()
    return { slowest: Math.max(...times), sent, read }
  } finally {
    await node.remove()
  }
}

tape('publishing stays quick under steady traffic', async (t) => {
  const { slowest, sent, read } = await publishUnderTraffic({ everyMs: 5, feeds: 100 })
  t.ok(sent > 300, `${sent} messages came in meanwhile`)
  t.ok(slowest < 1_000, `the slowest of 40 publishes took ${Math.round(slowest)} ms`)
  const next = new Map<string, number>()
  const disorder = read.filter((message) => {
    const expected = (next.get(message.author) ?? 0) + 1
    next.set(message.author, message.sequence)
    return message.sequence !== expected
  })
  t.deepEqual(disorder, [], 'each message was read once, in its author’s order')
})

tape('a log that never comes to rest is made to', async (t) => {
  // Batches every 5 ms against a log that is written after 60 quiet ms: without holding the traffic, never.
  const tuning = { writeTimeout: 60, addBatchThrottle: 4, flushDebounce: 10 }
  const { slowest, sent } = await publishUnderTraffic({ everyMs: 2, feeds: 50, tuning })
  t.ok(sent > 300, `${sent} messages came in meanwhile`)
  t.ok(slowest < 1_500, `the slowest of 40 publishes took ${Math.round(slowest)} ms`)
})
