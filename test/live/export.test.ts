/**
 * Goal: what a pub holds can be taken away by its owner and nobody else, over a line that breaks, and a stock
 * ssb-server goes on with it. On the process engine.
 */
import test from 'tape'
import { tellExport } from '../helpers/export-story'
import { closeWorld, openWorld } from '../helpers/path-story'

test('process engine: an owner exports a pub, and a stock ssb-server goes on with it', async (t) => {
  const world = await openWorld('own', { engine: 'process' })
  try {
    await tellExport(t, world)
    const printed = world.provider.output() + world.hub.lines()
    t.notOk(/\.ed25519","private"|"private":/.test(printed), 'no key pair in any log')
  } catch (error) {
    t.comment(world.provider.output().slice(-4_000))
    t.comment(world.hub.lines().slice(-6_000))
    throw error
  } finally {
    await closeWorld(world)
  }
  t.end()
})
