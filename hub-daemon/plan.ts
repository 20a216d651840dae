/**
 * From what is wanted and what is seen to the next safe steps: at most one per pub, none when all is settled.
 * It looks at levels, never at events, so that it does not matter what was missed. A run only climbs: created,
 * running, exited, removed. One that does not match its spec is replaced, never changed.
 */
import type { FeedId, Millis, PubId } from '../protocol/ids'
import {
  DOWN_REPORTED_AFTER_MS,
  ENGINE_GONE_REPORTED_AFTER_MS,
  HEALTHY_AFTER_MS,
  HUB_WORK_MAX,
  PROBE_EVERY_MS,
  SILENT_KILL_MS,
} from '../protocol/limits'
import type { SpecMessage } from '../protocol/messages/spec'
import { blobsOwed } from './disk'
import type { RunFact } from './engines/engine'
import type { About, Facts, SessionFact } from './facts'
import { incidentWakes, isOpen } from './incidents'
import { type Memory, recall } from './memory'
import { keyCheck, keyFirst } from './plan-escrow'
import { purge } from './plan-purge'
import { type HubConfig, hostOf, matches, runOf } from './run'
import { desiredOf, type HubState, isOvertaken, owedTo } from './state'
import type { Step } from './steps'
import { inForce, isFetching, needsFetch, trialWakes } from './trial'

export interface Plan {
  steps: Step[]
  /** When something is due though nothing changes; null when nothing is. */
  wakeAt: Millis | null
}

/** Everything the plan looks at. */
export interface Look {
  state: HubState
  config: HubConfig
  facts: Facts
  memory: Memory
  /** Pubs that a step is under way for: nothing else is begun for them. */
  busy: ReadonlySet<PubId>
  now: Millis
}

/** The next safe steps. */
export function plan(look: Look): Plan {
  const wakes: Millis[] = [...reportWakes(look)]
  const light: Step[] = []
  const heavy: Step[] = []
  for (const pub of pubsOf(look)) {
    if (look.busy.has(pub)) continue
    const next = nextStep(look, pub)
    if (typeof next === 'number') wakes.push(next)
    else if (next !== null) (isHeavy(next) ? heavy : light).push(next)
  }
  // Pubs in trouble come last, so that they can't keep the others waiting.
  heavy.sort((a, b) => recall(look.memory, a.pub).tries - recall(look.memory, b.pub).tries)
  const free = Math.max(0, HUB_WORK_MAX - look.busy.size)
  const ending = heavy.filter((step) => step.kind !== 'create' && step.kind !== 'start')
  const beginning = heavy.filter((step) => step.kind === 'create' || step.kind === 'start')
  const first = [...light, ...ending].slice(0, free)
  const rest = Math.max(0, Math.min(free - first.length, HUB_WORK_MAX - look.busy.size - startingOf(look)))
  const later = wakes.filter((at) => at > look.now)
  return {
    steps: [...first, ...beginning.slice(0, rest)],
    wakeAt: later.length === 0 ? null : Math.min(...later),
  }
}

/** Every pub that is wanted, runs or left something here. */
function pubsOf(look: Look): Set<PubId> {
  return new Set([
    ...look.state.specs.keys(),
    ...look.facts.engine.runs.keys(),
    ...look.facts.sessions.keys(),
  ])
}

function isHeavy(step: Step): boolean {
  return ['create', 'start', 'stop', 'remove', 'purge'].includes(step.kind)
}

/** Runs that were started lately and have not answered yet: they are what a start costs. */
function startingOf(look: Look): number {
  let starting = 0
  for (const [pub, session] of look.facts.sessions)
    if (
      session.status === 'dialling' &&
      !look.busy.has(pub) &&
      look.facts.engine.runs.get(pub)?.status === 'running' &&
      look.now - silentFrom(look, pub, session.silentSince ?? look.now) < SILENT_KILL_MS / 4
    )
      starting += 1
  return starting
}

/** A step, or when to look again, or null when this pub is settled. */
function nextStep(look: Look, pub: PubId): Step | Millis | null {
  const order = look.state.specs.get(pub)?.content
  const run = look.facts.engine.runs.get(pub)
  const session = look.facts.sessions.get(pub)
  if (order === undefined)
    return look.facts.ordersComplete ? ending(look, pub, run, session, 'no order speaks of it') : null
  const spec = inForce(look, order)
  switch (desiredOf(look.state, spec)) {
    case 'none':
      return ending(look, pub, run, session, 'it was ordered away') ?? purge(look, spec)
    case 'down':
      return thenKeyCheck(look, spec, stopped(look, spec, run, session))
    case 'up':
      return thenKeyCheck(look, spec, climbing(look, spec, run, session))
  }
}

