/** Goal: owners see how their pub is doing, by message with a picture and live, and nobody else does; in both homes. */
import { onProcesses } from '../helpers/path-story'
import { tellStatus } from '../helpers/status-story'

for (const home of ['own', 'stock'] as const)
  onProcesses(
    `status, figures and live streams, with the provider on ${home === 'own' ? 'its own node' : 'a stock server'}`,
    tellStatus,
    { home },
  )
