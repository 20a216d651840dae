/**
 * What reaches into a pub, once, for real: its owner (a stock ssb-server, standing for Patchwork) has it follow and
 * block, runs its methods by message, and calls it with their own key. Members are stock servers, too.
 */
import { createHash } from 'node:crypto'
import pullBox from 'pull-box-stream'
import pull from 'pull-stream'
import ssbKeys from 'ssb-keys'
import type { Test } from 'tape'
import type { PubView } from '../../protocol/rpc'
import { connected } from './connected'
import { until } from './machine'
import { answersTo, finalAnswer, privatePost } from './patchwork'
import { askForPub, type World } from './path-story'
import { call, dial, netAddress, startStock } from './stock'

interface Story {
  t: Test
  world: World
  pub: PubView
  root: string
  /** The pub's multiserver address. */
  address: string
}

/** The story from end to end. */
export async function tellReach(t: Test, world: World): Promise<void> {
  const { request: root, code, pub } = await askForPub(t, world, 'alice')
  await call(world.owner.rpc, 'invite.accept', code)
  const host = pub.address?.slice(0, pub.address.lastIndexOf(':')) ?? '127.0.0.1'
  const story = { t, world, pub, root, address: netAddress(host, pub.port, pub.feed ?? '') }
  await tellContacts(story)
  await tellRun(story)
  await tellAddress(story)
  await tellStopped(story)
}

/** One command in the thread, and its only answer. */
async function command({ t, world, root }: Story, text: string, outcome = 'done'): Promise<string> {
  const { owner, provider } = world
  const request = await privatePost(owner, [provider.id], text, { root, branch: root })
  const answer = await finalAnswer(owner, provider.id, request, 90_000)
  t.equal(answer.content.buttcloud.outcome, outcome, `${text.slice(0, 60)}: ${answer.text.slice(0, 150)}`)
  const answers = await answersTo(owner, provider.id, request)
  t.equal(answers.filter((one) => one.content.buttcloud.final).length, 1, 'one final answer')
  return answer.text
}

async function tellContacts(story: Story): Promise<void> {
  const { t, world, pub, address } = story
  const bob = await startStock({ networkKey: world.networkKey, label: 'bob' })
  try {
    t.match(await command(story, `follow alice [@bob](${bob.id})`), /now follows/)
    t.deepEqual(
      await contactsOf(story, bob.id),
      [[true, false]],
      'it stands on the feed when the answer is there',
    )
    t.match(await command(story, `follow alice ${bob.id}`), /follows \S+ already/)
    const post = await call(bob.rpc, 'publish', { type: 'post', text: 'hello' })
    await until('the pub to hold what bob writes', async () => {
      await connected(bob, pub.feed ?? '', address)
      return (await feedOf(story, bob.id)).some((one) => one.sequence === post.value.sequence)
    })
    t.match(await command(story, `please block ${bob.id} on alice`), /now blocks/)
    const refused = await dial(bob.keys, address, world.networkKey, { whoami: 'sync' }).catch(
      (error) => error,
    )
    t.ok(refused instanceof Error, 'bob gets no connection any more')
    t.match(await command(story, `unblock alice ${bob.id}`), /neither follows nor blocks/)
    t.deepEqual(await contactsOf(story, bob.id), [
      [true, false],
      [false, true],
      [false, false],
    ])
    t.match(await command(story, `block alice ${world.owner.id}`, 'refused'), /is an owner/)
    t.match(await command(story, `block alice ${world.provider.id}`, 'refused'), /That is me/)
    t.match(await command(story, `follow club ${bob.id}`, 'refused'), /no pub called/)
  } finally {
    await bob.stop()
  }
}

