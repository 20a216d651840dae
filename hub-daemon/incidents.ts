/**
 * Which incidents of pubs are to be told, and which are over. It compares what is true with what stands on our own
 * feed, which is its memory: a hub that starts anew tells nothing twice. Nothing is told per try: an incident is begun
 * once, over once, and what flaps stays begun until it has been quiet for long.
 */
import type { Millis, PubId } from '../protocol/ids'
import {
  CHANGE_DEADLINE_MS,
  CRASHES_REPORTED_AFTER,
  HEALTHY_AFTER_MS,
  INCIDENT_AGAIN_MS,
  INCIDENT_CALM_MS,
  INCIDENT_DOWN_AFTER_MS,
  INCIDENTS_PER_DAY_MAX,
} from '../protocol/limits'
import { buildIncident, type IncidentKind, type IncidentMessage } from '../protocol/messages/incident'
import type { SpecMessage } from '../protocol/messages/spec'
import { fullOf, type Passed, warningOf } from './disk'
import { isHealthy, isWell, recall } from './memory'
import type { Look } from './plan'
import { desiredOf, type HubState, type OwnIncident } from './state'
import { describeCrashes, describeOutages, describeTrouble, kindOfCrashes } from './words'

type Ends = ReadonlyMap<number, OwnIncident>
/** What an incident says besides its number and which end of it this is. */
type Said = Pick<IncidentMessage, 'at' | 'reason' | 'lines'>

/** What one kind of incident looks like now: that it shall be told, that it is over, or neither. */
interface Judged {
  begun: Said | null
  over: Said | null
}

const DAY_MS = 24 * 3_600_000
const NOTHING: Judged = { begun: null, over: null }

/** Every incident message that is owed now. */
export function incidents(look: Look): IncidentMessage[] {
  const owed: IncidentMessage[] = []
  for (const { content: spec } of look.state.specs.values()) {
    const known = look.state.incidents.get(spec.pub)
    // A pub that never was up is being made: the answer to its request tells how that goes.
    if (known === undefined && !look.state.upAt.has(spec.pub)) continue
    const desired = desiredOf(look.state, spec)
    if (desired === 'none') continue
    owed.push(...ofPub(look, spec, known ?? new Map(), desired === 'up'))
  }
  return owed
}

/** When one of them is owed though nothing happens; what takes longer is found by the full look of every minute. */
export function* incidentWakes(look: Look): Generator<Millis> {
  for (const [pub, { downSince }] of look.memory.pubs) {
    if (downSince !== null) yield downSince + INCIDENT_DOWN_AFTER_MS
    const answering = look.facts.sessions.get(pub)?.answeringSince
    const troubled = look.memory.ills.has(pub) || look.state.incidents.has(pub)
    if (answering != null && troubled) yield answering + HEALTHY_AFTER_MS
  }
}

/** True while an incident of this kind is not over. */
export function isOpen(state: HubState, pub: PubId, kind: IncidentKind): boolean {
  const known = state.incidents.get(pub)
  return known !== undefined && openOf(known, kind) !== null
}

