/** The bridge as a process that is killed and started again, and Stripe's side of its webhook. */
import { type ChildProcess, spawn } from 'node:child_process'
import { request } from 'node:http'
import { join } from 'node:path'
import type { BillingOptions } from '../../billing-bridge/main'
import { freePort, removeFolder, temporaryFolder, until } from './machine'
import { type MoveTime, timeMover } from './move-time'
import { bareEnvironment, endChild, watchOver } from './stock'
import type { Event } from './stripe-objects'
import { type StripeStandIn, TEST_KEY } from './stripe-stand-in'

export interface BillingProcessOptions {
  stripe: StripeStandIn
  base: string
  token: string
  networkKey: string
  /** Where it shows its figures. */
  metrics?: { host: string; port: number }
}

export class BillingProcess {
  readonly folder = temporaryFolder('billing')
  /** How often it was killed. */
  kills = 0
  port = 0
  private child: ChildProcess | null = null
  private output = ''
  private move: MoveTime = () => Promise.resolve()
  private restarting: Promise<void> = Promise.resolve()
  private queue: Event[] = []
  private stopped = false
  private delivering: Promise<void> = Promise.resolve()

  constructor(private readonly options: BillingProcessOptions) {}

  /** Without `delivers` nothing comes to its webhook but what is posted. */
  async start({ delivers = true } = {}): Promise<void> {
    this.port ||= await freePort()
    await this.spawn()
    if (delivers) this.delivering = this.deliver()
  }

  private async spawn(): Promise<void> {
    const { base, token, networkKey, stripe, metrics } = this.options
    const options: BillingOptions = {
      ...{ dir: this.folder, join: token, port: this.port, networkKey },
      publicUrl: 'https://pubs.example.org',
      ...(metrics === undefined ? {} : { metrics }),
      environment: {
        STRIPE_SECRET_KEY: TEST_KEY,
        STRIPE_WEBHOOK_SECRET: stripe.secret,
        STRIPE_API_BASE: base,
      },
    }
    const file = join(__dirname, 'billing-child.js')
    const child = spawn(process.execPath, ['--no-deprecation', file, JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: bareEnvironment(this.folder),
    })
    watchOver(child)
    this.move = timeMover(child)
    this.child = child
    let ready = false
    child.stdout?.on('data', () => {
      ready = true
    })
    child.stderr?.on('data', (data) => {
      this.output = (this.output + data).slice(-20_000)
    })
    await until('the bridge to start', () => ready || child.exitCode !== null || child.signalCode !== null)
    if (child.exitCode !== null) throw new Error(`the bridge ended: ${this.output}`)
  }

  /** kill -9, and a new one takes its place. */
  kill(): void {
    const { child } = this
    if (child === null || child.signalCode !== null || this.stopped) return
    this.kills += 1
    child.kill('SIGKILL')
    this.child = null
    this.restarting = this.restarting.then(async () => {
      await endChild(child, 0)
      if (!this.stopped) await this.spawn()
    })
  }

  /** So much time goes by for it. */
  pass(passMs: number): Promise<void> {
    return this.move({ passMs })
  }

  lines(): string {
    return this.output
  }

  /** Stripe's deliveries, each until it is taken. */
  private async deliver(): Promise<void> {
    const { stripe } = this.options
    while (!this.stopped) {
      this.queue.push(...stripe.happenings())
      for (const event of this.queue.splice(0)) {
        const { raw, headers } = stripe.sign(event)
        const status = await this.post(raw, headers['stripe-signature'])
        if (status === 200) stripe.delivered(event.id)
        else this.queue.push(event)
      }
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  /** One delivery; gives the status, 0 where none came. */
  post(raw: Buffer, signature: string): Promise<number> {
    return new Promise((resolve) => {
      const sent = request(
        {
          ...{ host: '127.0.0.1', port: this.port, path: '/webhook', method: 'POST', timeout: 20_000 },
          headers: {
            'stripe-signature': signature,
            'content-type': 'application/json',
            'content-length': raw.length,
          },
        },
        (response) => {
          response.resume()
          response.once('close', () => resolve(response.complete ? (response.statusCode ?? 0) : 0))
        },
      )
      sent.once('timeout', () => sent.destroy())
      sent.once('error', () => resolve(0))
      sent.end(raw)
    })
  }

  async stop(): Promise<void> {
    this.stopped = true
    await this.restarting
    if (this.child !== null) await endChild(this.child, 5_000)
    await this.delivering
    removeFolder(this.folder)
  }
}
