/**
 * What programs call on each other over muxrpc (SHS-authenticated): method names, arguments, answers. Only live
 * matters go this way; whatever must outlive a connection is a message.
 * Errors travel as `Error` with a message that starts with one of REASONS and a colon.
 */
import { EXPORT_CALLS, EXPORT_METHODS, HUB_EXPORT_METHODS } from './export'
import { FIGURE_CALLS, FIGURE_METHODS, HUB_FIGURE_METHODS } from './figures'
import type { FeedId, InviteKey, Millis, PubId } from './ids'
import { IMPORT_CALLS, IMPORT_METHODS } from './import'
import { MAIL_CALLS, MAIL_METHODS } from './mail'
import type { DuesMessage } from './messages/dues'
import type { IncidentKind } from './messages/incident'
import type { OwnName } from './messages/pub'
import { HUB_OUTPUT_METHODS, OUTPUT_CALLS, OUTPUT_METHODS } from './output'
import { BILLING_CALLS, BILLING_METHODS } from './rpc-billing'
import type { Recovery } from './rpc-escrow'
import { FLEET_METHODS, type MovingView } from './rpc-fleet'

/** First word of every error our own methods give, so that callers can tell what to do. */
export const REASONS = ['refused', 'stale-epoch', 'gap', 'try-again', 'unknown', 'bad-argument'] as const
export type Reason = (typeof REASONS)[number]

/** The reason in an error that came over muxrpc; `try-again` where it has none of ours (a cut connection). */
export function reasonOf(error: unknown): Reason {
  // What came over the wire is an object with a message, not an Error of this process.
  const carried = (error as { message?: unknown } | null)?.message
  const message = typeof carried === 'string' ? carried : String(error)
  const word = message.slice(0, message.indexOf(':'))
  return (REASONS as readonly string[]).includes(word) ? (word as Reason) : 'try-again'
}

/** A classic message as signed; see sbot/port.ts SignedValue. Kept loose here: the receiver checks it. */
export type RawValue = Record<string, unknown>

// ---- provider: plugin name `buttcloud` ------------------------------------------------------------------------

/**
 * Manifest of the provider's plugin. A hub loads the same shape so that it can call it.
 * Who may call what is decided by the caller's feed id inside each method (plugin/io/api.ts).
 */
export const PROVIDER_MANIFEST = {
  whoami: 'async',
  pubs: 'async',
  watch: 'source',
  invites: 'async',
  plans: 'async',
  join: 'async',
  open: 'async',
  commit: 'async',
  feed: 'source',
  ...FIGURE_METHODS,
  ...OUTPUT_METHODS,
  escrow: 'async',
  secret: 'async',
  ...EXPORT_METHODS,
  ...IMPORT_METHODS,
  ...BILLING_METHODS,
  ...MAIL_METHODS,
  adminInvite: 'async',
  adminHubToken: 'async',
  adminHubs: 'async',
  adminPubs: 'async',
  adminPlans: 'async',
  adminBridgeToken: 'async',
  adminBridges: 'async',
  adminBridgeRetire: 'async',
  adminGrant: 'async',
  adminPermit: 'async',
  adminMoney: 'async',
  adminCapacity: 'async',
  adminIncidents: 'async',
  adminAudit: 'async',
  adminOwners: 'async',
  adminSuspend: 'async',
  adminBlock: 'async',
  adminAnnounce: 'async',
  adminMail: 'async',
  adminMailTest: 'async',
  ...FLEET_METHODS,
  adminRestore: 'async',
  adminRecovery: 'async',
  adminRecoveryOffline: 'async',
  adminRecoveryOnline: 'async',
  adminRecoveryNew: 'async',
  adminBackup: 'source',
} as const

/**
 * What the provider calls on its hubs, under the same plugin name: each side loads the whole manifest and answers its own
 * half. A hub answers these to its provider only, and only about pubs that are placed on it.
 */
export const HUB_MANIFEST = {
  hubRun: 'async',
  ...HUB_EXPORT_METHODS,
  ...HUB_FIGURE_METHODS,
  ...HUB_OUTPUT_METHODS,
} as const

/** What the pub's server answered; of a source the first items, and whether there would be more. */
export interface HubRunAnswer {
  value: unknown
  more: boolean
}
/** `buttcloud.hubRun({pub, method, args})`: one call on the pub's own server, of those in protocol/run-methods.ts. */
export interface HubRunRequest {
  pub: PubId
  /** Dotted: `gossip.peers`. */
  method: string
  /** As they were written. */
  args: unknown[]
}

/** The whole plugin, as everybody who calls one half of it loads it. */
export const BUTTCLOUD_MANIFEST = { ...PROVIDER_MANIFEST, ...HUB_MANIFEST } as const

/** What any connected peer may call; the methods look at the caller themselves. `join` needs a token's key. */
export const PROVIDER_ANONYMOUS = [
  'whoami',
  'pubs',
  'watch',
  'invites',
  'plans',
  'open',
  'commit',
  'feed',
  ...FIGURE_CALLS,
  ...OUTPUT_CALLS,
  'escrow',
  'secret',
  ...EXPORT_CALLS,
  ...IMPORT_CALLS,
  ...BILLING_CALLS,
  ...MAIL_CALLS,
] as const

/**
 * `buttcloud.whoami()`: who the caller is to this provider. Hubs ask it every few seconds, and both tell the other what
 * time it is: neither ends anything by its own clock alone.
 */
