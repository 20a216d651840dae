/** Goal: start, stop, restart, name and describe by private message on real Docker, up to what a peer of the pub sees. */
import test from 'tape'
import { tellPower } from '../helpers/power-story'
import { engineForTests } from './engine'
import { openDockerWorld } from './world'

test('Docker: a pub is stopped, started, restarted and named by private messages', async (t) => {
  const docker = await engineForTests()
  const world = await openDockerWorld({ hub: { engine: 'docker', dockerSocket: docker.socketPath } })
  try {
    await tellPower(t, world)
  } catch (error) {
    t.comment(world.provider.output().slice(-4_000))
    t.comment(world.hub.lines().slice(-6_000))
    throw error
  } finally {
    await world.close()
    await docker.stop()
  }
  t.end()
})
