/** Goal: the whole path on the process engine, once with each home of the provider. */
import { onProcesses, tellPath } from '../helpers/path-story'
import type { Home } from '../helpers/provider'

for (const home of ['own', 'stock'] as Home[]) {
  onProcesses(
    `${home} provider, process engine: from a private message to a post read through the pub`,
    tellPath,
    { home },
  )
}
