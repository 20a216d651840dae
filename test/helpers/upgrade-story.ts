/**
 * Upgrades and rebuilds, once, for real: a stock ssb-server (standing for Patchwork) writes the messages, and peers
 * look at what the pub is then: its version, its identity, its feed, and what its members had written.
 */
import type { Test } from 'tape'
import type { PubView } from '../../protocol/rpc'
import { until } from './machine'
import { answersTo, finalAnswer, privatePost } from './patchwork'
import { askForPub, holdsPost, type World } from './path-story'
import { command, feedOf, isListening, type Story, startsOf, tellMember, viewOf } from './power-story'
import { CRASHING, CRASHING_SAYS, GOOD, MISSING, MUTE } from './pub-versions'
import { call, startStock } from './stock'

/** What differs between the engines. */
export interface Place {
  /** The hub's own version. */
  own: string
  /** Why a version is missing, in the answer. */
  missing: RegExp
  /** What a rebuild says of the image. */
  image: RegExp
  /** Passes when the files of the pub's volume are as a rebuild leaves them. */
  rebuilt(pub: PubView, times: number): Promise<boolean>
}

const LONG_MS = 300_000

/** The story from end to end. The provider's current version is GOOD. */
export async function tellUpgrade(t: Test, world: World, place: Place): Promise<void> {
  const { request: root, code, pub } = await askForPub(t, world, 'alice')
  const story: Story = { t, world, root }
  await call(world.owner.rpc, 'invite.accept', code)
  await until('the pub to follow its owner', async () => (await viewOf(story)).invites.used === 1)
  const said = await call<any>(world.owner.rpc, 'publish', { type: 'post', text: 'hello from the owner' })
  await until('the pub to have the post', () => holdsPost(world, pub, said.key))
  t.equal((await viewOf(story)).version, place.own)
  const before = await feedOf(story, pub)
  await tellBad(story, pub, place)
  await tellGood(story, pub)
  await tellKilled(story, pub)
  await tellMute(story)
  await tellOlder(story, place)
  await tellRebuild(story, pub, place, said.key)
  await tellRefusals(story)
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
}

async function tellBad(story: Story, pub: PubView, place: Place): Promise<void> {
  const { t } = story
  const starts = startsOf(story, pub)
  const missing = await command(story, `upgrade alice ${MISSING}`, 'failed')
  t.match(missing, place.missing)
  t.equal(startsOf(story, pub), starts, 'a version that is not there: the run was not touched')
  const crashed = await command(story, `upgrade alice ${CRASHING}`, 'failed', LONG_MS)
  t.match(crashed, new RegExp(`could not go to ${CRASHING}: it keeps crashing: ${CRASHING_SAYS}`))
  t.match(crashed, /It runs .* as before, with all its data; that took \d/)
  const view = await viewOf(story)
  t.deepEqual([view.status, view.version], ['up', place.own])
}

async function tellGood(story: Story, pub: PubView): Promise<void> {
  const { t } = story
  t.match(
    await command(story, 'upgrade alice', 'done', LONG_MS),
    /\*\*alice\*\* runs 0\.2\.0 after \d+\.\d s, at /,
  )
  t.equal((await viewOf(story)).version, GOOD)
  const starts = startsOf(story, pub)
  t.match(await command(story, `upgrade alice to ${GOOD}`), /runs 0\.2\.0 already/)
  t.match(await command(story, 'status alice'), /Version: 0\.2\.0/)
  t.match(await command(story, 'restart alice'), /is up again/)
  t.equal((await viewOf(story)).version, GOOD, 'and stays')
  t.equal(startsOf(story, pub), starts + 1)
}

/** The hub is killed while a bad version is on trial: it goes back all the same. */
async function tellKilled(story: Story, pub: PubView): Promise<void> {
  const { t, world, root } = story
  const starts = startsOf(story, pub)
  const { owner, provider } = world
  const asked = await privatePost(owner, [provider.id], `upgrade alice ${CRASHING}`, { root, branch: root })
  await until('the trial', () => startsOf(story, pub) > starts, 60_000)
  await world.hub.kill()
  await world.hub.restart()
  const answer = await finalAnswer(owner, provider.id, asked, LONG_MS)
  t.equal(answer.content.buttcloud.outcome, 'failed')
  t.match(answer.text, /It runs 0\.2\.0 as before/)
  t.equal((await answersTo(owner, provider.id, asked)).filter((one) => one.content.buttcloud.final).length, 1)
  t.deepEqual([(await viewOf(story)).status, (await viewOf(story)).version], ['up', GOOD])
}

async function tellMute(story: Story): Promise<void> {
  const { t } = story
  const text = await command(story, `upgrade alice ${MUTE}`, 'failed', LONG_MS)
  t.match(text, /was not healthy 90 s after its first start.* It runs 0\.2\.0 as before/)
}

async function tellOlder(story: Story, place: Place): Promise<void> {
  const { t, world, root } = story
  const { owner, provider } = world
  const asked = await privatePost(owner, [provider.id], `upgrade alice ${place.own}`, { root, branch: root })
  const answer = await finalAnswer(owner, provider.id, asked, LONG_MS)
  t.equal(answer.content.buttcloud.outcome, 'done', answer.text)
  const [first] = await answersTo(owner, provider.id, asked)
  t.match(first?.text ?? '', /which is an older version/)
  t.equal((await viewOf(story)).version, place.own)
}

async function tellRebuild(story: Story, pub: PubView, place: Place, post: string): Promise<void> {
  const { t, world } = story
  const head = (await feedOf(story, pub)).length
  const text = await command(story, 'rebuild alice', 'done', LONG_MS)
  t.match(text, /is rebuilt and up again after/)
  t.match(text, place.image)
  t.ok(await place.rebuilt(pub, 1), 'its derived data was made anew')
  t.equal((await feedOf(story, pub)).length, head, 'the same head')
  t.ok(await holdsPost(world, pub, post), 'what its members wrote is there')
  const starts = startsOf(story, pub)
  await command(story, 'restart alice')
  t.ok(await place.rebuilt(pub, 1), 'a restart rebuilds nothing')
  t.ok(startsOf(story, pub) > starts)
}

async function tellRefusals(story: Story): Promise<void> {
  const { t, world } = story
  t.match(await command(story, 'upgrade nobody', 'refused'), /nobody/)
  const bob = await startStock({ networkKey: world.networkKey, label: 'bob' })
  try {
    const { invite } = await world.provider.admin('adminInvite', { uses: 5 })
    await call(bob.rpc, 'invite.accept', invite)
    for (const word of ['upgrade', 'rebuild']) {
      const asked = await privatePost(bob, [world.provider.id], `${word} alice`)
      const answer = await finalAnswer(bob, world.provider.id, asked, 60_000)
      t.equal(answer.content.buttcloud.outcome, 'refused', `bob: ${word} alice`)
    }
  } finally {
    await bob.stop()
  }
  await command(story, 'stop alice')
  t.match(await command(story, 'upgrade alice 0.9', 'refused'), /`start alice` first/)
  t.match(await command(story, 'rebuild alice'), /takes effect at its next start/)
  await command(story, 'start alice', 'done', LONG_MS)
  t.ok(await until('it listens', async () => isListening(await viewOf(story))))
}
