/**
 * What is worth publishing: transitions only, results once, the offer when it has changed. It compares what is true
 * with what is on our feed, so that a crash between a deed and its report loses nothing and says nothing twice.
 */
import type { PubId } from '../protocol/ids'
import {
  CALM_STARTS_MAX,
  CAPACITY_CHANGE_SHARE,
  CRASHES_REPORTED_AFTER,
  DOWN_REPORTED_AFTER_MS,
  ENGINE_GONE_REPORTED_AFTER_MS,
  TROUBLE_REPORTED_AFTER,
} from '../protocol/limits'
import { buildCapacity, type CapacityMessage, type OfferFields } from '../protocol/messages/capacity'
import type { IncidentMessage } from '../protocol/messages/incident'
import { buildObserved, type ObservedMessage } from '../protocol/messages/observed'
import type { OpMessage } from '../protocol/messages/op'
import { buildResult, type ResultMessage } from '../protocol/messages/result'
import type { SpecMessage } from '../protocol/messages/spec'
import type { SessionFact } from './facts'
import { incidents } from './incidents'
import { type DeedOutcome, isHealthy, isWell, type PubMemory, recall } from './memory'
import { isAsTold, type Look } from './plan'
import { hostOf, matches } from './run'
import { desiredOf, isOvertaken, owedTo } from './state'
import { inForce, isOnTrial, reportedVersion, revertedOf } from './trial'
import { describeCrashes, describeTrouble, kindOfCrashes, kindOfTrouble } from './words'

export type Report = CapacityMessage | IncidentMessage | ObservedMessage | ResultMessage
export type Offer = OfferFields

/** Why a deed was not done: a later order for the same feed stands already. */
const OVERTAKEN = 'a later command took its place'

type Phase = Pick<ObservedMessage, 'phase' | 'reason' | 'trouble'>

/** Everything to be published now; nothing before this hub is admitted, nor after it was retired and is empty. */
export function report(look: Look, offer: Offer): Report[] {
  const { state } = look
  if (state.record === null) return []
  const reports: Report[] = []
  const offered = { ...offer, trouble: engineTrouble(look) }
  if (
    state.record.content.status !== 'retired' &&
    mayOffer(look) &&
    differs(state.capacity?.content ?? null, offered)
  )
    reports.push(buildCapacity(offered))
  for (const { content: spec } of state.specs.values()) {
    const observed = observation(look, spec)
    if (observed !== null) reports.push(observed)
  }
  reports.push(...incidents(look))
  for (const pub of state.owed.keys()) {
    const owed = owedTo(state, pub)
    for (const op of owed) {
      const outcome = outcomeOf(look, op, owed)
      if (outcome !== null) reports.push(buildResult({ op: op.op, pub: op.pub, ...outcome }))
    }
  }
  return reports
}

/** A hub whose engine has never answered offers nothing; one that was away for a moment goes on with what it said. */
function mayOffer(look: Look): boolean {
  return look.facts.engine.reachable || look.state.capacity !== null
}

/** Nobody shall place anything where nothing can be started; an engine that is away for a moment is no news. */
function engineTrouble({ facts, now }: Look): CapacityMessage['trouble'] {
  const { unreachableSince } = facts.engine
  const isGone = unreachableSince !== null && now - unreachableSince >= ENGINE_GONE_REPORTED_AFTER_MS
  return isGone ? 'unreachable' : null
}

/** True when an offer is new, or other than the published one by more than the daily movement of free disk. */
function differs(published: CapacityMessage | null, offer: Offer): boolean {
  if (published === null) return true
  if (
    published.engine !== offer.engine ||
    published.host !== offer.host ||
    published.version !== offer.version ||
    published.trouble !== (offer.trouble ?? null) ||
    published.https !== (offer.https ?? null) ||
    !sameLabels(published.labels ?? [], offer.labels ?? [])
  )
    return true
  return moved(published.memoryBytes, offer.memoryBytes) || moved(published.diskBytes, offer.diskBytes)
}

function sameLabels(before: readonly string[], after: readonly string[]): boolean {
  return before.length === after.length && before.every((one) => after.includes(one))
}

function moved(before: number, after: number): boolean {
  return Math.abs(after - before) > before * CAPACITY_CHANGE_SHARE
}

