/**
 * `machines` in config.json, checked: whether servers are rented to be hubs, when, how many and what they cost. What a driver
 * needs of its own stands under the driver's name and is read by it.
 */
import type { Millis } from '../protocol/ids'
import {
  HOURS_PER_MONTH,
  MACHINE_COOL_DOWN_MINUTES,
  MACHINE_DEAD_HOURS_MAX,
  MACHINE_JOIN_MINUTES,
  MACHINE_MINUTES_MAX,
  MACHINE_PRICE_MAX,
  MACHINE_TRIES,
  MACHINE_TRIES_MAX,
  MACHINES_MAX,
  MACHINES_PER_DAY,
  MACHINES_PER_DAY_MAX,
} from '../protocol/limits-machines'
import { decimalsOf, isCurrency } from '../protocol/price-text'
import type { MachineDriver, MachineKind } from './machine-driver'

export const MACHINE_DRIVERS = ['manual', 'openstack'] as const
export type MachineDriverName = MachineDriver['kind']

/** What machines cost a month, in the currency's smallest unit; a fraction of one where it is reckoned by the hour. */
export interface MachinePrice {
  /** One of a flavor that `flavors` does not name. */
  amount: number
  /** Three small letters. */
  currency: string
  flavors: ReadonlyMap<string, number>
}

/** What one of this kind costs, and the flavor that has a price of its own; null: as all others. */
export function priceOf(
  { amount, flavors }: MachinePrice,
  kind: MachineKind | null,
): { flavor: string | null; amount: number } {
  const flavor = kind?.flavor ?? null
  const own = flavor === null ? undefined : flavors.get(flavor)
  return own === undefined ? { flavor: null, amount } : { flavor, amount: own }
}

export interface MachinePolicy {
  driver: MachineDriverName
  /** So many are kept, whatever room there is, and never more than `max` are there at once, those that are leaving included. */
  min: number
  max: number
  /** While less than this may be reserved on all hubs together, one more is rented. */
  spareBytes: number
  /** Between two decisions of the policy. */
  coolDownMs: Millis
  /** A machine whose hub has not joined so long after the driver first listed it never will. */
  joinMs: Millis
  /** So many in a row that never join, then the operator is waited for. */
  triesMax: number
  perDayMax: number
  /** A machine whose hub was silent for so long may be given back when its pubs are elsewhere; null: by the operator's word. */
  deadMs: Millis | null
  price: MachinePrice | null
}

const NAMES = [
  ...['driver', 'min', 'max', 'spare', 'coolDownMinutes', 'joinMinutes', 'triesMax', 'perDayMax'],
  ...['deadHours', 'price'],
  // Of one driver alone, which reads it itself.
  'openstack',
]
const PRICE_NAMES = ['amount', 'currency', 'per', 'flavors']
const MINUTE_MS = 60_000
const UNITS: Record<string, number> = { m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 }

const fail = (why: string): never => {
  throw new Error(`The settings of machines can't be used: ${why}. docs/OPERATORS.md shows them.`)
}

