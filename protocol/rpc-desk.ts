/** What the operator's looks at everything answer: room, incidents, and what came of what (names in rpc.ts). */
import { type Check, nullable, type Of, shape, text, whole } from './check'
import type { FeedId, MessageId, Millis, PubId } from './ids'
import { AUDIT_ENTRIES_MAX, INCIDENTS_LISTED_MAX } from './limits-desk'
import type { HubView, IncidentView, PubView } from './rpc'
import type { MachineCostView } from './rpc-machines'

/** How many more pubs of a plan would fit. */
export interface RoomView {
  plan: string
  count: number
  /** Why none fits, with the hub's name; absent from providers before this one. */
  why?: string | null
}
export interface HubRoomView extends HubView {
  /** Since when it is not connected, as far as this run of the provider knows; null while it is. */
  awaySince: Millis | null
  /** What it offers, and what its pubs may fill of it by their plans. More may be promised than is free (`placing`). */
  diskBytes: number
  promisedDiskBytes: number
  room: RoomView[]
}
/** `adminCapacity()`. */
export interface CapacityView {
  hubs: HubRoomView[]
  plans: { plan: string; reservedBytes: number; diskBytes: number }[]
  /** What rented machines cost; null, or absent from an older provider, where no price is known. */
  cost?: MachineCostView | null
}

/** Of a pub that was to be made and never came up. */
export interface NeverUpView {
  why: string
  /** An operator had it made, and there is none of its name since. */
  owed: boolean
}

/** One line of `adminPubs()`: with what is the operator's business and not its owners'. */
export interface FleetPubView extends PubView {
  hub: FeedId
  /** What it may have reserved there by now; 0 once its run is gone. */
  reservedBytes: number
  /** It should be on another hub, and why it is not; absent from an older provider. */
  stuck?: string | null
  /** Null of one that came up, or was given up long ago; absent from an older provider. */
  neverUp?: NeverUpView | null
}

/** One line of `adminIncidents({count})`, newest first; of pubs that have ended, too. */
export interface FleetIncidentView extends IncidentView {
  pub: PubId
  name: string
  /** The label of its hub. */
  hub: string
}

/** One message in the story of a pub or of somebody, as the feeds have it. */
export interface AuditEntry {
  /** When it arrived at this provider, or was written by it. */
  at: Millis
  /** Of the message that says it. */
  key: MessageId
  author: FeedId
  role: 'owner' | 'provider' | 'hub'
  /** asked: by a person. decided, ordered, answered: by the provider. happened: as a hub says. */
  kind: 'asked' | 'decided' | 'ordered' | 'answered' | 'told' | 'happened'
  /** In words, without anything that opens something. */
  text: string
  pub: PubId | null
  /** The message that it follows from. */
  because: MessageId | null
}
/** `adminAudit({about, count})`: oldest first, the last `count` of them. */
export interface AuditView {
  /** Whom or what it is about, as it was found. */
  owner: FeedId | null
  pubs: { pub: PubId; name: string }[]
  entries: AuditEntry[]
  /** How many there are in all. */
  found: number
}

export const checkAdminIncidents = shape({ count: nullable(whole(1, INCIDENTS_LISTED_MAX)) })
const audit = shape({ about: text(100), count: nullable(whole(1, AUDIT_ENTRIES_MAX)) })
export type AdminAuditRequest = Of<typeof audit>
/** A feed id, or the name or id of a pub. */
export const checkAdminAudit: Check<AdminAuditRequest> = audit
