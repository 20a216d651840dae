/**
 * Goal: follow, block, run, address, and an owner's own calls on their pub, from a stock client, on the process engine.
 */
import test from 'tape'
import { closeWorld, openWorld } from '../helpers/path-story'
import { tellReach } from '../helpers/reach-story'

test('process engine: a pub follows and blocks by message, and its owner looks into it', async (t) => {
  const world = await openWorld('own', { engine: 'process' })
  try {
    await tellReach(t, world)
  } catch (error) {
    t.comment(world.provider.output().slice(-4_000))
    t.comment(world.hub.lines().slice(-6_000))
    throw error
  } finally {
    await closeWorld(world)
  }
  t.end()
})
