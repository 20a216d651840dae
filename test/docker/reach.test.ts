/** Goal: follow, block, run, address, and an owner's own calls on their pub, from a stock client, on real Docker. */
import test from 'tape'
import { tellReach } from '../helpers/reach-story'
import { engineForTests } from './engine'
import { openDockerWorld } from './world'

test('Docker: a pub follows and blocks by message, and its owner looks into it', async (t) => {
  const docker = await engineForTests()
  const world = await openDockerWorld({ hub: { engine: 'docker', dockerSocket: docker.socketPath } })
  try {
    await tellReach(t, world)
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
