/**
 * Goal: whatever people and programs write to a provider, each request gets its one answer, nothing happens that its
 * author may not ask for, and the provider stays as small and quick as before.
 */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import ssbKeys from 'ssb-keys'
import test from 'tape'
import type { HubView, PubView } from '../../protocol/rpc'
import { chainAtAddress, keysIn } from '../helpers/chains'
import { answered, connected } from '../helpers/connected'
import { randomNetworkKey, until } from '../helpers/machine'
import {
  answersTo,
  firstPost,
  inviteIn,
  madeUpFeed,
  privatePost,
  readFrom,
  type ThreadPost,
} from '../helpers/patchwork'
import { askForPub, closeWorld, openWorld, type World } from '../helpers/path-story'
import { type Home, startProvider, type TestProvider } from '../helpers/provider'
import { call, dial, type StockPeer, startStock } from '../helpers/stock'

/** Publishes exactly this content, boxed by hand for these people. */
async function boxed(peer: StockPeer, content: object, to: string[]): Promise<string> {
  return (await call<any>(peer.rpc, 'publish', ssbKeys.box(content, [peer.id, ...to]))).key
}

async function invited(provider: TestProvider, peer: StockPeer): Promise<void> {
  const { invite } = await provider.admin('adminInvite', { uses: 10 })
  await call(peer.rpc, 'invite.accept', invite)
}

const outcomeOf = (answer: ThreadPost): string => answer.content.buttcloud.outcome

function keysOf(provider: TestProvider): any {
  return keysIn(provider.home === 'own' ? provider.folder : join(provider.folder, '.ssb'))
}

/** How many messages of a feed the provider holds. */
async function heldAt(provider: TestProvider, networkKey: string, feed: string): Promise<number> {
  return (await chainAtAddress(keysOf(provider), provider.address, networkKey, feed)).size
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
      const objects = [
        { link: alice.id, name: 'alice' },
        { link: id, name: 'provider' },
      ]
      const sends: [string, () => Promise<string>, RegExp, RegExp][] = [
        ['empty text', () => privatePost(alice, [id], ''), /unclear/, /no text/],
        ['only a mention', () => firstPost(alice, id, ''), /unclear/, /no text/],
        ['8 KiB of nonsense', () => largest(alice, id), /unclear/, /did not understand/],
        ['slashes', () => privatePost(alice, [id], 'create ../../etc/passwd'), /refused/, /letters|name/i],
        ['an emoji', () => privatePost(alice, [id], 'create 🦄🦄'), /refused/, /letters|name/i],
        [
          'a name too long',
          () => privatePost(alice, [id], `create ${'a'.repeat(400)}`),
          /refused|unclear/,
          /./,
        ],
        [
          'several lines',
          () => firstPost(alice, id, 'hello there!\n\nlist\nthank you'),
          /done/,
          /no pub yet/,
        ],
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
          () =>
            boxed(alice, { type: 'post', text: 'list', recps: to, mentions: [7, null, { link: 5 }] }, [id]),
          /done/,
          /no pub yet/,
        ],
      ]
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
      t.match(burst.text, new RegExp(`${200 - single.length} requests`), burst.text)
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

test('with a third person in the thread the invite goes elsewhere, and their commands touch nothing', async (t) => {
  const world = await openWorld('own', { engine: 'process' })
  const third = await startStock({ networkKey: world.networkKey, label: 'third' })
  try {
    const { provider, owner } = world
    await invited(provider, third)
    await call(owner.rpc, 'publish', { type: 'contact', contact: third.id, following: true })
    const all = [provider.id, third.id]
    const request = await privatePost(owner, all, `[@p](${provider.id}) [@t](${third.id})\n\ncreate alice`)
    const answer = await answered(owner, () => provider, request)
    t.equal(outcomeOf(answer), 'done', answer.text.slice(0, 100))
    t.equal(inviteIn(answer.text), null, 'no invite where others read along')
    t.deepEqual(new Set(answer.content.recps), new Set([owner.id, ...all]))
    const bearers = (await readFrom(owner, provider.id)).filter(
      (post) => post.content.buttcloud?.kind === 'bearer',
    )
    t.equal(bearers.length, 1, 'it came once')
    t.equal(bearers[0]?.content.root, undefined, 'in a thread of its own')
    t.deepEqual(new Set(bearers[0]?.content.recps), new Set([owner.id, provider.id]), 'to the owner alone')
    t.ok(inviteIn(bearers[0]?.text ?? '') !== null)

    const others = [provider.id, owner.id]
    const asThird = async (text: string, branch: string) => {
      const key = await privatePost(third, others, text, { root: request, branch })
      return answered(third, () => provider, key)
    }
    const theirs = await asThird('delete alice', request)
    t.equal(outcomeOf(theirs), 'refused', theirs.text)
    const asked = await privatePost(owner, all, 'delete alice', { root: request, branch: request })
    const question = await answered(owner, () => provider, asked)
    t.equal(outcomeOf(question), 'asked')
    const yes = await asThird('yes', question.key)
    t.equal(outcomeOf(yes), 'refused', yes.text)
    const [pub] = await provider.admin<PubView[]>('adminPubs')
    t.equal(pub?.status, 'up', 'alice is up')
    const opened = await readFrom(third, provider.id)
    t.notOk(
      opened.some((post) => inviteIn(post.text) !== null),
      'the third person can open no invite',
    )
    const own = await privatePost(owner, all, 'yes', { root: request, branch: question.key })
    t.equal(outcomeOf(await answered(owner, () => provider, own)), 'done', "the owner's own yes counts")
  } finally {
    await third.stop()
    await closeWorld(world)
  }
  t.end()
})

