/**
 * A Stripe that is not there: a server that the real package talks to over HTTP, with objects, idempotency keys, failures
 * to order, a clock to move, and signed deliveries that can be shuffled, tripled, lost and forged.
 */
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import Stripe from 'stripe'
import { readForm } from './stripe-form'
import { API_VERSION, type WorldOptions } from './stripe-ledger'
import { type Event, Refused } from './stripe-objects'
import { answer } from './stripe-routes'
import { World } from './stripe-world'

/**
 * down: the connection is cut before anything is done. limited: 429. broken: 500, and nothing was done.
 * done-500: all is done and 500 is said, also when asked again under the same key.
 * done-cut: all is done and the connection is cut; asked again under the same key it is said.
 * slow: it is begun late. late: it is answered late.
 */
export type Fault = 'down' | 'limited' | 'broken' | 'done-500' | 'done-cut' | 'slow' | 'late'
export interface Order {
  fault: Fault
  /** How many requests it befalls; default one. */
  count?: number
  /** Only those that fit: `POST /v1/checkout/sessions`. */
  on?: RegExp
  slowMs?: number
}

export interface Delivery {
  id: string
  raw: Buffer
  headers: { 'stripe-signature': string }
}

export interface StandInOptions extends Partial<Omit<WorldOptions, 'happened'>> {
  key?: string
  secret?: string
}

interface Saved {
  fingerprint: string
  status: number
  body: string
  at: number
}

/** With an icon of its own, or a browser asks for one that is not there. */
const PAYER_PAGE =
  '<!doctype html><title>Stripe</title><link rel="icon" href="data:,"><h1>Cards and receipts</h1>'
const KEPT_MS = 24 * 3_600_000
export const TEST_KEY = 'sk_test_standin'
export const TEST_SECRET = 'whsec_standin'

export class StripeStandIn {
  readonly world: World
  /** Every request as it came: `POST /v1/refunds`. */
  readonly requests: string[] = []
  /** Signs what is delivered from now on. */
  secret: string
  /** How far the clock is ahead of the real one. */
  aheadMs = 0
  /** Something has happened; something was asked for. */
  onEvent: (event: Event) => void = () => {}
  onRequest: (name: string) => void = () => {}
  onAnswer: (name: string) => void = () => {}
  /** The operator's key was rolled. */
  refuseKeys = false
  private readonly saved = new Map<string, Saved>()
  private readonly faults: Required<Order>[] = []
  private readonly undelivered: Event[] = []
  private readonly server = http.createServer((request, response) => void this.serve(request, response))

  constructor(private readonly options: StandInOptions = {}) {
    this.secret = options.secret ?? TEST_SECRET
    this.world = new World({
      now: () => this.now(),
      live: options.live ?? false,
      ...(options.retryDays === undefined ? {} : { retryDays: options.retryDays }),
      ...(options.afterRetries === undefined ? {} : { afterRetries: options.afterRetries }),
      happened: (event) => {
        this.undelivered.push(event)
        this.onEvent(event)
      },
    })
  }

  now(): number {
    return (this.options.now?.() ?? Date.now()) + this.aheadMs
  }

  /** Listens; gives STRIPE_API_BASE. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }

  /** From now on, so many requests fail like this. */
  fail(order: Order): void {
    this.faults.push({ count: 1, on: /./, slowMs: 1_000, ...order })
  }

  /** All is well again. */
  heal(): void {
    this.faults.length = 0
  }

  /** Moves the clock, and lets happen what is due by then. */
  advance(milliseconds: number): void {
    this.aheadMs += milliseconds
    this.world.tick()
  }

  /** Everything that happened since, not signed yet. */
  happenings(): Event[] {
    return this.undelivered.splice(0)
  }

  /** Everything that happened since, as deliveries. They count as delivered once `delivered` says so. */
  deliveries(): Delivery[] {
    return this.undelivered.splice(0).map((event) => this.sign(event))
  }

