/**
 * Goal: what a pub holds can be taken away by its owner and nobody else, over a line that breaks, and a stock
 * ssb-server goes on with it. On the process engine.
 */
import { tellExport } from '../helpers/export-story'
import { onProcesses } from '../helpers/path-story'

onProcesses(
  'process engine: an owner exports a pub, and a stock ssb-server goes on with it',
  async (t, world) => {
    await tellExport(t, world)
    const printed = world.provider.output() + world.hub.lines()
    t.notOk(/\.ed25519","private"|"private":/.test(printed), 'no key pair in any log')
  },
)
