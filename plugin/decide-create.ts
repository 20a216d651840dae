/** `create NAME`, and `import NAME` once its feed is here: record, order, first invite; then the invite, or the reason why there is none. */
import { parseCommand } from '../protocol/command'
import { type FeedId, pubIdOf } from '../protocol/ids'
import { CREATE_DEADLINE_MS } from '../protocol/limits'
import type { ObservedMessage } from '../protocol/messages/observed'
import { buildOp } from '../protocol/messages/op'
import { type PubMessage, reachedBy } from '../protocol/messages/pub'
import { buildSpec, type SpecMessage } from '../protocol/messages/spec'
import type { Plan } from '../protocol/plan'
import type { PubFact, Request } from '../protocol/state'
import { isReaddressed } from './addresses'
import { desiredOf, fallbackOf, isOrdered, sizeOf, webOf } from './change'
import { placesAnew } from './decide-first-place'
import { deliverInvite } from './decide-invite'
import { waitsForFarewell } from './decide-moves'
import { costsNothing, paymentsOf } from './entitlement'
import { answer, type Look } from './look'
import { whyNeverUp } from './never-up'
import { newRecord } from './new-pub'
import { countedFor } from './owners'
import { planOf } from './policy'
import { feedOf, observationOf, pubsOf, resultOf } from './query'
import { needOf } from './schedule'
import { oweCheckout, unpaidCreates } from './unpaid'
import { words } from './words'
import { payWords } from './words-pay'
import { planWords } from './words-plans'

const FIRST_INVITE_USES = 1
/** Troubles that waiting does not mend; the others (an engine that is away, a full disk) get until the deadline. */
export const HOPELESS: ReadonlySet<ObservedMessage['trouble']> = new Set([
  'no-image',
  'crashing',
  'out-of-memory',
])

/**
 * Checks and, where all is well, owes everything that the first moment needs in one group; or, where it has to be paid
 * for, what the link follows from (decide-pay.ts).
 */
export function beginCreate(
  look: Look,
  request: Request,
  name: string,
  wanted: string | null,
  command: 'create' | 'pay' = 'create',
): void {
  const { policy } = look.world
  const plan = planOf(policy, wanted)
  if (plan === null)
    return answer(look, request, 'refused', planWords.noSuchPlanForNew(name, wanted ?? '', policy.plans), {
      command,
    })
  const placement = roomFor(look, request, { name, plan }, command)
  if (placement === null) return
  if (!costsNothing(look.world, request.author, plan)) return oweCheckout(look, request, name, plan)
  oweNewPub(look, request, { name, plan, placement, feed: null })
  answer(look, request, 'received', words.making(name), { command, pub: pubIdOf(request.key) })
}

interface Placed {
  port: number
  hub: FeedId
}

/** A place for one more pub of this name, kept for this look; null where there is none, and then the refusal is owed. */
export function roomFor(
  look: Look,
  request: Request,
  { name, plan }: { name: string; plan: Plan },
  command: string,
): Placed | null {
  const { state, policy } = look.world
  const refuse = (text: string): null => {
    answer(look, request, 'refused', text, { command })
    return null
  }
  const live = pubsOf(state, request.author).filter((pub) => pub.record.status === 'live')
  const holder = state.names.get(name)
  if (live.some((pub) => pub.record.name === name)) return refuse(words.haveIt(name))
  const unpaid = unpaidCreates(state).map(({ content }) => content)
  const waiting = unpaid.find((one) => one.name === name)
  if (waiting?.owner === request.author) return refuse(payWords.waits(name))
  if (holder !== undefined || waiting !== undefined || look.names.has(name))
    return refuse(words.nameTaken(name))
  const made = look.pubsMade.get(request.author) ?? 0
  const counted = countedFor(state, request.author).map((pub) => pub.record.name)
  for (const one of unpaid) if (one.owner === request.author) counted.push(one.name)
  if (counted.length + made >= policy.pubsPerOwnerMax)
    return refuse(words.quota(policy.pubsPerOwnerMax, counted))
  const ofPlan = heldOfPlan(look, request, plan)
  if (plan.perOwnerMax !== null && ofPlan.length >= plan.perOwnerMax)
    return refuse(planWords.quotaOfPlan(plan.name, plan.perOwnerMax, ofPlan))
  const placement = look.places.place(needOf(plan, [request.author]))
  if (!placement.ok) return refuse(words.noRoom(placement.why))
  look.names.add(name)
  look.pubsMade.set(request.author, made + 1)
  return placement
}

