/** Goal: `admin restore` and the escrow, on the process engine: see test/helpers/restore-story.ts. */
import test from 'tape'
import { joinHub } from '../helpers/hub'
import { freePort, randomNetworkKey, removeFolder, temporaryFolder } from '../helpers/machine'
import { closeWorld, type World } from '../helpers/path-story'
import { startProvider } from '../helpers/provider'
import { removeData, tellRestore } from '../helpers/restore-story'
import { call, startStock } from '../helpers/stock'

test('process engine: a pub outlives its data, its server, and the return of its server', async (t) => {
  const networkKey = randomNetworkKey()
  const portMin = await freePort()
  const settings = { portMin, portMax: Math.min(65_535, portMin + 200) }
  const folder = temporaryFolder('provider')
  const options = { networkKey, home: 'own' as const, settings, folder, port: await freePort() }
  const provider = await startProvider({ ...options, nobodyElse: true })
  const hub = await joinHub(provider, { networkKey, engine: 'process', label: 'first' })
  const owner = await startStock({ networkKey, label: 'owner' })
  const { invite } = await provider.admin('adminInvite', { uses: 50 })
  await call(owner.rpc, 'invite.accept', invite)
  const world: World = { networkKey, provider, hub, owner }
  try {
    await tellRestore(t, {
      world,
      loseData: async (one) => removeData(one.folder),
      switchOff: (one) => one.kill(),
      addHub: () =>
        joinHub(world.provider, { networkKey, engine: 'process', label: 'second', host: 'localhost' }),
      newHost: 'localhost',
      async restartProvider() {
        world.provider = await startProvider(options)
      },
    })
  } catch (error) {
    t.comment(world.provider.output().slice(-4_000))
    t.comment(world.hub.lines().slice(-6_000))
    throw error
  } finally {
    await closeWorld(world)
    removeFolder(folder)
  }
  t.end()
})
