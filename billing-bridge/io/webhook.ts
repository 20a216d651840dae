/**
 * Stripe's deliveries. The signature is checked on the raw bytes before anything is read; 200 is said only when all that
 * follows is durable at the provider; whatever else happens Stripe delivers again, for three days.
 */
import type { IncomingHttpHeaders } from 'node:http'
import Stripe from 'stripe'
import type { Millis } from '../../protocol/ids'
import {
  EVENTS_KEPT_MAX,
  WEBHOOK_AGE_SECONDS_MAX,
  WEBHOOK_AHEAD_SECONDS_MAX,
  WEBHOOK_ANSWER_MS_MAX,
  WEBHOOKS_AT_ONCE_MAX,
} from '../../protocol/limits-bridge'
import { eventIdOf } from '../events'
import { Kept } from './kept'
import type { Log } from './log'

export interface WebhookOptions {
  /** One, or two while the old one is being replaced. */
  secrets: readonly string[]
  handle(event: unknown): Promise<void>
  now(): Millis
  log: Log
  answerMsMax?: Millis
}

export interface WebhookAnswer {
  status: number
  body: string
}

export type Webhook = (raw: Buffer, headers: IncomingHttpHeaders) => Promise<WebhookAnswer>

const OK: WebhookAnswer = { status: 200, body: 'ok\n' }
/** One answer for everything that is wrong with a signature: who guesses learns nothing from it. */
const BAD: WebhookAnswer = { status: 400, body: 'bad signature\n' }
const LATER: WebhookAnswer = { status: 503, body: 'later\n' }
const TOLD_EVERY_MS = 60_000

/** The handler of POST /webhook. Never rejects. */
export function createWebhook(options: WebhookOptions): Webhook {
  const { now, log, handle, answerMsMax = WEBHOOK_ANSWER_MS_MAX } = options
  const handled = new Kept<string, true>(EVENTS_KEPT_MAX)
  let running = 0
  let bad = 0
  let toldAt = 0

  const refuse = (): WebhookAnswer => {
    bad += 1
    if (now() - toldAt >= TOLD_EVERY_MS) {
      log.warn(
        { count: bad },
        'deliveries whose signature does not hold; is the webhook secret the right one?',
      )
      bad = 0
      toldAt = now()
    }
    return BAD
  }

  return async (raw, headers) => {
    const event = verified(raw, headers['stripe-signature'], options.secrets, now())
    if (event === null) return refuse()
    const id = eventIdOf(event)
    if (id !== null && handled.has(id)) return OK
    if (running >= WEBHOOKS_AT_ONCE_MAX) return LATER
    running += 1
    try {
      await inTime(handle(event), answerMsMax)
      if (id !== null) handled.set(id, true)
      return OK
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      log.warn({ event: id, reason }, 'a delivery could not be handled; Stripe will deliver it again')
      return LATER
    } finally {
      running -= 1
    }
  }
}

/** The event; null when no secret of ours signed it, or not now. */
function verified(
  raw: Buffer,
  header: string | string[] | undefined,
  secrets: readonly string[],
  now: Millis,
): { type?: unknown } | null {
  if (typeof header !== 'string' || header.length > 4_096) return null
  // The package refuses what is old and lets through what is signed for the future.
  const signedAt = timeIn(header)
  if (signedAt === null || signedAt - now / 1_000 > WEBHOOK_AHEAD_SECONDS_MAX) return null
  for (const secret of secrets) {
    try {
      const tolerance = WEBHOOK_AGE_SECONDS_MAX
      const event: unknown = Stripe.webhooks.constructEvent(raw, header, secret, tolerance, undefined, now)
      return typeof event === 'object' && event !== null ? event : null
    } catch {
      // The other secret may fit.
    }
  }
  return null
}

/** The time in the header, in seconds: the last one, as the package reads it. */
function timeIn(header: string): number | null {
  const times = header.split(',').filter((part) => part.startsWith('t='))
  const last = times.at(-1)?.slice(2) ?? ''
  return /^\d{1,12}$/.test(last) ? Number(last) : null
}

function inTime<T>(work: Promise<T>, milliseconds: Millis): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`it took longer than ${milliseconds / 1_000} s`)),
      milliseconds,
    )
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
