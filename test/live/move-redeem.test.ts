/**
 * Goal: somebody who redeems an invite while its pub is being moved gets the follow or "try again", and the invite is not
 * burnt by it: at the old run before the epoch is raised, there after it is raised, and at the new run before its fence
 * is open. Each moment is held still by stopping (SIGSTOP) the hub that would end it.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import ssbKeys from 'ssb-keys'
import test, { type Test } from 'tape'
import { holderOf } from '../../hub-daemon/engines/process-lock'
import { runNameOf } from '../../protocol/ids'
import type { PubView } from '../../protocol/rpc'
import { type Chain, chainAtAddress, differences, followsAt, keysIn } from '../helpers/chains'
import { answered } from '../helpers/connected'
import { joinHub, type TestHub } from '../helpers/hub'
import { freePort, randomNetworkKey, until } from '../helpers/machine'
import { inviteIn, privatePost } from '../helpers/patchwork'
import { askForPub, closeWorld, inside, type World } from '../helpers/path-story'
import { startProvider } from '../helpers/provider'
import { codeAt, type Told, tryInvite } from '../helpers/redeem-anywhere'
import { call, netAddress, startStock } from '../helpers/stock'

/** Long enough for a guest to knock before it is out on a slow machine, and short enough to wait for. */
const LEASE_MS = 6_000
const GUESTS_MAX = 5
const OLD_HOST = '127.0.0.1'
const NEW_HOST = '127.0.0.2'

interface Story {
  t: Test
  world: World
  two: TestHub
  pub: PubView
  code: string
}

const signal = (hub: TestHub, name: 'SIGSTOP' | 'SIGCONT') => process.kill(hub.pid(), name)

async function viewOf({ world, pub }: Story): Promise<PubView> {
  const all = await world.provider.admin<PubView[]>('adminPubs')
  return all.find((one) => one.pub === pub.pub) ?? pub
}

async function openWorld(): Promise<World> {
  const networkKey = randomNetworkKey()
  const portMin = await freePort()
  const settings = { portMin, portMax: Math.min(65_535, portMin + 200) }
  const common = { networkKey, home: 'own' as const, settings, nobodyElse: true }
  const provider = await startProvider({ ...common, leaseMs: LEASE_MS })
  const hub = await joinHub(provider, { networkKey, engine: 'process', label: 'one' })
  const owner = await startStock({ networkKey, label: 'owner' })
  const { invite } = await provider.admin('adminInvite', { uses: 50 })
  await call(owner.rpc, 'invite.accept', invite)
  return { networkKey, provider, hub, owner }
}

/** A pub on the first hub, an invite of it for all that will come, and then a second hub. */
async function begin(t: Test, world: World): Promise<Story> {
  const { owner, provider, networkKey } = world
  const { request, pub } = await askForPub(t, world, 'alice')
  const wish = `another invite for alice please, for ${GUESTS_MAX} people`
  const asked = await privatePost(owner, [provider.id], wish, { root: request, branch: request })
  const code = inviteIn((await answered(owner, () => provider, asked)).text)
  if (code === null) throw new Error('no invite came')
  const there = { host: NEW_HOST, bind: NEW_HOST, label: 'two' }
  const two = await joinHub(provider, { networkKey, engine: 'process', ...there })
  return { t, world, two, pub, code }
}

