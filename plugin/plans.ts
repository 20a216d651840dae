/**
 * plans.yaml, checked: from what stands in the file, with its lines, to plans; or every fault of it in a sentence that
 * names its line. Pure; plugin/io/plans-file.ts reads the file.
 */
import { regionName } from '../protocol/hub-labels'
import {
  PLAN_DISK_BYTES_MAX,
  PLAN_MEMORY_BYTES_MAX,
  PLAN_MEMORY_BYTES_MIN,
  PLAN_PRICE_MAX,
  PLAN_TRIAL_DAYS_MAX,
  PLAN_WORDS_CHARS_MAX,
  PLANS_MAX,
} from '../protocol/limits-money'
import type { Entry, Located } from '../protocol/located'
import { type Plan, type Price, planName, type Size } from '../protocol/plan'
import {
  amountOf,
  amountText,
  isCurrency,
  leastAmount,
  pricedDecimalsOf,
  UNCLEAR_CURRENCIES,
} from '../protocol/price-text'
import { entryOf, Reader, refuseUnknown, shown, textOf } from './faults'

/** Plans, or what is wrong with the file, one sentence per fault. */
export type PlansRead = { ok: true; plans: Plan[] } | { ok: false; faults: string[] }

const PLAN_KEYS = ['name', 'words', 'memory', 'reservation', 'disk', 'price', 'trial', 'quota', 'region']
const PRICE_KEYS = ['amount', 'currency', 'interval']
const QUOTA_MAX = 1_000

/** Checks the file's content. `file` is its name as it stands before each fault. */
export function readPlans(file: string, root: Located): PlansRead {
  const reader = new Reader()
  const plans = plansOf(reader, root)
  const faults = reader.faults(file)
  return plans === null || faults.length > 0 ? { ok: false, faults } : { ok: true, plans }
}

function plansOf(reader: Reader, root: Located): Plan[] | null {
  const lead = 'expected plans: with a list of plans under it'
  if (root.kind !== 'map') return reader.fault(root.line, `${lead}, found ${shown(root)}`)
  refuseUnknown(reader, root.entries, ['plans'], 'the file')
  const list = entryOf(root.entries, 'plans')
  if (list === null) return reader.fault(root.line, `${lead}, found none`)
  return readPlanList(reader, list)
}

/** A list of plans, wherever it stands. Faults are noted; null where there is no list. */
export function readPlanList(reader: Reader, list: Located): Plan[] | null {
  if (list.kind !== 'list')
    return reader.fault(list.line, `plans: expected a list of plans, found ${shown(list)}`)
  if (list.items.length === 0 || list.items.length > PLANS_MAX)
    return reader.fault(list.line, `plans: expected 1 to ${PLANS_MAX} plans, found ${list.items.length}`)
  const plans: Plan[] = []
  for (const item of list.items) {
    const plan = planOf(reader, item)
    if (plan === null) continue
    if (plans.some((one) => one.name === plan.name))
      reader.fault(lineOf(item, 'name'), `name: there are two plans called ${plan.name}`)
    plans.push(plan)
  }
  return plans
}

function planOf(reader: Reader, item: Located): Plan | null {
  if (item.kind !== 'map')
    return reader.fault(item.line, `expected a plan with ${PLAN_KEYS.join(', ')}, found ${shown(item)}`)
  const { entries, line } = item
  refuseUnknown(reader, entries, PLAN_KEYS, 'a plan')
  const missing = PLAN_KEYS.slice(0, 6).filter(
    (key) => key !== 'reservation' && !entries.some((one) => one.key === key),
  )
  for (const key of missing)
    reader.fault(
      line,
      `${key}: ${key === 'price' ? 'missing; write "price: free" where it costs nothing' : 'missing'}`,
    )
  const name = nameOf(reader, entryOf(entries, 'name'))
  const words = wordsOf(reader, entryOf(entries, 'words'))
  const size = sizeOf(reader, entries)
  const price = priceOf(reader, entryOf(entries, 'price'))
  const trialDays = wholeOf(reader, entries, 'trial', { min: 0, max: PLAN_TRIAL_DAYS_MAX, unit: 'days' })
  const perOwnerMax = wholeOf(reader, entries, 'quota', { min: 1, max: QUOTA_MAX, unit: 'pubs' })
  const region = regionOf(reader, entryOf(entries, 'region'))
  if (trialDays !== null && trialDays > 0 && price === null)
    reader.fault(lineOf(item, 'trial'), 'trial: a plan that costs nothing has no trial')
  if (name === null || words === null || size === null || missing.length > 0) return null
  return { name, words, size, price, trialDays: trialDays ?? 0, perOwnerMax, region }
}

