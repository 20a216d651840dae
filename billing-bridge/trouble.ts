/** What a failed request to Stripe means: to be tried again, or the end of it. */
import type { Millis } from '../protocol/ids'
import { CALL_BACKOFF_MAX_MS, CALL_BACKOFF_MS, KEY_BACKOFF_MS } from '../protocol/limits-bridge'
import { STRIPE_REASON_CHARS_MAX } from '../protocol/limits-money'

/** What we read of the package's errors. */
export interface StripeErrorShape {
  /** The class: `StripeInvalidRequestError`, … */
  type?: unknown
  statusCode?: unknown
  /** `resource_missing`, … */
  code?: unknown
  message?: unknown
  headers?: unknown
}

export type Trouble =
  /** Trying again can't help; the reason is for people. */
  | { kind: 'permanent'; reason: string; code: string | null }
  /** A saved answer of an earlier try under the same idempotency key that failed at Stripe's. */
  | { kind: 'saved-failure'; reason: string }
  /** The same key was used for something else: what was asked has changed since. */
  | { kind: 'key-in-use'; reason: string }
  /** The operator has to do something about the key. */
  | { kind: 'refused-key'; reason: string }
  | { kind: 'temporary'; reason: string; afterMs: Millis | null }

/** Sorts what was thrown. Whatever is not an answer of Stripe's is temporary: a cut connection, the provider away. */
export function troubleOf(error: unknown): Trouble {
  const shape: StripeErrorShape = typeof error === 'object' && error !== null ? error : {}
  const reason = reasonOf(shape)
  const { statusCode } = shape
  if (shape.type === 'StripeIdempotencyError') return { kind: 'key-in-use', reason }
  if (statusCode === 401 || statusCode === 403) return { kind: 'refused-key', reason }
  // 409: two requests with one key at the same time. 424, 429: too many.
  const temporary = statusCode === 409 || statusCode === 424 || statusCode === 429
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 && !temporary)
    return { kind: 'permanent', reason, code: typeof shape.code === 'string' ? shape.code : null }
  // Stripe saves the answer under the key, its own failures too: the same key would give the same for a day.
  if (typeof statusCode === 'number' && statusCode >= 500 && header(shape, 'idempotent-replayed') === 'true')
    return { kind: 'saved-failure', reason }
  return { kind: 'temporary', reason, afterMs: retryAfterMs(shape) }
}

/** How long to wait after so many failures in a row; `random` (0 to 1) keeps callers from marching in step. */
export function backoffMs(failures: number, trouble: Trouble, random: number): Millis {
  if (trouble.kind === 'refused-key') return KEY_BACKOFF_MS
  const asked = trouble.kind === 'temporary' ? (trouble.afterMs ?? 0) : 0
  const doubled = Math.min(CALL_BACKOFF_MAX_MS, CALL_BACKOFF_MS * 2 ** Math.max(0, failures - 1))
  return Math.min(CALL_BACKOFF_MAX_MS, Math.max(asked, doubled * (0.5 + random / 2)))
}

function reasonOf({ message }: StripeErrorShape): string {
  const text = typeof message === 'string' && message !== '' ? message : 'Stripe gave no reason'
  // Stripe repeats a bad key with its middle masked; even so it has no place in a log.
  return text.replace(/\b(?:sk|rk|whsec)_[A-Za-z0-9_*]+/g, '(a key)').slice(0, STRIPE_REASON_CHARS_MAX)
}

function retryAfterMs(shape: StripeErrorShape): Millis | null {
  const seconds = Number(header(shape, 'retry-after') ?? Number.NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : null
}

function header({ headers }: StripeErrorShape, name: string): string | null {
  if (typeof headers !== 'object' || headers === null || !Object.hasOwn(headers, name)) return null
  const value = (headers as Record<string, unknown>)[name]
  return typeof value === 'string' ? value : null
}
