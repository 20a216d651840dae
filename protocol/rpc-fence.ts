/** What a hub and the fence of a pub say to each other over muxrpc. Plugin name `fence`; only the pub's master may call. */
import type { FeedId, InviteKey } from './ids'
import type { InviteEntry, RawValue, Reason } from './rpc'

/** Manifest of the fence inside a pub. Only the pub's master, its hub, may call it. */
export const FENCE_MANIFEST = {
  status: 'async',
  attach: 'source',
  open: 'async',
  restore: 'async',
  answer: 'async',
  invite: 'async',
  revoke: 'async',
  about: 'async',
  figures: 'source',
  contact: 'async',
  owners: 'async',
  blobs: 'async',
} as const

/** `fence.status()`. */
export interface FenceStatus {
  mode: 'managed' | 'standalone'
  pub: FeedId
  epoch: number | null
  /** True when writes are let through to the write-ahead. */
  open: boolean
  /** One sentence: who may write, and why or why not. */
  why: string
  head: number
  waiting: number
  invites: number
}

/**
 * `fence.attach()`: the hub listens here for what the fence needs. A newer attach ends the older one; when the
 * last one ends the fence is shut (reads go on) until a hub attaches and opens it again.
 */
export type FenceItem =
  | { kind: 'hello'; feed: FeedId; head: number; epoch: number }
  | { kind: 'commit'; id: number; value: RawValue; invite: InviteKey | null }
  /** The fence lost track (an unsure commit): do open() again from the start. */
  | { kind: 'resync'; head: number }

/** `fence.open({epoch, head, invites})`: refused with `gap:` unless the pub's own head is exactly `head`. */
export interface FenceOpenRequest {
  epoch: number
  head: number
  invites: InviteEntry[]
}
/**
 * `fence.about({name, description, address})`: what the pub shall say of itself, and, unless that is null or absent, where it is reached. Answered, with the head, once the pub's feed
 * says so; nothing is written where it does already. An empty text asks for nothing. `try-again`, or no answer: it is
 * remembered and published when the fence is next opened, unless the pub ends before.
 */
export interface FenceAboutRequest {
  name: string
  description: string
  address: { host: string; port: number } | null
}
/**
 * `fence.blobs({take})`: whether the pub takes blobs that it does not hold yet, from anybody. Answered with the same.
 * It is true until the pub is told otherwise, and again after a start; blobs that it holds are given to all.
 */
export interface FenceBlobsRequest {
  take: boolean
}
/** `fence.revoke({key})`: takes an invite out of the table; unknown ones are gone already. */
export interface FenceRevokeRequest {
  key: InviteKey
}
/**
 * `fence.contact({feed, following, blocking})`: what the pub shall say of somebody. Answered, with the head, once the
 * pub's feed says so; nothing is written where it does already. `try-again`, or no answer: nobody remembers it, so
 * it is asked again; that it may still be under way does no harm.
 */
export interface FenceContactRequest {
  feed: FeedId
  following: boolean
  blocking: boolean
}
/**
 * `fence.owners({owners})`: who may call protocol/owner-methods.ts on this pub with their own key; these and nobody
 * else. Whoever gains or loses rights by it is hung up on. Forgotten when the pub ends: told anew at every connection.
 */
export interface FenceOwnersRequest {
  owners: FeedId[]
}
/** `fence.restore([values])`: appends own messages the provider holds; answers the new head. */
export interface FenceHeadAnswer {
  head: number
}
/**
 * `fence.answer({id, ok, reason})`: what came of a commit. `try-again` means unknown: it may have been committed,
 * so the fence shuts and asks for a resync before it signs anything else. Every other reason means it was not.
 */
export interface FenceCommitAnswer {
  id: number
  ok: boolean
  reason: Reason | null
  message: string | null
}
