/**
 * Goal: where a pub can't be made its owner is told why in one sentence, and where waiting helps it is made in the end:
 * no image, a port that is taken, no Docker at first, Docker killed in the middle of create.
 */
import { createServer } from 'node:net'
import test from 'tape'
import { runNameOf } from '../../protocol/ids'
import type { HubView, PubView } from '../../protocol/rpc'
import type { FenceCheckView } from '../../protocol/rpc-fleet'
import { freePort, until } from '../helpers/machine'
import { answersTo, finalAnswer, firstPost, inviteIn } from '../helpers/patchwork'
import { askForPub } from '../helpers/path-story'
import { call } from '../helpers/stock'
import { engineForTests, killEngine, startEngine, stopEngine } from './engine'
import { copyPubImage } from './images'
import { containersOf, dockerOn, inWorld, stateOf } from './world'

test('no image; a port that another program holds', async (t) => {
  const engine = await engineForTests()
  const docker = dockerOn(engine.host)
  const hub = { engine: 'docker' as const, dockerSocket: engine.socketPath }
  await inWorld(t, { hub: { ...hub, image: 'buttcloud/no-such-image:1' } }, async (world) => {
    const request = await firstPost(world.owner, world.provider.id, 'create alice')
    const end = await finalAnswer(world.owner, world.provider.id, request, 30_000)
    t.equal(end.content.buttcloud.outcome, 'failed', end.text.split('\n')[0])
    t.match(
      end.text,
      /no image to run pubs from.*buttcloud\/no-such-image:1/,
      'the answer says what is missing',
    )
    t.deepEqual(await containersOf(docker, world.hub.id), [], 'nothing is left behind')
    const second = await world.addHub({ engine: 'process', label: 'second', memoryBytes: 2 ** 30 })
    const { pub, code } = await askForPub(t, world, 'shed')
    const found = await world.provider.admin<FenceCheckView>('adminFenceCheck', { pub: 'shed' })
    t.deepEqual(
      [found.writer.hub, found.writer.epoch],
      [second.id, 2],
      'the next one is made where it can run',
    )
    t.deepEqual([found.placed.why, found.feed], ['cannot-run', pub.feed], 'under the key that it got first')
    await call(world.owner.rpc, 'invite.accept', code)
    t.pass('and the invite works, which was ordered of the first one')
  })
  const taken = await freePort()
  const other = createServer().listen(taken, '127.0.0.1')
  try {
    await inWorld(t, { hub, settings: { portMin: taken, portMax: taken + 50 } }, async (world) => {
      const { pub, code } = await askForPub(t, world, 'alice')
      t.notEqual(pub.port, taken, `port ${taken} is taken by another program: the pub got ${pub.port}`)
      await call(world.owner.rpc, 'invite.accept', code)
      await until('the pub to follow its owner', async () => {
        const [one] = await world.provider.admin<PubView[]>('adminPubs')
        return one?.invites.used === 1
      })
      t.equal((await containersOf(docker, world.hub.id)).length, 1, 'one container')
    })
  } finally {
    other.close()
  }
  await engine.stop()
  t.end()
})

test('no Docker at first; then Docker is killed in the middle of create', async (t) => {
  const first = await engineForTests(1)
  // Engine 2 has the image before it goes away.
  const prepared = await startEngine(2)
  await copyPubImage(first.host, prepared.host)
  await stopEngine(2)
  try {
    await inWorld(t, {}, async (world) => {
      const { owner, provider } = world
      const hub = await world.addHub({
        ...{ engine: 'docker', dockerSocket: prepared.socketPath, label: 'harbour' },
        offers: false,
      })
      const sentence = await until('a sentence of the hub', () =>
        hub
          .lines()
          .split('\n')
          .find((line) => line.includes('no pub can be made here')),
      )
      t.match(sentence, /does not answer.*is Docker (installed and )?running\?/, sentence)
      const early = await firstPost(owner, provider.id, 'create early')
      const refusal = await finalAnswer(owner, provider.id, early)
      t.equal(refusal.content.buttcloud.outcome, 'refused', refusal.text.split('\n')[0])
      t.match(refusal.text, /harbour has not said what it offers yet/)

      await startEngine(2, { keep: true })
      await until('the hub to offer what it has', async () => {
        const [view] = await provider.admin<HubView[]>('adminHubs')
        return view?.engine === 'docker'
      })
      t.pass('Docker has come, and the hub goes on by itself')
      const docker = dockerOn(prepared.host)
      const request = await firstPost(owner, provider.id, 'create alice')
      const run = runNameOf(request as never)
      await until('the container to be there', async () => (await stateOf(docker, run)) !== 'none')
      await killEngine(2)
      await until('the hub to notice', () => hub.lines().split('no pub can be made here').length > 2)
      await startEngine(2, { keep: true })
      const end = await finalAnswer(owner, provider.id, request, 90_000)
      t.equal(end.content.buttcloud.outcome, 'done', end.text.split('\n')[0])
      await call(owner.rpc, 'invite.accept', inviteIn(end.text))
      t.deepEqual(await containersOf(docker, hub.id), [run], 'one container')
      const answers = await answersTo(owner, provider.id, request)
      t.equal(answers.filter((one) => one.content.buttcloud.final).length, 1, 'one final answer')
    })
  } finally {
    await stopEngine(2)
    await first.stop()
  }
  t.end()
})
