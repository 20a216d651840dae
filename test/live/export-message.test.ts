/** Goal: `export` by private message from a stock client, in both homes of the provider, up to the opened blob. */
import { tellExportByMessage } from '../helpers/export-message-story'
import { onProcesses } from '../helpers/path-story'
import type { Home } from '../helpers/provider'

for (const home of ['own', 'stock'] as Home[])
  onProcesses(
    `${home}: an owner asks for the key pair and the peers of a pub by message`,
    async (t, world) => {
      await tellExportByMessage(t, world)
      const printed = world.provider.output() + world.hub.lines()
      t.notOk(/"private"|\.boxs|unbox/.test(printed), 'no key in any log')
    },
    { home },
  )
