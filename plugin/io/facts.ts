/** What a look of this provider may know that stands on no feed. */
import type { FeedId, Millis } from '../../protocol/ids'
import type { Facts } from '../look'
import type { Asks } from './asks'
import type { Clocks } from './clocks'
import type { Current } from './current'
import type { Imports } from './imports'
import type { Inbox } from './inbox'
import type { Leases } from './leases'
import type { Machines } from './machines/machines'
import { movingOf } from './moving'
import type { OwnNames } from './own-names'
import type { Post } from './post'
import type { Restored } from './restored'
import type { Sessions } from './sessions'
import type { Tables } from './tables'
import type { Vault } from './vault'

interface Parts {
  asks: Asks
  imports: Imports
  vault: Vault
  goneSince: ReadonlyMap<FeedId, Millis>
  inbox: Inbox
  tables: Tables
  clocks: Clocks
  gate: Current
  leases: Leases
  restored: Restored | null
  sessions: Sessions
  post: Post | null
  machines: Machines | null
  ownNames: OwnNames | null
  connected(): ReadonlySet<FeedId>
}

/** As it is now. */
export function factsOf(parts: Parts): Facts {
  const { inbox, vault, goneSince, connected, leases, restored, sessions, machines } = parts
  return {
    replies: parts.asks.replies(),
    brought: parts.imports.brought(),
    ...{ sealed: vault, goneSince, connected: connected() },
    newcomers: new Set(parts.tables.newcomers.keys()),
    strangers: inbox.strangers,
    otherClocks: parts.clocks.all(),
    currentSince: parts.gate.since,
    moving: movingOf({ inbox, leases, vault, restored, sessions }),
    mail: parts.post?.facts() ?? null,
    ...(parts.ownNames === null ? {} : { ownLooks: parts.ownNames.looks() }),
    ...(machines === null ? {} : { machines: machines.facts() }),
  }
}
