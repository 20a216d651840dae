/** What an answer that is no success means. Sentences hold what the cloud said, without what was said to it. */
import type { Millis } from '../protocol/ids'
import { OPENSTACK_RETRY_MS_MAX, OPENSTACK_SAID_CHARS_MAX } from '../protocol/limits-openstack'
import { MachineError, type MachineTrouble } from './machine-driver'
import { timeIn } from './openstack-times'

export interface CloudAnswer {
  status: number
  headers: Readonly<Record<string, string | undefined>>
  /** Parsed where it was JSON, else null. */
  body: unknown
}

/** `attempted` goes on "could not …"; `secrets` are never repeated. */
export function troubleOf(
  attempted: string,
  answer: CloudAnswer,
  now: Millis,
  secrets: readonly string[],
): MachineError {
  const { status, headers, body } = answer
  const said = withoutSecrets(saidIn(body), secrets)
  const kind = kindOf(status, said, typeIn(body))
  const words = said === '' ? `the cloud answered ${status}` : `the cloud answered ${status}: ${said}`
  return new MachineError(kind, `could not ${attempted}: ${words}`, retryAfterMs(headers['retry-after'], now))
}

/** Neutron's names for "there is none left" (neutron-lib exceptions); it says them with 409, and so it looks like a conflict. */
const SPENT = /^(OverQuota|IpAddressGenerationFailure|ExternalIpAddressExhausted|NoMoreNetworksAvailable)/

function kindOf(status: number, said: string, type: string): MachineTrouble {
  if (SPENT.test(type)) return 'quota'
  // Nova says a quota with 403, and old ones with 413 (api-ref, "Create server").
  if ((status === 403 || status === 413) && /quota|exceed|limit/i.test(said)) return 'quota'
  if (status === 401 || status === 403) return 'unauthorised'
  if (status === 404) return 'missing'
  if (status === 408 || status === 409 || status === 413 || status === 429 || status >= 500) return 'busy'
  return 'refused'
}

/** Seconds, or a date (RFC 9110 10.2.3); null where it is neither, or nonsense. */
export function retryAfterMs(written: string | undefined, now: Millis): Millis | null {
  if (written === undefined) return null
  const isSeconds = /^\d{1,9}$/.test(written.trim())
  const waitMs = isSeconds ? Number(written) * 1000 : (timeIn(written) ?? now) - now
  return waitMs > 0 ? Math.min(waitMs, OPENSTACK_RETRY_MS_MAX) : null
}

/**
 * The services' errors are all `{ONE_NAME: {message}}`, but for Keystone's `{error: {message, title}}` and Neutron's, which
 * may have a text in place of the object. Pages of proxies in between say nothing that helps.
 */
function saidIn(body: unknown): string {
  for (const fault of faultsIn(body)) {
    if (typeof fault === 'string') return fault
    const message = isObject(fault) ? fault.message : undefined
    if (typeof message === 'string' && message !== '') return message
    const title = isObject(fault) ? fault.title : undefined
    if (typeof title === 'string') return title
  }
  return ''
}

function typeIn(body: unknown): string {
  for (const fault of faultsIn(body)) if (isObject(fault) && typeof fault.type === 'string') return fault.type
  return ''
}

function faultsIn(body: unknown): unknown[] {
  if (!isObject(body)) return []
  return typeof body.message === 'string' ? [body] : Object.values(body).slice(0, 3)
}

/**
 * Nova repeats what it did not like ("Value: …"), and that may be the user data with its token: nothing long without a
 * blank is passed on, and nothing that was a secret here.
 */
export function withoutSecrets(said: string, secrets: readonly string[]): string {
  let bare = said.replace(/\p{Cc}+/gu, ' ').replace(/\bValue: .*$/, '')
  for (const secret of secrets) if (secret.length > 3) bare = bare.split(secret).join('…')
  bare = bare
    .replace(/[A-Za-z0-9+/=_~.@:-]{50,}/g, '…')
    .replace(/<[^>]{0,200}>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return bare.length > OPENSTACK_SAID_CHARS_MAX ? `${bare.slice(0, OPENSTACK_SAID_CHARS_MAX)}…` : bare
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
