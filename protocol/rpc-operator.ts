/** What the operator's calls about people take and answer (names in rpc.ts). */
import { type Check, feedId, flag, nullable, type Of, shape, text } from './check'
import type { FeedId, Millis, PubId } from './ids'
import { ANNOUNCEMENT_CHARS_MAX, REASON_CHARS_MAX } from './limits-operator'
import { FLEET_CALLS } from './rpc-fleet'

/**
 * What an operator that the settings name may call from elsewhere. The rest takes the provider's own key: a backup holds its
 * secret, and the recovery key opens those of all pubs.
 */
export const OPERATOR_CALLS = [
  'adminInvite',
  'adminHubToken',
  'adminHubs',
  'adminPubs',
  'adminPlans',
  'adminBridgeToken',
  'adminBridges',
  'adminBridgeRetire',
  'adminGrant',
  'adminPermit',
  'adminMoney',
  'adminCapacity',
  'adminIncidents',
  'adminAudit',
  'adminMail',
  'adminMailTest',
  'adminRestore',
  ...FLEET_CALLS,
  'adminOwners',
  'adminSuspend',
  'adminBlock',
  'adminAnnounce',
] as const

/** `adminSuspend({pub, halted, reason})`. */
const suspend = shape({
  /** The name or id of a live pub. */
  pub: text(200),
  /** False: the operator's stop is over. */
  halted: flag,
  reason: nullable(text(REASON_CHARS_MAX)),
})
export type AdminSuspendRequest = Of<typeof suspend>
export const checkAdminSuspend: Check<AdminSuspendRequest> = suspend

export interface SuspendView {
  pub: PubId
  name: string
  owners: FeedId[]
  halted: boolean
  reason: string | null
  /** Whether it is stopped for want of payment, whatever the operator says. */
  unpaid: boolean
  /** Whether a subscription for it goes on. */
  paid: boolean
}

/** `adminBlock({feed, blocked, reason})`; without a feed it lists who is blocked. */
const block = shape({ feed: nullable(feedId), blocked: flag, reason: nullable(text(REASON_CHARS_MAX)) })
export type AdminBlockRequest = Of<typeof block>
export const checkAdminBlock: Check<AdminBlockRequest> = block

export interface BlockView {
  feed: FeedId
  blocked: boolean
  reason: string | null
  at: Millis
  by: FeedId
  /** Names of the live pubs that they own, which go on. */
  pubs: string[]
}

/** `adminAnnounce({text, send})`; without `send` it says what would be sent. */
const announce = shape({ text: text(ANNOUNCEMENT_CHARS_MAX), send: flag })
export type AdminAnnounceRequest = Of<typeof announce>
export const checkAdminAnnounce: Check<AdminAnnounceRequest> = announce

export interface AnnounceView {
  /** As people read it. */
  text: string
  /** How many messages, one per set of owners, and to how many people in all. */
  messages: number
  people: number
  sent: boolean
}

/** One line of `adminOwners()`, those who came first first. */
export interface OwnerView {
  owner: FeedId
  /** The live pubs they own, alone or with others; what they run on counts for the first owner. */
  pubs: { pub: PubId; name: string; plan: string; suspended: boolean; first: boolean }[]
  /** Of theirs, and not any more. */
  ended: number
  /** How many pubs count as theirs, and how many may. */
  quota: { used: number; max: number }
  /** When they gave a first valid command; null: somebody else made them an owner, and they never did. */
  since: Millis | null
  /** When a message of theirs to this provider last arrived; null: none has. */
  heardAt: Millis | null
  /** What the pubs that count as theirs run on; `owed`: nothing, and they have been promised dates. */
  money: { free: number; given: number; paid: number; owed: number }
  blocked: { reason: string | null; at: Millis } | null
}
