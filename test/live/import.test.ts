/** Goal: a pub moves from one provider to another and stays the pub that it was: see test/helpers/import-story.ts. */
import test from 'tape'
import { joinHub } from '../helpers/hub'
import { tellMove } from '../helpers/import-story'
import { freePort, removeFolder, temporaryFolder } from '../helpers/machine'
import { tellMoveIn } from '../helpers/move-in-story'
import { closeWorld, openWorld } from '../helpers/path-story'
import { startProvider } from '../helpers/provider'
import { call, startStock } from '../helpers/stock'

test('process engine: a pub is exported here and imported there', async (t) => {
  const from = await openWorld('own', { engine: 'process', label: 'old' })
  const { networkKey } = from
  const portMin = await freePort()
  const settings = { portMin, portMax: Math.min(65_535, portMin + 200) }
  const folder = temporaryFolder('provider')
  const options = { networkKey, home: 'own' as const, settings, folder, port: await freePort() }
  const provider = await startProvider({ ...options, nobodyElse: true })
  const hub = await joinHub(provider, { networkKey, engine: 'process', label: 'new' })
  const { invite } = await provider.admin('adminInvite', { uses: 50 })
  await call(from.owner.rpc, 'invite.accept', invite)
  const member = await startStock({ networkKey, label: 'member' })
  const oscar = await startStock({ networkKey, label: 'oscar' })
  const home = temporaryFolder('import-cli')
  const to = { provider, hub }
  try {
    const restart = async () => {
      to.provider = await startProvider(options)
    }
    await tellMove({ t, from, to, restart, member, oscar, home })
  } catch (error) {
    t.comment(to.provider.output().slice(-6_000))
    t.comment(hub.lines().slice(-6_000))
    throw error
  } finally {
    await Promise.allSettled([member.stop(), oscar.stop(), hub.stop()])
    await to.provider.stop()
    await closeWorld(from)
    for (const one of [folder, home]) removeFolder(one)
  }
  t.end()
})

for (const kind of ['own', 'stock'] as const)
  test(`process engine: an ssb-server of one’s own moves to a provider (${kind} home)`, async (t) => {
    const world = await openWorld(kind, { engine: 'process' })
    const home = temporaryFolder('move-in')
    try {
      await tellMoveIn(t, world, home)
    } catch (error) {
      t.comment(world.provider.output().slice(-4_000))
      t.comment(world.hub.lines().slice(-4_000))
      throw error
    } finally {
      await closeWorld(world)
      removeFolder(home)
    }
    t.end()
  })
