/**
 * Pubs of hubs that are gone, or being emptied, get the next epoch and another hub; orders follow from their records, and
 * their owners are told once, when they are up there. Whatever goes wrong in between, the next look finds the rest.
 */
import type { FeedId, MessageId, PubId } from '../protocol/ids'
import { DRAINED_AT_ONCE_MAX, FAREWELL_WAIT_MS, MOVE_RETRY_AFTER_MS } from '../protocol/limits-moving'
import type { Moved, PubMessage } from '../protocol/messages/pub'
import type { SpecMessage } from '../protocol/messages/spec'
import type { PubFact } from '../protocol/state'
import { leftLately } from './cannot-run'
import { desiredOf } from './change'
import { recordsOwed } from './decide-dues'
import { readdressOf } from './decide-readdress'
import { hostFor } from './dns-plan'
import { type Look, type MovingFacts, notify } from './look'
import { leaseLeftMs, type Storm, stormLeftMs, stormOf } from './moving'
import { isThere } from './on-the-way'
import type { Policy } from './policy'
import { addressOf, identityOf } from './query'
import type { RuledOut } from './schedule'
import { movedText } from './words-address'
import { movedNotice, moveWords } from './words-moves'

/** A pub that should be elsewhere, and why it is not. */
export interface Stuck {
  pub: PubId
  name: string
  hub: FeedId
  why: string
  storm: Storm | null
  /** A storm is over, and its hub has one more lease to come back. */
  afterStorm?: true
}

/** Owes the records that place pubs elsewhere whose hub is gone or being emptied. */
export function oweMoves(look: Look): void {
  const { state, facts, policy, now } = look.world
  const { moving } = facts
  if (moving === undefined) return
  const taken = recordsOwed(look)
  const silent = silentHubs(look, moving)
  for (const [hub, { status, label }] of state.provider.hubs) {
    const pubs = state.byHub.get(hub)
    if (pubs === undefined || pubs.size === 0) continue
    const leftMs = leaseLeftMs(moving, policy.moving, hub)
    // The operator wants it empty, whether it answers or not.
    const isEmptied = status === 'draining' || status === 'retired'
    const why = leftMs <= 0 ? 'silent' : isEmptied ? 'drain' : null
    if (leftMs > 0) look.wakeAt(now + leftMs)
    if (why === null || (why === 'silent' && !policy.moving.byItself && !isEmptied)) continue
    const storm = why === 'silent' ? stormOf(state, moving, policy.moving, hub) : null
    // Hubs come back one by one: those that are a little later than others are not gone.
    const calmLeftMs = why === 'silent' ? stormLeftMs(moving, policy.moving, hub) : 0
    if (calmLeftMs > 0) look.wakeAt(now + calmLeftMs)
    // A hub that was retired has ended its runs by itself.
    let room =
      status === 'draining' && why === 'drain'
        ? DRAINED_AT_ONCE_MAX - underWayFrom(look, hub)
        : Number.POSITIVE_INFINITY
    for (const id of pubs) {
      const pub = state.provider.pubs.get(id)
      if (pub === undefined || !mayMove(pub, isEmptied) || taken.has(id)) continue
      if (room <= 0) break
      const stuck =
        storm !== null
          ? moveWords.storm(label, storm)
          : calmLeftMs > 0
            ? moveWords.afterStorm(label)
            : moveOf(look, moving, silent, pub, why)
      if (stuck === null) room -= 1
      else {
        const held = { pub: id, name: pub.record.name, hub, why: stuck, storm }
        look.stuck.push(storm === null && calmLeftMs > 0 ? { ...held, afterStorm: true } : held)
      }
    }
  }
}

/** A stopped pub of a hub that is gone waits for its next start; a hub that is emptied gives away all. */
function mayMove({ record }: PubFact, isEmptied: boolean): boolean {
  return record.status === 'live' && (isEmptied || desiredOf(record) === 'up')
}

/** Hubs that pubs may not be placed on by themselves: all but those that hold a lease and are connected. */
export function silentHubs(look: Look, moving: MovingFacts): RuledOut {
  const { state, facts, policy } = look.world
  const isThere = (hub: FeedId): boolean =>
    facts.connected.has(hub) && moving.heard.has(hub) && leaseLeftMs(moving, policy.moving, hub) > 0
  const silent = [...state.provider.hubs.keys()].filter((hub) => !isThere(hub))
  return new Map(silent.map((hub) => [hub, moveWords.outOfReach]))
}

