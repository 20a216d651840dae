/**
 * `start`, `stop`, `restart`, `name … as`, `describe … as`, `upgrade`, `rebuild`, `plan`: the record says what is wanted, the order follows from the
 * record, and the hub's word that the order is carried out is the final answer.
 */
import { parseCommand } from '../protocol/command'
import { CHANGE_DEADLINE_MS, UPGRADE_DEADLINE_MS } from '../protocol/limits'
import type { PubMessage } from '../protocol/messages/pub'
import type { SpecMessage } from '../protocol/messages/spec'
import type { ChangeFact, PubFact, Request } from '../protocol/state'
import { isOlder } from '../protocol/version'
import { hadOtherHosts } from './addresses'
import {
  type Change,
  type ChangeKind,
  changed,
  desiredOf,
  isChangeKind,
  isOrdered,
  isPower,
  isReached,
  isRemake,
  isSame,
  revertOf,
  stillWanted,
} from './change'
import { nextOrder, specFor } from './decide-create'
import { whySuspended } from './decide-suspended'
import { endUpgrade, isHopeless, oweRevert, refusalOfUpgrade, runsAlready } from './decide-upgrade'
import { giveUpWeb, webAlready } from './decide-web'
import { answer, type Look } from './look'
import { haltOf } from './operator-facts'
import { addressOf, observationOf, pubNamed, pubsOf, webAddressOf } from './query'
import { whyNoPub } from './unpaid'
import { changeWords, span } from './words-change'
import { planWords } from './words-plans'
import { upgradeWords } from './words-upgrade'

/** What is over sooner was no work for its server. */
const SHORT_MS = 100

/** Checks, and owes the record and the order; or the final answer where all is so already. */
export function beginChange(look: Look, request: Request, change: Change): void {
  const { state } = look.world
  const refuse = (text: string): void => answer(look, request, 'refused', text, { command: change.kind })
  const live = pubsOf(state, request.author).filter((one) => one.record.status === 'live')
  const names = live.map((one) => one.record.name)
  const { name } = change
  const only = live.length === 1 ? (live[0] ?? null) : null
  const pub = name === null ? only : pubNamed(state, request.author, name)
  if (pub === null)
    return refuse(
      name === null ? changeWords.whichPub(change, names) : whyNoPub(state, request.author, name, names),
    )
  // One after the other: each builds on the record that the one before it has made.
  if (look.pubsChanged.has(pub.pub) || look.pubsEnded.has(pub.pub)) return look.wakeAt(look.world.now)
  if (isBeingMade(look, pub)) return refuse(changeWords.beingMade(pub.record.name))
  const { record } = pub
  const wanted = changed(record, change, request.key, look.world.policy.pubVersion)
  const refusal = change.kind === 'upgrade' ? refusalOfUpgrade(record, wanted) : null
  if (refusal !== null) return refuse(refusal)
  const same = change.kind === 'upgrade' ? runsAlready(look, pub, wanted) : isSame(record, wanted)
  if (same && isSettled(look, pub, change.kind)) {
    const text = alreadySo(look, pub, change.kind)
    return answer(look, request, 'done', text, { command: change.kind, pub: pub.pub })
  }
  look.pubsChanged.add(pub.pub)
  look.owe({ kind: 'record', content: wanted })
  oweOrder(look, wanted)
  if (isOff(wanted, change.kind))
    return answer(look, request, 'done', changeWords.atNextStart(wanted, change.kind), {
      command: change.kind,
      pub: pub.pub,
    })
  const away = labelOfAway(look, record)
  const text =
    away === null ? underWay(look, pub, wanted, change.kind) : changeWords.waiting(record.name, away)
  // A plan that had to be paid for first has its answer that it is under way.
  if (text !== null && state.provider.answers.get(request.key)?.received !== true)
    answer(look, request, 'received', text, { command: change.kind, pub: pub.pub })
}

/** What takes longer than people like to wait in silence is announced. */
function underWay(look: Look, pub: PubFact, wanted: PubMessage, kind: ChangeKind): string | null {
  const { name, version } = pub.record
  if (kind === 'rebuild') return upgradeWords.rebuilding(name)
  if (kind === 'plan') return isAnew(pub.record, wanted) ? planWords.changing(name, wanted.plan) : null
  if (kind !== 'upgrade' || wanted.version === null) return null
  const from = observationOf(look.world.state, pub)?.version ?? version
  return upgradeWords.upgrading(name, from, wanted.version, from !== null && isOlder(wanted.version, from))
}

