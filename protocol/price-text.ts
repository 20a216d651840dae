/**
 * How money is counted and how a price reads. Stripe takes amounts in a currency's smallest unit, and not every currency
 * has hundredths (docs.stripe.com/currencies, "Zero-decimal currencies" and "Three-decimal currencies").
 */
import type { Price } from './plan'

const WITHOUT_DECIMALS = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '))
/** Of these the last digit has to be 0: card networks take two. */
const THREE_DECIMALS = new Set('bhd jod kwd omr tnd'.split(' '))
/**
 * Stripe counts these in hundredths though nobody has any, so that an amount has to be whole; the documentation lists UGX
 * in both ways, and a price that may be a hundred times too high is better refused.
 */
const WHOLE_ONLY = new Set(['isk'])
export const UNCLEAR_CURRENCIES: ReadonlySet<string> = new Set(['ugx'])

/**
 * What Stripe takes at least for one payment, as people write it (docs.stripe.com/currencies, "Minimum and maximum charge
 * amounts"); of currencies that are not there it decides by the day's rate.
 */
const LEAST: Record<string, number> = {
  ...{ usd: 0.5, aed: 2, aud: 0.5, brl: 0.5, cad: 0.5, chf: 0.5, czk: 15, dkk: 2.5, eur: 0.5, gbp: 0.3 },
  ...{ hkd: 4, huf: 175, inr: 0.5, jpy: 50, mxn: 10, myr: 2, nok: 3, nzd: 0.5, pln: 2, ron: 2, sek: 3 },
  ...{ sgd: 0.5, thb: 10 },
}

/** The least amount of a currency in its smallest unit that can be paid; 1 where that is not known. */
export function leastAmount(currency: string): number {
  const least = LEAST[currency]
  return least === undefined ? 1 : Math.round(least * 10 ** decimalsOf(currency))
}

/** False for three letters that are no currency: a slip of the pen. */
export function isCurrency(letters: string): boolean {
  return Intl.supportedValuesOf('currency').includes(letters.toUpperCase())
}

/** Digits behind the point in which Stripe counts a currency. */
export function decimalsOf(currency: string): 0 | 2 | 3 {
  if (WITHOUT_DECIMALS.has(currency)) return 0
  return THREE_DECIMALS.has(currency) ? 3 : 2
}

/** Digits behind the point that a price may have. */
export function pricedDecimalsOf(currency: string): 0 | 2 {
  return WITHOUT_DECIMALS.has(currency) || WHOLE_ONLY.has(currency) ? 0 : 2
}

/** An amount in the smallest unit, of one as people write it: `7`, `7.5`, `7.00`. Null where it is none of this currency. */
export function amountOf(written: string, currency: string): number | null {
  const found = /^(\d{1,9})(?:\.(\d{1,2}))?$/.exec(written)
  if (found === null) return null
  const behind = (found[2] ?? '').replace(/0+$/, '')
  if (behind.length > pricedDecimalsOf(currency)) return null
  return Number(`${found[1]}${behind.padEnd(decimalsOf(currency), '0')}`)
}

/** Only those that mean one currency to everybody. */
const SIGNS: Record<string, string> = { usd: '$', eur: '€', gbp: '£', inr: '₹', ils: '₪', uah: '₴' }

/** `$7`, `€3.50`, `700 JPY`. */
export function amountText(amount: number, currency: string): string {
  const decimals = decimalsOf(currency)
  const digits = String(amount).padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals)
  const behind = digits.slice(digits.length - decimals)
  const number = /^0*$/.test(behind) ? whole : `${whole}.${decimals === 3 ? behind.slice(0, 2) : behind}`
  const sign = SIGNS[currency]
  return sign === undefined ? `${number} ${currency.toUpperCase()}` : `${sign}${number}`
}

/** A price as people say it: `$7 a month`; without one it costs nothing. */
export function priceText(price: Price | null): string {
  return price === null ? 'costs nothing' : `${amountText(price.amount, price.currency)} a ${price.interval}`
}
