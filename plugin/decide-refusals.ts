/** Refusals that answer everything of an author at once, so that no writing makes our feed grow as fast. */
import type { FeedId, Millis } from '../protocol/ids'
import {
  BURST_ANSWER_EVERY_MS,
  BURST_GATHER_MS,
  STRANGER_ANSWER_EVERY_MS,
  STRANGER_ANSWERS_PER_HOUR_MAX,
} from '../protocol/limits'
import { BLOCKED_ANSWER_EVERY_MS, BLOCKED_WAITING_MAX } from '../protocol/limits-operator'
import type { Request } from '../protocol/state'
import type { Look } from './look'
import { blockOf } from './operator-facts'
import { livePubsOf } from './owners'
import { isWithin } from './within'
import { words } from './words'
import { blockedText } from './words-operator'

const HOUR_MS = 3_600_000

/** What is over what is looked at one by one gets one combined answer. */
export function refuseBurst(look: Look, author: FeedId, over: Request[]): void {
  const { now, policy } = look.world
  const last = over[over.length - 1]
  if (last === undefined) return
  // One by one: as arguments of one call, a hundred thousand are more than the stack holds.
  let lastArrival = 0
  for (const { receivedAt } of over) if (receivedAt <= now) lastArrival = Math.max(lastArrival, receivedAt)
  const lastAnswer = lastBurst(look, author)
  const due = Math.max(lastArrival + BURST_GATHER_MS, lastAnswer + BURST_ANSWER_EVERY_MS)
  if (now < due) return look.wakeAt(due)
  look.owe({
    kind: 'burst',
    thread: { root: last.root ?? last.key, branch: last.key },
    to: author,
    text: words.burst(over.length, policy.requestsPerMinuteMax),
    payload: { v: 1, kind: 'burst', author, upTo: last.sequence, outcome: 'refused', known: true },
  })
}

/** When somebody last got a combined answer; one that a wrong clock has dated ahead holds nobody up. */
function lastBurst({ world: { state, now } }: Look, author: FeedId): Millis {
  const at = state.provider.bursts.get(author)?.lastAt ?? Number.NEGATIVE_INFINITY
  return at <= now ? at : Number.NEGATIVE_INFINITY
}

/** Strangers get one combined answer an hour, and all of them together so many. */
export function refuseStranger(look: Look, author: FeedId, upTo: number): void {
  const { state, now } = look.world
  const before = state.provider.bursts.get(author)
  if (upTo <= (before?.upTo ?? 0)) return
  const due = lastBurst(look, author) + STRANGER_ANSWER_EVERY_MS
  if (now < due) return look.wakeAt(due)
  const hour = state.provider.strangerRefusals.filter((at) => isWithin(at, HOUR_MS, now))
  const planned = look.effects.filter((effect) => effect.kind === 'burst' && !effect.payload.known).length
  if (hour.length + planned >= STRANGER_ANSWERS_PER_HOUR_MAX) return look.wakeAt((hour[0] ?? now) + HOUR_MS)
  look.owe({
    kind: 'burst',
    thread: null,
    to: author,
    text: words.stranger,
    payload: { v: 1, kind: 'burst', author, upTo, outcome: 'refused', known: false },
  })
}

/**
 * Everything that a blocked author wrote up to a sequence is refused together: at once after the block, then at most
 * once a day, but for floods. What was begun before goes on to its own answer.
 */
export function refuseBlocked(look: Look, author: FeedId, upTo: number, over: readonly Request[]): void {
  const { state, now } = look.world
  const block = blockOf(state, author)
  const before = state.provider.bursts.get(author)
  if (block === null || upTo <= (before?.upTo ?? 0)) return
  // What was answered together before the block was another matter, and what a wrong clock has dated ahead waits for nobody.
  const saidAt =
    before === undefined || before.lastAt < block.at || before.lastAt > now ? null : before.lastAt
  const everyMs = over.length >= BLOCKED_WAITING_MAX ? BURST_ANSWER_EVERY_MS : BLOCKED_ANSWER_EVERY_MS
  const due = saidAt === null ? now : saidAt + everyMs
  if (now < due) return look.wakeAt(due)
  const last = over.at(-1) ?? null
  look.owe({
    kind: 'burst',
    thread: last === null ? null : { root: last.root ?? last.key, branch: last.key },
    to: author,
    text: blockedText(
      block.content,
      livePubsOf(state, author).map((pub) => pub.record.name),
    ),
    payload: { v: 1, kind: 'burst', author, upTo, outcome: 'refused', known: true },
  })
}
