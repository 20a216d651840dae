/**
 * Plans, once, for real: a stock ssb-server (standing for Patchwork) moves its pub to a larger plan and back, and what
 * the engine gives the pub is looked at when the answer is there.
 */
import type { Test } from 'tape'
import type { PubView } from '../../protocol/rpc'
import { until } from './machine'
import { finalAnswer, privatePost } from './patchwork'
import { askForPub, type World } from './path-story'
import { command, feedOf, type Story, startsOf, tellMember, viewOf } from './power-story'
import { call } from './stock'

const MIB = 1024 ** 2

/** The story from end to end. `limitOf`: the limit of memory that the pub's run has now, in bytes. */
export async function tellPlans(
  t: Test,
  world: World,
  limitOf: (pub: PubView) => Promise<number>,
): Promise<void> {
  const { request: root, code, pub } = await askForPub(t, world, 'alice')
  const story: Story = { t, world, root }
  await call(world.owner.rpc, 'invite.accept', code)
  await until('the pub to follow its owner', async () => (await viewOf(story)).invites.used === 1)
  const before = await feedOf(story, pub)
  t.equal(await limitOf(pub), 192 * MIB, 'it has the first plan')
  t.match(
    await command(story, 'which plans do you have?'),
    /\*\*community\*\*: [\s\S]*They cost nothing here/,
  )
  t.match(
    await command(story, 'plan alice huge', 'refused'),
    /The plans there are: tiny, personal, community/,
  )

  const starts = startsOf(story, pub)
  const larger = await command(story, 'please move alice to the personal plan')
  t.match(larger, /has the plan \*\*personal\*\* now: up to 512 MB of memory and 10 GB of disk\. It took/)
  t.equal(await limitOf(pub), 512 * MIB, 'its run has the new limit when the answer is there')
  t.equal(startsOf(story, pub), starts + 1, 'by one start')
  t.match(await command(story, 'status alice'), /Plan: personal/)

  const smaller = await until('its disk to be measured, and the smaller plan', () => tryTiny(story), 90_000)
  t.match(smaller, /has the plan \*\*tiny\*\* now: up to 192 MB of memory and 1 GB of disk/)
  t.equal(await limitOf(pub), 192 * MIB)
  const after = await feedOf(story, pub)
  t.deepEqual(
    after.slice(0, before.length).map((one) => one.key),
    before.map((one) => one.key),
    'the feed is the one from before',
  )
  t.equal((await viewOf(story)).feed, pub.feed, 'and its identity')
  await tellMember(story, pub)
}

/** The answer when it was done; null while nobody knows how much the pub holds. */
async function tryTiny({ t, world, root }: Story): Promise<string | null> {
  const { owner, provider } = world
  const request = await privatePost(owner, [provider.id], 'plan alice tiny', { root, branch: root })
  const answer = await finalAnswer(owner, provider.id, request, 90_000)
  if (answer.content.buttcloud.outcome === 'done') return answer.text
  t.match(answer.text, /I don't know how much \*\*alice\*\* holds: it has not been measured yet/)
  // Not more messages than are looked at one by one.
  await new Promise((resolve) => setTimeout(resolve, 4_000))
  return null
}
