/**
 * What the hub remembers between two looks and forgets when it ends: tries, backoff, the last trouble per pub, and
 * how the deeds went. Nothing here decides what is true, only how soon something is tried again and what is said.
 */
import type { MessageId, Millis, PubId } from '../protocol/ids'
import {
  HEALTHY_AFTER_MS,
  ILLS_KEPT_MAX,
  RESTART_BACKOFF_MAX_MS,
  RESTART_BACKOFF_MS,
} from '../protocol/limits'
import type { RunFact } from './engines/engine'
import type { Facts, SessionFact } from './facts'
import { desiredOf, type HubState } from './state'

/** `no-key`: what it should start with is neither here nor to be had. `silent`: runs but takes no handshake. The others are the engine's own words (engines/engine.ts). */
export type TroubleKind =
  | 'no-key'
  | 'port-taken'
  | 'no-image'
  | 'disk-full'
  | 'unreachable'
  | 'silent'
  | 'other'

export interface Trouble {
  kind: TroubleKind
  message: string
}

export interface PubMemory {
  /** The order this is about: a new one starts with a clean slate. */
  revision: number
  /** Starts, and tries that failed, since the pub was last healthy. */
  tries: number
  /** No further create or start before this. */
  retryAt: Millis
  trouble: Trouble | null
  /** The last line that a crashed run printed. */
  lastWords: string | null
  /** The last run ended because its memory was used up. */
  outOfMemory: boolean
  /** When we last started it; null when it ran before we came. */
  startedAt: Millis | null
  /** Since when a pub that should be up is not. */
  downSince: Millis | null
  /** The image of the run of this shape: it is being seen to, is here, or could not be had. */
  fetch: { shape: string; state: 'under-way' | 'here' | 'failed' } | null
  /** What is to be said of that image. */
  remark: string | null
  /** When a version on trial was first started, or first seen running. */
  trialSince: Millis | null
  /** Why a version on trial was given up. */
  reverted: string | null
}

export interface DeedOutcome {
  ok: boolean
  reason: string | null
}

/** What befell a pub since this hub was started: kept when it is well again, because incidents are made of it. */
export interface Ills {
  /** When a run was found to have ended for want of memory. */
  outOfMemory: Millis[]
  /** When a run that did not answer was ended. */
  hung: Millis[]
  /** The last lines that a crashed run printed. */
  lines: string[]
}

export interface Memory {
  readonly pubs: Map<PubId, PubMemory>
  readonly ills: Map<PubId, Ills>
  /** When this hub first looked; null before. */
  since: Millis | null
  /** Ends of deeds that are not on our feed yet. */
  readonly deeds: Map<MessageId, DeedOutcome>
  /** When the provider was last asked for the key of each pub: EscrowFacts.mark then, and when to ask again. */
  readonly escrow: Map<PubId, { mark: string; retryAt: Millis | null }>
}

/** A hub that has just started remembers nothing. */
export function emptyMemory(): Memory {
  return { pubs: new Map(), ills: new Map(), since: null, deeds: new Map(), escrow: new Map() }
}

const FRESH: PubMemory = {
  revision: 0,
  tries: 0,
  retryAt: 0,
  trouble: null,
  lastWords: null,
  outOfMemory: false,
  startedAt: null,
  downSince: null,
  fetch: null,
  remark: null,
  trialSince: null,
  reverted: null,
}

/** What is remembered of one pub. */
export function recall(memory: Memory, pub: PubId): PubMemory {
  return memory.pubs.get(pub) ?? FRESH
}

/** How long after the n-th try in a row the next one waits: 100 ms doubling to a minute. */
export function backoffMs(tries: number): Millis {
  return Math.min(RESTART_BACKOFF_MAX_MS, RESTART_BACKOFF_MS * 2 ** Math.min(30, Math.max(0, tries - 1)))
}

/** A run was started: it counts as a try until the pub has been healthy. */
export function rememberStart(memory: Memory, pub: PubId, now: Millis): void {
  const before = recall(memory, pub)
  const tries = before.tries + 1
  // That it did not answer is only disproved by an answer; every other trouble is disproved by the start.
  const trouble = before.trouble?.kind === 'silent' ? before.trouble : null
  memory.pubs.set(pub, { ...before, tries, retryAt: now + backoffMs(tries), trouble, startedAt: now })
}

/** A create, start, stop or removal failed. */
export function rememberTrouble(memory: Memory, pub: PubId, trouble: Trouble, now: Millis): void {
  const before = recall(memory, pub)
  const tries = before.tries + 1
  memory.pubs.set(pub, { ...before, tries, retryAt: now + backoffMs(tries), trouble })
}

/** The image of a run of this shape is being seen to. */
export function rememberFetching(memory: Memory, pub: PubId, shape: string): void {
  memory.pubs.set(pub, { ...recall(memory, pub), fetch: { shape, state: 'under-way' } })
}

