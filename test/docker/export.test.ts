/**
 * Goal: what a pub in a container holds can be taken away by its owner, whether it runs, is stopped, suspended or deleted, and
 * a stock ssb-server goes on with it.
 */
import { tellExport } from '../helpers/export-story'
import { PARTING_SETTINGS, tellParting } from '../helpers/parting-story'
import { containersOf, dockerOn, onDocker } from './world'

onDocker('Docker: an owner exports a pub, and a stock ssb-server goes on with it', tellExport)

onDocker(
  'Docker: an owner leaves with a pub that does not run',
  async (t, world, engine) => {
    const docker = dockerOn(engine.host)
    await tellParting(t, world, async () =>
      (await containersOf(docker, world.hub.id)).filter((name) => name.includes('-reader-')),
    )
  },
  { settings: PARTING_SETTINGS },
)
