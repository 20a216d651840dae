/** Makes and checks the links by which payers reach their page at Stripe. The key is in the bridge's folder and nowhere else. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Millis } from '../../protocol/ids'
import { makeFolder, readJson, writeJson } from '../../sbot/durable'
import { PORTAL_PATH } from '../pages/routes'
import { portalClaim, portalExpiry, readPortalToken } from '../portal-token'

export interface PortalLink {
  url: string
  expiresAt: Millis
}
export type PortalWord = { state: 'good'; customer: string } | { state: 'expired' | 'wrong' }

const FILE = 'portal.json'
const KEY_BYTES = 32

/** The key in a bridge's folder, made where there is none. Throws a sentence for a file that holds something else. */
export function portalKeyIn(directory: string): Buffer {
  const path = join(directory, FILE)
  if (!existsSync(path)) {
    makeFolder(directory)
    writeJson(path, { key: randomBytes(KEY_BYTES).toString('base64') })
  }
  const value = readJson(path) as { key?: unknown } | null
  const key = typeof value?.key === 'string' ? Buffer.from(value.key, 'base64') : Buffer.alloc(0)
  if (key.length === KEY_BYTES) return key
  throw new Error(
    `${path} holds no key: put a good copy in its place, or remove it: a new one is made then, and links that were mailed before are void`,
  )
}

export class PortalLinks {
  constructor(
    private readonly key: Buffer,
    /** How the pages are reached from outside, without a slash at its end; null: not at all, so no link is made. */
    private readonly publicUrl: string | null,
  ) {}

  /** The link of a payer; the same one for a month. Null where none can be made. */
  linkFor(customer: string, now: Millis): PortalLink | null {
    const expiresAt = portalExpiry(now)
    const claim = portalClaim(customer, expiresAt)
    if (this.publicUrl === null || claim === null) return null
    const url = `${this.publicUrl}${PORTAL_PATH}${claim}-${this.codeOf(claim).toString('hex')}`
    return { url, expiresAt }
  }

  /** Whose link it is. Whoever made it up learns no more than that it is wrong, in the same time whatever they wrote. */
  check(token: string, now: Millis): PortalWord {
    const read = readPortalToken(token)
    if (read === null) return { state: 'wrong' }
    const { claim, code, customer, expiresAt } = read
    if (!timingSafeEqual(this.codeOf(claim), Buffer.from(code, 'hex'))) return { state: 'wrong' }
    return now < expiresAt ? { state: 'good', customer } : { state: 'expired' }
  }

  private codeOf(claim: string): Buffer {
    return createHmac('sha256', this.key).update(`buttcloud portal link\n${claim}`).digest()
  }
}
