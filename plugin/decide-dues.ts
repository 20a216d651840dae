/**
 * What becomes of pubs that are not paid for. A stage is one message with its dates, then what follows for the record,
 * then one notice to the owners; the next stage waits for the notice. Nothing is stopped or ended by our clock alone,
 * nor more of it within a day than the cap and the operator's permits allow.
 */
import type { Millis, PubId } from '../protocol/ids'
import { CLOCKS_LOOK_EVERY_MS } from '../protocol/limits-money'
import { buildDues, type DuesMessage, type DuesReason } from '../protocol/messages/dues'
import type { PubFact } from '../protocol/state'
import type { DuesFact } from '../protocol/state-money'
import {
  type ClocksSay,
  type Cut,
  clocksSay,
  isOverdue,
  isStoppedAt,
  type NextStage,
  nextStage,
  promised,
} from './dues'
import { type Entitlement, entitlementOf, isBillingOn } from './entitlement'
import { type Look, notify, type World } from './look'
import { haltOf, shallBeSuspended } from './operator-facts'
import { duesNotice } from './words-dues'

const DAY_MS = 24 * 3_600_000

/**
 * What is due and not done: for want of a clock that agrees, or of a bridge, which alone knows who has paid; or because so
 * many were stopped or ended today.
 */
export interface Held {
  pub: PubId
  why: 'clocks' | 'bridge' | Cut
}

type Room = Record<Cut, number>

/** Owes each pub its next stage, or the end of all stages. */
export function oweDues(look: Look): void {
  const { state } = look.world
  const { dues } = state.provider.money
  if (dues.size === 0 && !isBillingOn(state)) return
  const room: Room = { suspensions: roomFor(look.world, 'suspensions'), ends: roomFor(look.world, 'ends') }
  const changed = recordsOwed(look)
  look.each('dues', (id) => {
    const pub = state.provider.pubs.get(id)
    if (pub === undefined) return true
    // What this look has made of it otherwise is decided on in the next.
    if (changed.has(id)) return false
    const fact = dues.get(id) ?? null
    const before = look.stirs
    if (pub.record.status === 'live') oweStage(look, pub, fact, room)
    else if (fact?.content.stage === 'ended' && pub.record.answers === fact.key) tell(look, pub, fact)
    return look.stirs === before && !isRunning(look.world, pub, fact)
  })
}

/** True while dates are promised, or what it runs on ends by itself: there time alone makes something owed. */
function isRunning(world: World, pub: PubFact, fact: DuesFact | null): boolean {
  if (pub.record.status !== 'live') return false
  const right = entitlementOf(world, pub)
  return !right.ok || right.until !== null || (fact !== null && fact.content.stage !== 'clear')
}

/** Pubs that get another record in this look: what is decided on that one comes in the next. */
export function recordsOwed(look: Look): Set<PubId> {
  const pubs = new Set<PubId>([...look.pubsChanged, ...look.pubsEnded])
  for (const one of look.effects)
    if (one.kind === 'record' && one.content.type === 'buttcloud/pub') pubs.add(one.content.pub)
  return pubs
}

/** How many more may be stopped, or ended, now. */
export function roomFor({ state, now, policy }: Pick<World, 'state' | 'now' | 'policy'>, cut: Cut): number {
  const { cuts, permits } = state.provider.money
  const stage = cut === 'suspensions' ? 'suspended' : 'ended'
  const done = cuts.filter((one) => one.stage === stage && one.at > now - DAY_MS).length
  let allowed = cut === 'suspensions' ? policy.dues.suspensionsPerDayMax : policy.dues.endsPerDayMax
  for (const { at, content } of permits)
    if (content.what === cut && at > now - DAY_MS) allowed += content.count
  return Math.max(0, allowed - done)
}

function oweStage(look: Look, pub: PubFact, fact: DuesFact | null, room: Room): void {
  const { world } = look
  const right = entitlementOf(world, pub)
  const open = fact !== null && fact.content.stage !== 'clear' ? fact : null
  const leavingAt = right.ok && (right.why === 'paid' || right.why === 'trial') ? right.until : null
  if (right.ok && right.why === 'grant' && right.until !== null) look.wakeAt(right.until + 1)
  if (right.ok && (leavingAt === null || (open !== null && !mayLeave(open)))) return oweClear(look, pub, fact)
  const wanted = shallBeSuspended(world.state, pub.pub)
  if (open !== null && open.content.stage !== 'ended' && pub.record.suspended !== wanted)
    oweRecord(look, pub, open)
  if (open === null) return begin(look, pub, right)
  if (open.content.stage === 'ended') return oweEnded(look, pub, open)
  if (leavingAt !== null && leavingAt > open.content.suspendAt) return oweLater(look, open, leavingAt)
  if (tell(look, pub, open)) advance(look, open, right, room)
}

/** While it is still paid for, only a pub whose subscription was cancelled has dates. */
function mayLeave({ content }: DuesFact): boolean {
  return content.reason === 'leaving' && !isStoppedAt(content.stage) && content.stage !== 'ended'
}

