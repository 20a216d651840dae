/**
 * Goal: a pub on Docker heals. Whatever is killed or removed (container, hub, provider), it comes back with the
 * same feed, one chain and one answer.
 */
import ssbKeys from 'ssb-keys'
import test, { type Test } from 'tape'
import { runNameOf } from '../../protocol/ids'
import { NEWS_WAIT_MS } from '../../protocol/limits'
import type { HubView, PubView } from '../../protocol/rpc'
import { type Chain, chainAtAddress, keysIn } from '../helpers/chains'
import { until } from '../helpers/machine'
import { answersTo, finalAnswer, firstPost, inviteIn, privatePost } from '../helpers/patchwork'
import { askForPub } from '../helpers/path-story'
import { call, netAddress } from '../helpers/stock'
import { engineForTests } from './engine'
import {
  containersOf,
  type Docker,
  type DockerWorld,
  dockerOn,
  inWorld,
  lifeOf,
  newcomer,
  nextLife,
  stateOf,
  volumesOf,
} from './world'

interface Patient {
  world: DockerWorld
  docker: Docker
  pub: PubView
  /** Of container and volume. */
  name: string
  request: string
}

const stranger = ssbKeys.generate()

/** What the pub serves of its own feed. */
function chainOf({ world, pub }: Patient): Promise<Chain> {
  const [host = '', port] = (pub.address ?? ':').split(':')
  const address = netAddress(host, Number(port), pub.feed ?? '')
  return until('the pub to serve its feed', () =>
    chainAtAddress(stranger, address, world.networkKey, pub.feed ?? ''),
  )
}

/** How many messages the provider has of a feed: its own, or a hub's, which it tells its operator only. */
async function lengthAt(world: DockerWorld, feed: string): Promise<number> {
  const { provider, networkKey } = world
  return (await chainAtAddress(keysIn(provider.folder), provider.address, networkKey, feed)).size
}

/** How many messages have come since; waits for at least this many, so that more would be seen. */
async function saidSince(world: DockerWorld, feed: string, before: number, atLeast: number): Promise<number> {
  return until(`${atLeast} more messages of ${feed}`, async () => {
    const more = (await lengthAt(world, feed)) - before
    return more >= atLeast && more
  })
}

function extendsChain(longer: Chain, shorter: Chain): boolean {
  return [...shorter].every(([sequence, message]) => longer.get(sequence) === message)
}

/** Another invite for the pub by message, redeemed by somebody new. */
async function anotherMember({ world, request, pub }: Patient, label: string): Promise<void> {
  const { owner, provider, networkKey } = world
  const asked = await privatePost(owner, [provider.id], `invite ${pub.name}`, {
    root: request,
    branch: request,
  })
  const code = inviteIn((await finalAnswer(owner, provider.id, asked)).text)
  const member = await newcomer(provider, networkKey, label)
  try {
    await call(member.rpc, 'invite.accept', code)
  } finally {
    await member.stop()
  }
}

async function viewOf({ world, pub }: Patient): Promise<PubView> {
  const pubs = await world.provider.admin<PubView[]>('adminPubs')
  return pubs.find((one) => one.pub === pub.pub) ?? pub
}

async function uses(patient: Patient, used: number): Promise<void> {
  await until(`${used} uses in the ledger`, async () => (await viewOf(patient)).invites.used === used)
}

test('container killed, container removed, hub restarted, provider restarted, pub deleted', async (t) => {
  const engine = await engineForTests()
  const docker = dockerOn(engine.host)
  const hub = { engine: 'docker' as const, dockerSocket: engine.socketPath }
  await inWorld(t, { hub, settings: { retentionMs: 6_000 } }, async (world) => {
    const { request, code, pub } = await askForPub(t, world, 'alice')
    const patient: Patient = { world, docker, pub, request, name: runNameOf(pub.pub) }
    await call(world.owner.rpc, 'invite.accept', code)
    await uses(patient, 1)
    await containerKilled(t, patient)
    await containerRemoved(t, patient)
    await hubRestarted(t, patient)
    await providerRestarted(t, patient)
    await deleted(t, patient)
  })
  await engine.stop()
  t.end()
})

async function containerKilled(t: Test, patient: Patient): Promise<void> {
  const { world, docker, name } = patient
  const chain = await chainOf(patient)
  const said = await lengthAt(world, world.provider.id)
  const reported = await lengthAt(world, world.hub.id)
  const before = await lifeOf(docker, name)
  await docker('kill', name)
  const after = await nextLife(docker, name, before)
  t.equal(after.split(' ')[0], before.split(' ')[0], 'killed: the same container was started again')
  const now = await chainOf(patient)
  t.deepEqual([...now], [...chain], 'with the same feed, message for message')
  await anotherMember(patient, 'after-kill')
  await uses(patient, 2)
  t.equal((await viewOf(patient)).feed, patient.pub.feed, 'and the same identity')
  const answers = await answersTo(world.owner, world.provider.id, patient.request)
  t.equal(answers.length, 2, 'its owner got no further answer to the request')
  // Since the kill: one invite asked for, so its op and answer by the provider, its result by the hub.
  t.equal(await saidSince(world, world.provider.id, said, 2), 2, 'the provider said nothing of it')
  t.equal(
    await saidSince(world, world.hub.id, reported, 1),
    1,
    'neither did the hub: quick healing is no news',
  )
}