/** Owes the record; or gives the reason why it can't be placed elsewhere. */
export function moveOf(
  look: Look,
  moving: MovingFacts,
  silent: RuledOut,
  pub: PubFact,
  why: 'silent' | 'drain' | 'cannot-run',
): string | null {
  const { state, now } = look.world
  const { record } = pub
  const feed = identityOf(state, pub, moving.keyFeedOf(pub.pub))
  if (moving.isWaitedFor(pub.pub)) return moveWords.waitedFor
  if (feed !== null && !moving.keyOpens(pub.pub))
    return moving.keyFeedOf(pub.pub) === null ? moveWords.noKey : moveWords.keyOffline
  const left = leftLately(state, pub.pub, now).map(({ hub }) => [hub, moveWords.couldNot] as const)
  const best = look.places.takeElsewhere(pub, new Map([...left, ...silent]))
  // Where it is now nothing runs: one that could not run it some hours ago may.
  const isLast = !best.ok && why === 'silent' && left.length > 0
  const found = isLast ? look.places.takeElsewhere(pub, silent) : best
  if (!found.ok) return moveWords.noneThere(found.why)
  look.owe({
    kind: 'record',
    content: placedElsewhere(record, found.hub, feed, { why, by: null }, look.world.policy),
  })
  return null
}

/** The record of a pub that goes to another hub, under its next epoch. */
export function placedElsewhere(
  record: PubMessage,
  hub: FeedId,
  feed: FeedId | null,
  cause: Omit<Moved, 'from'>,
  policy: Pick<Policy, 'domain'>,
): PubMessage {
  // Its address would be another one anyway: with a name of its own this is the last time.
  const host = record.host ?? hostFor(policy, record.name)
  return { ...record, host, hub, epoch: record.epoch + 1, feed, moved: { from: record.hub, ...cause } }
}

/** Pubs that left this hub and are not there yet where they were placed. One that does not come up there keeps nobody else here. */
function underWayFrom(look: Look, hub: FeedId): number {
  const { state, now } = look.world
  let count = 0
  for (const [id, { from, at }] of state.provider.moves) {
    if (from !== hub || at > now || now >= at + MOVE_RETRY_AFTER_MS) continue
    const pub = state.provider.pubs.get(id)
    if (pub === undefined || isThere(state, pub)) continue
    look.wakeAt(at + MOVE_RETRY_AFTER_MS)
    count += 1
  }
  return count
}

/**
 * Whether the order for a pub's new hub still waits for the end of its run on the former one (`farewell` orders that
 * end). Not for one that is silent, and not for long.
 */
export function waitsForFarewell(look: Look, record: PubMessage, farewell: SpecMessage): boolean {
  const { state, facts, policy, now } = look.world
  if (facts.moving === undefined) return false
  const said = state.authors.get(farewell.hub)?.observed.get(record.pub)
  // Where nothing was ever said of it, nothing may ever be said: it never came so far as to run there.
  if (said === undefined || (said.revision >= farewell.revision && said.phase === 'removed')) return false
  const isGone = record.moved?.why === 'restored' && !facts.connected.has(farewell.hub)
  if (isGone || leaseLeftMs(facts.moving, policy.moving, farewell.hub) <= 0) return false
  const since = state.provider.pubs.get(record.pub)?.recordedAt ?? now
  const until = since + FAREWELL_WAIT_MS
  // What a wrong clock has dated ahead has waited for long enough.
  if (now >= until || since > now) return false
  look.wakeAt(until)
  return true
}

/** Owes the owners of every pub that has moved the notice of it, once, when it is there. */
export function tellMoves(look: Look): void {
  const { state } = look.world
  for (const [id, move] of state.provider.moves) {
    const pub = state.provider.pubs.get(id)
    if (pub === undefined || look.pubsChanged.has(id) || look.pubsEnded.has(id)) continue
    // A later epoch on the same hub is the same move: `admin restore` started it there once more.
    if (pub.record.epoch < move.epoch || !isThere(state, pub)) continue
    // The answer to what asked for it will say where it is.
    if (state.provider.answers.get(id as string as MessageId)?.final !== true) continue
    const readdress = readdressOf(look.world, pub)
    const address = readdress === null ? addressOf(state, pub) : null
    const isBack = state.provider.known.get(id)?.hub === pub.record.hub
    const why = isBack ? null : move.why
    const said = move.from === pub.record.hub ? null : movedNotice(pub.record, why, address)
    notify(look, pub.record.owners, movedText(said, readdress), { pub: id, topic: 'moved', causes: move.key })
  }
}