/** True where its container has to be made anew for another size: disk alone is only watched. */
export function isAnew({ size }: PubMessage, wanted: PubMessage): boolean {
  return size.memoryBytes !== wanted.size.memoryBytes || size.reservedBytes !== wanted.size.reservedBytes
}

/** Goes on with a change that is on the feed: the final answer, when there is something final to say. */
export function continueChange(look: Look, request: Request, change: ChangeFact): void {
  const { state, now } = look.world
  const pub = state.provider.pubs.get(change.pub)
  if (pub === undefined) return
  const kind = kindOf(request, change.record)
  const { record } = pub
  const end = (outcome: 'done' | 'failed', text: string): void =>
    answer(look, request, outcome, text, { command: kind, pub: pub.pub })
  if (record.status === 'ended') return end('failed', changeWords.deleted(record.name))
  if (!stillWanted(kind, change.record, record))
    return end('failed', changeWords.overtaken(record.name, kind))
  if (record.suspended && record.desired === 'up' && isPower(kind))
    return end('failed', whySuspended(state, pub))
  if (isOff(record, kind))
    return kind === 'upgrade'
      ? end('failed', upgradeWords.stoppedMidway(record.name, record.version ?? ''))
      : end('done', changeWords.atNextStart(record, kind))
  const spec = state.provider.specs.get(pub.pub)
  const observed = observationOf(state, pub)
  const deadlineMs = isRemake(kind) ? UPGRADE_DEADLINE_MS : CHANGE_DEADLINE_MS
  const deadline = look.deadline(change.recordedAt, deadlineMs)
  if (kind === 'upgrade' && revertOf(spec, observed) !== null) {
    const text = endUpgrade(look, request, pub, now >= deadline)
    return text === null ? look.wakeAt(deadline) : end('failed', text)
  }
  if (spec !== undefined && isOrdered(record, spec) && isReached(spec, observed))
    return end('done', doneText(look, request, pub, kind))
  if (kind === 'web' && record.web && giveUpWeb(look, request, pub, deadline)) return
  const says = observed !== null && observed.revision === spec?.revision ? observed : null
  const hopeless = isHopeless(says)
  if (now < deadline && !hopeless) return look.wakeAt(deadline)
  const waitedMs = now - change.recordedAt
  end('failed', changeWords.late(record, kind, waitedMs, says?.reason ?? silenceOf(look, record)))
}

/** Owes the orders of pubs whose record says something else, whatever came between the two. */
export function oweOrders(look: Look): void {
  const { provider } = look.world.state
  look.each('orders', (id) => {
    const fact = provider.pubs.get(id)
    const spec = provider.specs.get(id)
    return fact === undefined || spec === undefined || oweOrderOf(look, fact, spec)
  })
}

/** True where the order in force is what the record asks for, and was not reverted by its hub. */
function oweOrderOf(look: Look, fact: PubFact, spec: SpecMessage): boolean {
  const { pub, record } = fact
  if (look.pubsChanged.has(pub) || look.pubsEnded.has(pub)) return false
  const live = record.status === 'live'
  const isSo = live ? isOrdered(record, spec) : isAway(record, spec)
  const isReverted = live && revertOf(spec, observationOf(look.world.state, fact)) !== null
  const isSilent = live && spec.announce === null && hadOtherHosts(look.world.state, record)
  if (isSo && !isReverted && !isSilent) return true
  if (isOrderOwed(look, spec)) return false
  if (!isSo) oweOrder(look, record)
  else if (isReverted) oweRevert(look, fact, spec)
  // Its hub has another host than before: from now on it says in public where it is.
  else look.owe({ kind: 'order', content: specFor(look, record, spec.revision + 1) })
  return false
}

function isAway(record: PubMessage, spec: SpecMessage): boolean {
  return spec.desired === 'none' && spec.hub === record.hub
}

function isOrderOwed(look: Look, spec: SpecMessage): boolean {
  return look.effects.some(
    (effect) =>
      effect.kind === 'order' && effect.content.type === 'buttcloud/spec' && effect.content.pub === spec.pub,
  )
}

