/**
 * What owners see of a pub, once, for real: a stock ssb-server (standing for Patchwork) asks for a status and opens the
 * picture; figures and live streams come over the owner's own connection to the provider; nobody else gets any.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pullBox from 'pull-box-stream'
import pull from 'pull-stream'
import ssbKeys from 'ssb-keys'
import type { Test } from 'tape'
import { CHART_HEIGHT, CHART_WIDTH } from '../../plugin/chart'
import { checkFigures, checkSamples, FIGURE_METHODS, type Figures } from '../../protocol/figures'
import { STATS_PER_OWNER_MAX } from '../../protocol/limits'
import type { PubView } from '../../protocol/rpc'
import { answered, connected } from './connected'
import { until } from './machine'
import { answersTo, firstPost, privatePost, type ThreadPost } from './patchwork'
import { askForPub, type World } from './path-story'
import { tellStats } from './stats-story'
import { call, dial, type StockPeer, startStock } from './stock'

export interface Story {
  t: Test
  world: World
  root: string
  pub: PubView
  /** The owner's own connection. */
  mine: any
}

/** The story from end to end. `more` is told while everything runs. */
export async function tellStatus(
  t: Test,
  world: World,
  more: (story: Story) => Promise<void> = async () => {},
): Promise<void> {
  const { request: root, pub } = await askForPub(t, world, 'alice')
  const { owner, provider, networkKey } = world
  const bob = await startStock({ networkKey, label: 'bob' })
  const mine = await asCaller(world, owner)
  const story: Story = { t, world, root, pub, mine }
  try {
    const { invite } = await provider.admin('adminInvite', {})
    await call(bob.rpc, 'invite.accept', invite)
    await tellFigures(story)
    await tellPicture(story)
    await tellReaders(story, bob)
    await tellStrangers(story, bob)
    await tellStream(story)
    await tellStats(t, world, pub)
    await more(story)
    await tellHubAway(story)
    await tellScan(story)
  } finally {
    mine.close(true, () => {})
    await bob.stop()
  }
}

const asCaller = (world: World, peer: StockPeer): Promise<any> =>
  dial(peer.keys, world.provider.address, world.networkKey, { buttcloud: FIGURE_METHODS })

/** One command in the thread, and its final answer. */
async function command(story: Story, text: string): Promise<ThreadPost> {
  const { world, root } = story
  const request = await privatePost(world.owner, [world.provider.id], text, { root, branch: root })
  return answered(world.owner, () => world.provider, request)
}

async function tellFigures(story: Story): Promise<void> {
  const { t, pub, mine } = story
  const figures = await until('the first figures', async () => {
    const found = await call<Figures>(mine, 'buttcloud.figures', { pub: pub.pub })
    return found.at === null ? null : found
  })
  t.ok(checkFigures(figures, '').ok && figures.running, 'figures over the own connection')
  t.ok(Number(figures.memoryBytes) > 5 * 2 ** 20, `memory: ${figures.memoryBytes}`)
  t.ok(Number(figures.memoryBytes) < figures.memoryMaxBytes, 'within its plan')
  const samples = await call<any>(mine, 'buttcloud.samples', { pub: pub.pub, span: 'day' })
  t.ok(checkSamples(samples, '').ok && samples.memoryBytes.at(-1) !== undefined, 'and what a chart needs')
}

