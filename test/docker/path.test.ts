/**
 * Goal: the whole path on real Docker, once with each home of the provider; and the container that the hub has made
 * is hardened, with its secret nowhere but in its volume.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type Test } from 'tape'
import { runNameOf } from '../../protocol/ids'
import { FREE_PLAN_MEMORY_BYTES } from '../../protocol/limits'
import type { PubView } from '../../protocol/rpc'
import { tellPath } from '../helpers/path-story'
import type { Home } from '../helpers/provider'
import { CONTROLS, type Inspected } from './controls'
import { engineForTests } from './engine'
import { type DockerWorld, dockerOn, openDockerWorld } from './world'

for (const home of ['own', 'stock'] as Home[]) {
  test(`${home} provider, Docker: from a private message to a post read through the pub`, async (t) => {
    const docker = await engineForTests()
    const world = await openDockerWorld({
      home,
      hub: { engine: 'docker', dockerSocket: docker.socketPath },
    })
    try {
      await tellPath(t, world)
      if (home === 'own') await inspect(t, world, docker.host)
    } catch (error) {
      t.comment(world.provider.output().slice(-4_000))
      t.comment(world.hub.lines().slice(-4_000))
      throw error
    } finally {
      await world.close()
      await docker.stop()
    }
    t.end()
  })
}

/** Looks at the container of the one pub of this world. */
async function inspect(t: Test, world: DockerWorld, host: string): Promise<void> {
  const command = dockerOn(host)
  const [pub] = await world.provider.admin<PubView[]>('adminPubs')
  if (pub === undefined) throw new Error('the provider knows no pub')
  const name = runNameOf(pub.pub)
  const port = Number(pub.address?.split(':').at(-1))
  const text = await command('inspect', name)
  const [info] = JSON.parse(text) as [Inspected]
  for (const [control, what, holds] of CONTROLS)
    t.ok(holds(info, { port, memoryBytes: FREE_PLAN_MEMORY_BYTES, web: null }), `${control}: ${what}`)

  const secret = JSON.parse(readFileSync(join(world.hub.folder, 'pubs', name, 'secret'), 'utf8')) as {
    id: string
    private: string
  }
  t.equal(secret.id, pub.feed, 'the hub keeps the secret of this pub')
  // Seed first, then the public half, which everybody may see.
  const needle = secret.private.slice(0, 40)
  const inside = await command('exec', name, 'cat', '/data/secret')
  t.ok(inside.includes(needle), 'the pub has it in its volume')
  const places = {
    inspect: text,
    environment: await command('exec', name, 'cat', '/proc/1/environ'),
    'output of the pub': await command('logs', name),
    'layer of the container': await command('diff', name),
    'lines of the hub': world.hub.lines(),
    'lines of the provider': world.provider.output(),
  }
  for (const [place, said] of Object.entries(places)) t.notOk(said.includes(needle), `not in the ${place}`)
  t.equal(
    (await command('exec', name, 'stat', '-c', '%a %u', '/data/secret')).trim(),
    '600 1000',
    'for its eyes only',
  )
}