test('forged messages of our own kinds from an owner, and posts by programs, do nothing', async (t) => {
  const world = await openWorld('own', { engine: 'process' })
  try {
    const { provider, owner, hub } = world
    const { pub, request } = await askForPub(t, world, 'alice')
    const before = await picture(world)
    const published = await heldAt(provider, world.networkKey, provider.id)
    for (const content of forgeries(world, pub)) await boxed(owner, content, [provider.id, hub.id])
    const fact = (await answersTo(owner, provider.id, request)).at(-1)?.content.buttcloud
    const byProgram = [{}, null, 7, { v: 1, kind: 'answer' }, fact]
    const posts = await Promise.all(
      byProgram.map((buttcloud) =>
        boxed(owner, { type: 'post', text: 'create bob', recps: [owner.id, provider.id], buttcloud }, [
          provider.id,
        ]),
      ),
    )
    const list = await privatePost(owner, [provider.id], 'list')
    const { text } = await answered(owner, () => provider, list)
    t.notOk(/bob|stolen/.test(text), text)
    t.deepEqual(await picture(world), before, 'nothing has changed')
    for (const key of posts)
      t.equal((await answersTo(owner, provider.id, key)).length, 0, 'programs get no answer')
    t.equal(await heldAt(provider, world.networkKey, provider.id), published + 1, 'one message, the list')
  } finally {
    await closeWorld(world)
  }
  t.end()
})

async function picture(world: World): Promise<[PubView[], HubView[]]> {
  return [await world.provider.admin('adminPubs'), await world.provider.admin('adminHubs')]
}

/** One of each of our own kinds, as its rightful author would write it, but by an owner. */
function forgeries(world: World, pub: PubView): object[] {
  const { owner, hub } = world
  const answers = pub.pub
  const record = {
    pub: pub.pub,
    name: 'stolen',
    owners: [owner.id],
    plan: 'free',
    status: 'live',
    port: 9_000,
  }
  const about = { pub: pub.pub, revision: 99, epoch: 1 }
  const spec = {
    desired: 'none',
    name: 'stolen',
    description: '',
    memoryBytes: 1,
    reservedBytes: 1,
    diskBytes: 1,
  }
  const observed = { phase: 'removed', reason: null, trouble: null, feed: owner.id, host: null, port: null }
  const invite = { key: madeUpFeed(), uses: 100, tag: 'tag' }
  return [
    { type: 'buttcloud/pub', v: 1, ...record, hub: owner.id, epoch: 9, keepUntil: null, answers },
    { type: 'buttcloud/owner', v: 1, owner: madeUpFeed(), answers },
    { type: 'buttcloud/hub', v: 1, hub: owner.id, status: 'admitted', label: 'mine', token: null },
    { type: 'buttcloud/hub', v: 1, hub: hub.id, status: 'retired', label: 'gone', token: null },
    { type: 'buttcloud/spec', v: 1, ...about, hub: hub.id, ...spec, port: 9_000, keepUntil: 1, answers },
    { type: 'buttcloud/op', v: 1, op: answers, hub: hub.id, pub: pub.pub, kind: 'invite', invite },
    { type: 'buttcloud/observed', v: 1, ...about, ...observed },
    { type: 'buttcloud/result', v: 1, op: answers, pub: pub.pub, ok: false, reason: 'forged' },
    {
      type: 'buttcloud/capacity',
      v: 1,
      memoryBytes: 1e15,
      diskBytes: 1e15,
      engine: 'docker',
      host: 'x',
      version: '9',
    },
  ]
}

test('two providers that write to each other do not fall into a loop', async (t) => {
  const networkKey = randomNetworkKey()
  const plugins = { [join('buttcloud-under-test', 'plugin')]: 'buttcloud' }
  const nodeModules = { 'buttcloud-under-test': join(__dirname, '..', '..') }
  const config = { buttcloud: { nobodyElse: true } }
  const both = await Promise.all(
    ['one', 'two'].map((label) => startStock({ networkKey, label, plugins, nodeModules, config })),
  )
  const [one, two] = both as [StockPeer, StockPeer]
  try {
    for (const [host, guest] of [
      [one, two],
      [two, one],
    ] as const) {
      const { invite } = await call<any>(host.rpc, 'buttcloud.adminInvite', { uses: 2 })
      await call(guest.rpc, 'invite.accept', invite)
    }
    for (let round = 0; round < 3; round += 1) {
      for (const [from, to] of [
        [one, two],
        [two, one],
      ] as const)
        await answered(from, () => to, await privatePost(from, [to.id], 'list'))
    }
    for (const [from, to] of [
      [one, two],
      [two, one],
    ] as const) {
      const posts = (await readFrom(from, from.id)).filter((post) => post.content.buttcloud)
      t.equal(posts.length, 3, 'three questions came, three answers went out, and none for an answer')
      t.ok((await readFrom(to, from.id)).length > 0)
    }
  } finally {
    await Promise.all(both.map((peer) => peer.stop()))
  }
  t.end()
})
