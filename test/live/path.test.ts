/** Goal: the whole path on the process engine, once with each home of the provider. */
import test from 'tape'
import { closeWorld, openWorld, tellPath } from '../helpers/path-story'
import type { Home } from '../helpers/provider'

for (const home of ['own', 'stock'] as Home[]) {
  test(`${home} provider, process engine: from a private message to a post read through the pub`, async (t) => {
    const world = await openWorld(home, { engine: 'process' })
    try {
      await tellPath(t, world)
    } catch (error) {
      t.comment(world.provider.output().slice(-4_000))
      t.comment(world.hub.lines().slice(-4_000))
      throw error
    } finally {
      await closeWorld(world)
    }
    t.end()
  })
}
