/**
 * A new version of a pub on trial. An order with a `fallback` is carried out for as long as it takes to see whether
 * the new version gets healthy; where it does not, what counts is the version before it. That this was so stands on
 * the hub's own feed (`observed.reverted`, and `observed.version` once it has passed), so that a hub which starts
 * anew neither tries a bad version again nor goes back from a good one.
 */
import type { Millis, PubId } from '../protocol/ids'
import { CRASHES_REPORTED_AFTER, HEALTHY_AFTER_MS, UPGRADE_TRIAL_MS } from '../protocol/limits'
import type { ObservedMessage } from '../protocol/messages/observed'
import type { SpecMessage } from '../protocol/messages/spec'
import type { Facts } from './facts'
import { isHealthy, type Memory, recall, rememberRevert, rememberTrial } from './memory'
import { type HubConfig, matches, runOf, versionOf } from './run'
import { desiredOf, type HubState } from './state'
import { describeCrashes, describeTrial, describeTrouble } from './words'

/** What is needed to say how a trial stands. */
export interface TrialLook {
  state: HubState
  config: HubConfig
  memory: Memory
}

/** What our feed says of this very order. */
function publishedOf({ state }: Pick<TrialLook, 'state'>, spec: SpecMessage): ObservedMessage | null {
  const published = state.observed.get(spec.pub)?.content
  return published?.revision === spec.revision && published.epoch === spec.epoch ? published : null
}

/** Why the pub goes by its order's fallback; null while it goes by the order. */
export function revertedOf(look: TrialLook, spec: SpecMessage): string | null {
  if (spec.fallback === null) return null
  const memory = recall(look.memory, spec.pub)
  const here = memory.revision === spec.revision ? memory.reverted : null
  return publishedOf(look, spec)?.reverted ?? here
}

/** True while the order's version has still to show that it works. */
export function isOnTrial(look: TrialLook, spec: SpecMessage): boolean {
  if (spec.fallback === null || desiredOf(look.state, spec) !== 'up') return false
  if (revertedOf(look, spec) !== null) return false
  // The same thing under two names has nothing to go back to.
  if (runOf(spec, look.config).shape === runOf(fallbackOf(spec), look.config).shape) return false
  return publishedOf(look, spec)?.version == null
}

const fallbacks = new WeakMap<SpecMessage, SpecMessage>()

/** The order with its fallback in the place of its version. The same object each time: what follows from it is kept. */
function fallbackOf(spec: SpecMessage): SpecMessage {
  const made = fallbacks.get(spec) ?? { ...spec, version: spec.fallback?.version ?? null, fallback: null }
  fallbacks.set(spec, made)
  return made
}

/** The order as it is to be carried out now. */
export function inForce(look: TrialLook, spec: SpecMessage): SpecMessage {
  return revertedOf(look, spec) === null ? spec : fallbackOf(spec)
}

/**
 * Judges what is on trial (in place): gives up what can't get healthy, or has not in time. To be called with every
 * new look, after `settle` and before plan and report. A port that others hold, a full disk and an engine that is
 * away are no fault of a version: they are waited for.
 */
export function judgeTrials(look: TrialLook & { facts: Facts; now: Millis }): void {
  for (const { content: spec } of look.state.specs.values()) {
    if (!isOnTrial(look, spec)) continue
    const run = look.facts.engine.runs.get(spec.pub)
    const runs = run?.status === 'running' && matches(look, spec, run)
    if (runs && recall(look.memory, spec.pub).trialSince === null)
      rememberTrial(look.memory, spec.pub, look.now)
    const why = verdict(look, spec)
    if (why !== null) rememberRevert(look.memory, spec.pub, why)
  }
}

/** Why the version is to be given up; null while there is hope. */
function verdict(look: TrialLook & { facts: Facts; now: Millis }, spec: SpecMessage): string | null {
  const { facts, now } = look
  const memory = recall(look.memory, spec.pub)
  const session = facts.sessions.get(spec.pub)
  const { trouble } = memory
  if (trouble?.kind === 'no-image') return describeTrouble(trouble, spec)
  const run = facts.engine.runs.get(spec.pub)
  const right = run !== undefined && matches(look, spec, run)
  const answers = right && run.status === 'running' && session?.answeringSince != null
  if (memory.tries >= CRASHES_REPORTED_AFTER && !answers) {
    if (trouble === null) return describeCrashes(memory, spec)
    if (trouble.kind === 'other') return describeTrouble(trouble, spec)
  }
  if (memory.trialSince === null || now < memory.trialSince + UPGRADE_TRIAL_MS) return null
  if (!answers || !isHealthy(session, now)) return describeTrial(UPGRADE_TRIAL_MS, memory.lastWords)
  // It answers, and can't write: its fault only where the provider, which lets it write, was there to do so.
  const since = facts.providerSince
  const couldOpen = since !== null && now - since >= UPGRADE_TRIAL_MS
  return session?.status !== 'open' && couldOpen
    ? describeTrial(UPGRADE_TRIAL_MS, session?.reason ?? null)
    : null
}

/** When a trial is to be looked at again although nothing happens. */
export function* trialWakes(look: TrialLook & { facts: Facts }): Generator<Millis> {
  for (const { content: spec } of look.state.specs.values()) {
    if (!isOnTrial(look, spec)) continue
    const { trialSince } = recall(look.memory, spec.pub)
    const answering = look.facts.sessions.get(spec.pub)?.answeringSince
    if (answering != null) yield answering + HEALTHY_AFTER_MS
    if (trialSince === null) continue
    yield trialSince + UPGRADE_TRIAL_MS
    if (look.facts.providerSince !== null) yield look.facts.providerSince + UPGRADE_TRIAL_MS
  }
}

/** What a report says of the version: it is known from when the pub is up under this order. */
export function reportedVersion(
  look: TrialLook,
  spec: SpecMessage,
  phase: ObservedMessage['phase'],
): string | null {
  if (phase === 'removed') return null
  const known = phase === 'up' || publishedOf(look, spec)?.version != null
  return known ? versionOf(inForce(look, spec), look.config) : null
}

/** The pubs whose image has to be seen to before their run may be made. */
export function needsFetch(look: TrialLook, spec: SpecMessage): boolean {
  if (spec.version === null && spec.rebuilds === 0) return false
  const { fetch } = recall(look.memory, spec.pub)
  return fetch?.shape !== runOf(spec, look.config).shape || fetch.state !== 'here'
}

/** True while its image is being seen to. */
export function isFetching(look: TrialLook, pub: PubId, shape: string): boolean {
  const { fetch } = recall(look.memory, pub)
  return fetch?.shape === shape && fetch.state === 'under-way'
}
