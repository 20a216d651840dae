/**
 * Goal: start, stop, restart, name and describe by private message from a stock client, on the process engine, up to
 * what a peer of the pub sees of it.
 */
import test from 'tape'
import { closeWorld, openWorld } from '../helpers/path-story'
import { tellPower } from '../helpers/power-story'

test('process engine: a pub is stopped, started, restarted and named by private messages', async (t) => {
  const world = await openWorld('own', { engine: 'process' })
  try {
    await tellPower(t, world)
  } catch (error) {
    t.comment(world.provider.output().slice(-4_000))
    t.comment(world.hub.lines().slice(-6_000))
    throw error
  } finally {
    await closeWorld(world)
  }
  t.end()
})
