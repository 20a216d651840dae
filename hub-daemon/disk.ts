/**
 * How full the disk of a pub is, against what its plan gives it: when to warn, when it takes no blobs any more, and when
 * that is over. Between the two bounds of each it stays as it was, so that a pub at a bound does not flap; what it was
 * is read from the own feed.
 */
import { DISK_CALM_SHARE, DISK_FULL_SHARE, DISK_ROOM_SHARE, DISK_WARNING_SHARE } from '../protocol/limits'
import type { SpecMessage } from '../protocol/messages/spec'
import type { SessionFact } from './facts'

/** A bound was passed upwards (`above`), or the lower one downwards (`below`); neither: it stays as it was. */
export type Passed = 'above' | 'below' | null

/** Whether the pub takes so much that blobs must wait. Null also while it is not known what it takes. */
export function fullOf(session: SessionFact | undefined, spec: SpecMessage): Passed {
  return passed(session, spec, DISK_FULL_SHARE, DISK_ROOM_SHARE)
}

/** Whether its owner shall be warned. */
export function warningOf(session: SessionFact | undefined, spec: SpecMessage): Passed {
  return passed(session, spec, DISK_WARNING_SHARE, DISK_CALM_SHARE)
}

/**
 * What the pub is to be told about blobs; null when it knows, or nothing is known. `wasFull`: an incident says that it
 * takes none.
 */
export function blobsOwed(session: SessionFact, spec: SpecMessage, wasFull: boolean): boolean | null {
  const { takesBlobs, usedBytes } = session.disk
  const full = fullOf(session, spec)
  if (usedBytes === null && !wasFull) return null
  const take = full === null ? !wasFull && takesBlobs !== false : full === 'below'
  return take === takesBlobs ? null : take
}

function passed(session: SessionFact | undefined, spec: SpecMessage, high: number, low: number): Passed {
  const usedBytes = session?.disk.usedBytes ?? null
  if (usedBytes === null || spec.diskBytes === 0) return null
  const share = usedBytes / spec.diskBytes
  if (share >= high) return 'above'
  return share < low ? 'below' : null
}
