/**
 * The token of a payer's link, `/portal/TOKEN`: a version, the day on which it ends, Stripe's id of the payer, and a code
 * that only this bridge can make. No name and no address is in it. Its last sign is no punctuation, which mail programs
 * leave out of links.
 */
import type { Millis } from '../protocol/ids'
import { PORTAL_LINK_MS, PORTAL_LINK_STEP_MS } from '../protocol/limits-bridge'

export interface PortalToken {
  customer: string
  expiresAt: Millis
  /** What the code is made of. */
  claim: string
  /** 64 hex digits. */
  code: string
}

const VERSION = 1
const DAY_MS = 24 * 3_600_000
const CUSTOMER = /^[A-Za-z0-9_]{1,200}$/
const TOKEN = /^((\d{1,3})-(\d{1,6})-([A-Za-z0-9_]{1,200}))-([0-9a-f]{64})$/

/** When a link ends that is made now: the same moment for all of one step. */
export function portalExpiry(now: Millis): Millis {
  return Math.ceil((now + PORTAL_LINK_MS) / PORTAL_LINK_STEP_MS) * PORTAL_LINK_STEP_MS
}

/** What a token says, to be followed by its code; null for a payer whose id is none of Stripe's. */
export function portalClaim(customer: string, expiresAt: Millis): string | null {
  return CUSTOMER.test(customer) ? `${VERSION}-${Math.floor(expiresAt / DAY_MS)}-${customer}` : null
}

/** Takes a token apart, and believes nothing of it: its code has to be checked. Null for what is none of this version. */
export function readPortalToken(token: string): PortalToken | null {
  const [, claim, version, day, customer, code] = TOKEN.exec(token) ?? []
  if (claim === undefined || customer === undefined || code === undefined) return null
  return Number(version) === VERSION ? { customer, expiresAt: Number(day) * DAY_MS, claim, code } : null
}
