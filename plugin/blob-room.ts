/** Which private blobs make room before their time is over: those of whoever takes most, never a small one's. */
import type { Millis, PubId } from '../protocol/ids'
import {
  PRIVATE_BLOBS_BYTES_MAX,
  PRIVATE_BLOBS_MAX,
  PRIVATE_BLOBS_PER_PUB_BYTES_MAX,
  PRIVATE_BLOBS_PER_PUB_MAX,
} from '../protocol/limits'

export interface BlobEntry {
  pub: PubId
  until: Millis
  bytes: number
}

/** What one pub, or all of them, hold; the oldest first. */
interface Held {
  blobs: [string, BlobEntry][]
  bytes: number
}

/**
 * The blobs that have to go, apart from those in `over`, which go anyway. Each pub stays within its own room by losing
 * its own oldest; where all together are too many, the pub that holds most loses its oldest, again and again.
 */
export function surplusOf(entries: ReadonlyMap<string, BlobEntry>, over: ReadonlySet<string>): string[] {
  const pubs = heldByPub([...entries].filter(([id]) => !over.has(id)))
  const surplus: string[] = []
  const dropOldest = (held: Held): void => {
    const oldest = held.blobs.shift()
    if (oldest === undefined) return
    held.bytes -= oldest[1].bytes
    surplus.push(oldest[0])
  }
  for (const held of pubs)
    while (held.bytes > PRIVATE_BLOBS_PER_PUB_BYTES_MAX || held.blobs.length > PRIVATE_BLOBS_PER_PUB_MAX)
      dropOldest(held)
  for (;;) {
    const tooLarge = sum(pubs, (held) => held.bytes) > PRIVATE_BLOBS_BYTES_MAX
    const tooMany = sum(pubs, (held) => held.blobs.length) > PRIVATE_BLOBS_MAX
    const most = tooLarge
      ? largest(pubs, (held) => held.bytes)
      : tooMany
        ? largest(pubs, (held) => held.blobs.length)
        : null
    if (most === null) return surplus
    dropOldest(most)
  }
}

function heldByPub(entries: [string, BlobEntry][]): Held[] {
  const pubs = new Map<PubId, Held>()
  for (const one of entries.sort(([, a], [, b]) => a.until - b.until)) {
    const held = pubs.get(one[1].pub) ?? { blobs: [], bytes: 0 }
    held.blobs.push(one)
    held.bytes += one[1].bytes
    pubs.set(one[1].pub, held)
  }
  return [...pubs.values()]
}

const sum = (pubs: Held[], size: (held: Held) => number): number =>
  pubs.reduce((all, held) => all + size(held), 0)

function largest(pubs: Held[], size: (held: Held) => number): Held | null {
  let most: Held | null = null
  for (const held of pubs) if (most === null || size(held) > size(most)) most = held
  return most
}
