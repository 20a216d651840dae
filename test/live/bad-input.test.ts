/**
 * Goal: whatever people and programs write to a provider, each request gets its one answer, nothing happens that its
 * author may not ask for, and the provider stays as small and quick as before.
 */
import { execFileSync } from 'node:child_process'
import test from 'tape'
import type { PubView } from '../../protocol/rpc'
import { answered, connected } from '../helpers/connected'
import { randomNetworkKey, until } from '../helpers/machine'
import { boxed, heldAt, invited, keysOf, outcomeOf } from '../helpers/odd-input'
import { firstPost, privatePost, readFrom } from '../helpers/patchwork'
import { askForPub, closeWorld, openWorld } from '../helpers/path-story'
import { type Home, startProvider, type TestProvider } from '../helpers/provider'
import { call, dial, type StockPeer, startStock } from '../helpers/stock'

type Send = [what: string, send: () => Promise<string>, outcome: RegExp, text: RegExp]

/** Texts and shapes that no client of ours writes and others may. */
function oddSends(alice: StockPeer, id: string): Send[] {
  const to = [alice.id, id]
  const objects = [
    { link: alice.id, name: 'alice' },
    { link: id, name: 'provider' },
  ]
  return [
    ['empty text', () => privatePost(alice, [id], ''), /unclear/, /found nothing to do/],
    ['only a mention', () => firstPost(alice, id, ''), /unclear/, /found nothing to do/],
    ['8 KiB of nonsense', () => largest(alice, id), /unclear/, /did not understand/],
    ['slashes', () => privatePost(alice, [id], 'create ../../etc/passwd'), /refused/, /letters|name/i],
    ['an emoji', () => privatePost(alice, [id], 'create 🦄🦄'), /refused/, /letters|name/i],
    ['a name too long', () => privatePost(alice, [id], `create ${'a'.repeat(400)}`), /refused|unclear/, /./],
    ['several lines', () => firstPost(alice, id, 'hello there!\n\nlist\nthank you'), /done/, /no pub yet/],
    [
      'recps as objects',
      () => boxed(alice, { type: 'post', text: 'list', recps: objects }, [id]),
      /done/,
      /no pub yet/,
    ],
    [
      'no recps inside, branch a list',
      () => boxed(alice, { type: 'post', text: 'list', root: 'nonsense', branch: ['x', 7, null] }, [id]),
      /done/,
      /no pub yet/,
    ],
    [
      'mentions of all kinds',
      () => boxed(alice, { type: 'post', text: 'list', recps: to, mentions: [7, null, { link: 5 }] }, [id]),
      /done/,
      /no pub yet/,
    ],
  ]
}

