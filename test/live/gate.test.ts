/** The boot gate: a node that may have lost its last messages fetches them before it writes. */
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ssbKeys from 'ssb-keys'
import tape from 'tape'
import { type Home, type HomeName, openHome } from '../helpers/homes'
import { randomNetworkKey, temporaryFolder, until } from '../helpers/machine'
import { startNode } from '../helpers/node'
import { endChild, watchOver } from '../helpers/stock'

const post = (text: string) => ({ type: 'post', text })

/** True when the promise is still open after a while in which an open gate would have let it through. */
async function stillWaiting(promise: Promise<unknown>): Promise<boolean> {
  let settled = false
  promise.then(
    () => {
      settled = true
    },
    () => {
      settled = true
    },
  )
  await new Promise((resolve) => setTimeout(resolve, 700))
  return !settled
}

async function refusal(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return 'nothing was refused'
  } catch (error) {
    return (error as Error).message
  }
}

function copyOf(path: string): string {
  const copy = temporaryFolder('copy')
  cpSync(path, copy, { recursive: true })
  return copy
}

/** Publishes until the peer has it all. */
async function publishTo(home: Home, peer: Home, count: number): Promise<void> {
  for (let n = 0; n < count; n++) await home.sbot.publish(post(`${n}`), [home.sbot.id])
  const head = await home.sbot.head(home.sbot.id)
  await until('the peer to have it', async () => {
    return (await peer.sbot.head(home.sbot.id))?.sequence === head?.sequence
  })
}

for (const name of ['db2', 'classic'] as HomeName[])
  tape(`${name}: a restored snapshot takes its last messages back before it writes`, async (t) => {
    const networkKey = randomNetworkKey()
    const peer = await openHome('db2', { networkKey })
    const trusted = () => [peer.sbot.id]
    const first = await openHome(name, { networkKey })
    peer.sbot.request(first.sbot.id, true)
    await peer.sbot.dial(first.address)
    await publishTo(first, peer, 4)
    await first.stop()
    // Two copies of one clean stop: the second goes on, the other is restored later.
    const going = await openHome(name, { networkKey, path: copyOf(first.path), gate: { trusted } })
    const snapshot = copyOf(first.path)
    await peer.sbot.dial(going.address)
    await publishTo(going, peer, 3)
    await going.remove()

    const sentences: string[] = []
    const log = (sentence: string) => sentences.push(sentence)
    const restored = await openHome(name, { networkKey, path: snapshot, gate: { trusted, log } })
    const { sbot } = restored
    t.equal((await sbot.head(sbot.id))?.sequence, 4, 'the snapshot ends at 4')
    const publishing = sbot.publish(post('after the restore'), [sbot.id])
    t.ok(await stillWaiting(publishing), 'with nobody to ask it does not write')
    t.match(sbot.gate.status().why, /waiting for @.* to connect/, 'and says what it waits for')
    await peer.sbot.dial(restored.address)
    const published = await publishing
    t.equal(published.sequence, 8, 'it writes on after the three it had forgotten')
    await until('the peer to take it', async () => (await peer.sbot.head(sbot.id))?.sequence === 8)
    t.equal((await peer.sbot.head(sbot.id))?.key, published.key, 'no fork')
    t.ok(
      sentences.some((sentence) => /may write: @.*ends at 7/.test(sentence)),
      sentences.at(-1),
    )
    await restored.remove()
    await first.remove()
    await peer.remove()
  })

tape('a folder with only the secret brings the whole feed back first', async (t) => {
  const networkKey = randomNetworkKey()
  const peer = await openHome('db2', { networkKey })
  const first = await openHome('db2', { networkKey })
  peer.sbot.request(first.sbot.id, true)
  await peer.sbot.dial(first.address)
  await publishTo(first, peer, 300)
  await first.stop()
  const bare = temporaryFolder('bare')
  cpSync(join(first.path, 'secret'), join(bare, 'secret'))
  const again = await openHome('db2', { networkKey, path: bare, gate: { trusted: () => null } })
  t.notOk(again.sbot.gate.status().open, 'an old secret in a new folder is no new identity')
  await again.sbot.dial(peer.address)
  const published = await again.sbot.publish(post('back'), [again.sbot.id])
  t.equal(published.sequence, 301)
  const history = await again.sbot.history(again.sbot.id, 0, 400)
  t.equal(history.length, 301, 'all of it is here')
  await again.remove()
  await first.remove()
  await peer.remove()
})

tape('whose word counts', async (t) => {
  const networkKey = randomNetworkKey()
  const [friend, stranger] = [await openHome('db2', { networkKey }), await openHome('db2', { networkKey })]
  const first = await openHome('db2', { networkKey })
  t.equal(
    (await first.sbot.publish(post('new'), [first.sbot.id])).sequence,
    1,
    'a first start writes at once',
  )
  await first.stop()

  const again = await openHome('db2', { networkKey, path: first.path })
  const { sbot } = again
  const publishing = sbot.publish(post('second start'), [sbot.id])
  await sbot.dial(stranger.address)
  t.ok(await stillWaiting(publishing), 'while nobody is named, nobody’s word counts')
  t.match(sbot.gate.status().why, /not known yet/)
  sbot.gate.trust(() => [friend.sbot.id])
  t.ok(await stillWaiting(publishing), 'a stranger’s word does not count')
  await sbot.dial(friend.address)
  t.equal((await publishing).sequence, 2, 'the friend’s does')
  await again.stop()

  const third = await openHome('db2', { networkKey, path: first.path, gate: { trusted: () => null } })
  await third.sbot.dial(stranger.address)
  t.equal((await third.sbot.publish(post('third'), [sbot.id])).sequence, 3, 'anybody’s, where that is said')
  await third.stop()

  const alone = await openHome('db2', { networkKey, path: first.path, gate: { nobodyElse: true } })
  t.equal((await alone.sbot.publish(post('fourth'), [sbot.id])).sequence, 4, 'the operator’s word opens it')
  t.match(alone.sbot.gate.status().why, /operator/)
  await alone.remove()
  await friend.remove()
  await stranger.remove()
})