/** Null where no machines are rented. Throws a sentence that names the setting, what is there and what should be. */
export function readMachineSettings(settings: unknown): MachinePolicy | null {
  if (settings === undefined || settings === null || settings === false) return null
  if (typeof settings !== 'object' || Array.isArray(settings))
    return fail('machines must be an object like {"driver":"manual","max":2,"spare":"2GB"}')
  const given = settings as Record<string, unknown>
  refuseStrange(given, NAMES, 'machines')
  const driver = MACHINE_DRIVERS.find((one) => one === given.driver)
  if (driver === undefined)
    return fail(`machines.driver must be ${MACHINE_DRIVERS.join(' or ')}, not ${shown(given.driver)}`)
  // There is no number that would be right for everybody, and this one is money.
  if (given.max === undefined) fail('machines.max is missing: how many there may be at most')
  const max = whole(given, 'max', 1, MACHINES_MAX, 1)
  const min = whole(given, 'min', 0, MACHINES_MAX, 0)
  if (min > max) fail(`machines.min (${min}) is more than machines.max (${max})`)
  const deadHours = whole(given, 'deadHours', 0, MACHINE_DEAD_HOURS_MAX, 0)
  const minutes = (name: string, otherwise: number): Millis =>
    whole(given, name, 1, MACHINE_MINUTES_MAX, otherwise) * MINUTE_MS
  return {
    ...{ driver, min, max },
    spareBytes: given.spare === undefined ? 0 : bytesOf(given.spare),
    coolDownMs: minutes('coolDownMinutes', MACHINE_COOL_DOWN_MINUTES),
    joinMs: minutes('joinMinutes', MACHINE_JOIN_MINUTES),
    triesMax: whole(given, 'triesMax', 1, MACHINE_TRIES_MAX, MACHINE_TRIES),
    perDayMax: whole(given, 'perDayMax', 1, MACHINES_PER_DAY_MAX, MACHINES_PER_DAY),
    deadMs: deadHours === 0 ? null : deadHours * 60 * MINUTE_MS,
    price: readPrice(given.price),
  }
}

const shown = (value: unknown): string =>
  value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 60)

function refuseStrange(given: Record<string, unknown>, names: readonly string[], place: string): void {
  for (const name of Object.keys(given))
    if (!names.includes(name))
      fail(`${place} has no setting "${name.slice(0, 40)}"; it takes ${names.join(', ')}`)
}

function whole(
  given: Record<string, unknown>,
  name: string,
  min: number,
  max: number,
  otherwise: number,
): number {
  const value = given[name]
  if (value === undefined) return otherwise
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value
  return fail(`machines.${name} must be a whole number from ${min} to ${max}, not ${shown(value)}`)
}

/** Memory as people write it in plans: 512MB, 2GB. */
function bytesOf(value: unknown): number {
  const found = /^(\d{1,6}(?:\.\d{1,3})?) ?([mgt])i?b$/i.exec(typeof value === 'string' ? value.trim() : '')
  if (found === null) return fail(`machines.spare must be a size like 512MB or 2GB, not ${shown(value)}`)
  return Math.round(Number(found[1]) * (UNITS[(found[2] ?? '').toLowerCase()] ?? 1))
}

function readPrice(value: unknown): MachinePrice | null {
  if (value === undefined || value === null) return null
  const like = 'machines.price must be an object like {"amount":50.40,"currency":"usd","per":"month"}'
  if (typeof value !== 'object' || Array.isArray(value)) return fail(`${like}, not ${shown(value)}`)
  const given = value as Record<string, unknown>
  refuseStrange(given, PRICE_NAMES, 'machines.price')
  const { amount, per = 'month', flavors = {} } = given
  const currency = typeof given.currency === 'string' ? given.currency.toLowerCase() : ''
  if (!/^[a-z]{3}$/.test(currency) || !isCurrency(currency))
    return fail(`machines.price.currency must be three letters like eur, not ${shown(given.currency)}`)
  if (per !== 'month' && per !== 'hour')
    return fail(`machines.price.per must be month or hour, not ${shown(per)}`)
  if (typeof flavors !== 'object' || flavors === null || Array.isArray(flavors))
    return fail(`machines.price.flavors must be an object like {"b2-30":100.80}, not ${shown(flavors)}`)
  const smallest = (name: string, one: unknown): number => {
    const monthly = typeof one === 'number' ? one * (per === 'hour' ? HOURS_PER_MONTH : 1) : Number.NaN
    if (!(monthly >= 0 && monthly <= MACHINE_PRICE_MAX))
      fail(
        `machines.price.${name.slice(0, 60)} must be a number, at most ${MACHINE_PRICE_MAX} a month, not ${shown(one)}`,
      )
    return monthly * 10 ** decimalsOf(currency)
  }
  const own = Object.entries(flavors).map(([flavor, one]): [string, number] => [
    flavor,
    smallest(`flavors.${flavor}`, one),
  ])
  return { amount: smallest('amount', amount), currency, flavors: new Map(own) }
}
