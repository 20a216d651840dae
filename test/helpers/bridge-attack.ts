/** Those who mean harm to the bridge's HTTP server: slow ones, huge ones, forgers. Bounded in number, and they end. */
import { Agent } from 'node:http'
import Stripe from 'stripe'
import { ask, type Line, openLine, type PourOptions, pour } from './bridge-http'

/** Behind a proxy each attacker has an address of their own; the proxy says which. */
const from = (at: number): string => `10.66.${Math.floor(at / 250)}.${(at % 250) + 1}`

export interface Slow {
  /** How many of them the server has ended. */
  ended(): number
  stop(): void
}

/**
 * So many connections that send a byte now and then: a third of them within the head, a third in the body, a third nothing
 * at all. With `again` each that is ended dials once more.
 */
export function slowSockets(port: number, count: number, { again = false } = {}): Slow {
  const lines = new Set<Line>()
  let ended = 0
  let stopped = false
  const begins = (at: number): string => {
    const head = `POST /webhook HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ${from(at)}\r\n`
    if (at % 3 === 0) return ''
    return at % 3 === 1 ? head : `${head}Stripe-Signature: t=1,v1=0\r\nContent-Length: 200000\r\n\r\n{`
  }
  const open = (at: number) => {
    const line = openLine(port, begins(at))
    lines.add(line)
    const drip =
      at % 3 === 0 ? undefined : setInterval(() => line.socket.write(at % 3 === 1 ? 'a' : ' '), 1_000)
    void line.over.then(() => {
      clearInterval(drip)
      lines.delete(line)
      ended += 1
      if (again && !stopped) setTimeout(() => !stopped && open(at), 100)
    })
  }
  // Those who come again come spread over the time that they are given, as they would after a while.
  for (let at = 0; at < count; at++)
    if (again) setTimeout(() => !stopped && open(at), (at / count) * 5_000)
    else open(at)
  return {
    ended: () => ended,
    stop() {
      stopped = true
      for (const { socket } of lines) socket.destroy()
    },
  }
}

export interface Poured {
  /** First line of the answer; empty when there was none. */
  answers: string[]
  sentBytes: number
}

/** So many bodies at once, every other one without a word on its length. `first` numbers the senders. */
export async function bigBodies(
  port: number,
  count: number,
  bytes: number,
  first = 0,
  options: PourOptions = {},
): Promise<Poured> {
  const poured = Array.from({ length: count }, (_, at) =>
    pour(port, bytes, {
      ...options,
      chunked: (first + at) % 2 === 1,
      headers: `X-Forwarded-For: ${from(first + at)}\r\n`,
    }),
  )
  const over = await Promise.all(poured.map(({ line }) => line.over))
  return {
    answers: over.map(({ text }) => text.split('\r\n')[0] ?? ''),
    sentBytes: poured.reduce((sum, { sent }) => sum + sent(), 0),
  }
}

let deliveries = 0
/** A delivery of a new event that Stripe did send, as far as the signature goes. */
export function signed(
  secret: string,
  payload = JSON.stringify({ id: `evt_${deliveries++}`, object: 'event' }),
) {
  const header = Stripe.webhooks.generateTestHeaderString({ payload, secret })
  return { body: payload, headers: { 'stripe-signature': header } }
}

/** Deliveries with another secret, an old time, a changed body or rubbish; gives how many got which status. */
export async function forge(
  port: number,
  count: number,
  secret: string,
  atOnce = 32,
): Promise<Map<number, number>> {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce })
  const statuses = new Map<number, number>()
  const payload = JSON.stringify({ id: 'evt_forged', object: 'event', data: 'x'.repeat(2_000) })
  const kinds = [
    () => signed('whsec_oscar', payload),
    () => ({ ...signed(secret, payload), body: payload.replace('forged', 'forgot') }),
    () => ({ body: payload, headers: { 'stripe-signature': `t=${'9'.repeat(12)},v1=${'0'.repeat(64)}` } }),
    () => ({
      body: payload,
      headers: {
        'stripe-signature': Stripe.webhooks.generateTestHeaderString({
          payload,
          secret,
          timestamp: 1_000_000_000,
        }),
      },
    }),
  ]
  let left = count
  const worker = async (at: number) => {
    for (; left > 0; ) {
      left -= 1
      const { body, headers } = kinds[left % kinds.length]?.() ?? signed('whsec_oscar')
      const answer = await ask(`http://127.0.0.1:${port}/webhook`, {
        method: 'POST',
        headers: { ...headers, 'x-forwarded-for': from(at) },
        body,
        agent,
      })
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, (_, at) => worker(at)))
  agent.destroy()
  return statuses
}
