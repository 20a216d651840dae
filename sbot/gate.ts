/**
 * The boot gate, decided. A node that was restored from a copy, or lost its last messages in a crash, would sign a
 * sequence a second time and so fork its feed, which no peer forgives. Nobody can see that from inside: a restored
 * snapshot looks like a clean stop. So a node writes nothing until somebody who holds its feed has been asked.
 */
import type { FeedId, Millis } from '../protocol/ids'

/** What one connected peer said about our own feed. */
export type GateAnswer =
  | { kind: 'none' }
  /** All it has is taken in; it ends at this sequence (0: it holds nothing, or nothing beyond ours). */
  | { kind: 'complete'; sequence: number }
  /** It gave no answer; asked again while it stays connected. */
  | { kind: 'failed'; why: string }
  /** It holds a message of ours that contradicts one we hold. */
  | { kind: 'fork'; sequence: number }

export interface GatePeer {
  id: FeedId
  answer: GateAnswer
}

export interface GateFacts {
  now: Millis
  startedAt: Millis
  minimumWaitMs: number
  /** How long those whose word counts and who are not connected are waited for. */
  absentWaitMs: number
  /** Last own sequence on this node; null while its log is still being loaded. */
  head: number | null
  peers: GatePeer[]
  /** Whose word counts; null: anybody's. */
  trusted: FeedId[] | null
  /** The record of a first start was there and is used up. */
  firstStart: boolean
  /** Nothing was ever signed with this identity; see unwritten.ts. Counts only while the feed is empty. */
  neverWrote: boolean
  /** The operator says that nobody else holds this feed. */
  nobodyElse: boolean
}

export type GateDecision =
  | { open: true; why: string }
  /** `until`: look again at this time even when nothing happens. */
  | { open: false; why: string; until: Millis | null }

function shut(why: string, until: Millis | null = null): GateDecision {
  return { open: false, why, until }
}

function short(id: FeedId): string {
  return id.slice(0, 9)
}

/** Whether the node may write, and one sentence that says why or why not. */
export function decideGate(facts: GateFacts): GateDecision {
  // A fork is for a person to settle, whatever else holds; writing on would only make it longer.
  const fork = facts.peers.find((peer) => peer.answer.kind === 'fork')
  if (fork?.answer.kind === 'fork')
    return shut(
      `this node's feed has forked: ${short(fork.id)} holds another message ${fork.answer.sequence}. ` +
        'Nothing is published. Restore the folder that wrote that message, or start over with a new identity.',
    )
  if (facts.firstStart) return { open: true, why: 'first start of a new identity' }
  if (facts.nobodyElse) return { open: true, why: 'the operator said that nobody else holds this feed' }
  if (facts.head === null) return shut('the log is being loaded')
  if (facts.neverWrote && facts.head === 0)
    return { open: true, why: 'this identity has never written anything' }
  if (facts.trusted !== null && facts.trusted.length === 0)
    return shut('it is not known yet who may say that this feed is complete')
  return decideByAnswers(facts, facts.head)
}

function decideByAnswers(facts: GateFacts, head: number): GateDecision {
  const { trusted } = facts
  const counted = facts.peers.filter((peer) => trusted === null || trusted.includes(peer.id))
  const who = trusted === null ? 'any peer' : trusted.slice(0, 3).map(short).join(', ')
  if (counted.length === 0)
    return shut(`waiting for ${who} to connect and say how far this node's own feed goes (it holds ${head})`)
  const behind = facts.peers.find((peer) => peer.answer.kind === 'complete' && peer.answer.sequence > head)
  if (behind?.answer.kind === 'complete')
    return shut(
      `taking in this node's own messages from ${short(behind.id)}: ${head} of ${behind.answer.sequence}`,
    )
  const complete = counted.filter((peer) => peer.answer.kind === 'complete')
  const open = counted.find((peer) => peer.answer.kind !== 'complete')
  // Where anybody's word counts, one who can't answer (a mere client) must not hold the gate shut for ever.
  const failed = open?.answer.kind === 'failed'
  if (open !== undefined && !(trusted === null && failed && complete.length > 0)) {
    const trouble = open.answer.kind === 'failed' ? ` (${open.answer.why}); asking again` : ''
    return shut(`waiting for ${short(open.id)} to say how far this node's own feed goes${trouble}`)
  }
  const until = facts.startedAt + facts.minimumWaitMs
  if (facts.now < until) return shut('giving other peers a moment to connect', until)
  // Who was away when this node wrote last confirms what is no longer true, so one word is not enough while others
  // may still come.
  const absent = (trusted ?? []).find((id) => !counted.some((peer) => peer.id === id))
  const patience = facts.startedAt + facts.absentWaitMs
  if (absent !== undefined && facts.now < patience)
    return shut(`giving ${short(absent)} time to connect, which may know more`, patience)
  const names = complete
    .slice(0, 3)
    .map((peer) => short(peer.id))
    .join(', ')
  return { open: true, why: `${names} confirmed that this node's own feed ends at ${head}` }
}
