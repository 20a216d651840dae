/** What the operator says of hubs and of where pubs run, and what is answered (names in rpc.ts). */
import { type Check, nullable, type Of, oneOf, shape, text, whole } from './check'
import type { FeedId, MessageId, Millis, PubId } from './ids'
import type { HubView, PubView } from './rpc'
import { CLUSTER_CALLS, CLUSTER_METHODS } from './rpc-cluster'
import { MACHINE_CALLS, MACHINE_METHODS } from './rpc-machines'

export const FLEET_METHODS = {
  adminMove: 'async',
  adminHub: 'async',
  adminHubSet: 'async',
  adminFenceCheck: 'async',
  adminDns: 'async',
  adminHost: 'async',
  ...MACHINE_METHODS,
  ...CLUSTER_METHODS,
} as const
export const FLEET_CALLS = [
  'adminMove',
  'adminHub',
  'adminHubSet',
  'adminFenceCheck',
  'adminDns',
  'adminHost',
  ...MACHINE_CALLS,
  ...CLUSTER_CALLS,
] as const

/** How long a hub may still be silent before its pubs may go elsewhere (protocol/limits-moving.ts). */
export interface LeaseView {
  /** Until its lease is out for sure; 0 where it is. */
  leftMs: Millis
  /** Since it last asked; since this provider hears its hubs where it has not. */
  silentMs: Millis
  /** Whether it has asked since this provider runs. */
  heard: boolean
}

/** `adminMove({pub, hub})`: planned, so its former run is ended first. It answers when that stands on the feed. */
const move = shape({
  /** The name or id of a live pub. */
  pub: text(200),
  /** Label or id of the hub it shall run on; null: where there is room, other than its own. */
  hub: nullable(text(200)),
})
export type AdminMoveRequest = Of<typeof move>
export const checkAdminMove: Check<AdminMoveRequest> = move

export interface MoveView {
  pub: PubId
  name: string
  /** Labels. */
  from: string
  to: string
  epoch: number
  /** What it shall be there: a stopped one stays so. */
  desired: 'up' | 'down'
}

/** `adminHub({hub, since})`: one hub, what is on it, and what has left it since then. */
const hub = shape({ hub: text(200), since: nullable(whole(0, Number.MAX_SAFE_INTEGER)) })
export type AdminHubRequest = Of<typeof hub>
export const checkAdminHub: Check<AdminHubRequest> = hub

/** `adminHubSet({hub, status})`: answers like `adminHub` for what leaves it from now on. */
const hubSet = shape({ hub: text(200), status: oneOf('admitted', 'cordoned', 'draining', 'retired') })
export type AdminHubSetRequest = Of<typeof hubSet>
export const checkAdminHubSet: Check<AdminHubSetRequest> = hubSet

export interface HubDetailView extends HubView {
  /** The provider's time of this answer: what has left since is asked for by the first one. */
  at: Millis
  lease: LeaseView | null
  /** The operator who last said what it is, where it was not the provider's own key; absent: an older provider. */
  by?: FeedId | null
  /** Its live pubs. `stuck`: it should be elsewhere, and why it is not. */
  lives: { pub: PubId; name: string; phase: PubView['phase']; stuck: string | null }[]
  /** Live pubs that were placed elsewhere from here. */
  left: { pub: PubId; name: string; to: string; at: Millis; isThere: boolean }[]
  /** Names of pubs that are not its own any more and whose run here is not known to be gone. */
  ending: string[]
}

/** `adminFenceCheck({pub})`: who may write for a pub, and why. */
const fenceCheck = shape({ pub: text(200) })
export type AdminFenceCheckRequest = Of<typeof fenceCheck>
export const checkAdminFenceCheck: Check<AdminFenceCheckRequest> = fenceCheck

export interface FenceCheckView {
  pub: PubId
  name: string
  feed: FeedId | null
  status: 'live' | 'ended'
  /** What its hub shall make of it. */
  desired: 'up' | 'down'
  phase: PubView['phase']
  /** What its hub says is wrong. */
  reason: string | null
  /** Who alone may write for it. */
  writer: { hub: FeedId; label: string; epoch: number; connected: boolean; lease: LeaseView | null }
  /** The record that made it so: `made` there, or as `moved.why` of `buttcloud/pub` says. */
  placed: { key: MessageId; at: Millis; why: string; from: string | null; by: FeedId | null }
  /** The last message of its feed that was let through, as its run dates it. */
  committed: { sequence: number; key: MessageId; at: Millis } | null
  /** Its key in escrow, and whether a hub could be given it now. */
  secret: { held: boolean; opens: boolean }
  /** The run that has opened the write-ahead and is connected by its hub; null while nobody may write. */
  session: { epoch: number; openedAt: Millis; lastWriteAt: Millis | null } | null
  /** How long nobody could write after it was placed there; null while that lasts, or where it is not known any more. */
  shutForMs: Millis | null
  /** Hubs that it was on before, and whether they have said that their run is gone. */
  former: { hub: FeedId; label: string; connected: boolean; ordered: boolean; confirmed: boolean }[]
  /** ending: its new hub waits for the end of its former run. starting: it is that hub's turn. there: as ordered. */
  step: 'ending' | 'starting' | 'there'
  /** Why nothing may be written yet, or why it is not where it should be, for the operator. */
  waitsFor: string[]
}

/** A pub on its way to another hub. */
export interface MovingView {
  since: Millis
  /** As `moved.why` of `buttcloud/pub` says. */
  why: string
}
