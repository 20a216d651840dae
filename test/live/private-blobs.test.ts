/** Long answers as blobs: who can open them, and when they go. In both homes of the provider, with a stock client. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pullBox from 'pull-box-stream'
import pull from 'pull-stream'
import tape from 'tape'
import { createPrivateBlobs, type PrivateBlobs } from '../../plugin/io/private-blobs'
import { type FeedId, pubIdOf } from '../../protocol/ids'
import {
  PRIVATE_BLOB_BYTES_MAX,
  PRIVATE_BLOB_FETCHED_MS,
  PRIVATE_BLOB_KEPT_MS,
  PRIVATE_BLOBS_PER_PUB_BYTES_MAX,
} from '../../protocol/limits'
import { makeFolder } from '../../sbot/durable'
import { connected } from '../helpers/connected'
import { type Home, type HomeName, openHome } from '../helpers/homes'
import { randomNetworkKey, until } from '../helpers/machine'
import { call, type StockPeer, startStock } from '../helpers/stock'
import { key } from '../helpers/story'

const HOMES: HomeName[] = ['db2', 'classic']
const PUB = pubIdOf(key('pub'))
const OTHER = pubIdOf(key('other'))

interface World {
  home: Home
  blobs: PrivateBlobs
  /** A client that follows nobody. */
  alice: StockPeer
  clock: { time: number }
  /** The same node's blobs after a restart of our part. */
  again(): PrivateBlobs
  table(): string
  has(link: string): Promise<boolean>
}

function story(name: HomeName, title: string, run: (t: tape.Test, world: World) => Promise<void>): void {
  tape(`${name}: ${title}`, async (t) => {
    const networkKey = randomNetworkKey()
    const home = await openHome(name, { networkKey })
    const alice = await startStock({ networkKey, label: 'alice' })
    const clock = { time: Date.now() }
    const folder = join(home.path, 'private')
    makeFolder(folder)
    const warn = (fact: string) => t.fail(fact)
    const again = (): PrivateBlobs =>
      createPrivateBlobs(home.ssb, folder, { now: () => clock.time, after: () => () => undefined }, warn)
    try {
      await run(t, {
        ...{ home, alice, clock, again, blobs: again() },
        table: () => readFileSync(join(folder, 'private-blobs.json'), 'utf8'),
        has: async (link) => (await call<number | null>(home.ssb, 'blobs.size', link)) !== null,
      })
    } finally {
      await alice.stop()
      await home.remove()
    }
  })
}

/** Asks for it as a client does that shows a message with this link, and takes it from its own store. */
async function fetch(peer: StockPeer, home: Home, link: string): Promise<Buffer> {
  await until(
    `${link} at the client`,
    async () => {
      await connected(peer, home.sbot.id, home.address)
      // A want is answered only when the blob has come.
      return Promise.race([
        call<boolean>(peer.rpc, 'blobs.want', link),
        new Promise<false>((resolve) => setTimeout(() => resolve(false), 3_000)),
      ])
    },
    60_000,
  )
  return collected(peer.rpc.blobs.get(link))
}

const collected = (source: unknown): Promise<Buffer> =>
  new Promise((resolve, reject) =>
    pull(
      source,
      pull.collect((error: unknown, parts: Buffer[]) =>
        error ? reject(error) : resolve(Buffer.concat(parts)),
      ),
    ),
  )

/** As ssb-serve-blobs and Patchwork do it with what stands in the link's query. */
function opened(boxed: Buffer, unbox: string): Promise<Buffer> {
  const key = Buffer.from(unbox.replace(/\.boxs$/, ''), 'base64')
  return collected(pull(pull.once(boxed), pullBox.createUnboxStream(key, Buffer.alloc(24))))
}