/** The end of a deed, once it has one. */
function outcomeOf(look: Look, op: OpMessage, owed: readonly OpMessage[]): DeedOutcome | null {
  const session = look.facts.sessions.get(op.pub)
  const isOpen = session?.status === 'open'
  const done: DeedOutcome = { ok: true, reason: null }
  if (op.kind === 'invite') {
    if (look.state.revoked.has(op.invite.key)) return { ok: false, reason: 'it was withdrawn meanwhile' }
    if (isOpen && session.invites.has(op.invite.key)) return done
  }
  if (op.kind === 'revoke') {
    if (isOpen && !session.invites.has(op.revoke.key)) return done
    // A pub that does not run has no table, and gets the provider's when it is opened.
    const order = look.state.specs.get(op.pub)?.content
    if (order !== undefined && desiredOf(look.state, order) !== 'up') return done
  }
  const outcome = look.memory.deeds.get(op.op)
  if (outcome !== undefined) return outcome
  if (op.kind === 'contact' && isOvertaken(owed, op)) return { ok: false, reason: OVERTAKEN }
  const spec = look.state.specs.get(op.pub)?.content
  if (spec !== undefined && desiredOf(look.state, spec) === 'none')
    return { ok: false, reason: 'the pub was taken away before it could be done' }
  return null
}

/** What is new about one pub; null when the feed already says it. */
function observation(look: Look, order: SpecMessage): ObservedMessage | null {
  const published = look.state.observed.get(order.pub)?.content ?? null
  const session = look.facts.sessions.get(order.pub)
  const reverted = revertedOf(look, order)
  const spec = inForce(look, order)
  // Going back is told at once: with that on the feed, a hub that starts anew goes on with it.
  const news = reverted !== null && (published?.revision !== order.revision || published.reverted === null)
  const now = isOnTrial(look, order)
    ? trialPhase(look, order, published)
    : (phaseOf(look, spec, published) ?? (news ? GOING_BACK : null))
  if (now === null) return null
  const up = now.phase === 'up'
  const next = buildObserved({
    pub: spec.pub,
    revision: spec.revision,
    epoch: spec.epoch,
    ...now,
    version: reportedVersion(look, order, now.phase),
    reverted,
    feed: session?.feed ?? published?.feed ?? null,
    host: up ? hostOf(spec, look.config) : null,
    port: up ? spec.port : null,
  })
  return published !== null && isSame(published, next) ? null : next
}

function isSame(before: ObservedMessage, after: ObservedMessage): boolean {
  return (
    before.revision === after.revision &&
    before.epoch === after.epoch &&
    before.phase === after.phase &&
    before.host === after.host &&
    before.port === after.port &&
    (after.phase !== 'up' || before.feed === after.feed) &&
    // A hub that has become newer says so of its pubs.
    (after.phase !== 'up' || before.version === after.version) &&
    (before.reverted === null) === (after.reverted === null) &&
    // The words of a reason may change with every try (a log line); its kind is what is new.
    before.trouble === after.trouble
  )
}

/** What can be said of a pub; null while it is on its way and there is nothing to say yet. */
function phaseOf(look: Look, spec: SpecMessage, published: ObservedMessage | null): Phase | null {
  const { engine } = look.facts
  const run = engine.runs.get(spec.pub)
  const desired = desiredOf(look.state, spec)
  if (desired === 'none')
    return engine.reachable && !look.busy.has(spec.pub) && run === undefined ? REMOVED : null
  if (desired === 'down') return stoppedPhase(look, spec)
  const session = look.facts.sessions.get(spec.pub)
  const memory = recall(look.memory, spec.pub)
  const right = run !== undefined && matches(look, spec, run) && session?.epoch === spec.epoch
  if (right && isWell(run, session))
    return isUp(look, session, memory, published, spec) ? { ...UP, reason: memory.remark } : null
  return downPhase(look, spec, memory, published)
}

