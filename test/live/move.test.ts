/**
 * Goal: the operator moves a pub there and back, empties a hub, and loses one: the pub is the same one each time, its
 * unused invite is good, and a hub that comes back ends its run by itself. By the commands that an operator has.
 */

import ssbKeys from 'ssb-keys'
import test, { type Test } from 'tape'
import { runNameOf } from '../../protocol/ids'
import type { PubView } from '../../protocol/rpc'
import type { FenceCheckView, HubDetailView } from '../../protocol/rpc-fleet'
import { type Chain, chainAtAddress, differences } from '../helpers/chains'
import { type Ended, runCli, startCli } from '../helpers/cli'
import { joinHub, type TestHub } from '../helpers/hub'
import { until } from '../helpers/machine'
import { askForPub, closeWorld, inside, openWorld, type World } from '../helpers/path-story'
import { useInvite } from '../helpers/redeem'
import { netAddress } from '../helpers/stock'

const LEASE_SECONDS = 10

interface Story {
  t: Test
  world: World
  second: TestHub
  pub: PubView
  /** For one guest, unused until all is over. */
  code: string
}

const around = ({ provider, networkKey }: World) => ({ home: provider.folder, networkKey })

/** An operator's command, on the folder of the provider. */
const admin = ({ world }: Story, ...args: string[]): Promise<Ended> =>
  runCli(around(world), ['admin', ...args, '--path', world.provider.folder, '--timeout', '90'])

async function json<T>(story: Story, ...args: string[]): Promise<T> {
  const { stdout, stderr, code } = await admin(story, ...args, '--json')
  if (code !== 0) throw new Error(`${args.join(' ')}: ${stderr}`)
  return JSON.parse(stdout) as T
}

const check = (story: Story): Promise<FenceCheckView> => json(story, 'fence-check', 'alice')

/** What the run of the pub holds of its own feed. */
function chain({ world, pub }: Story): Promise<Chain> {
  const address = netAddress('127.0.0.1', pub.port, pub.feed ?? '')
  return chainAtAddress(ssbKeys.generate(), address, world.networkKey, pub.feed ?? '')
}

/** It runs there with all that it had before. */
async function isOn(story: Story, label: string, epoch: number, before: Chain): Promise<void> {
  const { t, pub } = story
  const found = await check(story)
  t.deepEqual([found.writer.label, found.writer.epoch, found.step], [label, epoch, 'there'])
  t.ok(found.session !== null && found.waitsFor.length === 0, 'and may write')
  t.equal(found.feed, pub.feed, 'the same feed')
  const after = await chain(story)
  t.deepEqual(
    differences(
      pub.feed ?? '',
      'before',
      new Map([
        ['before', before],
        ['after', after],
      ]),
    ),
    [],
  )
}

test('a pub moves there and back, leaves a hub that is emptied, and one that dies', async (t) => {
  const world = await openWorld(
    'own',
    { engine: 'process', label: 'first' },
    {
      moving: { byItself: 'on', leaseSeconds: LEASE_SECONDS },
    },
  )
  let second: TestHub | null = null
  try {
    await inside(t, world, async () => {
      const { pub, code } = await askForPub(t, world, 'alice')
      second = await joinHub(world.provider, {
        ...{ networkKey: world.networkKey, engine: 'process', label: 'second' },
      })
      const story: Story = { t, world, second, pub, code }
      await tellMoves(story)
      await tellDrain(story)
      await tellDeath(story)
    })
  } finally {
    await (second as TestHub | null)?.stop()
    await closeWorld(world)
  }
  t.end()
})

/** Asked for: there, and back. */
async function tellMoves(story: Story): Promise<void> {
  const { t } = story
  const before = await chain(story)
  const there = await admin(story, 'move', 'alice')
  t.equal(there.code, 0, there.stderr)
  t.match(there.stderr, /alice goes from first to second under epoch 2/)
  t.match(
    there.stdout,
    /alice is up on second\. For \d[^.]*(?:\.\d)? s nobody could write there/,
    there.stdout.trim(),
  )
  await isOn(story, 'second', 2, before)
  const again = await admin(story, 'move', 'alice', 'second')
  t.equal(again.code, 1)
  t.match(again.stderr, /alice is on second already/)
  const back = await json<{ shutForMs: number; step: string }>(story, 'move', 'alice', 'first')
  t.ok(back.shutForMs > 0 && back.step === 'there', `back after ${back.shutForMs} ms`)
  await isOn(story, 'first', 3, before)
  const { placed, former } = await check(story)
  t.deepEqual([placed.why, placed.from, placed.by], ['asked', 'second', story.world.provider.id])
  t.deepEqual(
    former.map(({ label, confirmed }) => [label, confirmed]),
    [['second', true]],
  )
}

/** A hub is emptied, and takes pubs again. */
async function tellDrain(story: Story): Promise<void> {
  const { t } = story
  const before = await chain(story)
  t.match((await admin(story, 'cordon', 'second')).stdout, /second takes no new pubs/)
  const draining = startCli(around(story.world), [
    ...['admin', 'drain', 'first', '--path', story.world.provider.folder, '--timeout', '90'],
  ])
  await until('it to be said why it stays', () => /stays on first: /.test(draining.output().stderr), 60_000)
  t.match(draining.output().stderr, /second is cordoned/, 'with the reason')
  t.match((await admin(story, 'hubs')).stdout, /first +draining +yes .*s left +1 /, 'and seen in the list')
  t.equal((await admin(story, 'uncordon', 'second')).code, 0)
  const done = await draining.ended
  t.equal(done.code, 0, done.stderr)
  t.match(done.stdout, /first is empty: one pub has moved/)
  await isOn(story, 'second', 4, before)
  t.match((await admin(story, 'retire', 'second', '--yes')).stderr, /second still has a pub: alice/)
  t.match((await admin(story, 'uncordon', 'first')).stdout, /first takes pubs/)
}

/** The hub is gone from one moment to the other, and comes back when its pub is elsewhere. */
async function tellDeath(story: Story): Promise<void> {
  const { t, world, second, pub } = story
  const before = await chain(story)
  await second.kill()
  const at = Date.now()
  const moved = await until(
    'the pub to be up elsewhere by itself',
    async () => {
      const found = await check(story)
      return found.writer.label === 'first' && found.session !== null ? found : null
    },
    90_000,
  )
  t.comment(`it may write again ${Date.now() - at} ms after its hub was killed`)
  t.deepEqual([moved.placed.why, moved.writer.epoch], ['silent', 5])
  await until('it to be up there', async () => (await check(story)).step === 'there', 60_000)
  await second.restart()
  const removed = new RegExp(`remove ${runNameOf(pub.pub)}`)
  await until('the former hub to remove its run', () => removed.test(second.lines().slice(-20_000)), 90_000)
  const gone = await until(
    'the former hub to say so',
    async () => {
      const { former } = await check(story)
      return former.every(({ confirmed }) => confirmed) ? former : null
    },
    60_000,
  )
  t.equal(gone.length, 1)
  await isOn(story, 'first', 5, before)
  const guest = ssbKeys.generate()
  await until(
    'the invite from the beginning',
    () => useInvite(world.networkKey, story.code, { feed: guest.id }),
    60_000,
  )
  t.ok((await chain(story)).size > before.size, 'it goes on with the use of it')
  const { left } = await json<HubDetailView>(story, 'hubs', 'second')
  t.deepEqual(
    left.map(({ name, to, isThere }) => [name, to, isThere]),
    [['alice', 'first', true]],
  )
}
