/** Money, sizes and spans as visitors read them. */
import type { Millis } from '../../protocol/ids'
import type { Price } from '../../protocol/plan'

const KIB = 1024
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Currencies that Stripe counts in whole units, and those with a thousandth (docs.stripe.com/currencies). */
const WHOLE = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '))
const THOUSANDTHS = new Set('bhd jod kwd omr tnd'.split(' '))
const SIGNS: Record<string, string> = {
  usd: '$',
  eur: '€',
  gbp: '£',
  jpy: '¥',
  nzd: 'NZ$',
  aud: 'A$',
  cad: 'CA$',
}

/** `$3`, `€2.50`, `300 XAF`: Stripe's smallest units as money. */
export function moneyText(amount: number, currency: string): string {
  const digits = WHOLE.has(currency) ? 0 : THOUSANDTHS.has(currency) ? 3 : 2
  const value = amount / 10 ** digits
  const figure = Number.isInteger(value) ? String(value) : value.toFixed(digits)
  const sign = SIGNS[currency]
  return sign === undefined ? `${figure} ${currency.toUpperCase()}` : `${sign}${figure}`
}

export const priceText = (price: Price | null): string =>
  price === null ? 'free' : `${moneyText(price.amount, price.currency)} a ${price.interval}`

/** `192 MB`, `1.5 GB`: in powers of two, as machines are sold. */
export function sizeText(bytes: number): string {
  const units = ['MB', 'GB', 'TB']
  let value = bytes / KIB / KIB
  let unit = 0
  while (value >= KIB && unit < units.length - 1) {
    value /= KIB
    unit += 1
  }
  return `${Math.round(value * 10) / 10} ${units[unit]}`
}

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`

/** `21 days`, `36 hours`, `10 minutes`: whole units only, as promises are made. Rounded down to the minute. */
export function spanText(span: Millis): string {
  if (span >= 2 * DAY_MS && span % DAY_MS === 0) return counted(span / DAY_MS, 'day')
  if (span === DAY_MS) return '1 day'
  if (span >= HOUR_MS && span % HOUR_MS === 0) return counted(span / HOUR_MS, 'hour')
  return counted(Math.floor(span / 60_000), 'minute')
}

/** How old something is, roughly: `just now`, `5 minutes`, `3 hours`, `2 days`. */
export function ageText(age: Millis): string {
  if (age < 60_000) return 'a moment'
  if (age < HOUR_MS) return counted(Math.floor(age / 60_000), 'minute')
  if (age < 2 * DAY_MS) return counted(Math.floor(age / HOUR_MS), 'hour')
  return counted(Math.floor(age / DAY_MS), 'day')
}