/** Of a pub that shall be down: that it is, or what keeps it from being stopped. */
function stoppedPhase(look: Look, spec: SpecMessage): Phase | null {
  const { engine } = look.facts
  const { trouble, tries } = recall(look.memory, spec.pub)
  if (engine.unreachableSince !== null) {
    if (look.now - engine.unreachableSince < ENGINE_GONE_REPORTED_AFTER_MS) return null
    const reason = describeTrouble({ kind: 'unreachable', message: engine.reason ?? '' }, spec)
    return { phase: 'failed', reason, trouble: 'unreachable' }
  }
  if (!engine.reachable || look.busy.has(spec.pub)) return null
  if (engine.runs.get(spec.pub)?.status !== 'running') return DOWN
  if (trouble === null || tries < TROUBLE_REPORTED_AFTER) return null
  return { phase: 'failed', reason: describeTrouble(trouble, spec), trouble: kindOfTrouble(trouble) }
}

/**
 * Of a version on trial: that it is healthy, or what keeps it from being tried at all. Everything else ends with the
 * trial, one way or the other.
 */
function trialPhase(look: Look, spec: SpecMessage, published: ObservedMessage | null): Phase | null {
  const phase = phaseOf(look, spec, published)
  if (phase?.phase === 'up') return isHealthy(look.facts.sessions.get(spec.pub), look.now) ? phase : null
  return phase !== null && OUTWARD.has(phase.trouble) ? phase : null
}

/** Troubles that are no fault of a version. */
const OUTWARD: ReadonlySet<ObservedMessage['trouble']> = new Set(['port-taken', 'disk-full', 'unreachable'])
const GOING_BACK: Phase = {
  phase: 'down',
  reason: 'the new version did not work, so it goes back to the one before',
  trouble: 'other',
}
const UP: Phase = { phase: 'up', reason: null, trouble: null }
/** Stopped, as it was ordered. */
const DOWN: Phase = { phase: 'down', reason: null, trouble: null }
const REMOVED: Phase = { phase: 'removed', reason: null, trouble: null }

/**
 * Up needs an open fence the first time. Later a fence that is shut because the provider is away changes nothing:
 * reading goes on, and nobody could be told. A pub that has crashed a lot must be healthy before it is called up.
 * What a later order wants it to say of itself must have been said; the first time nobody waits for that.
 */
function isUp(
  look: Look,
  session: SessionFact,
  memory: PubMemory,
  published: ObservedMessage | null,
  spec: SpecMessage,
): boolean {
  if (memory.tries > CALM_STARTS_MAX && !isHealthy(session, look.now)) return false
  if (session.status === 'open') return published === null || isAsTold(look, session, spec)
  if (session.status !== 'connected' || published?.phase !== 'up') return false
  return published.epoch === spec.epoch && published.revision === spec.revision
}

function downPhase(
  look: Look,
  spec: SpecMessage,
  memory: PubMemory,
  published: ObservedMessage | null,
): Phase | null {
  const { engine } = look.facts
  const { trouble } = memory
  if (engine.unreachableSince !== null) {
    const gone = look.now - engine.unreachableSince >= ENGINE_GONE_REPORTED_AFTER_MS
    if (!gone && !downForLong(look, spec.pub, memory, published)) return null
    const reason = describeTrouble({ kind: 'unreachable', message: engine.reason ?? '' }, spec)
    return { phase: gone ? 'failed' : 'down', reason, trouble: 'unreachable' }
  }
  const definite = trouble !== null && trouble.kind !== 'other' && trouble.kind !== 'unreachable'
  const enough = definite ? TROUBLE_REPORTED_AFTER : CRASHES_REPORTED_AFTER
  if (memory.tries >= enough) {
    return trouble === null
      ? { phase: 'failed', reason: describeCrashes(memory, spec), trouble: kindOfCrashes(memory) }
      : { phase: 'failed', reason: describeTrouble(trouble, spec), trouble: kindOfTrouble(trouble) }
  }
  if (!downForLong(look, spec.pub, memory, published)) return null
  return { phase: 'down', reason: 'it is being started again', trouble: 'other' }
}

/** Only a pub that was said to be up can be said to be down; quick healing is no news. */
function downForLong(look: Look, pub: PubId, memory: PubMemory, published: ObservedMessage | null): boolean {
  if (published?.phase !== 'up' || published.pub !== pub || memory.downSince === null) return false
  return look.now - memory.downSince >= DOWN_REPORTED_AFTER_MS
}
