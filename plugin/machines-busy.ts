/** What keeps a hub from being given back with all that is on it. Pure. */
import type { FeedId, Millis, PubId } from '../protocol/ids'
import { MACHINE_LASTING_MS } from '../protocol/limits-machines'
import { CLOCKS_LOOK_EVERY_MS } from '../protocol/limits-money'
import type { PubMessage } from '../protocol/messages/pub'
import type { OtherClock } from '../protocol/other-clock'
import type { State } from '../protocol/state'
import { desiredOf } from './change'
import { clocksSay } from './dues'
import { endingOn } from './fleet-view'
import type { MovingFacts } from './look'
import { isThere } from './on-the-way'
import { machineWords as words } from './words-machines'

export interface Busy {
  why: string
  /** When to look again although nothing happened. */
  againInMs: Millis | null
  /** Only the operator can help. */
  stuck?: boolean
}

export interface BusyWorld {
  state: State
  now: Millis
  otherClocks: readonly OtherClock[]
  moving: MovingFacts | undefined
}

/** Records of the live pubs that are placed there. */
export function liveOn(state: State, hub: FeedId): PubMessage[] {
  return [...(state.byHub.get(hub) ?? [])].flatMap((id) => {
    const record = state.provider.pubs.get(id)?.record
    return record?.status === 'live' ? [record] : []
  })
}

/**
 * Why not yet; null where nothing is left there that anybody could want: no pub, no run, no order to come, none that has left and
 * is not up elsewhere, and no volume within its time. `discards`: the operator's word that volumes don't count. `isMute`: nobody
 * will ever say that its runs have ended; the epoch has shut them out (plugin/io/commits.ts).
 */
export function busyOn(world: BusyWorld, hub: FeedId, discards: boolean, isMute: boolean): Busy | null {
  const { state, moving } = world
  const live = liveOn(state, hub)
  if (live.length > 0) return { why: words.hasPubs(live.map(({ name }) => name)), againInMs: null }
  const kept = discards ? null : keptUntil(world, hub)
  if (kept !== null) return kept
  const ending = isMute ? [] : endingOn(state, hub)
  if (ending.length > 0) return { why: words.stillEnding(ending), againInMs: null }
  // Moved by their records, and not ordered away from here yet: until when the volume stays is not said before that.
  for (const { hub: at, desired, name } of state.provider.specs.values())
    if (at === hub && desired !== 'none') return { why: words.stillEnding([name]), againInMs: null }
  for (const [id, { from }] of state.provider.moves) {
    const pub = state.provider.pubs.get(id)
    if (from !== hub || pub === undefined || pub.record.hub === hub) continue
    if (!isThere(state, pub)) return { why: words.notThereYet(pub.record.name), againInMs: null }
  }
  // One that has moved on from where it went was never up there: what was left here may still be the only copy.
  for (const id of discards ? [] : leftBehind(state, hub)) {
    const pub = state.provider.pubs.get(id)
    if (pub === undefined || pub.record.status !== 'live' || desiredOf(pub.record) !== 'up') continue
    if (pub.record.hub !== hub && !isThere(state, pub))
      return { why: words.notThereYet(pub.record.name), againInMs: null }
  }
  for (const id of leftBehind(state, hub))
    if (moving?.isWaitedFor(id)) return { why: words.waitedFor, againInMs: CLOCKS_LOOK_EVERY_MS }
  return null
}

/** Pubs that had a volume there and live on elsewhere. */
function leftBehind(state: State, hub: FeedId): PubId[] {
  return [...(state.provider.machines.keptOn.get(hub)?.keys() ?? [])]
}

/** The last date of the volumes that were left there, where it has not come by two clocks. */
function keptUntil({ state, now, otherClocks }: BusyWorld, hub: FeedId): Busy | null {
  let count = 0
  let until = 0
  for (const date of state.provider.machines.keptOn.get(hub)?.values() ?? []) {
    const says = clocksSay(date, now, otherClocks)
    if (says === 'due') continue
    count += 1
    until = Math.max(until, date)
  }
  if (count === 0) return null
  const againInMs = Math.min(Math.max(until - now, CLOCKS_LOOK_EVERY_MS), MACHINE_LASTING_MS)
  // A clock that is right would have said so by now: perhaps the last hub elsewhere was the one that goes.
  if (now - until >= MACHINE_LASTING_MS)
    return { why: words.keepsByOneClock(count, until), againInMs, stuck: true }
  return { why: words.keeps(count, until), againInMs }
}