function ofPub(look: Look, spec: SpecMessage, known: Ends, wanted: boolean): IncidentMessage[] {
  const said: IncidentMessage[] = []
  let number = Math.max(0, ...known.keys())
  const tell = (kind: IncidentKind, judged: Judged): void => {
    const open = openOf(known, kind)
    if (open !== null && judged.over !== null)
      said.push(buildIncident({ ...judged.over, pub: spec.pub, number: open.number, kind, state: 'over' }))
    if (open !== null || judged.begun === null) return
    // What lasts is told, however often there was the like today.
    const lasts = look.now - judged.begun.at >= INCIDENT_AGAIN_MS
    if (!lasts && isOften(known, kind, look.now)) return
    number += 1
    said.push(buildIncident({ ...judged.begun, pub: spec.pub, number, kind, state: 'begun' }))
  }
  if (!wanted) {
    const over = { at: look.now, reason: 'it was stopped, as ordered', lines: [] }
    for (const kind of ['down', 'crashing', 'out-of-memory'] as const) tell(kind, { begun: null, over })
    return said
  }
  tell('out-of-memory', outOfMemory(look, spec, known))
  const loop = crashing(look, spec, known)
  tell('crashing', loop)
  tell('down', down(look, spec, known, loop.begun !== null))
  const session = look.facts.sessions.get(spec.pub)
  const full = fullOf(session, spec)
  tell('disk-full', onDisk(full, look.now))
  // Who is told that the disk is full need not be warned that it will be.
  const warned = openOf(known, 'disk-full') !== null || full === 'above'
  tell('disk-warning', onDisk(warned ? null : warningOf(session, spec), look.now))
  const hung = healed(look, spec, known)
  if (hung !== null && !isOften(known, 'healed', look.now))
    said.push(buildIncident({ ...hung, pub: spec.pub, number: number + 1, kind: 'healed', state: 'over' }))
  return said
}

/** It was to be up and was not, for longer than a start takes. */
function down(look: Look, spec: SpecMessage, known: Ends, loops: boolean): Judged {
  const { downSince, trouble, tries } = recall(look.memory, spec.pub)
  const over = upAgain(look, spec, known, 'down')
  if (downSince === null || loops || openOf(known, 'crashing') !== null || !isDownForLong(look, spec))
    return { begun: null, over }
  return { begun: { at: downSince, reason: why(), lines: [] }, over }

  function why(): string {
    const { engine } = look.facts
    if (engine.unreachableSince !== null)
      return describeTrouble({ kind: 'unreachable', message: engine.reason ?? '' }, spec)
    if (trouble !== null) return describeTrouble(trouble, spec)
    const memory = recall(look.memory, spec.pub)
    return tries >= CRASHES_REPORTED_AFTER ? describeCrashes(memory, spec) : 'it is being started again'
  }
}

/** It ends again and again; trying goes on once a minute. Want of memory has an incident of its own. */
function crashing(look: Look, spec: SpecMessage, known: Ends): Judged {
  const memory = recall(look.memory, spec.pub)
  const over = upAgain(look, spec, known, 'crashing')
  const loops =
    memory.tries >= CRASHES_REPORTED_AFTER &&
    memory.trouble === null &&
    memory.downSince !== null &&
    kindOfCrashes(memory) === 'crashing'
  // A run that was ordered lately is answered by its order.
  const ordered = look.state.upAt.get(spec.pub) !== spec.revision && !isDownForLong(look, spec)
  if (!loops || ordered || openOf(known, 'down') !== null) return { begun: null, over }
  const lines = look.memory.ills.get(spec.pub)?.lines ?? []
  return { begun: { at: memory.downSince ?? look.now, reason: describeCrashes(memory, spec), lines }, over }
}

/** One incident for all that come close together; over when there were none for long. */
function outOfMemory(look: Look, spec: SpecMessage, known: Ends): Judged {
  const times = outOfMemoryTimes(look, spec.pub)
  const open = openOf(known, 'out-of-memory')
  if (open === null) {
    const told = lastOver(known, 'out-of-memory')
    const at = times.find((time) => time > told && look.now - time < INCIDENT_CALM_MS)
    return at === undefined
      ? NOTHING
      : { begun: { at, reason: describeOutages(1, true, spec), lines: [] }, over: null }
  }
  const since = look.memory.since ?? look.now
  const quietSince = Math.max(lastOf(times), since, open.at)
  if (!isUp(look, spec) || look.now - quietSince < INCIDENT_CALM_MS) return NOTHING
  const count = times.filter((time) => time >= open.at).length
  // What happened before this hub was started anew was not counted.
  const reason = describeOutages(Math.max(1, count), since <= open.at, spec)
  return { begun: null, over: { at: look.now, reason, lines: [] } }
}

