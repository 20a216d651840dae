/** What the state keeps of pubs that go from hub to hub. */
import type { Folded } from './evolve'
import type { Millis } from './ids'
import { CANNOT_RUN_MOVES_MAX } from './limits-moving'
import { type PubMessage, reachedBy } from './messages/pub'
import type { ProviderFold } from './state'

/** A record after another one of the same pub. */
export function noteMove(
  provider: ProviderFold,
  message: Pick<Folded, 'key' | 'claimedAt'>,
  before: PubMessage,
  record: PubMessage,
): void {
  const { moves, known, places, left } = provider
  const { pub, hub, epoch } = record
  const host = reachedBy(record)
  if (record.status === 'ended') {
    moves.delete(pub)
    known.delete(pub)
    left.delete(pub)
    provider.hostsTold.delete(pub)
    provider.stranded.delete(pub)
    return
  }
  const former = { hub: before.hub, host: reachedBy(before) }
  if (hub === former.hub && host === former.host) return
  if (!known.has(pub)) known.set(pub, former)
  const had = places.get(pub) ?? [former]
  if (!had.some((one) => one.hub === hub && one.host === host)) had.push({ hub, host })
  places.set(pub, had)
  if (hub !== before.hub) {
    const why = record.moved?.why ?? 'other'
    if (why === 'cannot-run') noteLeft(left, before, message.claimedAt)
    provider.moved.set(why, (provider.moved.get(why) ?? 0) + 1)
  }
  // Named on its way, it is on its way all the same: that is what its owners are to hear of.
  if (hub === before.hub && moves.has(pub)) return
  const moved = hub === before.hub ? { from: hub, why: 'renamed', by: null } : record.moved
  if (moved !== null) moves.set(pub, { ...moved, key: message.key, at: message.claimedAt, epoch })
}

function noteLeft(left: ProviderFold['left'], { pub, hub }: PubMessage, at: Millis): void {
  left.set(pub, [...(left.get(pub) ?? []), { hub, at }].slice(-CANNOT_RUN_MOVES_MAX))
}
