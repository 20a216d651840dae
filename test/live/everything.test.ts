/**
 * Goal: every command of the language from a stock ssb-server, with its refusals, on the process engine; and no secret,
 * no address and no figure of use on any feed or in any log of it all.
 */
import test from 'tape'
import { SETTINGS, tellEverything } from '../helpers/everything-story'
import { closeWorld, openWorld } from '../helpers/path-story'

test('process engine: every command, every refusal, and what is left on feeds and in logs', async (t) => {
  const world = await openWorld('own', { engine: 'process' }, SETTINGS)
  try {
    await tellEverything(t, world)
  } catch (error) {
    t.comment(world.provider.output().slice(-4_000))
    t.comment(world.hub.lines().slice(-6_000))
    throw error
  } finally {
    await closeWorld(world)
  }
  t.end()
})
