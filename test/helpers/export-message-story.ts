/**
 * `export` by private message, once, for real: a stock ssb-server (standing for Patchwork) asks, wants the blob that the
 * answer links to, and opens it with the key in the link.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pullBox from 'pull-box-stream'
import pull from 'pull-stream'
import type { Test } from 'tape'
import { runNameOf } from '../../protocol/ids'
import { connected } from './connected'
import { until } from './machine'
import { answersTo, finalAnswer, privatePost, readFrom, type ThreadPost } from './patchwork'
import { askForPub, type World } from './path-story'
import { call, type StockPeer, startStock } from './stock'

interface Story {
  t: Test
  world: World
  root: string
}

const LINK = /\[([^\]]+)\]\((&[A-Za-z0-9+/]{43}=\.sha256)\?unbox=([A-Za-z0-9+/%]+=*\.boxs)\)/

/** The story from end to end. */
export async function tellExportByMessage(t: Test, world: World): Promise<void> {
  const { request: root, pub } = await askForPub(t, world, 'alice')
  const story = { t, world, root }
  const secret = readFileSync(join(world.hub.folder, 'pubs', runNameOf(pub.pub), 'secret'), 'utf8')

  const given = await ask(story, 'please export alice secret')
  t.match(given.text, /Two copies that run at once fork its feed.*`stop alice`/s, 'it says what it means')
  t.equal(
    (await opened(world, world.owner, given.text)).toString('utf8'),
    secret,
    'and opens in a stock client',
  )
  t.equal(LINK.exec(given.text)?.[1], 'alice-secret')
  const peers = await ask(story, 'export alice gossip')
  t.ok(Array.isArray(JSON.parse((await opened(world, world.owner, peers.text)).toString('utf8'))))
  t.match((await ask(story, 'export alice log')).text, /from a terminal: `buttcloud export alice log`/)
  t.match(
    (await ask(story, 'export alice all')).text,
    /`buttcloud export alice all`.*key pair.*`stop alice`/s,
  )
  await tellReadAlong(story, secret)
  await tellStranger(story)
  const key = (JSON.parse(secret) as { private: string }).private.slice(0, 43)
  t.deepEqual(
    filesWith(world.provider.folder, key),
    [],
    'nowhere on the provider’s disk the key pair lies open',
  )
  await ask(story, 'stop alice')
  const stopped = await ask(story, 'export alice gossip')
  const kept = JSON.parse((await opened(world, world.owner, stopped.text)).toString('utf8'))
  t.ok(Array.isArray(kept), 'a stopped pub is read from its files')
  await world.hub.kill()
  const away = await ask(story, 'export alice secret', 'failed')
  t.match(away.text, /its server is out of reach.*Nothing was handed out/s)
  t.notOk(LINK.test(away.text))
}

/** The files below a folder that hold these bytes. */
function filesWith(folder: string, text: string): string[] {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
  const files = names.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name))
  return files.filter((file) => readFileSync(file).includes(text))
}

/** One request in the thread, and its only answer. */
async function ask(story: Story, text: string, outcome = 'done'): Promise<ThreadPost> {
  const { t, world, root } = story
  const request = await privatePost(world.owner, [world.provider.id], text, { root, branch: root })
  const answer = await finalAnswer(world.owner, world.provider.id, request, 90_000)
  t.equal(answer.content.buttcloud.outcome, outcome, `${text}: ${answer.text.slice(0, 120)}`)
  const answers = await answersTo(world.owner, world.provider.id, request)
  t.equal(answers.filter((one) => one.content.buttcloud.final).length, 1, 'one final answer')
  return answer
}

/** With somebody else in the thread the link comes in another one, which they can't read. */
async function tellReadAlong({ t, world }: Story, secret: string): Promise<void> {
  const { owner, provider, networkKey } = world
  const bob = await startStock({ networkKey, label: 'bob' })
  try {
    const { invite } = await provider.admin('adminInvite', {})
    await call(bob.rpc, 'invite.accept', invite)
    const request = await privatePost(owner, [provider.id, bob.id], 'export alice secret')
    const answer = await finalAnswer(owner, provider.id, request, 60_000)
    t.match(answer.text, /in a new private thread that only its owners read/)
    t.notOk(LINK.test(answer.text), 'no link where bob reads')
    const bearers = (await readFrom(owner, provider.id)).filter(
      (post) => post.content.buttcloud?.delivers === request,
    )
    t.equal(bearers.length, 1, 'one link in a thread of its own')
    t.deepEqual(bearers[0]?.content.recps.sort(), [owner.id, provider.id].sort())
    const text = bearers[0]?.text ?? ''
    t.equal((await opened(world, owner, text)).toString('utf8'), secret)
    await until('bob to have read the answer', async () =>
      (await answersTo(bob, provider.id, request)).some((one) => one.content.buttcloud.final),
    )
    t.notOk(
      (await readFrom(bob, provider.id)).some((post) => LINK.test(post.text)),
      'bob has read no link at all',
    )
  } finally {
    await bob.stop()
  }
}

async function tellStranger({ t, world }: Story): Promise<void> {
  const { owner, provider, networkKey } = world
  const oscar = await startStock({ networkKey, label: 'oscar' })
  try {
    const { invite } = await provider.admin('adminInvite', {})
    await call(oscar.rpc, 'invite.accept', invite)
    const request = await privatePost(oscar, [provider.id], 'export alice secret')
    const answer = await finalAnswer(oscar, provider.id, request, 60_000)
    t.equal(answer.content.buttcloud.outcome, 'refused', 'to others it is not there')
    t.match(answer.text, /no pub called \*\*alice\*\*/)
    t.notOk(answer.text.includes(owner.id))
  } finally {
    await oscar.stop()
  }
}

/** Wants the blob as a client does that follows the link, and opens it with the key in the link. */
export async function opened(world: World, peer: StockPeer, text: string): Promise<Buffer> {
  const [, , id = '', unbox = ''] = LINK.exec(text) ?? []
  await until(
    'the blob',
    async () => {
      await connected(peer, world.provider.id, world.provider.address)
      return Promise.race([
        call<boolean>(peer.rpc, 'blobs.want', id),
        new Promise<false>((resolve) => setTimeout(() => resolve(false), 3_000)),
      ])
    },
    60_000,
  )
  const key = Buffer.from(decodeURIComponent(unbox).replace(/\.boxs$/, ''), 'base64')
  return new Promise((resolve, reject) =>
    pull(
      peer.rpc.blobs.get(id),
      pullBox.createUnboxStream(key, Buffer.alloc(24)),
      pull.collect((error: Error | null, parts: Buffer[]) =>
        error ? reject(error) : resolve(Buffer.concat(parts)),
      ),
    ),
  )
}
