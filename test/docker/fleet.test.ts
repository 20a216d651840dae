/**
 * Goal: two hubs admitted, pubs spread over them, each container on its own hub only, each pub redeemable. Once with
 * two Docker engines (each a machine of its own), once with one engine and one hub without Docker.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import test, { type Test } from 'tape'
import { runNameOf } from '../../protocol/ids'
import type { HubView, PubView } from '../../protocol/rpc'
import type { TestHub } from '../helpers/hub'
import { until } from '../helpers/machine'
import { finalAnswer, firstPost, inviteIn } from '../helpers/patchwork'
import { call } from '../helpers/stock'
import { engineForTests } from './engine'
import { copyPubImage } from './images'
import { containersOf, type Docker, type DockerWorld, dockerOn, openDockerWorld } from './world'

const MEGABYTE = 1024 * 1024
/** The same for both hubs, so that the one with fewer pubs has more room. */
const MEMORY = { memoryBytes: 512 * MEGABYTE }

/** Asks for all of them at once, redeems every invite, and gives the names of their runs. */
async function askAndRedeem(t: Test, world: DockerWorld, names: string[]): Promise<string[]> {
  const { owner, provider } = world
  const requests: string[] = []
  for (const name of names) requests.push(await firstPost(owner, provider.id, `create ${name}`))
  for (const request of requests) {
    const answer = await finalAnswer(owner, provider.id, request, 90_000)
    t.equal(answer.content.buttcloud.outcome, 'done', answer.text.split('\n')[0])
    await call(owner.rpc, 'invite.accept', inviteIn(answer.text))
  }
  const pubs = await until('every pub to follow its owner', async () => {
    const all = await provider.admin<PubView[]>('adminPubs')
    return all.every((pub) => pub.invites.used === 1) ? all : null
  })
  t.deepEqual(pubs.map((pub) => pub.status).sort(), names.map(() => 'up').sort(), 'all are up')
  t.equal(new Set(pubs.map((pub) => pub.feed)).size, names.length, 'each with a feed of its own')
  t.equal(new Set(pubs.map((pub) => pub.port)).size, names.length, 'and a port of its own')
  return requests.map((request) => runNameOf(request as never)).sort()
}

async function pubsOn(world: DockerWorld, hubs: TestHub[]): Promise<number[]> {
  const views = await world.provider.admin<HubView[]>('adminHubs')
  return hubs.map(({ id }) => views.find((view) => view.hub === id)?.pubs ?? 0)
}

test('two hubs on two engines', async (t) => {
  const first = await engineForTests(1)
  const second = await engineForTests(2)
  await copyPubImage(first.host, second.host)
  const world = await openDockerWorld({ settings: { pubsPerOwnerMax: 4 } })
  try {
    const hubs = [
      await world.addHub({ engine: 'docker', dockerSocket: first.socketPath, label: 'one', ...MEMORY }),
      await world.addHub({ engine: 'docker', dockerSocket: second.socketPath, label: 'two', ...MEMORY }),
    ]
    const runs = await askAndRedeem(t, world, ['anna', 'bert', 'cleo', 'dora'])
    t.deepEqual(await pubsOn(world, hubs), [2, 2], 'spread evenly')
    const dockers: Docker[] = [dockerOn(first.host), dockerOn(second.host)]
    const seen: string[] = []
    for (const [at, docker] of dockers.entries())
      for (const [of, hub] of hubs.entries()) {
        const there = await containersOf(docker, hub.id)
        t.equal(there.length, at === of ? 2 : 0, `engine ${at + 1} runs ${there.length} of hub ${of + 1}`)
        seen.push(...there)
      }
    t.deepEqual(seen.sort(), runs, 'every pub has one container, nothing is there twice')
  } catch (error) {
    t.comment(world.provider.output().slice(-4_000))
    throw error
  } finally {
    await world.close()
    await second.stop()
    await first.stop()
  }
  t.end()
})

test('one hub with Docker and one without', async (t) => {
  const engine = await engineForTests(1)
  const world = await openDockerWorld({ settings: { pubsPerOwnerMax: 4 } })
  try {
    const docker = await world.addHub({
      ...{ engine: 'docker', dockerSocket: engine.socketPath, label: 'containers' },
      ...MEMORY,
    })
    const plain = await world.addHub({ engine: 'process', label: 'processes', ...MEMORY })
    const runs = await askAndRedeem(t, world, ['emil', 'fred'])
    t.deepEqual(await pubsOn(world, [docker, plain]), [1, 1], 'one each')
    const contained = await containersOf(dockerOn(engine.host), docker.id)
    t.equal(contained.length, 1, 'one container')
    const processes = runs.filter((name) => existsSync(join(plain.folder, 'runs', name)))
    t.deepEqual([...contained, ...processes].sort(), runs, 'and one process')
    t.deepEqual(await containersOf(dockerOn(engine.host), plain.id), [], 'without a container of its own')
  } catch (error) {
    t.comment(world.provider.output().slice(-4_000))
    throw error
  } finally {
    await world.close()
    await engine.stop()
  }
  t.end()
})