/** The names of somebody's pubs of one plan, with those that wait to be paid for and those that this look makes. */
function heldOfPlan(look: Look, { author }: Request, plan: Plan): string[] {
  const { state } = look.world
  const held: { name: string; plan: string }[] = countedFor(state, author).map((pub) => pub.record)
  for (const { content } of unpaidCreates(state)) if (content.owner === author) held.push(content)
  for (const one of look.effects) {
    if (one.kind !== 'record') continue
    const { content } = one
    const isNewPub = content.type === 'buttcloud/pub' && !state.provider.pubs.has(content.pub)
    if (isNewPub && content.owners[0] === author) held.push(content)
    if (content.type === 'buttcloud/checkout' && content.kind === 'create' && content.owner === author)
      held.push(content)
  }
  return held.filter((one) => one.plan === plan.name).map((one) => one.name)
}

/** Record, order and first invite of a new pub. `feed`: the identity that it has already. */
export function oweNewPub(
  look: Look,
  request: Request,
  { name, plan, placement, feed }: { name: string; plan: Plan; placement: Placed; feed: FeedId | null },
): void {
  const { state } = look.world
  const { port, hub } = placement
  const fields = { key: request.key, name, owners: [request.author], plan: plan.name, size: plan.size }
  const record = newRecord({ ...fields, ...{ port, hub, feed, webPort: null } }, look.world.policy)
  look.owe({ kind: 'record', content: record })
  look.owe({ kind: 'order', content: specFor(look, record, 1) })
  if (!state.provider.ops.has(request.key)) oweInvite(look, request, record)
}

/** Goes on with a pub that is being made: whatever step is missing, or the final answer. */
export function continueCreate(look: Look, request: Request, pub: PubFact): void {
  const { state, now } = look.world
  const { record } = pub
  if (record.status === 'ended') return finishEnded(look, request, pub)
  const spec = state.provider.specs.get(pub.pub)
  const op = state.provider.ops.get(request.key)
  const order = nextOrder(look, record)
  if (order !== null) look.owe({ kind: 'order', content: order })
  if (op === undefined) oweInvite(look, request, record)
  if (spec === undefined || order !== null || op === undefined) return

  const observed = observationOf(state, pub)
  const deadline = look.deadline(pub.createdAt, CREATE_DEADLINE_MS)
  if (observed?.phase === 'failed' && observed.revision === spec.revision) {
    if (now < deadline && placesAnew(look, pub)) return look.wakeAt(deadline)
    if (now >= deadline || HOPELESS.has(observed.trouble)) return endFailed(look, request, pub)
    if (observed.trouble === 'port-taken') return movePort(look, pub)
  }
  const result = resultOf(state, op)
  if (observed?.phase === 'up' && feedOf(state, pub) !== null && result !== null) {
    if (result.ok && op.kind === 'invite') return deliverInvite(look, request, pub, op, commandOf(request))
    const text = words.inviteFailed(record.name, result.reason ?? 'its server gave no reason')
    return answer(look, request, 'done', text, { command: commandOf(request), pub: pub.pub })
  }
  if (now >= deadline) return endFailed(look, request, pub)
  look.wakeAt(deadline)
}

/** The order that makes a hub match a record. */
export function specFor(look: Look, record: PubMessage, revision: number): SpecMessage {
  const { provider } = look.world.state
  const pub = provider.pubs.get(record.pub)
  const observed = pub === undefined ? null : observationOf(look.world.state, { ...pub, record })
  return buildSpec({
    pub: record.pub,
    hub: record.hub,
    revision,
    epoch: record.epoch,
    feed: record.feed,
    desired: record.status === 'live' ? desiredOf(record) : 'none',
    restarts: record.restarts,
    rebuilds: record.rebuilds,
    version: record.version,
    fallback: fallbackOf(record, provider.specs.get(record.pub), observed),
    web: webOf(record),
    owners: record.owners,
    name: record.title ?? record.name,
    description: record.description ?? words.description(look.world.policy.providerName),
    ...sizeOf(record),
    port: record.port,
    host: reachedBy(record),
    announce: isReaddressed(look.world.state, record) ? 'yes' : null,
    keepUntil: record.keepUntil,
    answers: record.answers,
  })
}

