/** Goal: what a pub in a container holds can be taken away by its owner, and a stock ssb-server goes on with it. */
import test from 'tape'
import { tellExport } from '../helpers/export-story'
import { engineForTests } from './engine'
import { openDockerWorld } from './world'

test('Docker: an owner exports a pub, and a stock ssb-server goes on with it', async (t) => {
  const docker = await engineForTests()
  const world = await openDockerWorld({ hub: { engine: 'docker', dockerSocket: docker.socketPath } })
  try {
    await tellExport(t, world)
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