/** Behind the name of a pub these are an answer, or switch something, for whoever writes and whoever reads it. */
const OTHER_WORDS: ReadonlySet<string> = new Set(['yes', 'no', 'on', 'off'])

function nameOf(reader: Reader, value: Located | null): string | null {
  if (value === null) return null
  const checked = planName(textOf(value), '')
  if (checked.ok && OTHER_WORDS.has(checked.value))
    return reader.fault(
      value.line,
      `name: a plan can't be called ${checked.value}, because \`create NAME ${checked.value}\` would say something else; write another word, like personal`,
    )
  if (checked.ok) return checked.value
  return reader.fault(
    value.line,
    `name: expected a word of small letters, digits and dashes like personal, found ${shown(value)}`,
  )
}

function wordsOf(reader: Reader, value: Located | null): string | null {
  if (value === null) return null
  const text = (textOf(value) ?? '').trim()
  if (text !== '' && text.length <= PLAN_WORDS_CHARS_MAX && !/[\r\n]/.test(text)) return text
  return reader.fault(
    value.line,
    `words: expected one sentence of at most ${PLAN_WORDS_CHARS_MAX} characters, found ${shown(value)}`,
  )
}

function regionOf(reader: Reader, value: Located | null): string | null {
  if (value === null) return null
  const checked = regionName(textOf(value), '')
  if (checked.ok) return checked.value
  return reader.fault(
    value.line,
    `region: expected a word of small letters, digits, dots and dashes, as hubs are started with (--region eu), found ${shown(value)}`,
  )
}

function sizeOf(reader: Reader, entries: Entry[]): Size | null {
  const memory = { min: PLAN_MEMORY_BYTES_MIN, max: PLAN_MEMORY_BYTES_MAX }
  const memoryBytes = bytesOf(reader, entries, 'memory', memory)
  const reservedBytes = bytesOf(reader, entries, 'reservation', memory) ?? memoryBytes
  const diskBytes = bytesOf(reader, entries, 'disk', { min: 1024 ** 2, max: PLAN_DISK_BYTES_MAX })
  if (memoryBytes === null || reservedBytes === null || diskBytes === null) return null
  const reservation = entries.find((one) => one.key === 'reservation')
  if (reservedBytes > memoryBytes)
    reader.fault(
      reservation?.value.line ?? 0,
      `reservation: ${shown(reservation?.value)} is more than the plan's memory, which is its limit`,
    )
  return { memoryBytes, reservedBytes, diskBytes }
}

const UNITS: Record<string, number> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 }

function bytesOf(
  reader: Reader,
  entries: Entry[],
  key: string,
  { min, max }: { min: number; max: number },
): number | null {
  const value = entryOf(entries, key)
  if (value === null) return null
  const found = /^(\d{1,6}(?:\.\d{1,3})?) ?([kmgt])i?b$/i.exec(textOf(value) ?? '')
  if (found === null)
    return reader.fault(value.line, `${key}: expected a size like 192MB or 1GB, found ${shown(value)}`)
  const bytes = Math.round(Number(found[1]) * (UNITS[(found[2] ?? '').toLowerCase()] ?? 1))
  if (bytes >= min && bytes <= max) return bytes
  return reader.fault(
    value.line,
    `${key}: expected a size from ${sizeText(min)} to ${sizeText(max)}, found ${shown(value)}`,
  )
}

