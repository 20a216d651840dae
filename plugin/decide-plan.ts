/**
 * `plan NAME PLAN`: the record gets plan and size, and its hub follows. Where a subscription pays for the pub, Stripe is
 * asked first and the record follows what Stripe says, also where somebody changed it there (`followPayments`).
 */
import type { Command } from '../protocol/command-kinds'
import { isGood } from '../protocol/evolve-money'
import type { PubId } from '../protocol/ids'
import { PLAN_SHOWN_MS } from '../protocol/limits-money'
import type { Plan } from '../protocol/plan'
import { priceText } from '../protocol/price-text'
import type { BillingDone } from '../protocol/rpc-billing'
import type { PubFact, Request } from '../protocol/state'
import type { PaymentFact } from '../protocol/state-money'
import { isSameSize, sizeOf } from './change'
import { beginChange, isBeingMade, oweOrder } from './decide-change'
import { answerPlan } from './decide-plans'
import type { StatusReply } from './decide-status'
import { bestPaymentOf, entitlementOf, isBillingOn } from './entitlement'
import { answer, type Look, notify, onlyOwnersRead, pubFor, type World } from './look'
import { countedFor } from './owners'
import { planOf } from './policy'
import { reservedBytesFor } from './query'
import { labelsOf, type Need } from './schedule'
import { oweLinkFor } from './unpaid'
import { when } from './words'
import { planWords } from './words-plans'

type Wanted = Extract<Command, { kind: 'plan' }>
/** What a change of plan has to go through: nothing, a link to pay by, a change of the subscription, or a `no` in words. */
type Way = { kind: 'now' | 'link' } | { kind: 'stripe'; subscription: string } | { kind: 'no'; text: string }

/** Checks, asks who has to be asked, and goes on as every change does; without a plan it says which one the pub has. */
export function beginPlan(look: Look, request: Request, command: Wanted): void {
  const { state, policy } = look.world
  const pub = pubFor(look, request, 'plan', command.name)
  if (pub === null) return
  if (command.plan === null) return answerPlan(look, request, pub)
  const plan = planOf(policy, command.plan)
  if (plan === null) return refuse(look, request, planWords.noSuchPlan(command.plan, policy.plans))
  // One after the other: each builds on the record that the one before it has made.
  if (look.pubsChanged.has(pub.pub) || look.pubsEnded.has(pub.pub)) return look.wakeAt(look.world.now)
  const change = { kind: 'plan', name: pub.record.name, plan: plan.name, size: plan.size } as const
  const way = wayOf(look.world, pub, plan)
  const same = plan.name === pub.record.plan && isSameSize(plan.size, pub.record.size)
  if (isBeingMade(look, pub) || (same && way.kind !== 'stripe')) return beginChange(look, request, change)
  // What was told to Stripe is seen through: whether it may be was looked at before.
  const isUnderWay = state.provider.answers.get(request.key)?.received === true
  if (way.kind === 'no') return refuse(look, request, way.text)
  if (!isUnderWay && !isFit(look, request, pub, plan)) return
  if (way.kind === 'stripe') return changeAtStripe(look, request, { pub, plan, isUnderWay, ...way })
  // When somebody has paid by the link, followPayments does the rest.
  if (way.kind === 'link') return oweLinkFor(look, request, pub, plan.name)
  if (takeRoom(look, pub, plan) !== null)
    // Paid for already, and the room went meanwhile: followPayments sees to it.
    return answer(look, request, 'failed', planWords.noRoomYet(pub.record.name, plan.name, 'it is full'), {
      command: 'plan',
      pub: pub.pub,
    })
  beginChange(look, request, change)
}

function refuse(look: Look, request: Request, text: string): void {
  answer(look, request, 'refused', text, { command: 'plan' })
}