async function tellPicture(story: Story): Promise<void> {
  const { t, world } = story
  const answer = await command(story, 'how is alice doing?')
  t.equal(answer.content.buttcloud.outcome, 'done')
  for (const line of [
    /^\*\*alice\*\* is \*\*up\*\*/,
    /^Running for \d+ (s|min), since \d{4}-\d\d-\d\d \d\d:\d\d UTC$/m,
    /^Memory: \d+ MB of 192 MB/m,
    /^Disk: [\d.]+ [KM]B of 1\.0 GB/m,
    /^Bandwidth since .* UTC: [\d.]+ [KM]?B in, [\d.]+ [KM]?B out$/m,
    /^Peers connected: \d+; feeds stored: \d+$/m,
    /^Server: hub-1$/m,
  ])
    t.match(answer.text, line)
  const [, link, unbox] =
    /^!\[alice, the last 24 hours\]\((&[^?)]+)\?unbox=([^)]+)\)$/m.exec(answer.text) ?? []
  if (link === undefined || unbox === undefined) throw new Error(`no picture in: ${answer.text}`)
  const mention = answer.content.mentions.find((one: any) => one.link === link)
  t.equal(
    mention?.query?.unbox,
    decodeURIComponent(unbox),
    'mentioned as Patchwork mentions a private picture',
  )
  await until('the blob at the owner', async () => {
    await connected(world.owner, world.provider.id, world.provider.address)
    return Promise.race([
      call<boolean>(world.owner.rpc, 'blobs.want', link),
      new Promise<false>((resolve) => setTimeout(() => resolve(false), 3_000)),
    ])
  })
  const boxed = await collected(world.owner.rpc.blobs.get(link))
  const key = Buffer.from(decodeURIComponent(unbox).replace(/\.boxs$/, ''), 'base64')
  const png = await collected(pull(pull.once(boxed), pullBox.createUnboxStream(key, Buffer.alloc(24))))
  t.equal(png.subarray(0, 8).toString('hex'), '89504e470d0a1a0a', 'a PNG comes out')
  t.deepEqual(
    [png.readUInt32BE(16), png.readUInt32BE(20)],
    [2 * CHART_WIDTH, 2 * CHART_HEIGHT],
    'of its size',
  )
  t.equal(png.subarray(-8, -4).toString('latin1'), 'IEND', 'whole')
}