  /** An event as it is delivered now. */
  sign(event: Event, signedAt = this.now(), secret = this.secret): Delivery {
    const payload = JSON.stringify(event, (name, value) => (name === 'delivered' ? undefined : value), 2)
    const timestamp = Math.floor(signedAt / 1_000)
    const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp })
    return { id: event.id, raw: Buffer.from(payload), headers: { 'stripe-signature': signature } }
  }

  /** The endpoint has said 200 to it. */
  delivered(id: string): void {
    const event = this.world.events.get(id)
    if (event !== undefined) event.delivered = true
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString('utf8')
    const url = new URL(request.url ?? '/', 'http://stripe')
    const name = `${request.method} ${url.pathname}`
    this.requests.push(name)
    this.onRequest(name)
    if (url.pathname.startsWith('/p/session/')) {
      response.writeHead(200, { 'content-type': 'text/html' })
      return void response.end(PAYER_PAGE)
    }
    const order = this.faults.find((one) => one.count > 0 && one.on.test(name))
    if (order !== undefined) order.count -= 1
    const fault = order?.fault
    if (fault === 'down') return void request.socket.destroy()
    if (fault === 'slow') await new Promise((resolve) => setTimeout(resolve, order?.slowMs))
    if (fault === 'limited')
      return this.refuse(response, new Refused(429, 'rate_limit_error', 'Too many requests', 'rate_limit'))
    if (fault === 'broken')
      return this.refuse(response, new Refused(500, 'api_error', 'Something went wrong'))
    const given = this.answered(request, name, url, body, fault === 'done-500')
    if (fault === 'late') await new Promise((resolve) => setTimeout(resolve, order?.slowMs))
    if (fault === 'done-cut') return void request.socket.destroy()
    this.send(response, given.status, given.body, given.headers)
    this.onAnswer(name)
  }

  /** A product with its price, as `admin billing sync` makes them. */
  offer(plan: string, amount = 300): void {
    const metadata = { 'metadata[buttcloud_plan]': plan }
    const product = { id: `buttcloud_${plan}`, name: plan, ...metadata }
    const price = {
      ...{ product: product.id, currency: 'usd', unit_amount: String(amount), ...metadata },
      ...{ 'recurring[interval]': 'month', lookup_key: product.id },
    }
    answer(this.world, 'POST', '/v1/products', readForm(String(new URLSearchParams(product))))
    answer(this.world, 'POST', '/v1/prices', readForm(String(new URLSearchParams(price))))
  }

  /** An open session of this price, as the API makes them; gives its id. */
  link(lookupKey: string, metadata: Record<string, string>): string {
    const price = [...this.world.prices.values()].find((one) => one.lookup_key === lookupKey)
    const form = new URLSearchParams({ mode: 'subscription', 'line_items[0][price]': price?.id ?? '' })
    for (const [name, value] of Object.entries(metadata)) {
      form.set(`metadata[${name}]`, value)
      form.set(`subscription_data[metadata][${name}]`, value)
    }
    return (answer(this.world, 'POST', '/v1/checkout/sessions', readForm(String(form))) as { id: string }).id
  }

  private answered(
    request: IncomingMessage,
    name: string,
    url: URL,
    body: string,
    broken: boolean,
  ): { status: number; body: string; headers: Record<string, string> } {
    const key = request.method === 'POST' ? request.headers['idempotency-key'] : undefined
    const fingerprint = `${name} ${body}`
    const saved = typeof key === 'string' ? this.saved.get(key) : undefined
    if (saved !== undefined && this.now() - saved.at < KEPT_MS) {
      if (saved.fingerprint === fingerprint)
        return { status: saved.status, body: saved.body, headers: { 'idempotent-replayed': 'true' } }
      const refusal = new Refused(
        400,
        'idempotency_error',
        'Keys for idempotent requests can only be used with the same parameters they were first used with.',
      )
      return { status: 400, body: errorBody(refusal), headers: {} }
    }
    let status = 200
    let text: string
    try {
      this.admit(request)
      const params = readForm(request.method === 'POST' ? body : url.search.slice(1))
      text = JSON.stringify(answer(this.world, request.method ?? '', url.pathname, params))
      if (broken) {
        status = 500
        text = errorBody(new Refused(500, 'api_error', 'Something went wrong on Stripe’s end.'))
      }
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      // What never began is not saved under the key.
      return { status: error.status, body: errorBody(error), headers: {} }
    }
    if (typeof key === 'string') this.saved.set(key, { fingerprint, status, body: text, at: this.now() })
    return { status, body: text, headers: {} }
  }

  /** Who asks, and in which version. */
  private admit(request: IncomingMessage): void {
    if (this.refuseKeys || request.headers.authorization !== `Bearer ${this.options.key ?? TEST_KEY}`)
      throw new Refused(401, 'invalid_request_error', 'Invalid API Key provided: sk_test_*****')
    if (request.headers['stripe-version'] !== API_VERSION)
      throw new Refused(400, 'invalid_request_error', `the stand-in knows ${API_VERSION} only`)
    if (request.headers['x-stripe-client-telemetry'] !== undefined)
      throw new Refused(400, 'invalid_request_error', 'telemetry was to be off')
  }

  private refuse(response: ServerResponse, refusal: Refused): void {
    this.send(response, refusal.status, errorBody(refusal), {})
  }

  private send(
    response: ServerResponse,
    status: number,
    body: string,
    headers: Record<string, string>,
  ): void {
    const date = new Date(this.now()).toUTCString()
    response.writeHead(status, {
      ...{ 'content-type': 'application/json', date, 'request-id': `req_${this.requests.length}` },
      ...headers,
    })
    response.end(body)
  }
}

function errorBody({ type, message, code }: Refused): string {
  return JSON.stringify({ error: { type, message, ...(code === undefined ? {} : { code }) } })
}