/** A size as the file has it, in the largest unit in which it is exact: `48MB`, `1.5GB`. */
export function sizeText(bytes: number): string {
  const thousandths = (unit: number): number => Math.round((bytes / unit) * 1_000) / 1_000
  const units = Object.entries(UNITS).reverse()
  const [letter, unit] = units.find(([, one]) => bytes >= one && thousandths(one) * one === bytes) ?? [
    'k',
    1024,
  ]
  return `${thousandths(unit)}${letter.toUpperCase()}B`
}

/** Null for a plan that costs nothing, and for a fault, which is noted. */
function priceOf(reader: Reader, value: Located | null): Price | null {
  if (value === null || textOf(value) === 'free') return null
  const lead = 'price: expected free, or amount, currency and interval'
  if (value.kind !== 'map') return reader.fault(value.line, `${lead}, found ${shown(value)}`)
  refuseUnknown(reader, value.entries, PRICE_KEYS, 'a price')
  const [amount, currency, interval] = PRICE_KEYS.map((key) => entryOf(value.entries, key))
  for (const key of PRICE_KEYS)
    if (entryOf(value.entries, key) === null) reader.fault(value.line, `price: ${key} is missing`)
  const inCurrency = currency == null ? null : currencyOf(reader, currency)
  const every = interval == null ? null : intervalOf(reader, interval)
  if (amount == null || inCurrency === null || every === null) return null
  const smallest = amountOf(textOf(amount) ?? '', inCurrency)
  if (smallest !== null && smallest >= leastAmount(inCurrency) && smallest <= PLAN_PRICE_MAX)
    return { amount: smallest, currency: inCurrency, interval: every }
  if (smallest !== null && smallest > 0 && smallest < leastAmount(inCurrency))
    return reader.fault(
      amount.line,
      `amount: Stripe takes no single payment below ${amountText(leastAmount(inCurrency), inCurrency)}, found ${shown(amount)}`,
    )
  const like = pricedDecimalsOf(inCurrency) === 0 ? 'a whole number like 700' : 'a sum like 7 or 7.50'
  return reader.fault(
    amount.line,
    `amount: expected ${like} in ${inCurrency.toUpperCase()}, found ${shown(amount)}`,
  )
}

function currencyOf(reader: Reader, value: Located): string | null {
  const written = (textOf(value) ?? '').toLowerCase()
  if (UNCLEAR_CURRENCIES.has(written))
    return reader.fault(
      value.line,
      `currency: ${written.toUpperCase()} can't be used, because Stripe counts it in two ways`,
    )
  if (/^[a-z]{3}$/.test(written)) {
    if (isCurrency(written)) return written
    return reader.fault(value.line, `currency: there is none called ${written.toUpperCase()}`)
  }
  return reader.fault(value.line, `currency: expected three letters like usd or eur, found ${shown(value)}`)
}

function intervalOf(reader: Reader, value: Located): Price['interval'] | null {
  const written = textOf(value)
  if (written === 'month' || written === 'year') return written
  return reader.fault(value.line, `interval: expected month or year, found ${shown(value)}`)
}

function wholeOf(
  reader: Reader,
  entries: Entry[],
  key: string,
  { min, max, unit }: { min: number; max: number; unit: string },
): number | null {
  const value = entryOf(entries, key)
  if (value === null) return null
  const written = textOf(value) ?? ''
  const number = /^\d{1,6}$/.test(written) ? Number(written) : Number.NaN
  if (number >= min && number <= max) return number
  return reader.fault(
    value.line,
    `${key}: expected a whole number of ${unit} from ${min} to ${max}, found ${shown(value)}`,
  )
}

const lineOf = (item: Located, key: string): number =>
  (item.kind === 'map' ? entryOf(item.entries, key)?.line : undefined) ?? item.line
