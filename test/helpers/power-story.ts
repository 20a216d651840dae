/**
 * What an owner commands of a pub, once, for real: a stock ssb-server (standing for Patchwork) writes the messages,
 * and peers look at the pub itself: its port, its identity, its feed, what it says of itself.
 */
import { connect } from 'node:net'
import pull from 'pull-stream'
import ssbKeys from 'ssb-keys'
import type { Test } from 'tape'
import { runNameOf } from '../../protocol/ids'
import type { PubView } from '../../protocol/rpc'
import { until } from './machine'
import { answersTo, finalAnswer, inviteIn, privatePost } from './patchwork'
import { askForPub, type World } from './path-story'
import { call, dial, netAddress, startStock } from './stock'

export interface Story {
  t: Test
  world: World
  /** The request that asked for the pub: the root of the thread. */
  root: string
}

interface RawMessage {
  key: string
  value: { sequence: number; previous: string | null; content: any }
}

/** The story from end to end. */
export async function tellPower(t: Test, world: World): Promise<void> {
  const { request: root, code, pub } = await askForPub(t, world, 'alice')
  const story: Story = { t, world, root }
  const { owner } = world
  await call(owner.rpc, 'invite.accept', code)
  await until('the pub to follow its owner', async () => (await viewOf(story)).invites.used === 1)
  await tellNames(story, pub)
  const before = await feedOf(story, pub)
  await tellStop(story, pub)
  await tellStart(story, pub)
  await tellRestart(story, pub)
  const after = await feedOf(story, pub)
  t.deepEqual(
    after.slice(0, before.length).map((one) => one.key),
    before.map((one) => one.key),
    'the feed is the one from before',
  )
  for (const [at, { value }] of after.entries())
    if (value.sequence !== at + 1 || value.previous !== (after[at - 1]?.key ?? null))
      t.fail(`message ${value.sequence} breaks the chain`)
  t.equal((await viewOf(story)).feed, pub.feed, 'and its identity')
  await tellMember(story, pub)
  await tellStoppedDelete(story, pub)
}

/** One command in the thread, and its only answer. */
export async function command(
  story: Story,
  text: string,
  outcome = 'done',
  deadlineMs = 90_000,
): Promise<string> {
  const { t, world, root } = story
  const request = await privatePost(world.owner, [world.provider.id], text, { root, branch: root })
  const answer = await finalAnswer(world.owner, world.provider.id, request, deadlineMs)
  t.equal(answer.content.buttcloud.outcome, outcome, `${text}: ${answer.text.slice(0, 150)}`)
  const answers = await answersTo(world.owner, world.provider.id, request)
  t.equal(answers.filter((one) => one.content.buttcloud.final).length, 1, 'one final answer')
  return answer.text
}

