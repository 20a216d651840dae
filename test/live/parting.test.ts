/**
 * Goal: whoever leaves takes everything along, whether the pub is stopped, suspended or deleted, and nothing that happens
 * meanwhile spoils it. On the process engine.
 */
import { PARTING_SETTINGS, tellParting } from '../helpers/parting-story'
import { onProcesses } from '../helpers/path-story'

onProcesses(
  'process engine: an owner leaves with a pub that does not run',
  async (t, world) => {
    await tellParting(t, world)
    const printed = world.provider.output() + world.hub.lines()
    t.notOk(/\.ed25519","private"|"private":/.test(printed), 'no key pair in any log')
  },
  { settings: PARTING_SETTINGS },
)