/** How that went: what is to be said of the image, or the trouble. Of an earlier order it is forgotten. */
export function rememberFetched(
  memory: Memory,
  pub: PubId,
  shape: string,
  outcome: { remark: string | null } | { trouble: Trouble },
  now: Millis,
): void {
  const before = recall(memory, pub)
  if (before.fetch?.shape !== shape) return
  if ('remark' in outcome) {
    const { remark } = outcome
    memory.pubs.set(pub, { ...before, trouble: null, fetch: { shape, state: 'here' }, remark })
    return
  }
  memory.pubs.set(pub, { ...before, fetch: { shape, state: 'failed' } })
  rememberTrouble(memory, pub, outcome.trouble, now)
}

/** The version on trial is given up: the one before it starts with a clean slate. */
export function rememberRevert(memory: Memory, pub: PubId, why: string): void {
  memory.pubs.set(pub, { ...FRESH, revision: recall(memory, pub).revision, reverted: why })
}

/** A version on trial runs. */
export function rememberTrial(memory: Memory, pub: PubId, now: Millis): void {
  memory.pubs.set(pub, { ...recall(memory, pub), trialSince: now })
}

/** Something other than a start succeeded. */
export function rememberDone(memory: Memory, pub: PubId): void {
  const before = memory.pubs.get(pub)
  if (before !== undefined && before.trouble !== null) memory.pubs.set(pub, { ...before, trouble: null })
}

/** How a run ended. */
export interface Crash {
  /** The last line that says something. */
  lastWords: string | null
  /** The last lines. */
  lines: string[]
  outOfMemory: boolean
}

/** How the last run ended, told by the run itself. */
export function rememberCrash(memory: Memory, pub: PubId, crash: Crash, now: Millis): void {
  const { lastWords, lines, outOfMemory } = crash
  memory.pubs.set(pub, { ...recall(memory, pub), lastWords, outOfMemory })
  const ills = illsOf(memory, pub)
  ills.lines = lines
  if (outOfMemory) ills.outOfMemory = [...ills.outOfMemory, now].slice(-ILLS_KEPT_MAX)
}

/** A run that did not answer was ended. */
export function rememberHung(memory: Memory, pub: PubId, now: Millis): void {
  rememberTrouble(memory, pub, { kind: 'silent', message: 'it does not answer' }, now)
  const ills = illsOf(memory, pub)
  ills.hung = [...ills.hung, now].slice(-ILLS_KEPT_MAX)
}

function illsOf(memory: Memory, pub: PubId): Ills {
  const ills = memory.ills.get(pub) ?? { outOfMemory: [], hung: [], lines: [] }
  memory.ills.set(pub, ills)
  return ills
}

/**
 * Brings the memory up to date with what is seen (in place): who is down since when, and whose failed starts are
 * forgotten because it has been healthy long enough. To be called with every new look, before plan and report.
 */
export function settle(memory: Memory, state: HubState, facts: Facts, now: Millis): void {
  memory.since ??= now
  for (const pub of memory.ills.keys())
    if (state.specs.get(pub)?.content.desired === 'none') memory.ills.delete(pub)
  for (const [pub, { content: spec }] of state.specs) {
    const known = memory.pubs.get(pub)
    const before = known?.revision === spec.revision ? known : { ...FRESH, revision: spec.revision }
    const after = settled(before, desiredOf(state, spec) === 'up', facts, pub, now)
    if (after !== known) memory.pubs.set(pub, after)
  }
  for (const op of memory.deeds.keys()) if (state.done.has(op)) memory.deeds.delete(op)
}

function settled(before: PubMemory, wanted: boolean, facts: Facts, pub: PubId, now: Millis): PubMemory {
  const session = facts.sessions.get(pub)
  if (!wanted) return before.downSince === null ? before : { ...before, downSince: null }
  if (!isWell(facts.engine.runs.get(pub), session))
    return before.downSince === null ? { ...before, downSince: now } : before
  // The run that is there may be well while the image of its successor can't be had: that is not forgotten over it.
  const wantsImage = before.fetch !== null && before.fetch.state !== 'here'
  if (isHealthy(session, now) && !wantsImage && (before.tries > 0 || before.trouble !== null)) {
    const { revision, startedAt, fetch, remark, trialSince, reverted } = before
    return { ...FRESH, revision, startedAt, fetch, remark, trialSince, reverted }
  }
  return before.downSince === null ? before : { ...before, downSince: null }
}

/** True when the run runs and takes handshakes. */
export function isWell(run: RunFact | undefined, session: SessionFact | undefined): boolean {
  return run?.status === 'running' && session !== undefined && session.answeringSince !== null
}

/** True when the pub has answered without a break for long enough. */
export function isHealthy(session: SessionFact | undefined, now: Millis): boolean {
  return (
    session !== undefined &&
    session.answeringSince !== null &&
    now - session.answeringSince >= HEALTHY_AFTER_MS
  )
}