/** Somebody who owns nothing reads along. */
async function tellReaders(story: Story, bob: StockPeer): Promise<void> {
  const { t, world } = story
  const request = await privatePost(world.owner, [world.provider.id, bob.id], 'status alice')
  const answer = await answered(world.owner, () => world.provider, request)
  t.match(answer.text, /for its owners alone, and others read along here/)
  t.doesNotMatch(answer.text, /Memory|Bandwidth|!\[/, 'no figure and no picture')
}

async function tellStrangers(story: Story, bob: StockPeer): Promise<void> {
  const { t, world, pub, mine } = story
  const asked = await firstPost(bob, world.provider.id, 'status alice')
  const answer = await answered(bob, () => world.provider, asked)
  t.match(answer.text, /You have no pub called/, 'bob gets no figures by message')
  const theirs = await asCaller(world, bob)
  for (const method of ['figures', 'samples'])
    t.match(
      await said(theirs, method, { pub: pub.pub, span: 'day' }),
      /^unknown: you have no such pub/,
      `nor by ${method}`,
    )
  t.match(String((await ended(watch(theirs, pub.pub))).message), /^unknown: /, 'nor a stream')
  for (const odd of [undefined, null, 7, 'text', [], {}, { pub: 7 }, { pub: 'x'.repeat(100_000) }])
    t.match(
      await said(mine, 'figures', odd),
      /^bad-argument: /,
      `${JSON.stringify(odd)?.slice(0, 20)} gets a sentence`,
    )
  t.match(await said(mine, 'samples', { pub: pub.pub, span: 'year' }), /^bad-argument: .*hour, day, month/)
  t.match(
    await said(mine, 'figures', { pub: `%${Buffer.alloc(32).toString('base64')}.sha256` }),
    /^unknown: /,
  )
  theirs.close(true, () => {})
}

async function tellStream(story: Story): Promise<void> {
  const { t, pub, mine, world } = story
  const watchers = Array.from({ length: STATS_PER_OWNER_MAX }, () => watch(mine, pub.pub))
  await until('three items for each', () => watchers.every(({ items }) => items.length >= 3))
  t.ok(Number(watchers[0]?.items[2].inBytesPerSecond) >= 0, 'with what moves at that moment')
  const gaps = watchers[0]?.items.map(({ at }, which) => at - (watchers[0]?.items[which - 1]?.at ?? at)) ?? []
  t.ok(Math.max(...gaps) < 5_000, `about one a second (${gaps.join(', ')} ms)`)
  t.match(String((await ended(watch(mine, pub.pub))).message), /^refused: you watch 12 streams already/)
  for (const watcher of watchers) watcher.stop()
  const again = await until('room again', async () => {
    const one = watch(mine, pub.pub)
    await until('an item or the end', () => one.items.length > 0 || one.end !== null)
    return one.items.length > 0 ? one : null
  })
  again.stop()
  const other = await asCaller(world, world.owner)
  const cut = watch(other, pub.pub)
  await until('an item', () => cut.items.length > 0)
  other.close(true, () => {})
  t.pass('a reader that vanishes is no trouble')
}

/** The hub is killed while somebody watches; then a status is answered without figures. */
async function tellHubAway(story: Story): Promise<void> {
  const { t, pub, mine, world } = story
  const watcher = watch(mine, pub.pub)
  await until('an item', () => watcher.items.length > 0)
  await world.hub.kill()
  t.match(String((await ended(watcher)).message), /^try-again: the connection to its server ended/)
  const away = await until('the provider to notice', async () => {
    const found = await said(mine, 'figures', { pub: pub.pub })
    return /out of reach/.test(found) ? found : null
  })
  t.match(away, /^try-again: /)
  t.match(
    String((await ended(watch(mine, pub.pub))).message),
    /^try-again: its server, hub-1, is out of reach/,
  )
  const answer = await command(story, 'status alice')
  t.match(answer.text, /no figures just now: its server, hub-1, is out of reach since \d{4}-/)
  t.doesNotMatch(answer.text, /!\[/)
  await world.hub.restart()
  await until(
    'figures again',
    async () => !/^(try-again|unknown)/.test(await said(mine, 'figures', { pub: pub.pub })),
  )
  t.pass('and they come again with the hub')
}

/** On no feed and in no log is a figure, but in the answers to an owner's own status. */
async function tellScan(story: Story): Promise<void> {
  const { t, world, root, pub } = story
  const { provider, hub, owner, networkKey } = world
  const file = join(provider.folder, ...(provider.home === 'own' ? ['secret'] : ['.ssb', 'secret']))
  const keys = JSON.parse(readFileSync(file, 'utf8').replace(/^\s*#.*$/gm, ''))
  const rpc = await dial(keys, provider.address, networkKey, { createHistoryStream: 'source' })
  const traces = /inBytes|outBytes|cpuMs|Bandwidth|Memory: |Disk: |unbox/
  for (const id of [provider.id, hub.id, pub.feed ?? '']) {
    const messages = await new Promise<any[]>((resolve, reject) =>
      pull(
        rpc.createHistoryStream({ id, live: false }),
        pull.collect((error: unknown, found: any[]) => (error ? reject(error) : resolve(found))),
      ),
    )
    let told = 0
    for (const { value } of messages) {
      const content = typeof value.content === 'string' ? ssbKeys.unbox(value.content, keys) : value.content
      if (!traces.test(JSON.stringify(content ?? null))) continue
      told += 1
      const { recps, buttcloud } = content
      if (buttcloud?.command !== 'status' || recps.join() !== [owner.id, provider.id].join())
        t.fail(`a figure where none may be: ${JSON.stringify(content).slice(0, 300)}`)
    }
    t.equal(told > 0, id === provider.id, `figures on the feed of ${id.slice(0, 6)}: ${told} messages`)
  }
  rpc.close(true, () => {})
  for (const lines of [provider.output(), hub.lines()])
    t.doesNotMatch(lines, /inBytes|outBytes|cpuMs|Bandwidth|Memory: |Disk: |unbox|\.boxs/, 'none in a log')
  t.ok((await answersTo(owner, provider.id, root)).length > 0, 'the thread is the one it was')
}

interface Watcher {
  items: any[]
  end: any
  stop(): void
}

function watch(rpc: any, pub: string): Watcher {
  const source = rpc.buttcloud.stats({ pub })
  const watcher: Watcher = { items: [], end: null, stop: () => source(true, () => {}) }
  pull(
    source,
    pull.drain(
      (item: unknown) => watcher.items.push(item),
      (error: unknown) => {
        watcher.end = error ?? true
      },
    ),
  )
  return watcher
}

const ended = (watcher: Watcher): Promise<any> => until('the end of a stream', () => watcher.end)

const said = (rpc: any, method: string, request: unknown): Promise<string> =>
  call(rpc, `buttcloud.${method}`, request).then(
    (value) => JSON.stringify(value),
    (error: Error) => error.message,
  )

const collected = (source: unknown): Promise<Buffer> =>
  new Promise((resolve, reject) =>
    pull(
      source,
      pull.collect((error: unknown, parts: Buffer[]) =>
        error ? reject(error) : resolve(Buffer.concat(parts)),
      ),
    ),
  )