async function tellNames(story: Story, pub: PubView): Promise<void> {
  const { t } = story
  const was = startsOf(story, pub)
  const named = await command(story, "please rename alice to Alice's Garden")
  t.match(named, /now calls itself “Alice's Garden”.*stays `alice`/)
  t.equal((await saysOf(story, pub)).name, "Alice's Garden", 'as a peer reads it, when the answer is there')
  await command(story, 'describe alice as A quiet place. For gardeners!')
  t.equal((await saysOf(story, pub)).description, 'A quiet place. For gardeners!')
  const length = (await feedOf(story, pub)).length
  t.match(await command(story, "name alice as Alice's Garden"), /calls itself .* already/)
  t.equal((await feedOf(story, pub)).length, length, 'the same again costs the pub no message')
  t.equal(startsOf(story, pub), was, 'and it was the same run all the time')
  await command(story, `name alice as ${'x'.repeat(61)}`, 'refused')
}

async function tellStop(story: Story, pub: PubView): Promise<void> {
  const { t } = story
  t.match(await command(story, 'can you turn alice off for a while?'), /is stopped, after \d+\.\d s/)
  t.notOk(await isListening(pub), 'nobody listens on its port')
  const view = await viewOf(story)
  t.deepEqual([view.status, view.desired, view.port], ['down', 'down', pub.port], 'its port is kept')
  t.match(await command(story, 'status alice'), /\*\*down\*\* \(stopped by you\)/)
  t.match(await command(story, 'stop alice'), /stopped already/)
  t.match(await command(story, 'invite alice', 'refused'), /is stopped.*`start alice`/)
  t.match(await command(story, 'call alice "The Shed"'), /takes effect at its next start/)
}

async function tellStart(story: Story, pub: PubView): Promise<void> {
  const { t } = story
  t.match(await command(story, 'bring alice back up'), /\*\*alice\*\* is up after \d+\.\d s, at /)
  t.ok(await isListening(pub), 'its port is open')
  t.equal((await saysOf(story, pub)).name, 'The Shed', 'the name that it was given while it was stopped')
  t.match(await command(story, 'start alice'), /is up already/)
}

async function tellRestart(story: Story, pub: PubView): Promise<void> {
  const { t } = story
  const before = startsOf(story, pub)
  t.match(await command(story, 'restrat alice'), /is up again after \d+\.\d s, at /)
  t.notEqual(startsOf(story, pub), before, 'another run')
  const says = await saysOf(story, pub)
  t.deepEqual(
    [says.name, says.description],
    ['The Shed', 'A quiet place. For gardeners!'],
    'and it says of itself what it said',
  )
}

/** After all of this the pub writes on its feed as ever. */
export async function tellMember(story: Story, pub: PubView): Promise<void> {
  const { t, world } = story
  const code = inviteIn(await command(story, 'invite alice'))
  const member = await startStock({ networkKey: world.networkKey, label: 'member' })
  try {
    await call(member.rpc, 'invite.accept', code)
    const follows = await until('the pub to follow the member', async () =>
      (await feedOf(story, pub)).some(({ value }) => value.content.contact === member.id),
    )
    t.ok(follows, 'a member redeems an invite that was made after the restart')
  } finally {
    await member.stop()
  }
}

async function tellStoppedDelete(story: Story, pub: PubView): Promise<void> {
  const { t, world, root } = story
  await command(story, 'stop')
  const asking = await privatePost(world.owner, [world.provider.id], 'delete alice', { root, branch: root })
  const question = await finalAnswer(world.owner, world.provider.id, asking)
  const yes = await privatePost(world.owner, [world.provider.id], 'yes', { root, branch: question.key })
  const answer = await finalAnswer(world.owner, world.provider.id, yes, 90_000)
  t.match(answer.text, /is off and deleted/, 'a stopped pub can be deleted')
  t.notOk(await isListening(pub))
}

export async function viewOf(story: Story): Promise<PubView> {
  const views = await story.world.provider.admin<PubView[]>('adminPubs')
  const view = views.find((one) => one.pub === story.root)
  if (view === undefined) throw new Error('the provider does not know the pub')
  return view
}

const hostOf = (pub: PubView): string => pub.address?.slice(0, pub.address.lastIndexOf(':')) ?? '127.0.0.1'

export function isListening(pub: PubView): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: hostOf(pub), port: pub.port })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

/** The pub's own feed, asked of the pub by somebody who knows its address and nothing else. */
export async function feedOf(story: Story, pub: PubView): Promise<RawMessage[]> {
  const address = netAddress(hostOf(pub), pub.port, pub.feed ?? '')
  const rpc = await dial(ssbKeys.generate(), address, story.world.networkKey, {
    createHistoryStream: 'source',
  })
  try {
    return await new Promise((resolve, reject) =>
      pull(
        rpc.createHistoryStream({ id: pub.feed, keys: true, live: false }),
        pull.collect((error: Error | null, found: RawMessage[]) => (error ? reject(error) : resolve(found))),
      ),
    )
  } finally {
    rpc.close(true, () => {})
  }
}

/** What the pub says of itself, the last word on each. */
async function saysOf(story: Story, pub: PubView): Promise<{ name?: string; description?: string }> {
  const abouts = (await feedOf(story, pub)).map(({ value }) => value.content)
  return Object.assign({}, ...abouts.filter((one) => one.type === 'about' && one.about === pub.feed))
}

/** How often the hub has started this pub, by its own lines. */
export function startsOf(story: Story, pub: PubView): number {
  const name = runNameOf(pub.pub)
  return story.world.hub.lines().split(`start ${name}`).length - 1
}
