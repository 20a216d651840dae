/** The model before anything is known. */
import type { Millis } from '../../protocol/ids'
import type { Model } from './model'

export function firstModel(around: {
  now: Millis
  size: { width: number; height: number }
  unicode: boolean
}): Model {
  return {
    ...around,
    facts: { owner: null, provider: null, pubs: {}, pubsAt: null, plans: null },
    ...{ letters: [], lettersCaughtUp: false, shown: new Set(), unread: 0 },
    connection: { state: 'starting' },
    ...{ typed: [], localProvider: false },
    ...{ requests: [], nextRequest: 1 },
    screens: [{ kind: 'dashboard', selected: 0 }],
    ...{ dialog: null, told: null },
  }
}
