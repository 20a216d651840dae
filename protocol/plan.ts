/** What an operator offers, as data: the shape of plans.yaml after it was read, and of what public pages show. */
import { type Check, list, nullable, type Of, oneOf, refuse, shape, text, whole } from './check'
import { regionName } from './hub-labels'
import {
  PLAN_DISK_BYTES_MAX,
  PLAN_MEMORY_BYTES_MAX,
  PLAN_NAME_CHARS_MAX,
  PLAN_PRICE_MAX,
  PLAN_TRIAL_DAYS_MAX,
  PLAN_WORDS_CHARS_MAX,
  PLANS_MAX,
} from './limits-money'

const NAME = /^[a-z][a-z0-9-]*$/
const CURRENCY = /^[a-z]{3}$/

/** A plan's name: what owners type after `plan`, so a word in small letters. */
export const planName: Check<string> = (value, field) =>
  typeof value === 'string' && value.length <= PLAN_NAME_CHARS_MAX && NAME.test(value)
    ? { ok: true, value }
    : refuse(field, `a word of small letters, digits and dashes, at most ${PLAN_NAME_CHARS_MAX}`, value)

const currency: Check<string> = (value, field) =>
  typeof value === 'string' && CURRENCY.test(value)
    ? { ok: true, value }
    : refuse(field, 'a currency as Stripe writes it, in small letters, like "usd"', value)

/** What one pub of a plan may use. */
export const checkSize = shape({
  /** The memory limit of its container. */
  memoryBytes: whole(1, PLAN_MEMORY_BYTES_MAX),
  /** What placing counts: about what it really needs. */
  reservedBytes: whole(1, PLAN_MEMORY_BYTES_MAX),
  diskBytes: whole(1, PLAN_DISK_BYTES_MAX),
})
export type Size = Of<typeof checkSize>

const price = shape({
  /** In the currency's smallest unit (Stripe's `unit_amount`): 700 is $7.00, and 700 JPY are 700 yen. */
  amount: whole(1, PLAN_PRICE_MAX),
  currency,
  interval: oneOf('month', 'year'),
})
export type Price = Of<typeof price>

export const checkPlan = shape({
  name: planName,
  /** One sentence for people. */
  words: text(PLAN_WORDS_CHARS_MAX),
  size: checkSize,
  /** Null: it costs nothing, also where billing is on. */
  price: nullable(price),
  /** Days before the first payment; 0 for none. */
  trialDays: whole(0, PLAN_TRIAL_DAYS_MAX),
  /** How many pubs of this plan one person may have; null: as the policy says for all plans together. */
  perOwnerMax: nullable(whole(1, 1_000)),
  /** Its pubs are on hubs of this region only; null: on any. */
  region: nullable(regionName),
})
export type Plan = Of<typeof checkPlan>

/** The plans of a provider; the first is the one that a `create` without a plan gets. */
export const checkPlans: Check<Plan[]> = list(checkPlan, 1, PLANS_MAX)
