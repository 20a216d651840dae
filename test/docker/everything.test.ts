/** Goal: every command of the language from a stock ssb-server, with its refusals, on real Docker. */
import { SETTINGS, tellEverything } from '../helpers/everything-story'
import { containersOf, dockerOn, onDocker } from './world'

onDocker(
  'Docker: every command, every refusal, and what is left on feeds and in logs',
  async (t, world, docker) => {
    const command = dockerOn(docker.host)
    await tellEverything(t, world, async () => {
      const words: string[] = []
      for (const name of await containersOf(command, world.hub.id))
        words.push(await command('inspect', name), await command('logs', name))
      return words.join('\n')
    })
  },
  { settings: SETTINGS },
)