for (const home of ['own', 'stock'] as Home[]) {
  test(`${home}: odd texts and odd shapes each get one fitting answer`, async (t) => {
    const networkKey = randomNetworkKey()
    const provider = await startProvider({ networkKey, home })
    const alice = await startStock({ networkKey, label: 'alice' })
    try {
      await invited(provider, alice)
      const { id } = provider
      const to = [alice.id, id]
      const sends = oddSends(alice, id)
      for (const [what, send, outcome, text] of sends) {
        const request = await send()
        const answer = await answered(alice, () => provider, request)
        t.ok(
          outcome.test(outcomeOf(answer)) && text.test(answer.text),
          `${what}: ${answer.text.slice(0, 90)}`,
        )
        t.ok(Buffer.byteLength(JSON.stringify(answer.text)) <= 5_000, 'of a size that fits')
      }
      for (const text of [undefined, 7, null, ['list'], { toString: 'x' }])
        await boxed(alice, { type: 'post', text, recps: to }, [id])
      for (const content of [
        {},
        { type: 7 },
        { type: 'vote', vote: null },
        { type: 'about', about: id, name: {} },
      ])
        await boxed(alice, content, [id])
      const last = await privatePost(alice, [id], 'list')
      await answered(alice, () => provider, last)
      const answers = (await readFrom(alice, id)).filter((post) => post.content.buttcloud?.final)
      t.equal(answers.length, sends.length + 1, 'what is no text is passed over, all else is answered once')
      t.deepEqual(await provider.admin('adminPubs'), [], 'and no pub was made')
    } finally {
      await alice.stop()
      await provider.stop()
    }
    t.end()
  })

  test(`${home}: 200 requests at once: some are answered one by one, the rest together`, async (t) => {
    const networkKey = randomNetworkKey()
    const provider = await startProvider({ networkKey, home })
    const alice = await startStock({ networkKey, label: 'alice' })
    try {
      await invited(provider, alice)
      await answered(alice, () => provider, await firstPost(alice, provider.id, 'help'))
      const before = residentBytes(provider.pid)
      const published = await heldAt(provider, networkKey, provider.id)
      const from = Date.now()
      const requests = await Promise.all(
        Array.from({ length: 200 }, () => privatePost(alice, [provider.id], 'list')),
      )
      const burst = await until(
        'the combined answer',
        async () => {
          await connected(alice, provider.id, provider.address)
          return (await readFrom(alice, provider.id)).find((post) => post.content.buttcloud?.kind === 'burst')
        },
        60_000,
      )
      const ms = Date.now() - from
      const posts = await readFrom(alice, provider.id)
      const single = requests.filter(
        (request) => posts.filter((post) => post.content.buttcloud?.answers === request).length === 1,
      )
      t.ok(single.length >= 15 && single.length <= 20, `${single.length} answered one by one`)
      t.match(burst.text, new RegExp(`${200 - single.length} of your requests`), burst.text)
      const { sequence } = await call<any>(alice.rpc, 'getLatest', alice.id).then((latest) => latest.value)
      t.equal(burst.content.buttcloud.upTo, sequence, 'the combined answer is for all the others')
      t.equal(
        posts.filter((post) => post.content.buttcloud?.kind === 'burst').length,
        1,
        'of which there is one',
      )
      const grown = (await heldAt(provider, networkKey, provider.id)) - published
      t.ok(grown <= 25, `${grown} messages published`)
      t.ok(ms < 30_000, `${ms} ms`)
      const more = residentBytes(provider.pid) - before
      t.ok(more < 100 * 2 ** 20, `${Math.round(more / 2 ** 20)} MiB more memory`)
    } finally {
      await alice.stop()
      await provider.stop()
    }
    t.end()
  })

  test(`${home}: a stranger's delete and yes change nothing; one polite refusal, and no second`, async (t) => {
    const world = await openWorld(home, { engine: 'process' })
    const mallory = await startStock({ networkKey: world.networkKey, label: 'mallory' })
    try {
      const { provider, networkKey } = world
      await askForPub(t, world, 'alice')
      const before = await provider.admin<PubView[]>('adminPubs')
      await replicate(provider, networkKey, mallory.id)
      await call(mallory.rpc, 'publish', { type: 'contact', contact: provider.id, following: true })
      await until('mallory to be connected', () => connected(mallory, provider.id, provider.address))
      const asked = await firstPost(mallory, provider.id, 'delete alice')
      const refusals = async () => {
        await connected(mallory, provider.id, provider.address)
        return (await readFrom(mallory, provider.id)).filter((post) => post.content.buttcloud)
      }
      const [refusal] = await until('a refusal', async () => {
        const found = await refusals()
        return found.length > 0 ? found : null
      })
      t.match(refusal?.text ?? '', /don't know you/, refusal?.text)
      t.equal(refusal?.content.buttcloud.known, false)
      for (const text of ['yes', 'delete alice', 'yes'])
        await privatePost(mallory, [provider.id], text, { root: asked, branch: refusal?.key ?? asked })
      const all = (await call<any>(mallory.rpc, 'getLatest', mallory.id)).value.sequence
      await until('all of it to be at the provider', async () => {
        await connected(mallory, provider.id, provider.address)
        return (await heldAt(provider, networkKey, mallory.id)) === all
      })
      // What the owner asks after that is decided after that.
      const list = await firstPost(world.owner, provider.id, 'list')
      t.match((await answered(world.owner, () => provider, list)).text, /alice/, 'alice is there')
      const own = await heldAt(provider, networkKey, provider.id)
      await until('mallory to hold all the provider has said', async () => {
        await connected(mallory, provider.id, provider.address)
        const latest = await call<any>(mallory.rpc, 'getLatest', provider.id)
        return latest.value.sequence >= own
      })
      t.equal((await refusals()).length, 1, 'no second refusal within the hour')
      t.deepEqual(await provider.admin('adminPubs'), before, 'and nothing has changed')
    } finally {
      await mallory.stop()
      await closeWorld(world)
    }
    t.end()
  })
}

/** The longest text of one line that still fits a private message of these two. */
async function largest(peer: StockPeer, provider: string): Promise<string> {
  for (let length = 5_600; length > 5_000; length -= 20) {
    const text = 'blargh wibble '.repeat(500).slice(0, length)
    try {
      return await privatePost(peer, [provider], text)
    } catch {
      // Too large yet: what fits depends on all the other fields.
    }
  }
  throw new Error('no text fits')
}

/** Resident memory of a process of ours. */
function residentBytes(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1024
}

/** The provider's own server fetches this feed, whoever it is: a stock one by following, ours by request. */
async function replicate(provider: TestProvider, networkKey: string, feed: string): Promise<void> {
  const manifest = { publish: 'async', ebt: { request: 'sync' } }
  const rpc = await dial(keysOf(provider), provider.address, networkKey, manifest)
  try {
    if (provider.home === 'stock')
      await call(rpc, 'publish', { type: 'contact', contact: feed, following: true })
    else await call(rpc, 'ebt.request', feed, true)
  } finally {
    rpc.close(true, () => {})
  }
}