/** Holds every moment in turn; gives what the guest of each was told, and the one from before all of them. */
async function tellMoments(story: Story): Promise<Record<'first' | 'before' | 'after' | 'early', Told>> {
  const { t, world, two, pub, code } = story
  const { hub: one, networkKey } = world
  const knock = (host: string) => tryInvite(networkKey, codeAt(code, host))
  const first = await knock(OLD_HOST)

  signal(one, 'SIGSTOP')
  const before = knock(OLD_HOST)
  t.equal((await viewOf(story)).address, pub.address, 'the epoch is not raised yet')

  const run = runNameOf(pub.pub)
  const lock = join(two.folder, 'runs', run, 'lock')
  await until('the other hub to start the pub', () => holderOf(lock) !== null, 60_000)
  signal(two, 'SIGSTOP')
  t.notOk(two.lines().includes('the fence is open'), 'the new run is held before its fence is open')
  const after = knock(OLD_HOST)
  await until('the new run to listen', () => feedAt(story, NEW_HOST), 60_000)
  t.ok(await feedAt(story, OLD_HOST), 'while the old one is there too')
  let isEarlyTold = false
  const early = knock(NEW_HOST).finally(() => {
    isEarlyTold = true
  })
  // The old run hears that its time is over from the provider: its hub carries the question there at last.
  signal(one, 'SIGCONT')
  const old = { before: await before, after: await after }
  t.notOk(isEarlyTold, 'whoever knocks at a shut fence waits')
  signal(two, 'SIGCONT')
  return { first, ...old, early: await early }
}

/** What a run serves of the pub's feed to anybody. */
function feedAt({ world, pub }: Story, host: string): Promise<Chain> {
  const address = netAddress(host, pub.port, pub.feed ?? '')
  return chainAtAddress(ssbKeys.generate(), address, world.networkKey, pub.feed ?? '')
}

/** Whoever was told to try again does; then every use stands for one guest, and what is left is still good. */
async function tellNothingBurnt(story: Story, told: Told[]): Promise<void> {
  const { t, world, pub, code } = story
  const feed = pub.feed ?? ''
  const again = (guest?: string) => tryInvite(world.networkKey, codeAt(code, NEW_HOST), guest)
  for (const { guest, outcome } of told)
    if (outcome !== 'in') t.equal((await again(guest)).outcome, 'in', 'the same guest, again: welcome')
  const last = await again()
  t.equal(last.outcome, 'in', 'the use that is left is good')
  t.equal((await again()).outcome, 'expired', 'and it was the last one')
  const follows = await followsAt(netAddress(NEW_HOST, pub.port, feed), world.networkKey, feed)
  const guests = [...told, last].map(({ guest }) => guest)
  t.deepEqual(
    follows.filter((one) => guests.includes(one)).sort(),
    guests.sort(),
    'one follow for each guest',
  )
  const { folder, address } = world.provider
  const atProvider = await chainAtAddress(keysIn(folder), address, world.networkKey, feed)
  const atPub = await feedAt(story, NEW_HOST)
  const copies = new Map([
    ['the pub', atPub],
    ['the provider', atProvider],
  ])
  t.deepEqual(differences(feed, 'the pub', copies), [], `one chain of ${atPub.size}`)
  t.equal(atProvider.size, atPub.size)
}

/** The former hub has understood: its run is gone, what the pub had there is not. */
async function tellOldHub({ t, world, pub }: Story): Promise<void> {
  const run = runNameOf(pub.pub)
  const { hub } = world
  await until('the former hub to remove its run', () => hub.lines().includes(`remove ${run}`), 60_000)
  t.ok(existsSync(join(hub.folder, 'runs', run, 'volume')), 'the former hub keeps the volume')
}

test('an invite that is redeemed in the middle of a move', async (t) => {
  const world = await openWorld()
  let two: TestHub | null = null
  try {
    await inside(t, world, async () => {
      const story = await begin(t, world)
      two = story.two
      const told = await tellMoments(story)
      t.equal(told.first.outcome, 'in', 'before anything happens an invite is good')
      t.match(told.before.words, /try again/, 'at the old run, before the epoch is raised')
      t.match(told.after.words, /try again/, 'at the old run, after it is raised')
      t.equal(told.early.outcome, 'in', `at the new run, before its fence is open: ${told.early.words}`)
      await tellNothingBurnt(story, Object.values(told))
      await tellOldHub(story)
    })
  } finally {
    for (const hub of [world.hub, two as TestHub | null]) if (hub !== null) signal(hub, 'SIGCONT')
    await (two as TestHub | null)?.stop()
    await closeWorld(world)
  }
  t.end()
})
