/**
 * Terms and privacy: the text is markdown with {{names}} for what only this operator and this policy know. What has no
 * value is said in front of the text, so that nobody takes a template for a promise.
 */
import { CHECKOUT_EXPIRES_MS } from '../../protocol/limits-money'
import type { BillingPage } from '../../protocol/rpc-billing'
import { html, type Markup } from './html'
import { markdown } from './markdown'
import { spanText } from './words'

/** Who runs the service, as the law of most places wants it said. */
export interface Operator {
  name: string
  address: string
  /** An e-mail address, or whatever else reaches them. */
  contact: string
  /** A sentence on the law that applies; null for none. */
  law: string | null
}

/** What stands for a name in a text; null where nobody has said it. */
function valuesOf(operator: Operator | null, page: BillingPage): Record<string, string | null> {
  const { dates } = page
  return {
    name: page.name ?? 'this service',
    feed: page.id,
    operator: operator?.name ?? null,
    'operator-address': operator?.address ?? null,
    contact: operator === null ? null : contactText(operator.contact),
    law: operator === null ? '' : (operator.law ?? ''),
    'grace-past-due': spanText(dates.graceMs['past-due']),
    'grace-unpaid': spanText(dates.graceMs.unpaid),
    'grace-canceled': spanText(dates.graceMs.canceled),
    'grace-never': spanText(dates.graceMs.never),
    'grace-grant-over': spanText(dates.graceMs['grant-over']),
    remind: spanText(dates.remindMs),
    suspended: spanText(dates.suspendedMs),
    'last-week': spanText(dates.lastWeekMs),
    'last-day': spanText(dates.lastDayMs),
    retention: spanText(dates.retentionMs),
    'checkout-expires': spanText(CHECKOUT_EXPIRES_MS),
  }
}

const contactText = (contact: string): string =>
  /^[^\s@()[\]]+@[^\s@()[\]]+$/.test(contact) ? `[${contact}](mailto:${contact})` : contact

const WORDS: Record<string, string> = {
  operator: 'who runs this service',
  'operator-address': 'where they are',
  contact: 'how to reach them',
}

export interface Filled {
  text: string
  /** What the text wants to know and nobody has said, in words. */
  missing: string[]
}

/** Puts the values in. Names that nobody knows are missing, too: a slip in an operator's own file must show. */
export function filled(text: string, operator: Operator | null, page: BillingPage): Filled {
  const values = valuesOf(operator, page)
  const missing = new Set<string>()
  const result = text.replace(/\{\{([^{}\n]{1,60})\}\}/g, (_whole, found: string) => {
    const name = found.trim()
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (value !== undefined && value !== null) return value
    missing.add(WORDS[name] ?? `“${name}”, which nothing here stands for`)
    return `**(not said: ${(WORDS[name] ?? name).replace(/\*/g, '')})**`
  })
  return { text: result, missing: [...missing] }
}

/** The body of such a page; `title` stands above a text that has no title of its own. */
export function legalText(text: string, title: string, operator: Operator | null, page: BillingPage): Markup {
  const { text: whole, missing } = filled(text, operator, page)
  const warning =
    missing.length === 0
      ? null
      : html`<p class="notice warn" role="note"><strong>This text is not complete.</strong> It does not say: ${missing.join(
          ', ',
        )}. Whoever runs this service has to fill that in; until then, ask before you rely on it.</p>\n`
  const own = /^# +\S/m.test(whole) ? null : html`<h1>${title}</h1>\n`
  return html`${warning}<article>\n${own}${markdown(whole)}</article>`
}