/** A pub that is settled otherwise has its key looked after. */
function thenKeyCheck(look: Look, spec: SpecMessage, next: Step | Millis | null): Step | Millis | null {
  if (next !== null && typeof next !== 'number') return next
  const check = keyCheck(look, spec)
  if (next === null || check === null || typeof check !== 'number') return check ?? next
  return Math.min(next, check)
}

/** Session, container, then nothing: the volume stays. */
function ending(
  look: Look,
  pub: PubId,
  run: RunFact | undefined,
  session: SessionFact | undefined,
  why: string,
): Step | Millis | null {
  if (session !== undefined) return { kind: 'close-session', pub, why }
  if (run === undefined) return null
  if (!look.facts.engine.reachable) return null
  const retryAt = troubledUntil(look, pub)
  if (retryAt > look.now) return retryAt
  if (run.status === 'running') return { kind: 'stop', pub, name: run.name, why, silent: false }
  return { kind: 'remove', pub, name: run.name, why }
}

function stopped(
  look: Look,
  spec: SpecMessage,
  run: RunFact | undefined,
  session: SessionFact | undefined,
): Step | Millis | null {
  if (run === undefined || !matches(look, spec, run))
    return ending(look, spec.pub, run, session, 'it belongs to an earlier order')
  if (session !== undefined) return { kind: 'close-session', pub: spec.pub, why: 'it shall be down' }
  if (run.status !== 'running') return null
  if (!look.facts.engine.reachable) return null
  const retryAt = troubledUntil(look, spec.pub)
  if (retryAt > look.now) return retryAt
  return { kind: 'stop', pub: spec.pub, name: run.name, why: 'it shall be down', silent: false }
}

/** Towards a run of the right shape and epoch, with an open session. */
function climbing(
  look: Look,
  spec: SpecMessage,
  run: RunFact | undefined,
  session: SessionFact | undefined,
): Step | Millis | null {
  const { pub } = spec
  const { retryAt } = recall(look.memory, pub)
  if (session !== undefined && session.epoch !== spec.epoch)
    return { kind: 'close-session', pub, why: `it is of epoch ${session.epoch}, now ${spec.epoch} counts` }
  if (run?.status === 'running' && matches(look, spec, run)) return tending(look, spec, run, session)
  if (!look.facts.engine.reachable) return null
  if ((run === undefined || !matches(look, spec, run)) && needsFetch(look, spec)) {
    // The image first: while it is on its way, and where it can't be had, the run that is there goes on.
    const next = runOf(spec, look.config)
    const underWay = isFetching(look, pub, next.shape)
    if (!underWay && retryAt <= look.now) return { kind: 'fetch', pub, run: next }
    const goesOn = run?.status === 'running' && run.epoch === spec.epoch
    const meanwhile = goesOn ? tending(look, spec, run, session) : null
    if (underWay || (typeof meanwhile === 'object' && meanwhile !== null)) return meanwhile
    return Math.min(retryAt, meanwhile ?? retryAt)
  }
  if (retryAt > look.now) return retryAt
  const key = run === undefined || matches(look, spec, run) ? keyFirst(look, spec) : false
  if (key !== false) return key
  if (run === undefined) return { kind: 'create', pub, run: runOf(spec, look.config) }
  if (!matches(look, spec, run)) return ending(look, pub, run, session, 'it belongs to an earlier order')
  return { kind: 'start', pub, name: run.name, again: run.status === 'exited', outOfMemory: run.outOfMemory }
}

