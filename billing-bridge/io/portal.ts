/**
 * The page of a payer's link. To look at it asks nothing of Stripe, because mail programs open links to look at them; the
 * button makes a page at Stripe, which is good for minutes, and leads there.
 */
import type { Millis } from '../../protocol/ids'
import {
  PORTAL_ANSWER_MS,
  PORTAL_OPENS_MAX,
  PORTAL_OPENS_MS,
  PORTAL_PAYERS_KEPT_MAX,
} from '../../protocol/limits-bridge'
import { troubleOf } from '../trouble'
import { Kept } from './kept'
import type { Log } from './log'
import type { PortalLinks, PortalWord } from './portal-links'
import { isGone, type StripeDoor } from './stripe'

/** Where Stripe's own pages for payers are. Another address, of the operator's own, is led to by one more click. */
const STRIPE_PAGES = 'https://billing.stripe.com'

export type Opened =
  | { state: 'opened'; url: string }
  | { state: 'expired' | 'wrong' | 'often' | 'gone' | 'later' }

/** What the HTTP server needs. */
export interface PortalDoor {
  /** Where the button may lead to, for the browser: origins. */
  origins: readonly string[]
  look(token: string): PortalWord['state']
  /** Never rejects. */
  open(token: string): Promise<Opened>
}

export interface PortalOptions {
  door: StripeDoor
  links: PortalLinks
  /** Where people come back to from Stripe's page. */
  returnUrl: string
  /** STRIPE_API_BASE, where it is set: it has pages of its own. */
  stripeBase?: string | undefined
  now(): Millis
  log: Log
}

export function createPortal(options: PortalOptions): PortalDoor {
  const { door, links, returnUrl, stripeBase, now, log } = options
  const opens = new Kept<string, Millis[]>(PORTAL_PAYERS_KEPT_MAX)

  /** Counts it; false where it is one too many. */
  const mayOpen = (customer: string): boolean => {
    const at = now()
    const lately = (opens.get(customer) ?? []).filter((one) => one > at - PORTAL_OPENS_MS && one <= at)
    if (lately.length >= PORTAL_OPENS_MAX) return false
    opens.set(customer, [...lately, at])
    return true
  }

  return {
    origins: [STRIPE_PAGES, ...(stripeBase === undefined ? [] : [new URL(stripeBase).origin])],
    look: (token) => links.check(token, now()).state,
    async open(token) {
      const word = links.check(token, now())
      if (word.state !== 'good') return word
      const { customer } = word
      if (!mayOpen(customer)) return { state: 'often' }
      try {
        const params = { customer, return_url: returnUrl }
        const made = await door.client.billingPortal.sessions.create(params, { timeout: PORTAL_ANSWER_MS })
        if (!isPage(made.url, door.live)) throw new Error('Stripe gave a link that is none')
        return { state: 'opened', url: made.url }
      } catch (error) {
        if (isGone(error)) return { state: 'gone' }
        // Of whom it is, is nobody's business who reads the log.
        const reason = troubleOf(error).reason.replaceAll(customer, 'a payer')
        log.warn({ reason }, 'the page of a payer could not be opened at Stripe')
        return { state: 'later' }
      }
    },
  }
}

/** True for what a browser may be sent to. */
function isPage(url: string, live: boolean): boolean {
  const protocol = URL.canParse(url) ? new URL(url).protocol : ''
  return protocol === 'https:' || (protocol === 'http:' && !live)
}