/** What stands between a pub and a plan as far as money goes. */
function wayOf(world: World, pub: PubFact, plan: Plan): Way {
  const { record } = pub
  const no = (text: string): Way => ({ kind: 'no', text })
  if (!isBillingOn(world.state)) return { kind: 'now' }
  const paid = bestPaymentOf(world.state, pub.pub)
  if (paid === null || !mayTakeMoney(paid)) {
    const there = { ...pub, record: { ...record, plan: plan.name } }
    return { kind: entitlementOf(world, there).ok ? 'now' : 'link' }
  }
  const { status, cancelAt, subscription } = paid.content
  if (paid.content.plan === plan.name) return { kind: 'now' }
  if (cancelAt !== null) return no(planWords.leaving(record.name, when(cancelAt)))
  if (plan.price === null) return no(planWords.cancelFirst(record.name, plan.name))
  if (!isGood(status)) return no(planWords.unpaidStays(record.name))
  const before = planOf(world.policy, paid.content.plan ?? record.plan)?.price ?? null
  if (before !== null && before.currency !== plan.price.currency)
    return no(planWords.otherCurrency(record.name, plan.name))
  return { kind: 'stripe', subscription }
}

/** True for a subscription that goes on, or would once it is paid. */
export function mayTakeMoney({ content, goodSince }: PaymentFact): boolean {
  return goodSince !== null && content.status !== 'canceled' && content.status !== 'incomplete_expired'
}

/** True when quota, room and disk allow it; else the refusal, or the question to its hub, is owed. */
function isFit(look: Look, request: Request, pub: PubFact, plan: Plan): boolean {
  const { record } = pub
  const held = overQuota(look, request, pub, plan)
  if (held !== null) {
    refuse(look, request, planWords.quotaOfPlan(plan.name, plan.perOwnerMax ?? 0, held))
    return false
  }
  const full = lackOfRoom(look, pub, plan)
  if (full !== null) {
    refuse(look, request, planWords.noRoom(record.name, plan.name, full))
    return false
  }
  return plan.size.diskBytes >= record.size.diskBytes || fitsDisk(look, request, pub, plan)
}

/** The pubs that fill the quota of a plan; null where there is room in it. */
function overQuota({ world }: Look, request: Request, pub: PubFact, plan: Plan): string[] | null {
  if (plan.perOwnerMax === null || pub.record.plan === plan.name) return null
  const held = countedFor(world.state, pub.record.owners[0] ?? request.author)
    .map((one) => one.record)
    .filter((record) => record.plan === plan.name)
  return held.length < plan.perOwnerMax ? null : held.map((record) => record.name)
}

/** Why its server has no room for it, in words; null where it has. What it holds already counts as its own. */
function lackOfRoom({ world, places }: Look, pub: PubFact, plan: Plan): string | null {
  const { record } = pub
  const wanted = sizeOf({ ...record, size: plan.size })
  const has = sizeOf(record)
  const elsewhere = plan.name === record.plan ? null : places.lackingOn(record.hub, labelsOf(plan))
  if (elsewhere !== null) return elsewhere
  if (wanted.reservedBytes <= has.reservedBytes && wanted.diskBytes <= has.diskBytes) return null
  // Also where an earlier run of it may still hold as much: on a server that is over its offer nothing grows.
  const more = moreFor(world, pub, plan)
  return places.whyNotOn(record.hub, {
    ...{ ...more, labels: [], owners: [], pub: pub.pub },
    stays: record.hub,
  })
}

/** The same, and where it has, it is taken. */
function takeRoom(look: Look, pub: PubFact, plan: Plan): string | null {
  const full = lackOfRoom(look, pub, plan)
  if (full === null) look.places.takeOn(pub.record.hub, { ...moreFor(look.world, pub, plan), owners: [] })
  return full
}

/** What the plan takes more than the pub holds by now; never less than nothing, which its hub has to give back first. */
function moreFor({ state }: World, pub: PubFact, plan: Plan): Pick<Need, 'memoryBytes' | 'diskBytes'> {
  const wanted = sizeOf({ ...pub.record, size: plan.size })
  return {
    memoryBytes: Math.max(0, wanted.reservedBytes - reservedBytesFor(state, pub)),
    diskBytes: Math.max(0, wanted.diskBytes - pub.record.size.diskBytes),
  }
}