/** A matching run that runs: its session, its deeds, its health. */
function tending(
  look: Look,
  spec: SpecMessage,
  run: RunFact,
  session: SessionFact | undefined,
): Step | Millis | null {
  const { pub, epoch, port } = spec
  const host = run.dial ?? look.config.dial
  if (session === undefined) {
    const key = keyFirst(look, spec)
    return key === false ? { kind: 'open-session', pub, epoch, host, port } : key
  }
  // It may be held to a former run on a node that nobody hears of, which must not be taken for this one.
  if (session.host !== host) return { kind: 'close-session', pub, why: 'its run is on another machine now' }
  if (session.silentSince !== null) {
    const killAt = silentFrom(look, pub, session.silentSince) + SILENT_KILL_MS
    if (look.now < killAt) return killAt
    if (!look.facts.engine.reachable) return null
    const retryAt = troubledUntil(look, pub)
    if (retryAt > look.now) return retryAt
    return { kind: 'stop', pub, name: run.name, why: 'it runs but does not answer', silent: true }
  }
  const take = blobsOwed(session, spec, isOpen(look.state, pub, 'disk-full'))
  if (take !== null && session.disk.retryAt <= look.now) return { kind: 'blobs', pub, take }
  const deed = session.status === 'open' ? nextDeed(look, session) : null
  if (deed !== null) return deed
  const probeAt = session.probedAt === null ? null : session.probedAt + PROBE_EVERY_MS
  if (probeAt !== null && probeAt <= look.now) return { kind: 'probe', pub, host, port, feed: session.feed }
  const words =
    nextOwners(spec, session) ?? (session.status === 'open' ? nextWord(look, spec, session) : null)
  if (words === null) return probeAt
  if (session.tellRetryAt <= look.now) return words
  return Math.min(session.tellRetryAt, probeAt ?? session.tellRetryAt)
}

/** What is to change in the table of invites of an open pub. */
function nextDeed({ state, memory }: Look, { pub, invites }: SessionFact): Step | null {
  for (const key of invites) if (state.revoked.has(key)) return { kind: 'revoke', pub, key }
  for (const op of owedTo(state, pub)) {
    if (op.kind !== 'invite' || invites.has(op.invite.key) || state.revoked.has(op.invite.key)) continue
    if (!memory.deeds.has(op.op)) return { kind: 'invite', pub, op }
  }
  return null
}

/** Whose rights a pub that answers has still to hear of: also while its fence is shut. */
function nextOwners({ pub, owners }: SpecMessage, session: SessionFact): Step | null {
  return knowsOwners(session, owners) ? null : { kind: 'owners', pub, owners }
}

function knowsOwners({ owners: known }: SessionFact, owners: readonly FeedId[]): boolean {
  return known !== null && known.length === owners.length && owners.every((one) => known.includes(one))
}

/** What an open pub has still to write. */
function nextWord(look: Look, spec: SpecMessage, session: SessionFact): Step | null {
  const { state, memory } = look
  const { pub } = spec
  if (!says(look, session, spec)) return { kind: 'about', pub, about: aboutOf(look, spec) }
  const owed = owedTo(state, pub)
  for (const op of owed) {
    if (op.kind !== 'contact' || memory.deeds.has(op.op) || isOvertaken(owed, op)) continue
    return { kind: 'contact', pub, op }
  }
  return null
}

/** Starts wait for each other; whatever ends a run waits only after it has failed. */
function troubledUntil(look: Look, pub: PubId): Millis {
  const { trouble, retryAt } = recall(look.memory, pub)
  return trouble === null ? 0 : retryAt
}

/** A session outlives its run: what counts is the silence since the last start. */
function silentFrom(look: Look, pub: PubId, silentSince: Millis): Millis {
  return Math.max(silentSince, recall(look.memory, pub).startedAt ?? 0)
}

/** True when the pub is known to say of itself what the spec says. */
function says(look: Look, { about }: SessionFact, spec: SpecMessage): boolean {
  const wanted = aboutOf(look, spec)
  return (
    about !== null &&
    about.name === wanted.name &&
    about.description === wanted.description &&
    about.address?.host === wanted.address?.host &&
    about.address?.port === wanted.address?.port
  )
}

function aboutOf({ config }: Look, spec: SpecMessage): About {
  const { name, description, port } = spec
  const address = spec.announce === null ? null : { host: hostOf(spec, config), port }
  return { name, description, address }
}

/** True when all of the spec that a running pub is told is so. */
export function isAsTold(look: Look, session: SessionFact, spec: SpecMessage): boolean {
  return says(look, session, spec) && knowsOwners(session, spec.owners)
}

/** When report.ts would have something new to say although nothing happens. */
function* reportWakes(look: Look): Generator<Millis> {
  yield* trialWakes(look)
  yield* incidentWakes(look)
  const since = look.facts.engine.unreachableSince
  if (since !== null) yield since + ENGINE_GONE_REPORTED_AFTER_MS
  for (const [pub, memory] of look.memory.pubs) {
    if (memory.downSince !== null) yield memory.downSince + DOWN_REPORTED_AFTER_MS
    const answering = look.facts.sessions.get(pub)?.answeringSince
    if (answering != null && memory.tries > 0) yield answering + HEALTHY_AFTER_MS
  }
}
