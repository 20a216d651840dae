/**
 * Taking a pub's content away over muxrpc: an owner opens an export at the provider, the provider opens one at the
 * pub's hub, and then it is read piece by piece. Each piece is asked for, because a muxrpc source has no back-pressure:
 * a slow owner would fill the memory of everybody on the way. What a part holds: docs/EXPORT.md.
 */
import { type Check, literal, nullable, oneOf, pubId, shape, text, whole } from './check'
import { EXPORT_PARTS, type ExportPart } from './command-kinds'
import type { FeedId, Millis, PubId } from './ids'

/** Of the provider, for owners; any peer may call them, and they look at who does. */
export const EXPORT_METHODS = { exportOpen: 'async', exportRead: 'async', exportClose: 'async' } as const
export const EXPORT_CALLS = ['exportOpen', 'exportRead', 'exportClose'] as const
/** Of a hub, for its provider. */
export const HUB_EXPORT_METHODS = {
  hubExportOpen: 'async',
  hubExportRead: 'async',
  hubExportClose: 'async',
} as const

/** What an export was made of: the same snapshot gives the same bytes, so a cut one can go on. */
export interface ExportSnapshot {
  /** So many messages, the first ones of the pub's log. */
  messages: number
  /** Blobs that came later are left out. */
  blobsUntil: Millis
  /** Hash over the ids of all that is in it; another one means that something is gone or new. */
  id: string
}

/** Where an export that was cut shall go on. */
export interface ExportResume {
  snapshot: ExportSnapshot
  /** Bytes that are there already. */
  at: number
}

/** `buttcloud.exportOpen`, owner → provider. */
export interface ExportRequest {
  name: string
  part: ExportPart
  resume: ExportResume | null
}

/** `buttcloud.hubExportOpen`, provider → hub. */
export interface HubExportRequest {
  pub: PubId
  /** Names the folder in the archive. */
  name: string
  part: ExportPart
  resume: ExportResume | null
}

/** `buttcloud.exportRead` and `exportClose`, on both legs. */
export interface ExportSession {
  session: string
}

export interface ExportOpened {
  /** Null: another owner must agree first, which is asked for by message. */
  session: string | null
  pub: PubId
  feed: FeedId | null
  here: ExportHere
}

/** How a pub is where it is taken from: `suspended` comes up by itself when it is paid for, or its operator lets it, `stopped` does not. */
export type ExportHere = 'running' | 'stopped' | 'suspended' | 'ended'

/**
 * What a read answers, beside bytes: first any number of `wait` and one `begin`, then bytes (a Buffer each), then `end`.
 * After `end` or an error the session is gone, except that a read while another is under way is refused with `try-again:` and
 * changes nothing.
 */
export type ExportNews =
  /** It is still being counted; so many messages until now. */
  | { kind: 'wait'; messages: number }
  /** `from` is the position asked for, or 0 where the snapshot is not to be had any more. */
  | { kind: 'begin'; snapshot: ExportSnapshot; from: number; bytes: number }
  /** Over all of it, from the first byte, also where it was taken in pieces. */
  | { kind: 'end'; bytes: number; sha256: string }

const bytes = whole(0, Number.MAX_SAFE_INTEGER)
const hash = text(64)

const snapshot: Check<ExportSnapshot> = shape({ messages: bytes, blobsUntil: bytes, id: hash })
const resume: Check<ExportResume | null> = nullable(shape({ snapshot, at: bytes }))

export const checkExportRequest: Check<ExportRequest> = shape({
  name: text(64),
  part: oneOf(...EXPORT_PARTS),
  resume,
})
export const checkHubExportRequest: Check<HubExportRequest> = shape({
  pub: pubId,
  name: text(64),
  part: oneOf(...EXPORT_PARTS),
  resume,
})
export const checkExportSession: Check<ExportSession> = shape({ session: text(64) })
export const checkExportResume = resume

const wait = shape({ kind: literal('wait'), messages: bytes })
const begin = shape({ kind: literal('begin'), snapshot, from: bytes, bytes })
const end = shape({ kind: literal('end'), bytes, sha256: hash })

/** Reads what came instead of bytes; null when it makes no sense. */
export function newsOf(value: unknown): ExportNews | null {
  for (const check of [wait, begin, end] as Check<ExportNews>[]) {
    const checked = check(value, 'export')
    if (checked.ok) return checked.value
  }
  return null
}

/** True for the parts that hold the pub's key pair: whoever has them can speak as the pub. */
export function holdsSecret(part: ExportPart): boolean {
  return part === 'secret' || part === 'all'
}

/** True for the parts that are small enough to come as a blob in a message. */
export function comesByMessage(part: ExportPart): part is 'secret' | 'gossip' {
  return part === 'secret' || part === 'gossip'
}
