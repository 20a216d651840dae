/**
 * What an operator makes of a pub that is there: plan, web pages, owners. The record that says it, with its operator, or why
 * not. Quotas are no bound for operators; room and what is paid for are. Pure.
 */
import type { FeedId } from '../protocol/ids'
import type { PubMessage } from '../protocol/messages/pub'
import type { Plan } from '../protocol/plan'
import type { PubFact } from '../protocol/state'
import { isAlive } from './billing-owed'
import { sizeOf } from './change'
import { mayTakeMoney } from './decide-plan'
import { bestPaymentOf, entitlementOf, isBillingOn, paymentsOf } from './entitlement'
import type { MoveWorld } from './move'
import { whyNotAdd } from './owners'
import { planOf } from './policy'
import { reservedBytesFor } from './query'
import { labelsOf, Places } from './schedule'
import { amendWords as words } from './words-amend'

/** Null: it stays as it is. */
export interface AmendWish {
  plan: string | null
  web: boolean | null
  owners: FeedId[] | null
}
export type AmendWorld = Pick<MoveWorld, 'state' | 'policy' | 'now' | 'connected'>

/** `record` null: it is so. `words`: what would be done, for the operator. */
export type Amended = { ok: true; record: PubMessage | null; words: string[] } | { ok: false; why: string }

interface Step {
  ok: true
  record: PubMessage
  words: string[]
}
type Stepped = Step | { ok: false; why: string }

const no = (why: string): { ok: false; why: string } => ({ ok: false, why })

/** The record as this operator wants it. */
export function amended(world: AmendWorld, pub: PubFact, wish: AmendWish, by: FeedId): Amended {
  const { provider } = world.state
  const { record } = pub
  let step: Step = { ok: true, record, words: [] }
  for (const take of [takePlan, takeWeb, takeOwners]) {
    const next = take(world, { ...pub, record: step.record }, wish)
    if (!next.ok) return next
    step = { ...next, words: [...step.words, ...next.words] }
  }
  if (step.words.length === 0) return { ok: true, record: null, words: [] }
  if (provider.answers.get(pub.pub as string as PubMessage['answers'])?.final !== true)
    return no(words.beingMade)
  // Its owner is answered by what the record says then.
  for (const change of provider.changes.values()) if (change.pub === pub.pub) return no(words.beingChanged)
  const full = lackOfRoom(world, pub, step.record)
  if (full !== null) return no(words.noRoom(full))
  const amendment = { by, times: (record.amended?.times ?? 0) + 1 }
  return { ...step, record: { ...step.record, amended: amendment } }
}

/** The record that ends it, on the operator's word alone: as its owners' `delete`, its data is kept for the usual time. */
export function endedBy(
  { state, policy, now }: AmendWorld,
  { pub, record }: PubFact,
  by: FeedId,
): { ok: true; record: PubMessage } | { ok: false; why: string } {
  if (state.provider.answers.get(pub as string as PubMessage['answers'])?.final !== true)
    return no(words.beingMade)
  if (paymentsOf(state, pub).some(isAlive)) return no(words.paidStill)
  const amendment = { by, times: (record.amended?.times ?? 0) + 1 }
  const keepUntil = now + policy.retentionMs
  return { ok: true, record: { ...record, status: 'ended', keepUntil, amended: amendment } }
}

function takePlan(world: AmendWorld, pub: PubFact, { plan: wanted }: AmendWish): Stepped {
  const { record } = pub
  if (wanted === null || wanted === record.plan) return { ok: true, record, words: [] }
  const plan = planOf(world.policy, wanted)
  if (plan === null)
    return no(
      words.noPlan(
        wanted,
        world.policy.plans.map(({ name }) => name),
      ),
    )
  const why = whyNotPaid(world, pub, plan)
  if (why !== null) return no(why)
  const next = { ...record, plan: plan.name, size: plan.size }
  return { ok: true, record: next, words: [words.plan(record, next)] }
}

/** A plan follows the subscription that pays for it, so that one decides; and nobody is brought into debt by another's word. */
function whyNotPaid(world: AmendWorld, pub: PubFact, plan: Plan): string | null {
  if (!isBillingOn(world.state)) return null
  const { record } = pub
  const paid = bestPaymentOf(world.state, pub.pub)
  if (paid !== null && mayTakeMoney(paid) && paid.content.plan !== plan.name)
    return words.subscribed(record.name, plan.name)
  const there = { ...pub, record: { ...record, plan: plan.name } }
  return entitlementOf(world, there).ok ? null : words.unpaid(record.name, plan.name)
}

function takeWeb(world: AmendWorld, { record }: PubFact, { web }: AmendWish): Stepped {
  if (web === null || web === record.web) return { ok: true, record, words: [] }
  const port = record.webPort ?? (web ? placesOf(world).freePort() : null)
  if (web && port === null) return no(words.noPort)
  return { ok: true, record: { ...record, web, webPort: port }, words: [words.web(web)] }
}

function takeOwners({ state, now }: AmendWorld, pub: PubFact, { owners: wanted }: AmendWish): Stepped {
  const { record } = pub
  const { owners: has } = record
  if (wanted === null) return { ok: true, record, words: [] }
  const added = wanted.filter((id) => !has.includes(id))
  const gone = has.filter((id) => !wanted.includes(id))
  // In which order they stand says for whom the pub counts: that stays while it can.
  const owners = [...has.filter((id) => wanted.includes(id)), ...added]
  for (const id of added) {
    const why = whyNotAdd(state, { ...pub, record: { ...record, owners: [] } }, id, now)
    if (why === 'program' || why === 'blocked' || why === 'many-guests') return no(words.noOwner[why](id))
  }
  return { ok: true, record: { ...record, owners }, words: words.owners(added, gone) }
}

/** Why its hub has no room for it as it shall be; null where it has. */
function lackOfRoom(world: AmendWorld, pub: PubFact, next: PubMessage): string | null {
  const { record } = pub
  const places = placesOf(world)
  const plan = next.plan === record.plan ? null : planOf(world.policy, next.plan)
  const elsewhere = plan === null ? null : places.lackingOn(record.hub, labelsOf(plan))
  if (elsewhere !== null) return elsewhere
  const [has, wants] = [sizeOf(record), sizeOf(next)]
  if (wants.reservedBytes <= has.reservedBytes && wants.diskBytes <= has.diskBytes) return null
  return places.whyNotOn(record.hub, {
    memoryBytes: Math.max(0, wants.reservedBytes - reservedBytesFor(world.state, pub)),
    diskBytes: Math.max(0, wants.diskBytes - has.diskBytes),
    ...{ labels: [], owners: [], pub: pub.pub, stays: record.hub },
  })
}

const placesOf = ({ state, policy, connected }: AmendWorld): Places =>
  new Places({ state, policy, connected })