async function containerRemoved(t: Test, patient: Patient): Promise<void> {
  const { world, docker, name } = patient
  const chain = await chainOf(patient)
  const before = await lifeOf(docker, name)
  await docker('exec', name, 'sh', '-c', 'echo here > /data/mark')
  await docker('rm', '-f', name)
  const after = await nextLife(docker, name, before)
  t.notEqual(after.split(' ')[0], before.split(' ')[0], 'removed: another container was made')
  t.equal(await docker('exec', name, 'cat', '/data/mark'), 'here\n', 'on the same volume')
  t.ok(extendsChain(await chainOf(patient), chain), 'with the same feed')
  await anotherMember(patient, 'after-removal')
  await uses(patient, 3)
  const longer = await chainOf(patient)
  t.ok(
    longer.size > chain.size && extendsChain(longer, chain),
    'a use of an invite goes on with the same chain',
  )
  t.deepEqual(await containersOf(docker, world.hub.id), [name], 'there is one container')
}

async function hubRestarted(t: Test, patient: Patient): Promise<void> {
  const { world, docker, name } = patient
  const life = await lifeOf(docker, name)
  const reported = await lengthAt(world, world.hub.id)
  await world.hub.kill()
  t.ok((await chainOf(patient)).size > 0, 'the pub runs on and is read while its hub is away')
  await world.hub.restart()
  await anotherMember(patient, 'after-hub')
  await uses(patient, 4)
  t.equal(await lifeOf(docker, name), life, 'the hub took over the container that ran, without a restart')
  t.equal(await saidSince(world, world.hub.id, reported, 1), 1, 'and reported nothing but the invite')
}

async function providerRestarted(t: Test, patient: Patient): Promise<void> {
  const { world, docker, name } = patient
  const life = await lifeOf(docker, name)
  await world.provider.kill()
  t.ok((await chainOf(patient)).size > 0, 'the pub runs on and is read while the provider is away')
  await world.restartProvider()
  await until('the hub to be connected again', async () => {
    const hubs = await world.provider.admin<HubView[]>('adminHubs')
    return hubs.find((one) => one.hub === world.hub.id)?.connected
  })
  await anotherMember(patient, 'after-provider')
  await uses(patient, 5)
  t.equal(await lifeOf(docker, name), life, 'no container was restarted for it')
}

async function deleted(t: Test, patient: Patient): Promise<void> {
  const { world, docker, name, request } = patient
  const { owner, provider, hub } = world
  const thread = { root: request, branch: request }
  const asked = await privatePost(owner, [provider.id], 'delete alice', thread)
  const question = await until('the question', async () => (await answersTo(owner, provider.id, asked))[0])
  t.equal(question.content.buttcloud.outcome, 'asked', 'it asks once')
  t.deepEqual(await containersOf(docker, hub.id), [name], 'and does nothing yet')
  const yes = await privatePost(owner, [provider.id], 'yes', { root: request, branch: question.key })
  const end = await finalAnswer(owner, provider.id, yes)
  t.equal(end.content.buttcloud.outcome, 'done', end.text.split('\n')[0])
  t.deepEqual(await containersOf(docker, hub.id), [], 'the container is gone')
  t.deepEqual(await volumesOf(docker, hub.id), [name], 'the volume is kept')
  const { keepUntil } = await viewOf(patient)
  await until(
    'the volume to go',
    async () => (await volumesOf(docker, hub.id)).length === 0,
    NEWS_WAIT_MS + 20_000,
  )
  t.ok(Date.now() >= Number(keepUntil), 'it goes when its time is over, not before')
}

test('the hub daemon is killed in the middle of create', async (t) => {
  const engine = await engineForTests()
  const docker = dockerOn(engine.host)
  const hub = { engine: 'docker' as const, dockerSocket: engine.socketPath }
  await inWorld(t, { hub }, async (world) => {
    const { owner, provider } = world
    const moments: [string, string, (name: string) => Promise<boolean>][] = [
      ['anna', 'when the order is out', async () => provider.output().includes('order up of anna')],
      ['bert', 'when the container is there', async (name) => (await stateOf(docker, name)) !== 'none'],
      ['cleo', 'when the container runs', async (name) => (await stateOf(docker, name)) === 'running'],
    ]
    for (const [name, moment, reached] of moments) {
      const request = await firstPost(owner, provider.id, `create ${name}`)
      const run = runNameOf(request as never)
      await until(moment, () => reached(run))
      await world.hub.kill()
      t.pass(`killed ${moment} (it was ${await stateOf(docker, run)})`)
      await world.hub.restart()
      const end = await finalAnswer(owner, provider.id, request, 60_000)
      t.equal(end.content.buttcloud.outcome, 'done', end.text.split('\n')[0])
      await call(owner.rpc, 'invite.accept', inviteIn(end.text))
      const answers = await answersTo(owner, provider.id, request)
      t.equal(answers.filter((one) => one.content.buttcloud.final).length, 1, 'one final answer')
    }
    const runs = await containersOf(docker, world.hub.id)
    t.equal(runs.length, moments.length, 'one container each')
    t.deepEqual((await volumesOf(docker, world.hub.id)).sort(), [...runs].sort(), 'and one volume each')
    await until('all to follow their owner', async () => {
      const pubs = await provider.admin<PubView[]>('adminPubs')
      return pubs.length === moments.length && pubs.every((pub) => pub.invites.used === 1)
    })
  })
  await engine.stop()
  t.end()
})
