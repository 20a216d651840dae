/** Goal: every command of the language from a stock ssb-server, with its refusals, on real Docker. */
import test from 'tape'
import { SETTINGS, tellEverything } from '../helpers/everything-story'
import { engineForTests } from './engine'
import { needPubImage } from './images'
import { containersOf, dockerOn, openDockerWorld } from './world'

test('Docker: every command, every refusal, and what is left on feeds and in logs', async (t) => {
  const docker = await engineForTests()
  await needPubImage(docker.host)
  const hub = { engine: 'docker' as const, dockerSocket: docker.socketPath }
  const world = await openDockerWorld({ hub, settings: SETTINGS })
  try {
    const command = dockerOn(docker.host)
    await tellEverything(t, world, async () => {
      const words: string[] = []
      for (const name of await containersOf(command, world.hub.id))
        words.push(await command('inspect', name), await command('logs', name))
      return words.join('\n')
    })
  } catch (error) {
    t.comment(world.provider.output().slice(-4_000))
    t.comment(world.hub.lines().slice(-6_000))
    throw error
  } finally {
    await world.close()
    await docker.stop()
  }
  t.end()
})
