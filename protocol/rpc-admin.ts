/** What the operator's calls answer (names in rpc.ts). */
import type { FeedId, Millis } from './ids'
import type { Plan } from './plan'
import type { LeaseView } from './rpc-fleet'

export interface AdminInviteAnswer {
  invite: string
  uses: number
}
export interface AdminHubTokenAnswer {
  token: string
  expiresAt: Millis
}
/** `buttcloud.adminBridges()`, and of `adminBridgeRetire({bridge})` the one. `adminBridgeToken` answers like `adminHubToken`. */
export interface BridgeView {
  bridge: FeedId
  label: string
  status: 'admitted' | 'retired'
  connected: boolean
}
/** `buttcloud.adminPlans()`: those in force, and whether anybody pays for them. */
export interface AdminPlansAnswer {
  plans: Plan[]
  billing: boolean
}
/** `buttcloud.plans()`: the same, to whoever may ask for a pub here. */
export type PlansAnswer = AdminPlansAnswer
/** `buttcloud.adminHubs()`. */
export interface HubView {
  hub: FeedId
  label: string
  status: 'admitted' | 'cordoned' | 'draining' | 'retired'
  connected: boolean
  engine: string | null
  host: string | null
  memoryBytes: number
  reservedBytes: number
  pubs: number
  /** Absent from an older provider; null of one that is retired. */
  lease?: LeaseView | null
  /** Of its pubs, those that should be elsewhere and can't; absent from an older provider. */
  stuck?: number
  /** Whether it serves web pages by HTTPS; absent from an older provider. */
  https?: boolean
}
