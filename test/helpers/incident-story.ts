/**
 * What befalls a pub, once, for real, and what its owner (a stock ssb-server, standing for Patchwork) is told of it
 * without asking: it hangs, runs out of memory, and can't start any more. Each is told when it begins and when it is
 * over, and `log` lists them.
 */
import type { Test } from 'tape'
import type { PubView } from '../../protocol/rpc'
import { until } from './machine'
import { finalAnswer, privatePost, readFrom, type ThreadPost } from './patchwork'
import { askForPub, type World } from './path-story'
import { call } from './stock'

/** What a test can do to a pub, each on its engine's own way. */
export interface Hands {
  /** Stops all of it where it stands: it runs, and answers nothing. */
  hang(pub: PubView): Promise<void>
  kill(pub: PubView): Promise<void>
  /** Takes its secret away, so that it ends at every start; and gives it back. */
  spoil(pub: PubView): Promise<void>
  mend(pub: PubView): Promise<void>
  /** Uses up its memory; null where the engine has no bound that could be reached from outside. */
  exhaust: ((pub: PubView) => Promise<void>) | null
}

interface Story {
  t: Test
  world: World
  root: string
  /** The notices that were told and looked at. */
  seen: string[]
}

/** A minute of telling nothing, ten seconds for an answer, a minute until it is ended, and the start. */
const HUNG_DEADLINE_MS = 360_000
/** Six starts in a row that fail, on a machine with other things to do. */
const LOOP_DEADLINE_MS = 180_000

/** The story from end to end. */
export async function tellIncidents(t: Test, world: World, hands: Hands): Promise<void> {
  const { request: root, code, pub } = await askForPub(t, world, 'alice')
  await call(world.owner.rpc, 'invite.accept', code)
  const story: Story = { t, world, root, seen: [] }
  await until('the pub to follow its owner', async () => (await viewOf(story)).invites.used === 1)
  t.match(await askLog(story), /^Nothing has gone wrong with \*\*alice\*\*/)

  await hands.hang(pub)
  const healed = await notice(story, 'healed', HUNG_DEADLINE_MS)
  t.match(healed.text, /\*\*alice\*\* is well again \(it ran but did not answer, so it was ended/)
  t.equal((await viewOf(story)).status, 'up', 'and so it is')
  t.deepEqual([...healed.content.recps].sort(), [world.owner.id, world.provider.id].sort())

  if (hands.exhaust !== null) {
    await hands.exhaust(pub)
    const used = await notice(story, 'out of memory', LOOP_DEADLINE_MS)
    t.match(used.text, /used up its memory of \d+ MB at .* bigger plan/)
    t.equal(used.content.root, healed.key, 'in the thread of notices')
    await until('it to be up again', async () => (await viewOf(story)).status === 'up', LOOP_DEADLINE_MS)
  }

  await hands.spoil(pub)
  await hands.kill(pub)
  const loop = await notice(story, 'crash loop', LOOP_DEADLINE_MS)
  t.match(loop.text, /ends again and again soon after it is started.*restart alice/)
  t.match(loop.text, /The last that it printed:\n\n {4}.*no secret in/s, 'with what it printed')
  t.notOk(/[A-Za-z0-9+/]{43}=/.test(loop.text), 'and nobody’s key')
  await hands.mend(pub)
  const over = await notice(story, 'the end of it', LOOP_DEADLINE_MS)
  t.match(over.text, /\*\*alice\*\* stays up again. It was down for/)

  const log = await askLog(story)
  const lines = log.split('\n').filter((line) => line.startsWith('* '))
  t.equal(lines.length, hands.exhaust === null ? 2 : 3, log)
  t.match(lines[0] ?? '', /ended again and again, for .*keeps crashing/)
  t.match(lines.at(-1) ?? '', /hung and started anew/)
  t.equal((await viewOf(story)).lastIncident?.kind, 'crashing')
  t.equal((await told(story)).length, story.seen.length, 'and there were no other notices')
}

/** A pub's disk fills while it is away for a moment, and gets room again. */
export async function tellDisk(
  t: Test,
  world: World,
  hands: Pick<Hands, 'kill'> & { fill(pub: PubView, share: number): Promise<void> },
  takesBlob: (pub: PubView) => Promise<boolean>,
): Promise<void> {
  const { request: root, pub } = await askForPub(t, world, 'alice')
  const story: Story = { t, world, root, seen: [] }
  t.ok(await takesBlob(pub), 'at first it takes blobs')
  // It is looked through at every start, and then every five minutes.
  await hands.fill(pub, 0.97)
  await hands.kill(pub)
  const full = await notice(story, 'disk full', LOOP_DEADLINE_MS)
  t.match(full.text, /filled more than 95 % of its disk of 1024 MB.*Messages go on/)
  await until('the pub to take no blobs', async () => !(await takesBlob(pub)), LOOP_DEADLINE_MS)
  await hands.fill(pub, 0)
  await hands.kill(pub)
  const room = await notice(story, 'room again', LOOP_DEADLINE_MS)
  t.match(room.text, /has room on its disk again and takes pictures/)
  await until('the pub to take blobs', () => takesBlob(pub), LOOP_DEADLINE_MS)
  t.equal((await told(story)).length, 2, 'and there were no other notices')
}

async function viewOf({ world }: Story): Promise<PubView> {
  const [pub] = await world.provider.admin<PubView[]>('adminPubs')
  if (pub === undefined) throw new Error('the provider has no pub')
  return pub
}

async function told({ world }: Story): Promise<ThreadPost[]> {
  const posts = await readFrom(world.owner, world.provider.id)
  return posts.filter(({ content }) => content.buttcloud?.topic === 'incident')
}

/** The next notice of an incident. */
async function notice(story: Story, what: string, deadlineMs: number): Promise<ThreadPost> {
  const next = await until(
    `a notice: ${what}`,
    async () => (await told(story)).find(({ key }) => !story.seen.includes(key)),
    deadlineMs,
  )
  story.seen.push(next.key)
  story.t.comment(next.text.replaceAll('\n', ' | '))
  return next
}

async function askLog({ world, root }: Story): Promise<string> {
  const asked = await privatePost(world.owner, [world.provider.id], 'log alice', { root, branch: root })
  return (await finalAnswer(world.owner, world.provider.id, asked)).text
}
