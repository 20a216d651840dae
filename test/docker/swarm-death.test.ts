/**
 * Goal: a node of a swarm dies with a pub on it. Where its volume can be had on another node it goes on there, with all of
 * its feed from the provider, though its former run lives on and nobody minds it; and everybody holds one chain.
 */
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import ssbKeys from 'ssb-keys'
import test, { type Test } from 'tape'
import { createSwarmEngine } from '../../hub-daemon/engines/swarm'
import { type FeedId, runNameOf } from '../../protocol/ids'
import { type Chain, chainAt, chainAtAddress, differences, keysIn } from '../helpers/chains'
import { connected } from '../helpers/connected'
import { factOf, refuses, SECRET, tinyRun } from '../helpers/engine-contract'
import { chainInVolume } from '../helpers/hunt-world'
import { until } from '../helpers/machine'
import { finalAnswer, inviteIn, privatePost } from '../helpers/patchwork'
import { askForPub, inside } from '../helpers/path-story'
import { tryInvite } from '../helpers/redeem-anywhere'
import { call, netAddress } from '../helpers/stock'
import { startWatch } from '../helpers/stopwatch'
import { killEngine, startEngine } from './engine'
import { TINY_IMAGE } from './images'
import { ALLOWED_HERE, type SwarmOfTwo, swarmOfTwoWithPubs, WORKER_ENGINE } from './swarm'
import { type DockerWorld, dockerOn, openDockerWorld } from './world'

const WRITABLE_BY_MS = 120_000

test('swarm of two nodes: one dies with a pub on it, which goes on at the other', async (t) => {
  const two = await swarmOfTwoWithPubs()
  try {
    const { manager, far } = two
    const swarm = { allowWeaker: ALLOWED_HERE, volumeDriver: 'local' }
    const world = await openDockerWorld({
      hub: { engine: 'swarm', dockerSocket: manager.socketPath, host: far.moving, swarm },
    })
    await inside(t, world, () => tellDeath(t, world, two)).finally(() => world.close())
  } finally {
    await two.close()
  }
  t.end()
})

async function tellDeath(t: Test, world: DockerWorld, { manager, worker, far }: SwarmOfTwo): Promise<void> {
  const [near, there] = [dockerOn(manager.host), dockerOn(worker.host)]
  const self = (await near('info', '-f', '{{.Swarm.NodeID}}')).trim()
  await near('node', 'update', '--availability', 'drain', self)
  const { provider, hub, owner, networkKey } = world
  const { pub, request, code: first } = await askForPub(t, world, 'alice')
  await near('node', 'update', '--availability', 'active', self)
  const run = runNameOf(pub.pub)
  const container = async (docker: typeof near) =>
    (await docker('ps', '-q', '--filter', `label=com.docker.swarm.service.name=${run}`)).trim()
  const former = await container(there)
  t.ok(former, 'it runs on the node that will die')
  await call(owner.rpc, 'invite.accept', first)
  const thread = { root: request, branch: request }
  const asked = await privatePost(
    owner,
    [provider.id],
    'another invite for alice please, for 9 people',
    thread,
  )
  const code = inviteIn((await finalAnswer(owner, provider.id, asked, 90_000)).text) ?? ''
  t.ok(code, 'an invite from before')

  const tellPinned = await pinnedThere(t, manager.host)
  const pid = (await there('inspect', '-f', '{{.State.Pid}}', former)).trim()

  const watch = startWatch([
    { what: 'start', said: () => hub.lines(), words: new RegExp(`start ${run}`) },
    { what: 'session closed', said: () => hub.lines(), words: /close the session/ },
    { what: 'fence open', said: () => hub.lines(), words: /the fence is open/ },
  ])
  await killEngine(WORKER_ENGINE)
  await far.take()
  const feed = pub.feed ?? ''
  const address = netAddress(far.moving, pub.port, feed)
  const before = await chainAtAddress(keysIn(provider.folder), provider.address, networkKey, feed)
  await until(
    'a guest to be let in at the other node',
    async () => (await tryInvite(networkKey, code)).outcome === 'in',
    WRITABLE_BY_MS,
  )
  t.comment(`writable ${watch.ms()} ms after the death of the node: ${watch.seen()}`)
  watch.stop()
  t.ok(existsSync(`/proc/${pid}`), 'though its former run goes on')
  await tellPinned()
  const own = await chainAtAddress(ssbKeys.generate(), address, networkKey, feed)
  const kept = [...before].filter(([sequence, message]) => own.get(sequence) === message)
  t.ok(own.size > before.size && kept.length === before.size, `its feed of ${before.size} was there first`)

  await startEngine(WORKER_ENGINE, { keep: true, namespace: far.name })
  await until('its former run to be ended', async () => (await container(there)) === '', 90_000)
  t.ok(await container(near), 'the other one goes on')
  const volume = (await there('volume', 'inspect', '-f', '{{.Mountpoint}}', run)).trim()
  await tellOneChain(t, world, feed, address, await chainInVolume(volume, networkKey, feed))
}

/** Another run, whose volume is the node's own. Gives what must hold when the node is dead. */
async function pinnedThere(t: Test, host: string): Promise<() => Promise<void>> {
  const engine = createSwarmEngine({
    hub: `@${randomBytes(32).toString('base64')}.ed25519` as FeedId,
    ...{ host, image: TINY_IMAGE, bind: '127.0.0.1', allowWeaker: ALLOWED_HERE },
    constraints: ['node.role==worker'],
  })
  const { name, ...run } = await tinyRun({ listen: '0.0.0.0' })
  await engine.create({ name, ...run }, SECRET)
  await engine.start(name)
  return async () => {
    t.equal((await factOf(engine, name))?.status, 'exited', 'one whose volume lies on that node is off')
    const said = await refuses(t, engine.start(name), 'unreachable', 'its start elsewhere')
    t.match(said, /where its volume lies, .*\(down\)/, 'which is said')
    await engine.close()
  }
}

/** Everybody has the same, as far as they have it. */
async function tellOneChain(
  t: Test,
  { provider, owner, networkKey }: DockerWorld,
  feed: string,
  address: string,
  former: Chain,
): Promise<void> {
  const own = await chainAtAddress(ssbKeys.generate(), address, networkKey, feed)
  const hasAll = async () => {
    await connected(owner, feed, address)
    return (await chainAt(owner.rpc, feed)).size >= own.size
  }
  await until('its owner to have all of the feed', hasAll, 60_000)
  const copies = new Map([
    ['the pub', own],
    ['its owner', await chainAt(owner.rpc, feed)],
    ['the provider', await chainAtAddress(keysIn(provider.folder), provider.address, networkKey, feed)],
    ['the former run', former],
  ])
  t.deepEqual(differences(feed, 'the pub', copies), [], `one chain of ${own.size} on ${copies.size} peers`)
}