export interface WhoamiRequest {
  now: Millis
  /** Which machine's clock that is: programs on one machine have one clock. */
  machine: string
}
export interface WhoamiAnswer {
  id: FeedId
  now: Millis
  caller: FeedId
  role: 'operator' | 'owner' | 'hub' | 'bridge' | 'newcomer' | 'stranger'
  version: string
  /** To the operator and to hubs: what pubs' secrets are sealed to. null to everybody else. */
  recovery: Recovery | null
  /** To a hub: its lease lasts so long from the moment it asked. null to others; absent from an older provider, which moves nothing. */
  lease?: { ms: Millis } | null
}

/** One pub as its owner may see it: `buttcloud.pubs()`, and each item of `buttcloud.watch()` is a list of these. */
export interface PubView {
  pub: PubId
  name: string
  owners: FeedId[]
  plan: string
  status: 'up' | 'down' | 'none'
  phase: 'placed' | 'up' | 'down' | 'failed' | 'ended'
  reason: string | null
  /** On its way to another server; null, or absent from an older provider, where not. */
  moving?: MovingView | null
  /** Its server does not answer, and why it is on no other yet, in its owners' words; null, or absent, where not. */
  stranded?: string | null
  /** What its owners want; `down` while it is `up`: it is being stopped. */
  desired: 'up' | 'down'
  /** Stopped whatever its owners want: not paid for, or by its operator. */
  suspended: boolean
  /** Its operator has stopped it; null, or absent from an older provider, where not. */
  halted?: { reason: string | null; at: Millis } | null
  /** Where it stands that it is not paid for, and the dates its owners were promised; null where nothing is owed. */
  dues: Pick<DuesMessage, 'stage' | 'reason' | 'suspendAt' | 'endAt'> | null
  /** What it says of itself in public; null is the default. */
  title: string | null
  description: string | null
  feed: FeedId | null
  /** host:port, once it has been up. */
  address: string | null
  port: number
  version: string | null
  /** Where a browser finds its web pages; null while they are off. */
  web: string | null
  /** The domain of its owners' own; `proven`: it leads to it, and `address` says it. Null, or absent from older providers: none. */
  domain?: OwnName | null
  createdAt: Millis
  keepUntil: Millis | null
  invites: { issued: number; used: number }
  /** What last befell it; null where nothing did. */
  lastIncident: IncidentView | null
}

/** One incident of a pub, both ends of it joined. */
export interface IncidentView {
  kind: IncidentKind
  /** By the hub's clock. */
  begunAt: Millis
  /** Null while it is not over. */
  overAt: Millis | null
  reason: string | null
}

/** One invite of a pub, as its owners may see it: `buttcloud.invites({pub})` lists them, newest first. */
export interface InviteView {
  /** What `uninvite` calls it by. */
  id: string
  /** How many people it is for, and how many of them may still come. */
  uses: number
  left: number
  status: 'open' | 'used-up' | 'taken-back'
  /** Its owners' own note. */
  note: string | null
  madeAt: Millis
  /** Oldest first; when, by the pub's clock. */
  used: { member: FeedId; at: Millis }[]
}

/** `buttcloud.join({hub, label?})`, called with the key pair of a hub token; answers once the hub's record is on disk. */
export interface JoinRequest {
  hub: FeedId
  label?: string
  /** Signature by the hub's key over `joinText(token public key, hub)`: nobody else's feed can be joined. */
  proof: string
}
/** The same call with the key pair of a bridge token: answers once the bridge's record is on disk. */
export interface BridgeJoinRequest {
  bridge: FeedId
  label?: string
  /** As a hub's. */
  proof: string
}
export interface JoinAnswer {
  provider: FeedId
  label: string
}

/**
 * What a hub signs to prove that it owns the feed it joins with. `proof` is `ssbKeys.sign(hubKeys, joinText(…))`:
 * ed25519 over the text's UTF-8 bytes without a network key, as `<base64>.sig.ed25519`. The provider checks it with
 * `ssbKeys.verify({ public: hub.slice(1), curve: 'ed25519' }, proof, joinText(…))`.
 */
export function joinText(token: InviteKey, hub: FeedId): string {
  return `buttcloud-join-1 ${token} ${hub}`
}

/** `buttcloud.open({pub, epoch, feed, head})`: a hub that runs a pub asks what has been committed. */
export interface OpenRequest {
  pub: PubId
  epoch: number
  feed: FeedId
  /** Last sequence of the pub's own log. */
  head: number
}
export interface OpenAnswer {
  /** Last committed sequence: the pub must hold exactly this before it may write. */
  head: number
  invites: InviteEntry[]
}

/** A live invite in the ledger, as the pub's cache holds it. */
export interface InviteEntry {
  key: InviteKey
  /** Uses that are left by the ledger. */
  left: number
  tag: string
}

/** `buttcloud.commit({pub, epoch, value, invite})`: write-ahead of a pub's next message. */
export interface CommitRequest {
  pub: PubId
  epoch: number
  value: RawValue
  /** The invite whose use this message is, else null. */
  invite: InviteKey | null
}
export interface CommitAnswer {
  sequence: number
}

/** `buttcloud.feed({pub, after})`: source of the committed messages as signed, oldest first, then ends. */
export interface FeedRequest {
  pub: PubId
  after: number
}

export type {
  AdminHubTokenAnswer,
  AdminInviteAnswer,
  AdminPlansAnswer,
  BridgeView,
  HubView,
  PlansAnswer,
} from './rpc-admin'

export * from './rpc-fence'
