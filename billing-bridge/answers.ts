/** Checks of what the provider answers: foreign content until here, though it comes from our own side. */
import {
  type Check,
  type Checked,
  describeRefusal,
  feedId,
  flag,
  list,
  messageId,
  nullable,
  oneOf,
  pubId,
  refuse,
  shape,
  text,
  whole,
} from '../protocol/check'
import { NAME_CHARS_MAX } from '../protocol/limits'
import { OWED_CALLS_MAX, PLANS_MAX, STRIPE_ID_CHARS_MAX } from '../protocol/limits-money'
import { SUBSCRIPTION_STATUSES } from '../protocol/messages/payment'
import { checkPlan, planName } from '../protocol/plan'
import type {
  BillingFactAnswer,
  BillingPage,
  BillingState,
  OwedCall,
  OwedItem,
} from '../protocol/rpc-billing'

const time = whole(0, Number.MAX_SAFE_INTEGER)
const count = time
const id = text(STRIPE_ID_CHARS_MAX)
const callId = text(300)
/** A bound against nonsense, not a promise: a provider has as many subscriptions as it has. */
const MANY = 1_000_000

const fields: { [K in OwedCall['kind']]: Check<Omit<Extract<OwedCall, { kind: K }>, 'kind'>> } = {
  checkout: shape({
    id: callId,
    checkout: messageId,
    pub: pubId,
    name: text(NAME_CHARS_MAX),
    plan: planName,
    askedAt: time,
    expiresAt: time,
    trialUsed: shape({ live: flag, test: flag }),
  }),
  portal: shape({ id: callId, customer: id }),
  'cancel-later': shape({ id: callId, subscription: id }),
  'cancel-now': shape({ id: callId, subscription: id, refund: flag }),
  'change-plan': shape({ id: callId, subscription: id, plan: planName }),
  expire: shape({ id: callId, session: id }),
}

const anything: Check<unknown> = (value) => ({ ok: true, value })

/** One owed call. */
export const checkOwedCall: Check<OwedCall> = (value, field) => {
  const kind = (value as { kind?: unknown } | null)?.kind
  const check =
    typeof kind === 'string' && Object.hasOwn(fields, kind) ? fields[kind as OwedCall['kind']] : null
  if (check === null) return refuse(field, 'a call to Stripe of a known kind', kind)
  const checked: Checked<object> = check(value, field)
  return checked.ok ? { ok: true, value: { kind, ...checked.value } as OwedCall } : checked
}

const owedItem = shape({ calls: list(anything, 0, OWED_CALLS_MAX), now: time })

/**
 * The provider's list. A call that this bridge does not know is left out and named in `odd`: a provider of a later version
 * must not have to wait with everything else.
 */
export const checkOwedItem: Check<OwedItem & { odd: string[] }> = (value, field) => {
  const checked = owedItem(value, field)
  if (!checked.ok) return checked
  const calls: OwedCall[] = []
  const odd: string[] = []
  for (const [index, one] of checked.value.calls.entries()) {
    const call = checkOwedCall(one, `calls[${index}]`)
    if (call.ok) calls.push(call.value)
    else odd.push(describeRefusal(call))
  }
  return { ok: true, value: { calls, now: checked.value.now, odd } }
}

export const checkFactAnswer: Check<BillingFactAnswer> = shape({
  outcome: oneOf('published', 'known', 'unknown'),
})

export const checkState: Check<BillingState> = shape({
  subscriptions: list(
    shape({
      subscription: id,
      checkout: messageId,
      session: id,
      customer: id,
      pub: pubId,
      status: oneOf(...SUBSCRIPTION_STATUSES),
      plan: nullable(planName),
      periodEnd: nullable(time),
      cancelAt: nullable(time),
      refunded: flag,
      live: flag,
    }),
    0,
    MANY,
  ),
  sessions: list(shape({ checkout: messageId, session: id, expiresAt: time, live: flag }), 0, MANY),
  plans: list(checkPlan, 1, PLANS_MAX),
})

const dates = shape({
  graceMs: shape({ 'past-due': time, unpaid: time, canceled: time, never: time, 'grant-over': time }),
  ...{ remindMs: time, suspendedMs: time, lastWeekMs: time, lastDayMs: time, retentionMs: time },
})

export const checkPage: Check<BillingPage> = shape({
  id: feedId,
  name: nullable(text(1_000)),
  plans: list(checkPlan, 1, PLANS_MAX),
  accepting: flag,
  hubs: shape({ all: count, connected: count }),
  pubs: count,
  dates,
})
