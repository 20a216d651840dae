/** What a text can mean. */
import type { FeedId } from './ids'

/** What somebody wants. Names are valid and lower-cased; null where none was said. */
export type Command =
  | { kind: 'help'; about: string | null }
  /** `plan` null: the provider's first one. */
  | { kind: 'create'; name: string; plan: string | null }
  /** Brings a pub that ran elsewhere; what it had has been uploaded before (protocol/import.ts). */
  | { kind: 'import'; name: string }
  | { kind: 'list' }
  | { kind: 'status'; name: string | null }
  | { kind: 'invite'; name: string | null; uses: number | null; note: string | null }
  | { kind: 'invites'; name: string | null }
  /** `id` as the list of invites shows it. */
  | { kind: 'uninvite'; name: string | null; id: string }
  | { kind: 'start' | 'stop' | 'restart'; name: string | null }
  /** What the pub shall call itself, and how it shall describe itself, in public. */
  | { kind: 'name' | 'describe'; name: string | null; text: string }
  /** `version` null: the provider's current one. */
  | { kind: 'upgrade'; name: string | null; version: string | null }
  | { kind: 'rebuild'; name: string | null }
  | { kind: 'export'; name: string | null; part: ExportPart }
  | { kind: 'follow' | 'unfollow' | 'block' | 'unblock'; name: string | null; feed: FeedId }
  /** `method` in its dotted form; each argument as it was written. */
  | { kind: 'run'; name: string | null; method: string; args: string[] }
  /** Without a change it lists them. */
  | { kind: 'owners'; name: string | null; change: OwnersChange | null }
  | { kind: 'address'; name: string | null }
  | { kind: 'log'; name: string | null }
  /** Without `on` it says whether they are on. */
  | { kind: 'web'; name: string | null; on: boolean | null }
  /** `own` null: how it is; else the name that it shall be reached by, null: only by those it had before. */
  | { kind: 'domain'; name: string | null; own: { name: string | null } | null }
  | { kind: 'plans' }
  /** Without a plan it says which one it has. */
  | { kind: 'plan'; name: string | null; plan: string | null }
  /** `address` null: forget it. It stays on its writer's feed, and is repeated nowhere. */
  | { kind: 'email'; address: string | null }
  /** The code that was sent to an address, to show that it is its writer's. */
  | { kind: 'email-code'; code: string }
  /** A new link to pay for a pub. */
  | { kind: 'pay'; name: string | null }
  /** The customer portal, mailed to who pays. */
  | { kind: 'billing'; name: string | null }
  /** Ends the subscription with what is paid. */
  | { kind: 'cancel'; name: string | null }
  | { kind: 'delete'; name: string }
  | { kind: 'yes' }
  | { kind: 'no' }
  /** A word of a later version. */
  | { kind: 'later'; word: string; name: string | null }

export const EXPORT_PARTS = ['secret', 'gossip', 'log', 'blobs', 'all'] as const
export type ExportPart = (typeof EXPORT_PARTS)[number]
export interface OwnersChange {
  kind: 'add' | 'remove'
  feed: FeedId
}

/** The command is clear and its argument is not valid; `reason` says why and what would do. */
export interface Invalid {
  kind: 'invalid'
  command: string
  reason: string
}
/** Not clear; `readings` are two things that could be sent instead, nearest first. */
export interface Unclear {
  kind: 'unclear'
  readings: string[]
}

export type Reading = Command | Invalid | Unclear