/** Whether what the pub holds fits a smaller disk: its hub is asked how much that is. */
function fitsDisk(look: Look, request: Request, pub: PubFact, plan: Plan): boolean {
  const { record } = pub
  const { facts, state } = look.world
  const unknown = (why: string): false => {
    refuse(look, request, planWords.unknownDisk(record.name, plan.name, why))
    return false
  }
  const reply = facts.replies.get(request.key)
  if (reply === undefined) {
    if (!facts.connected.has(record.hub)) return unknown(planWords.serverAway)
    const ask = { kind: 'status', pub: pub.pub, name: record.name } as const
    look.owe({ kind: 'ask', request: request.key, hub: record.hub, ask })
    return false
  }
  if (reply.state === 'waiting') return false
  if (reply.state === 'failed') return unknown(reply.reason)
  const used = (reply.value as StatusReply).figures.diskBytes
  if (used === null) return unknown(planWords.notMeasured)
  if (used <= plan.size.diskBytes) return true
  const text = onlyOwnersRead(request, record.owners, state.provider.id)
    ? planWords.holdsMore(record.name, plan.name, used, plan.size.diskBytes)
    : planWords.holdsMoreUnsaid(record.name, plan.name)
  refuse(look, request, text)
  return false
}

interface AtStripe {
  pub: PubFact
  plan: Plan
  subscription: string
  isUnderWay: boolean
}

/** Has the subscription changed. The fact that shows it comes before the word that it is done. */
function changeAtStripe(
  look: Look,
  request: Request,
  { pub, plan, subscription, isUnderWay }: AtStripe,
): void {
  const { record } = pub
  const options = { command: 'plan', pub: pub.pub }
  const reply = look.world.facts.replies.get(request.key)
  if (reply?.state === 'waiting') return
  if (isUnderWay && reply !== undefined) {
    const done = reply.state === 'done' && reply.ask === 'stripe' ? (reply.value as BillingDone) : null
    if (done?.outcome === 'done') {
      // The fact comes first: what shows another plan was changed once more, or is made good by the next sweep.
      const until = look.deadline(request.receivedAt, PLAN_SHOWN_MS)
      if (look.world.now < until) return look.wakeAt(until)
      return answer(look, request, 'failed', planWords.changedAgain(record.name, plan.name), options)
    }
    if (reply.state === 'failed' || done !== null) {
      const why = reply.state === 'failed' ? reply.reason : (done?.reason ?? planWords.noReason)
      return answer(look, request, 'failed', planWords.stripeFailed(record.name, plan.name, why), options)
    }
  }
  const call = {
    id: `change-plan ${request.key}`,
    kind: 'change-plan',
    subscription,
    plan: plan.name,
  } as const
  look.owe({
    ...{ kind: 'ask', request: request.key, hub: look.world.state.provider.id },
    ask: { kind: 'stripe', call },
  })
  if (!isUnderWay)
    answer(
      look,
      request,
      'received',
      planWords.askingStripe(record.name, plan.name, priceText(plan.price)),
      options,
    )
}

/**
 * Owes every pub the plan that its subscription pays for, whoever changed it and wherever. A server without room for it
 * keeps it waiting, and its owners know. Its owners are told first: what is not told yet is owed with the record again.
 */
export function followPayments(look: Look): void {
  const { state } = look.world
  if (isBillingOn(state)) look.each('follow', (id) => hasPaidPlan(look, id))
}

/** True where it has the plan that is paid for, or nothing is; else that is owed, or waits. */
function hasPaidPlan(look: Look, id: PubId): boolean {
  const { state, policy } = look.world
  const pub = state.provider.pubs.get(id)
  const paid = bestPaymentOf(state, id)
  if (pub === undefined || pub.record.status !== 'live') return true
  if (paid === null || !isGood(paid.content.status) || paid.content.plan === null) return true
  const plan = policy.plans.find((one) => one.name === paid.content.plan)
  if (plan === undefined || plan.name === pub.record.plan) return true
  if (!isBeingMade(look, pub) && !look.pubsChanged.has(id) && !look.pubsEnded.has(id))
    follow(look, pub, plan, paid)
  return false
}

function follow(look: Look, fact: PubFact, plan: Plan, paid: PaymentFact): void {
  const { pub, record } = fact
  const notice = { pub, topic: 'payment', causes: paid.key } as const
  const full = takeRoom(look, fact, plan)
  if (full !== null)
    return notify(look, record.owners, planWords.noRoomYet(record.name, plan.name, full), notice)
  notify(look, record.owners, planWords.follows(record.name, plan.name, plan.size), notice)
  const wanted = { ...record, plan: plan.name, size: plan.size, answers: paid.key }
  look.pubsChanged.add(pub)
  look.owe({ kind: 'record', content: wanted })
  oweOrder(look, wanted)
}