/** Owes the order that makes a pub's first invite. */
export function oweInvite(
  look: Look,
  request: Pick<Request, 'key'>,
  record: PubMessage,
  uses = FIRST_INVITE_USES,
): void {
  const { key, tag } = look.world.ledger.invite(request.key)
  const invite = { key, uses, tag }
  look.owe({
    kind: 'order',
    content: buildOp({ op: request.key, hub: record.hub, pub: record.pub, kind: 'invite', invite }),
  })
}

/**
 * Somebody else sits on the port over there: the pub has never been up, so it may get another one. Upwards, because
 * the one it tried before this one is free by our books and may be as taken.
 */
function movePort(look: Look, pub: PubFact): void {
  const port = look.places.freePort(pub.record.port)
  if (port !== null) look.owe({ kind: 'record', content: { ...pub.record, port } })
}

/** It did not come up: the record ends (the order follows from it), then the answer says so. */
export function endFailed(look: Look, request: Pick<Request, 'key'>, pub: PubFact): void {
  look.pubsEnded.add(pub.pub)
  const record: PubMessage = {
    ...pub.record,
    status: 'ended',
    keepUntil: look.world.now,
    answers: request.key,
  }
  look.owe({ kind: 'record', content: record })
  oweEnd(look, record)
}

/**
 * The next order that makes hubs match a record; null when the last one does. A pub that was put on another hub is first
 * ordered away from the former one, whose order would be forgotten otherwise; the next look orders it up where it is now.
 */
export function nextOrder(look: Look, record: PubMessage): SpecMessage | null {
  const spec = look.world.state.provider.specs.get(record.pub)
  if (spec === undefined) return record.status === 'live' ? specFor(look, record, 1) : null
  const moved = spec.hub !== record.hub
  const revision = spec.revision + 1
  if (moved && spec.desired !== 'none') return farewell(look, record, spec)
  if (moved && waitsForFarewell(look, record, spec)) return null
  if (!moved && (record.status === 'live' ? isOrdered(record, spec) : spec.desired === 'none')) return null
  return specFor(look, record, revision)
}

/** What the former hub is told: to end its run, under the epoch that is over for it, and when its copy may go. */
function farewell(look: Look, record: PubMessage, spec: SpecMessage): SpecMessage {
  const { state, policy, now } = look.world
  // It keeps its copy from when it is told, which may be long after the record: the provider may have been away between the two.
  const since = Math.max(now, state.provider.pubs.get(record.pub)?.recordedAt ?? now)
  const keepUntil = Math.max(since + policy.retentionMs, record.keepUntil ?? 0)
  // Whether its version has stood its trial, the former hub alone can say; the next order goes by this one.
  const observed = state.authors.get(spec.hub)?.observed.get(spec.pub) ?? null
  const fallback = fallbackOf(record, spec, observed)
  return { ...spec, revision: spec.revision + 1, epoch: record.epoch, desired: 'none', fallback, keepUntil }
}

/** Owes the order that takes an ended pub's run away, unless it has been given. */
export function oweEnd(look: Look, record: PubMessage): void {
  const order = nextOrder(look, record)
  if (order !== null) look.owe({ kind: 'order', content: order })
}

/** The record says ended and the request is still open: a crash came between, or its owner deleted it meanwhile. */
function finishEnded(look: Look, request: Request, pub: PubFact): void {
  oweEnd(look, pub.record)
  const command = commandOf(request)
  const options = { command, pub: pub.pub }
  if (pub.record.answers !== request.key)
    return answer(look, request, 'failed', words.deletedWhile(pub.record.name), options)
  const paid = paymentsOf(look.world.state, pub.pub).length > 0
  const text = `${words.createFailed(pub.record.name, whyNeverUp(look.world, look.places, pub), command)}${paid ? payWords.backToo : ''}`
  answer(look, request, 'failed', text, options)
}

/** A pub that ran elsewhere is made like any other, once its feed is here. */
function commandOf(request: Request): 'create' | 'import' {
  return parseCommand(request.text).kind === 'import' ? 'import' : 'create'
}