/** It hung, was ended and is well again: one message, and not more than one in a while. */
function healed(look: Look, spec: SpecMessage, known: Ends): Said | null {
  const told = Math.max(lastOver(known, 'healed'), lastBegun(known, 'down'))
  const times = (look.memory.ills.get(spec.pub)?.hung ?? []).filter((time) => time > told)
  const [first] = times
  if (first === undefined || !isUp(look, spec)) return null
  const answering = look.facts.sessions.get(spec.pub)?.answeringSince ?? 0
  const last = lastOf(times)
  // While it was down for long, that was told, and so will its end be.
  if (answering < last || look.now - lastOver(known, 'healed') < INCIDENT_AGAIN_MS) return null
  const often = times.length === 1 ? '' : ` (${times.length} times lately)`
  return {
    at: last,
    reason: `it ran but did not answer, so it was ended and started anew${often}`,
    lines: [],
  }
}

/** No figures: how much a pub takes is told to an owner who asks. */
function onDisk(passed: Passed, now: Millis): Judged {
  const said = { at: now, reason: null, lines: [] }
  return { begun: passed === 'above' ? said : null, over: passed === 'below' ? said : null }
}

function upAgain(look: Look, spec: SpecMessage, known: Ends, kind: IncidentKind): Said | null {
  const open = openOf(known, kind)
  const session = look.facts.sessions.get(spec.pub)
  if (open === null || !isUp(look, spec) || session?.answeringSince == null) return null
  const flaps = begunTimes(known, kind).some((at) => at < open.at && open.at - at < INCIDENT_AGAIN_MS)
  const calmMs = flaps ? INCIDENT_CALM_MS : HEALTHY_AFTER_MS
  if (look.now - session.answeringSince < calmMs) return null
  return { at: session.answeringSince, reason: null, lines: [] }
}

/** Up under the order that counts, and healthy. */
function isUp(look: Look, spec: SpecMessage): boolean {
  const session = look.facts.sessions.get(spec.pub)
  return (
    session?.epoch === spec.epoch &&
    isWell(look.facts.engine.runs.get(spec.pub), session) &&
    isHealthy(session, look.now)
  )
}

/** An order that was never carried out has its own answer first; only what lasts after that is an incident. */
function isDownForLong(look: Look, spec: SpecMessage): boolean {
  const { downSince } = recall(look.memory, spec.pub)
  const answered = look.state.upAt.get(spec.pub) === spec.revision ? 0 : CHANGE_DEADLINE_MS
  return downSince !== null && look.now - downSince >= INCIDENT_DOWN_AFTER_MS + answered
}

function outOfMemoryTimes(look: Look, pub: PubId): Millis[] {
  return look.memory.ills.get(pub)?.outOfMemory ?? []
}

function openOf(known: Ends, kind: IncidentKind): IncidentMessage | null {
  for (const { begun, over } of known.values())
    if (begun !== null && over === null && begun.kind === kind) return begun
  return null
}

function lastOver(known: Ends, kind: IncidentKind): Millis {
  let last = Number.NEGATIVE_INFINITY
  for (const { over } of known.values()) if (over?.kind === kind) last = Math.max(last, over.at)
  return last
}

function lastBegun(known: Ends, kind: IncidentKind): Millis {
  return Math.max(Number.NEGATIVE_INFINITY, ...begunTimes(known, kind))
}

function begunTimes(known: Ends, kind: IncidentKind): Millis[] {
  const times: Millis[] = []
  for (const { begun, over } of known.values()) {
    const first = begun ?? over
    if (first?.kind === kind) times.push(first.at)
  }
  return times
}

/** So often today already that one more would say nothing new. */
function isOften(known: Ends, kind: IncidentKind, now: Millis): boolean {
  return begunTimes(known, kind).filter((at) => at > now - DAY_MS).length >= INCIDENTS_PER_DAY_MAX
}

function lastOf(times: Millis[]): Millis {
  return times.at(-1) ?? Number.NEGATIVE_INFINITY
}