/** Paid for again, given, or free: that is said, and the pub is up again by itself. */
function oweClear(look: Look, pub: PubFact, fact: DuesFact | null): void {
  if (fact === null) return
  if (fact.content.stage !== 'clear') return oweDuesMessage(look, { ...fact.content, stage: 'clear' })
  if (pub.record.suspended && !shallBeSuspended(look.world.state, pub.pub)) return oweRecord(look, pub, fact)
  tell(look, pub, fact)
}

/** The first promise. */
function begin(look: Look, { pub }: PubFact, right: Entitlement): void {
  const { now, policy } = look.world
  if (clocks(look, now) === 'disagree') return hold(look, pub, 'clocks')
  const reason = right.ok ? 'leaving' : right.reason
  const suspendAt = (right.ok ? right.until : null) ?? now
  const dates = { since: now, suspendAt, endAt: suspendAt + policy.dues.suspendedMs }
  oweDuesMessage(look, promised(buildDues({ pub, stage: 'grace', reason, ...dates }), policy.dues, now))
}

/** What was cancelled goes on longer than was said. */
function oweLater(look: Look, { content }: DuesFact, suspendAt: Millis): void {
  const { now, policy } = look.world
  const endAt = Math.max(content.endAt, suspendAt + policy.dues.suspendedMs)
  oweDuesMessage(look, promised({ ...content, stage: 'grace', suspendAt, endAt }, policy.dues, now))
}

/** True when the owners have been told of this stage. What could not be told in time is promised anew. */
function tell(look: Look, pub: PubFact, fact: DuesFact): boolean {
  const { state, now, policy } = look.world
  if (state.provider.notices.has(fact.key)) return true
  const { stage } = fact.content
  if (stage !== 'ended' && stage !== 'clear' && isOverdue(fact.content, policy.dues, now)) {
    if (clocks(look, now) === 'disagree') hold(look, pub.pub, 'clocks')
    else oweDuesMessage(look, promised(fact.content, policy.dues, now))
    return false
  }
  const text = duesNotice(pub.record, fact.content, haltOf(state, pub.pub) !== null)
  notify(look, pub.record.owners, text, { pub: pub.pub, topic: 'payment', causes: fact.key })
  return false
}

function advance(look: Look, fact: DuesFact, right: Entitlement, room: Room): void {
  const { now, policy } = look.world
  const { pub } = fact.content
  const next = nextStage(fact, policy.dues)
  // Paid for to the last moment: it is stopped when Stripe says that it is over.
  if (next === null || (right.ok && next.cut !== null)) return
  if (now < next.at) return look.wakeAt(next.at)
  const says = clocks(look, next.at)
  // Warnings go by our clock, unless all others gainsay it.
  const isAlone = says === 'alone' || says === 'unsure'
  if (says === 'disagree' || (isAlone && next.cut !== null)) return hold(look, pub, 'clocks')
  if (says === 'early' && next.cut !== null) return look.wakeAt(now + CLOCKS_LOOK_EVERY_MS)
  if (next.cut !== null) {
    if (!isBridgeThere(look)) return hold(look, pub, 'bridge')
    if (room[next.cut] === 0) return hold(look, pub, next.cut)
    room[next.cut] -= 1
  }
  oweDuesMessage(look, staged(look, fact.content, next, right.ok ? fact.content.reason : right.reason))
}

function staged(look: Look, content: DuesMessage, { stage }: NextStage, reason: DuesReason): DuesMessage {
  const { now, policy } = look.world
  return promised({ ...content, stage, reason }, policy.dues, now)
}

function isBridgeThere({ world: { state, facts } }: Look): boolean {
  for (const { bridge, status } of state.provider.money.bridges.values())
    if (status === 'admitted' && facts.connected.has(bridge)) return true
  return false
}

function clocks(look: Look, at: Millis): ClocksSay {
  return clocksSay(at, look.world.now, look.world.facts.otherClocks ?? [])
}

function hold(look: Look, pub: PubId, why: Held['why']): void {
  look.held.push({ pub, why })
  look.wakeAt(look.world.now + CLOCKS_LOOK_EVERY_MS)
}

function oweDuesMessage(look: Look, content: DuesMessage): void {
  look.owe({ kind: 'record', content })
}

/** What the stage on the feed makes of the pub; the order follows from the record. */
function oweRecord(look: Look, { pub, record }: PubFact, { key }: DuesFact): void {
  look.owe({
    kind: 'record',
    content: { ...record, suspended: shallBeSuspended(look.world.state, pub), answers: key },
  })
}

function oweEnded(look: Look, { pub, record }: PubFact, { key }: DuesFact): void {
  const { now, policy } = look.world
  look.pubsEnded.add(pub)
  const keepUntil = now + policy.retentionMs
  look.owe({ kind: 'record', content: { ...record, status: 'ended', keepUntil, answers: key } })
}
