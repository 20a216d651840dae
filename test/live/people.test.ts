/**
 * Goal: invites and owners by private message from stock clients, with kill -9 of provider, hub and pub in the middle:
 * the ledger stays right, what is taken back is void, and a pub of several owners ends only with a second one's yes.
 */
import test from 'tape'
import { closeKillWorld, makePub, openKillWorld } from '../helpers/kill-world'
import { type People, tellInvites, tellOwners } from '../helpers/people-story'
import { type StockPeer, startStock } from '../helpers/stock'

type Tell = (people: People, bob: StockPeer, oscar: StockPeer) => Promise<void>

function story(title: string, tell: Tell): void {
  test(title, async (t) => {
    const world = await openKillWorld(2)
    const bob = await startStock({ networkKey: world.networkKey, label: 'bob' })
    try {
      const [alice, oscar] = world.owners as [StockPeer, StockPeer]
      const made = await makePub(world, alice, 'alice', async () => {})
      await tell({ t, world, made }, bob, oscar)
    } catch (error) {
      t.comment(world.provider.output().slice(-6_000))
      t.comment(world.hub.lines().slice(-6_000))
      throw error
    } finally {
      await bob.stop()
      await closeKillWorld(world)
    }
    t.end()
  })
}

story('invites: listed, used and taken back through kills', tellInvites)
story('owners: one who never met the provider, and the yes that it takes', tellOwners)
