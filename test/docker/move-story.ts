/** What a pub's move between two engines consists of, and what must hold after it (move.test.ts). */
import ssbKeys from 'ssb-keys'
import type { Test } from 'tape'
import { runNameOf } from '../../protocol/ids'
import type { PubView } from '../../protocol/rpc'
import { type Chain, chainAt, chainAtAddress, differences, keysIn } from '../helpers/chains'
import { connected } from '../helpers/connected'
import type { TestHub } from '../helpers/hub'
import { chainInVolume } from '../helpers/hunt-world'
import { until } from '../helpers/machine'
import { type Told, tryInvite } from '../helpers/redeem-anywhere'
import { netAddress, type StockPeer } from '../helpers/stock'
import { type Stopwatch, startWatch } from '../helpers/stopwatch'
import type { Namespace } from './namespace'
import { containersOf, type Docker, type DockerWorld, volumesOf } from './world'

const WRITABLE_BY_MS = 120_000

export interface Story {
  t: Test
  world: DockerWorld
  far: Namespace
  /** The hub that suffers, and the one that stays well. */
  one: TestHub
  two: TestHub
  dockerOne: Docker
  pub: PubView
  code: string
  member: StockPeer
  guests: Told[]
}

export async function viewOf({ world, pub }: Story): Promise<PubView> {
  const views = await world.provider.admin<PubView[]>('adminPubs')
  return views.find((one) => one.pub === pub.pub) ?? pub
}

/** What is served of the pub's feed at the address that moves. */
function chainAtPub({ world, far, pub }: Story): Promise<Chain> {
  const address = netAddress(far.moving, pub.port, pub.feed ?? '')
  return chainAtAddress(ssbKeys.generate(), address, world.networkKey, pub.feed ?? '')
}

function chainAtProvider({ world, pub }: Story): Promise<Chain> {
  const { folder, address } = world.provider
  return chainAtAddress(keysIn(folder), address, world.networkKey, pub.feed ?? '')
}

/** Watches what a move consists of. */
export function watchMove({ world, pub }: Story, to: TestHub): Stopwatch {
  const run = runNameOf(pub.pub)
  const provider = () => world.provider.output()
  const there = () => to.lines()
  return startWatch([
    { what: 'record', said: provider, words: /record pub alice live/ },
    { what: 'order', said: provider, words: /order up of alice/ },
    { what: 'create', said: there, words: new RegExp(`create ${run}`) },
    { what: 'start', said: there, words: new RegExp(`start ${run}`) },
    { what: 'fence open', said: there, words: /the fence is open/ },
    { what: 'owners told', said: provider, words: /tell the owners .*moved/ },
  ])
}

/** Guests try from now on until one of them is in; gives how long that took. The use is the feed's next message. */
export async function nextUse(story: Story, watch: Stopwatch): Promise<number> {
  const { t, world, code } = story
  const before = await chainAtProvider(story)
  let tries = 0
  const told = await until(
    'a guest to be let in',
    async () => {
      tries += 1
      const one = await tryInvite(world.networkKey, code)
      if (one.outcome !== 'in' && one.outcome !== 'cut-off' && one.outcome !== 'try-again') t.fail(one.words)
      return one.outcome === 'in' && one
    },
    WRITABLE_BY_MS,
  )
  const tookMs = watch.ms()
  story.guests.push(told)
  const after = await chainAtPub(story)
  const kept = [...before].filter(([sequence, message]) => after.get(sequence) === message)
  t.equal(kept.length, before.size, `its feed of ${before.size} messages was complete first`)
  t.ok(after.size > before.size, `an invite from before was good at the ${tries}. try`)
  return tookMs
}

/** The former hub is there again: it sees the higher epoch, removes its run and keeps the volume. */
export async function tellReturn(story: Story, linesBefore: number): Promise<void> {
  const { t, one, dockerOne, pub } = story
  const run = runNameOf(pub.pub)
  await until(
    'the former hub to remove its run',
    () => one.lines().slice(linesBefore).includes(`remove ${run}`),
    90_000,
  )
  await until(
    'its container to be gone',
    async () => (await containersOf(dockerOne, one.id)).length === 0,
    60_000,
  )
  t.deepEqual(
    await volumesOf(dockerOne, one.id),
    [run],
    'the former hub removes its run and keeps the volume',
  )
}

/** One chain, without a gap, wherever a copy of the feed is: the old run's log too. */
export async function tellOneChain(story: Story): Promise<void> {
  const { t, world, far, pub, member } = story
  const feed = pub.feed ?? ''
  const own = await chainAtPub(story)
  const address = netAddress(far.moving, pub.port, feed)
  const peers = { 'its owner': world.owner, 'a member': member }
  const copies = new Map([['the pub', own]])
  for (const [name, peer] of Object.entries(peers)) {
    const had = async () => {
      await connected(peer, feed, address)
      return (await chainAt(peer.rpc, feed, name)).size >= own.size
    }
    await until(`${name} to have all of the feed`, had, 60_000)
    copies.set(name, await chainAt(peer.rpc, feed, name))
  }
  copies.set('the provider', await chainAtProvider(story))
  copies.set('the old run', await chainInVolume(await volumeOf(story), world.networkKey, feed))
  t.deepEqual(differences(feed, 'the pub', copies), [], `one chain of ${own.size} on ${copies.size} peers`)
  t.equal(copies.get('the provider')?.size, own.size, 'the provider holds all of it')
}

/** Where the former run's log lies, of which a copy is read. */
async function volumeOf({ dockerOne, pub }: Story): Promise<string> {
  return (await dockerOne('volume', 'inspect', '-f', '{{.Mountpoint}}', runNameOf(pub.pub))).trim()
}

/** Back to the first hub, by the operator's word; the address goes along. Gives how long nobody could write. */
export async function moveBack(story: Story): Promise<void> {
  const { t, world, far, one, two, pub } = story
  const from = two.lines().length
  const watch = watchMove(story, one)
  await world.provider.admin('adminMove', { pub: 'alice', hub: 'one' })
  // The address goes along once the former run is gone, as a name in the DNS would.
  const removed = `remove ${runNameOf(pub.pub)}`
  await until('the former run to be removed', () => two.lines().slice(from).includes(removed), 60_000)
  await far.give()
  const tookMs = await nextUse(story, watch)
  watch.stop()
  t.comment(`planned move: writable after ${tookMs} ms: ${watch.seen()}`)
  await until('the provider to know that it is up', async () => (await viewOf(story)).phase === 'up', 60_000)
}
