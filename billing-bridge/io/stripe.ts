/** The one door to Stripe: the package, bound to one API version, with our own time limits and no tales told. */
import { createHash } from 'node:crypto'
import http from 'node:http'
import https from 'node:https'
import Stripe from 'stripe'
import type { Millis } from '../../protocol/ids'
import { STRIPE_PAGE_MAX, STRIPE_TIMEOUT_MS } from '../../protocol/limits-bridge'
import { type InvoiceShape, idOf, type SessionShape, type SubscriptionShape } from '../shapes'

/** Shapes of objects change with it, so it only changes together with shapes.ts and the stand-in of the tests. */
export const API_VERSION = '2026-10-28.endive'

export interface StripeOptions {
  key: string
  /** Another address than Stripe's own, for tests: `http://127.0.0.1:port`. */
  base?: string | undefined
  timeoutMs?: Millis | undefined
}

export interface StripeDoor {
  client: Stripe
  /** True for a key of live mode: real money. */
  live: boolean
  /** The subscription with its latest invoice and its customer; null where there is none. */
  subscription(id: string): Promise<{ subscription: SubscriptionShape; at: Millis } | null>
  /** The Checkout session that a subscription came of; null where it came of none. */
  sessionOf(subscription: string): Promise<string | null>
  session(id: string): Promise<SessionShape>
  /** What time it is by Stripe's clock. */
  time(): Promise<Millis>
  /** Lets go of open connections. */
  close(): void
}

/** Opens the door; nothing is asked yet. Throws a sentence for what can't be a key or an address. */
export function openStripe(options: StripeOptions): StripeDoor {
  const { key, base, timeoutMs = STRIPE_TIMEOUT_MS } = options
  if (!/^(sk|rk)_(live|test)_[A-Za-z0-9_]+$/.test(key))
    throw new Error('the Stripe key is none: expected sk_live_…, rk_live_…, sk_test_… or rk_test_…')
  const place = placeOf(base)
  const Agent = place.protocol === 'http' ? http.Agent : https.Agent
  const agent = new Agent({ keepAlive: true })
  const client = new Stripe(key, {
    apiVersion: API_VERSION,
    // We try again ourselves, with the same idempotency key, because only we know what is owed.
    maxNetworkRetries: 0,
    timeout: timeoutMs,
    telemetry: false,
    httpAgent: agent,
    appInfo: { name: 'ButtCloud' },
    ...place,
  })
  return {
    client,
    live: key.slice(3).startsWith('live_'),
    async subscription(id) {
      const found = await orNull(
        client.subscriptions.retrieve(id, { expand: ['latest_invoice', 'customer'] }),
      )
      return found === null ? null : { subscription: found, at: timeOf(found) }
    },
    async sessionOf(subscription) {
      const { data } = await client.checkout.sessions.list({ subscription, limit: 1 })
      return data[0]?.id ?? null
    },
    session: (id) => client.checkout.sessions.retrieve(id),
    time: async () => timeOf(await client.events.list({ limit: 1 })),
    close: () => agent.destroy(),
  }
}

function placeOf(base: string | undefined): { host?: string; port?: string; protocol?: 'http' | 'https' } {
  if (base === undefined || base === '') return {}
  const url = URL.canParse(base) ? new URL(base) : null
  const plain = url?.protocol === 'http:'
  if (url === null || (!plain && url.protocol !== 'https:') || url.pathname !== '/')
    throw new Error(`STRIPE_API_BASE: expected http(s)://host:port without a path, found "${base}"`)
  if (plain && !['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname))
    throw new Error(
      'STRIPE_API_BASE: plain http is for this machine only; the key would be readable on the way',
    )
  const port = url.port === '' ? (plain ? '80' : '443') : url.port
  return { host: url.hostname, port, protocol: plain ? 'http' : 'https' }
}

/** When Stripe answered, by its own clock. */
export function timeOf(answer: { lastResponse: { headers: Record<string, string> } }): Millis {
  const at = Date.parse(answer.lastResponse.headers.date ?? '')
  if (Number.isNaN(at)) throw new Error('Stripe’s answer bears no date, so nothing can be dated by it')
  return at
}

/** The answer, or null where Stripe has no such object. */
export async function orNull<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked
  } catch (error) {
    if (isGone(error)) return null
    throw error
  }
}

/** True where Stripe says that it has no such object. */
export function isGone(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'resource_missing'
}

/** Stripe's idempotency key of a step of an owed call: at most 255 characters, the same for the same debt. */
export function idempotencyKeyOf(call: string, step: string): string {
  return `buttcloud-${createHash('sha256').update(call).digest('hex')}-${step}`.slice(0, 255)
}

/** How the latest invoice of a subscription was paid: what a refund is made of. */
export async function paymentOf(
  door: StripeDoor,
  subscription: SubscriptionShape,
): Promise<{ invoice: InvoiceShape; payment: { payment_intent: string } | { charge: string } } | null> {
  const { latest_invoice: latest } = subscription
  if (latest === null) return null
  const invoice = await door.client.invoices.retrieve(idOf(latest), { expand: ['payments'] })
  if (invoice.amount_paid === 0 || invoice.id === undefined) return null
  for (const { status, payment } of invoice.payments?.data ?? []) {
    if (status !== 'paid') continue
    if (payment.payment_intent !== undefined)
      return { invoice, payment: { payment_intent: idOf(payment.payment_intent) } }
    if (payment.charge !== undefined) return { invoice, payment: { charge: idOf(payment.charge) } }
  }
  throw new Error(`the invoice ${invoice.id} says that it is paid, and not how`)
}

/** The largest page; the package asks for the next one by itself. */
export const PAGE = { limit: STRIPE_PAGE_MAX }
