/** Goal: owners see how their pub is doing, by message with a picture and live, and nobody else does; in both homes. */
import test from 'tape'
import { closeWorld, openWorld } from '../helpers/path-story'
import { tellStatus } from '../helpers/status-story'

for (const home of ['own', 'stock'] as const)
  test(`status, figures and live streams, with the provider on ${home === 'own' ? 'its own node' : 'a stock server'}`, async (t) => {
    const world = await openWorld(home, { engine: 'process' })
    try {
      await tellStatus(t, world)
    } catch (error) {
      t.comment(world.provider.output().slice(-4_000))
      t.comment(world.hub.lines().slice(-4_000))
      throw error
    } finally {
      await closeWorld(world)
    }
    t.end()
  })