/** Owes the order that a record asks for, unless it is in force. */
export function oweOrder(look: Look, record: PubMessage): void {
  const order = nextOrder(look, record)
  if (order !== null) look.owe({ kind: 'order', content: order })
}

/** The request that asked for the pub has no final answer yet. */
export function isBeingMade(look: Look, pub: PubFact): boolean {
  return look.world.state.provider.answers.get(pub.pub as string as Request['key'])?.final !== true
}

/** A stopped pub says nothing: what it shall say of itself waits for its next start. */
function isOff(record: PubMessage, kind: ChangeKind): boolean {
  return desiredOf(record) === 'down' && !isPower(kind)
}

function isSettled(look: Look, pub: PubFact, kind: ChangeKind): boolean {
  const { state } = look.world
  if (isOff(pub.record, kind)) return true
  const spec = state.provider.specs.get(pub.pub)
  return spec !== undefined && isOrdered(pub.record, spec) && isReached(spec, observationOf(state, pub))
}

function alreadySo(look: Look, pub: PubFact, kind: ChangeKind): string {
  const { record } = pub
  const away = labelOfAway(look, record)
  const heard = away === null ? '' : changeWords.lastHeard(away)
  if (isOff(record, kind)) return changeWords.atNextStart(record, kind)
  if (kind === 'name') return changeWords.namedAlready(record)
  if (kind === 'describe') return changeWords.describedAlready(record.name)
  if (kind === 'plan') return planWords.hasAlready(record.name, record.plan)
  const runs = observationOf(look.world.state, pub)?.version
  if (kind === 'upgrade' && runs != null) return `${upgradeWords.runsAlready(record.name, runs)}${heard}`
  if (kind === 'web') return webAlready(look.world.state, pub)
  if (record.desired === 'down') return `${changeWords.stoppedAlready(record.name)}${heard}`
  return `${changeWords.upAlready(record.name, addressOf(look.world.state, pub) ?? '')}${heard}`
}

function doneText(look: Look, request: Request, pub: PubFact, kind: ChangeKind): string {
  const { state, now } = look.world
  const { record } = pub
  const at = state.authors.get(record.hub)?.observedAt.get(pub.pub) ?? now
  const tookMs = at - request.receivedAt
  if (kind === 'name') return changeWords.named(record)
  if (kind === 'describe') return changeWords.described(record)
  if (kind === 'web')
    return record.web
      ? changeWords.webOn(record.name, webAddressOf(state, pub) ?? '', tookMs)
      : changeWords.webOff(record.name)
  if (kind === 'plan')
    return planWords.changed(record.name, record.plan, record.size, tookMs < SHORT_MS ? null : span(tookMs))
  if (record.desired === 'down')
    return record.suspended
      ? changeWords.stoppedToo(record.name, haltOf(state, pub.pub) !== null)
      : changeWords.stopped(record.name, tookMs)
  const observed = observationOf(state, pub)
  const address = addressOf(state, pub) ?? ''
  if (kind === 'upgrade')
    return upgradeWords.upgraded(record.name, observed?.version ?? record.version ?? '', address, tookMs)
  if (kind === 'rebuild') return upgradeWords.rebuilt(record.name, observed?.reason ?? null, address, tookMs)
  const back = revertOf(state.provider.specs.get(pub.pub), observed)
  const tail = back === null ? '' : upgradeWords.runsBefore(observed?.version ?? back.to, back.why)
  return `${changeWords.up(record.name, address, kind, tookMs)}${tail}`
}

function silenceOf(look: Look, record: PubMessage): string {
  const away = labelOfAway(look, record)
  return away === null ? changeWords.noReport : changeWords.outOfReach(away)
}

/** The name of the pub's hub when it is not connected. */
function labelOfAway({ world }: Look, record: PubMessage): string | null {
  if (world.facts.connected.has(record.hub)) return null
  return world.state.provider.hubs.get(record.hub)?.label ?? 'its hub'
}

/** What the request asked for, read again from its text; the record tells where a later version reads it otherwise. */
function kindOf(request: Request, record: PubMessage): ChangeKind {
  const command = parseCommand(request.text)
  if (isChangeKind(command.kind)) return command.kind
  return record.desired === 'down' ? 'stop' : 'start'
}