async function tellRun(story: Story): Promise<void> {
  const { t, world, pub } = story
  t.match(await command(story, 'run alice whoami'), new RegExp(`"id": "${pub.feed?.replace(/[+/.]/g, '.')}"`))
  const follows = await command(story, `run alice friends.isFollowing ${pub.feed} ${world.owner.id}`)
  t.match(follows, /```\ntrue\n```/, 'it follows its owner, who redeemed the invite')
  t.match(await command(story, 'run alice replicate.upto'), /"sequence":/)
  t.match(
    await command(story, 'run alice blobs.want &47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=.sha256'),
    /asked for; it has not come yet/,
  )
  const list = await command(story, 'run alice publish {"type":"post","text":"x"}', 'refused')
  t.match(list, /What can be run:/)
  t.match(await command(story, 'run alice invite.create 2'), /For 2 people/, 'an invite of the ledger')

  for (let count = 0; count < 12; count += 1)
    await call(world.owner.rpc, 'publish', { type: 'post', text: `${count} ${'long '.repeat(80)}` })
  await until('the pub to hold what its owner wrote', async () => {
    await connected(world.owner, pub.feed ?? '', story.address)
    return (await feedOf(story, world.owner.id)).length >= 12
  })
  const long = await command(story, `run alice createHistoryStream ${world.owner.id}`)
  t.match(long, /… \(shortened\)/)
  const link = /\[createHistoryStream\.json\]\((&[^?]+)\?unbox=([^)]+)\)/.exec(long)
  t.ok(link, 'with a link to all of it')
  const whole = JSON.parse((await opened(story, link?.[1] ?? '', link?.[2] ?? '')).toString('utf8'))
  t.ok(whole.length >= 12, `which holds ${whole.length} messages`)
}

/** The blob of a link, as a client that shows the message opens it. */
async function opened({ t, world }: Story, link: string, key: string): Promise<Buffer> {
  const { owner, provider } = world
  await until(
    'the blob',
    async () => {
      await connected(owner, provider.id, provider.address)
      return Promise.race([
        call<boolean>(owner.rpc, 'blobs.want', link),
        new Promise<false>((resolve) => setTimeout(() => resolve(false), 3_000)),
      ])
    },
    60_000,
  )
  const boxed = await collected<Buffer>(owner.rpc.blobs.get(link))
  const bytes = Buffer.concat(boxed)
  t.equal(`&${createHash('sha256').update(bytes).digest('base64')}.sha256`, link)
  const unbox = Buffer.from(decodeURIComponent(key).replace(/\.boxs$/, ''), 'base64')
  return Buffer.concat(
    await collected<Buffer>(pull(pull.once(bytes), pullBox.createUnboxStream(unbox, Buffer.alloc(24)))),
  )
}

async function tellAddress(story: Story): Promise<void> {
  const { t, world, address } = story
  const text = await command(story, 'address alice')
  t.ok(text.includes(address), 'it says where it is')
  t.ok(text.includes(world.networkKey), 'with the key of this private network')
  const manifest = {
    status: 'sync',
    gossip: { peers: 'sync' },
    publish: 'async',
    invite: { create: 'async' },
  }
  const rpc = await dial(world.owner.keys, address, world.networkKey, manifest)
  t.equal(typeof (await call(rpc, 'status')), 'object', 'its owner calls it with their own key')
  t.ok(Array.isArray(await call(rpc, 'gossip.peers')))
  for (const method of ['publish', 'invite.create'])
    await call(rpc, method, { type: 'post', text: 'x' }).then(
      () => t.fail(`${method} must be refused`),
      (error: Error) => t.match(error.message, /not in list of allowed methods/, method),
    )
  const stranger = await dial(ssbKeys.generate(), address, world.networkKey, manifest)
  await call(stranger, 'status').then(
    () => t.fail('a stranger must be refused'),
    (error: Error) => t.match(error.message, /not in list of allowed methods/, 'a stranger'),
  )
  for (const one of [rpc, stranger]) one.close(true, () => undefined)
}

async function tellStopped(story: Story): Promise<void> {
  const { t, world } = story
  await command(story, 'stop alice')
  t.match(await command(story, `follow alice ${world.owner.id}`, 'refused'), /is stopped/)
  t.match(await command(story, 'run alice whoami', 'refused'), /is stopped/)
  t.match(await command(story, 'address alice'), /not up just now/)
}

function collected<T>(source: unknown): Promise<T[]> {
  return new Promise((resolve, reject) =>
    pull(
      source,
      pull.collect((error: unknown, all: T[]) => (error ? reject(error) : resolve(all))),
    ),
  )
}

/** A feed as the pub gives it to anybody. */
async function feedOf({ address, world }: Story, id: string): Promise<{ sequence: number; content: any }[]> {
  const rpc = await dial(ssbKeys.generate(), address, world.networkKey, { createHistoryStream: 'source' })
  try {
    return await collected(rpc.createHistoryStream({ id, keys: false, live: false }))
  } finally {
    rpc.close(true, () => undefined)
  }
}

/** What the pub has said of somebody: follows, blocks. */
async function contactsOf(story: Story, who: string): Promise<[boolean, boolean][]> {
  const found = (await feedOf(story, story.pub.feed ?? '')).filter(({ content }) => content.contact === who)
  return found.map(({ content }) => [content.following, content.blocking])
}