for (const name of HOMES) {
  story(
    name,
    'whoever is told the link opens it with a stock client',
    async (t, { home, blobs, alice, table }) => {
      const plain = Buffer.from('alice, '.repeat(50_000))
      const blob = await blobs.put(plain, { pub: PUB })
      const boxed = await fetch(alice, home, blob.link)
      t.ok(!boxed.includes('alice, alice'), 'what travels is not the text')
      t.ok((await opened(boxed, blob.unbox)).equals(plain), 'and opens with the key of the link')

      const written = /^\[the list\]\((&[^?]+)\?unbox=([^)]+)\)$/.exec(blob.markdownLink('the list'))
      t.equal(written?.[1], blob.link)
      t.notOk(written?.[2]?.includes('+'), 'no plus that a query would read as a blank')
      t.equal(
        new URLSearchParams(`unbox=${written?.[2]}`).get('unbox'),
        blob.unbox,
        'the query gives the key',
      )
      t.notOk(table().includes(blob.unbox.slice(0, 20)), 'the key is not kept')

      const other = await blobs.put(plain, { pub: PUB })
      t.notEqual(other.link, blob.link, 'the same text twice does not show as the same')
      const rows = await call<Record<string, unknown>>(alice.rpc, 'blobs.has', other.link)
      t.equal(rows, false, 'what nobody asked for has not moved')
    },
  )

  story(
    name,
    'it goes after a week, also when we were away',
    async (t, { home, blobs, clock, again, has }) => {
      const { link } = await blobs.put(Buffer.from('old'), { pub: PUB })
      clock.time += PRIVATE_BLOB_KEPT_MS - 1
      await blobs.sweep()
      t.ok(await has(link), 'not before its time')
      const later = await blobs.put(Buffer.from('new'), { pub: PUB })
      clock.time += 1
      await again().sweep()
      t.notOk(await has(link), 'gone')
      t.ok(await has(later.link), 'the newer one stays')
      t.ok((await home.sbot.head(home.sbot.id)) === null, 'and nothing was published')
    },
  )

  story(name, 'an export goes early when its owner has it', async (t, { home, blobs, alice, clock, has }) => {
    const { link } = await blobs.put(Buffer.from('the secret'), {
      pub: PUB,
      dropWhenFetchedBy: [alice.id as FeedId],
    })
    const kept = await blobs.put(Buffer.from('an answer'), { pub: PUB })
    await fetch(alice, home, link)
    await fetch(alice, home, kept.link)
    clock.time += PRIVATE_BLOB_FETCHED_MS - 1
    await blobs.sweep()
    t.ok(await has(link), 'a client that failed to store it may ask again')
    clock.time += 1
    await blobs.sweep()
    t.notOk(await has(link), 'gone')
    t.ok(await has(kept.link), 'others stay their time')
  })

  story(name, 'who has much pushes out only their own', async (t, { blobs, clock, has }) => {
    const first = await blobs.put(Buffer.from('the oldest, of somebody else'), { pub: OTHER })
    const links: string[] = []
    const fit = Math.floor(PRIVATE_BLOBS_PER_PUB_BYTES_MAX / PRIVATE_BLOB_BYTES_MAX)
    for (let count = 0; count <= fit; count += 1) {
      clock.time += 1
      links.push((await blobs.put(Buffer.alloc(PRIVATE_BLOB_BYTES_MAX, count), { pub: PUB })).link)
    }
    await blobs.sweep()
    t.ok(await has(first.link), 'somebody else keeps theirs, though it is older')
    const there = await Promise.all(links.map(has))
    t.deepEqual([there.indexOf(true), there.lastIndexOf(false)], [1, 0], 'their own oldest went')
  })

  story(name, 'too much or nothing is refused', async (t, { home, blobs, alice }) => {
    const full = await blobs.put(Buffer.alloc(PRIVATE_BLOB_BYTES_MAX, 7), { pub: PUB })
    const boxed = await fetch(alice, home, full.link)
    t.equal((await opened(boxed, full.unbox)).length, PRIVATE_BLOB_BYTES_MAX, 'the largest one arrives')
    for (const bytes of [Buffer.alloc(0), Buffer.alloc(PRIVATE_BLOB_BYTES_MAX + 1)])
      await blobs.put(bytes, { pub: PUB }).then(
        () => t.fail('must be refused'),
        (error: Error) => t.ok(/bytes/.test(error.message), error.message),
      )
  })
}