tape('a feed that has forked is not written on', async (t) => {
  const networkKey = randomNetworkKey()
  const peer = await openHome('db2', { networkKey })
  const first = await openHome('db2', { networkKey })
  await first.sbot.publish(post('common'), [first.sbot.id])
  await first.stop()
  const twinPath = copyOf(first.path)
  const one = await openHome('db2', { networkKey, path: first.path, gate: { nobodyElse: true } })
  peer.sbot.request(one.sbot.id, true)
  await peer.sbot.dial(one.address)
  await publishTo(one, peer, 1)
  await one.stop()
  const twin = await openHome('db2', { networkKey, path: twinPath, gate: { nobodyElse: true } })
  await twin.sbot.publish(post('the other two'), [twin.sbot.id])
  await twin.stop()
  const again = await openHome('db2', { networkKey, path: twinPath, gate: { trusted: () => [peer.sbot.id] } })
  await again.sbot.dial(peer.address)
  await until('the fork to be seen', () => /has forked: @.* message 2/.test(again.sbot.gate.status().why))
  t.ok(await stillWaiting(again.sbot.publish(post('three'), [again.sbot.id])), 'nothing is written')
  await again.remove()
  await one.remove()
  await peer.remove()
})

tape('folders that can’t be opened say why, and are left as they are', async (t) => {
  const networkKey = randomNetworkKey()
  const node = await startNode({ networkKey })
  await node.sbot.publish(post('x'), [node.id])
  t.match(
    await refusal(startNode({ networkKey, path: node.path })),
    /in use by another program \(process \d+\)/,
  )
  const { port } = node
  t.match(
    await refusal(startNode({ networkKey, listen: { host: '127.0.0.1', port } })),
    /could not listen on 127.0.0.1:\d+: another program uses it/,
  )
  await node.stop()
  const secret = join(node.path, 'secret')
  const kept = copyOf(node.path)
  rmSync(secret)
  t.match(await refusal(startNode({ networkKey, path: node.path })), /has a log but no secret/)
  t.notOk(existsSync(secret), 'no new secret was made')
  writeFileSync(secret, '{"curve":"ed25519"')
  t.match(await refusal(startNode({ networkKey, path: node.path })), /can't be read as a key pair/)
  const again = await startNode({ networkKey, path: kept, gate: { nobodyElse: true } })
  t.equal(again.id, node.id, 'a failed start leaves no lock behind, and the copy opens')
  await again.remove()
  mkdirSync(join(node.path, 'flume'))
  t.match(await refusal(startNode({ networkKey, path: node.path })), /belongs to an ssb-server/)
  await node.remove()
})

tape('a secret made by ssb-keys is read', async (t) => {
  const path = temporaryFolder('secret')
  const keys = ssbKeys.loadOrCreateSync(join(path, 'secret'))
  const node = await startNode({ networkKey: randomNetworkKey(), path })
  t.equal(node.id, keys.id)
  await node.remove()
})

tape('kill -9 leaves no lock', async (t) => {
  const networkKey = randomNetworkKey()
  const peer = await startNode({ networkKey })
  const path = temporaryFolder('locked')
  const script = join(__dirname, '..', 'helpers', 'publisher-child.js')
  const child = spawn(
    process.execPath,
    ['--no-deprecation', script, path, networkKey, peer.id, peer.address],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  watchOver(child)
  await new Promise((resolve) => child.stdout.once('data', resolve))
  t.match(await refusal(startNode({ networkKey, path })), /in use by another program/, 'locked while it runs')
  await endChild(child, 0)
  const node = await startNode({ networkKey, path, gate: { nobodyElse: true } })
  t.pass('free once it is killed')
  await node.remove()
  await peer.remove()
})

tape(
  'who was only started, stopped and started again writes; a copy, or one put back, asks first',
  async (t) => {
    const networkKey = randomNetworkKey()
    const first = await startNode({ networkKey })
    const { path } = first
    await first.stop()
    const unwritten = copyOf(path)
    const again = await startNode({ networkKey, path })
    await until('the gate to decide', () => again.gate.status().open)
    t.equal(again.gate.status().why, 'this identity has never written anything')

    const copy = await startNode({ networkKey, path: copyOf(path) })
    const copied = copy.sbot.publish(post('from the copy'), [copy.id])
    copied.catch(() => undefined)
    t.ok(await stillWaiting(copied), 'a copy that runs beside it does not write')
    t.match(copy.gate.status().why, /not known yet/)
    await copy.remove()

    const published = await again.sbot.publish(post('the first'), [again.id])
    t.equal(published.sequence, 1)
    await again.stop()
    // Put back as a file system that turns its clock back would: the same folder, with what was in it before.
    for (const name of readdirSync(path)) rmSync(join(path, name), { recursive: true })
    cpSync(unwritten, path, { recursive: true })
    const back = await startNode({ networkKey, path })
    t.equal(await back.sbot.head(back.id), null, 'put back to before its first message')
    const forgetful = back.sbot.publish(post('another first'), [back.id])
    forgetful.catch(() => undefined)
    t.ok(await stillWaiting(forgetful), 'it does not write a second message 1')
    await back.remove()
    rmSync(unwritten, { recursive: true })
    t.end()
  },
)
