/**
 * Goal: every command of the language from a stock ssb-server, with its refusals, on the process engine; and no secret,
 * no address and no figure of use on any feed or in any log of it all.
 */
import { SETTINGS, tellEverything } from '../helpers/everything-story'
import { onProcesses } from '../helpers/path-story'

onProcesses(
  'process engine: every command, every refusal, and what is left on feeds and in logs',
  tellEverything,
  { settings: SETTINGS },
)
