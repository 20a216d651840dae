/** Goal: `export` by private message from a stock client, in both homes of the provider, up to the opened blob. */
import test from 'tape'
import { tellExportByMessage } from '../helpers/export-message-story'
import { closeWorld, openWorld } from '../helpers/path-story'
import type { Home } from '../helpers/provider'

for (const home of ['own', 'stock'] as Home[])
  test(`${home}: an owner asks for the key pair and the peers of a pub by message`, async (t) => {
    const world = await openWorld(home, { engine: 'process' })
    try {
      await tellExportByMessage(t, world)
      const printed = world.provider.output() + world.hub.lines()
      t.notOk(/"private"|\.boxs|unbox/.test(printed), 'no key in any log')
    } catch (error) {
      t.comment(world.provider.output().slice(-4_000))
      t.comment(world.hub.lines().slice(-6_000))
      throw error
    } finally {
      await closeWorld(world)
    }
    t.end()
  })
