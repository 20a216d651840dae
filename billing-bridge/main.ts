/** The billing bridge, wired together: its keys, its provider, Stripe, and the pages in front of it. */
import type { FeedId } from '../protocol/ids'
import { openDataFolder } from '../sbot/data-folder'
import { makeFolder } from '../sbot/durable'
import { createLog, type Log, type LogLook } from '../sbot/log'
import { realClock } from '../sbot/loop'
import type { MetricsPlace } from '../sbot/metrics-page'
import { networkKeyOf } from '../sbot/network'
import { type Bridge, createBridge } from './io/bridge'
import { checkBilling, type Finding } from './io/check'
import { readKeys, readStripe } from './io/config'
import { createLink } from './io/link'
import { joinProvider, keysIn } from './io/membership'
import { monitorBilling, webhookOutcome } from './io/monitor'
import { askOnce, memberIn } from './io/once'
import { createPortal } from './io/portal'
import { PortalLinks, portalKeyIn } from './io/portal-links'
import { startServer } from './io/server'
import { openStripe } from './io/stripe'
import { doStep, planSync } from './io/sync'
import { healthOf } from './pages/health'
import { describeStep } from './sync-plan'

export interface BillingOptions {
  /** Everything of this bridge: its key, which provider it has joined, and `billing.json`. */
  dir: string
  /** A one-time token; not needed any more once the bridge has joined. */
  join?: string
  /** Where the pages and the webhook listen. Default 127.0.0.1, behind a proxy that ends TLS. */
  host?: string
  /** 0 takes a free one. */
  port: number
  /** How the pages are reached from outside. Default: the address that is listened on. */
  publicUrl?: string
  /** The provider's own invite, for the front page. */
  invite?: string
  termsFile?: string
  privacyFile?: string
  /** Where figures for a monitor are shown. Default: nowhere. */
  metrics?: MetricsPlace
  /** base64 of the network's key; default BUTTCLOUD_CAPS_SHS, else the main network. */
  networkKey?: string
  /** Where Stripe's keys are looked for first. Default: the process's. */
  environment?: Record<string, string | undefined>
  /** How the log looks, which is on stderr. Default: JSON lines, from `info` on. */
  logLook?: LogLook
  /** Takes the log instead: a logger, or a function for plain lines. */
  log?: Log | ((line: string) => void)
}

export interface RunningBilling {
  id: FeedId
  provider: FeedId
  port: number
  publicUrl: string
  /** True with a live key: real money. */
  live: boolean
  stop(): Promise<void>
}

const LOOPBACK = '127.0.0.1'
const LOOPBACK_URL = `http://${LOOPBACK}`

/** Runs a bridge until stopped. Rejects with a sentence when a key is missing, or it has joined no provider. */
export async function runBilling(options: BillingOptions): Promise<RunningBilling> {
  const log =
    typeof options.log === 'object' ? options.log : createLog('billing', options.logLook, options.log)
  const { dir: directory, environment = process.env } = options
  const networkKey = networkKeyOf(options.networkKey)
  makeFolder(directory)
  openDataFolder(directory, 'billing', (sentence) => log.info({}, sentence))
  const { stripeKey, webhookSecrets, stripeBase, operator } = readKeys(directory, environment)
  if (webhookSecrets.length === 0)
    throw new Error(
      'there is no webhook secret, so nothing that Stripe says could be believed: set STRIPE_WEBHOOK_SECRET (docs/OPERATORS.md, "Charging money")',
    )
  const door = openStripe({ key: stripeKey, base: stripeBase })
  const keys = keysIn(directory)
  const outside = options.publicUrl === undefined ? null : publicUrlOf(options.publicUrl)
  const links = new PortalLinks(portalKeyIn(directory), linkBaseOf(outside, door.live, log))
  const { join: token } = options
  const membership =
    token === undefined
      ? memberIn(directory)
      : await joinProvider({ directory, token, keys, networkKey, log })
  let bridge: Bridge | null = null
  const link = createLink({
    ...{ membership, keys, networkKey, log },
    connected: () => bridge?.connected(),
    owed: (item) => bridge?.owed(item),
  })
  const monitor = monitorBilling(options.metrics, link, () => bridge?.waiting() ?? null, log)
  const portal = createPortal({
    ...{ door, links, returnUrl: `${outside ?? LOOPBACK_URL}/`, stripeBase, now: () => realClock.now(), log },
  })
  try {
    const server = await startServer({
      host: options.host ?? LOOPBACK,
      port: options.port,
      webhook: async (raw, headers) => {
        const answer = (await bridge?.webhook(raw, headers)) ?? { status: 503, body: 'later\n' }
        const outcome = webhookOutcome(answer.status)
        monitor.note({ name: 'buttcloud_webhooks_total', labels: { outcome }, value: 1 })
        return answer
      },
      page: () => link.port.page(),
      portal,
      invite: options.invite ?? null,
      health: () => healthOf(link.awayMs()),
      termsFile: options.termsFile ?? null,
      privacyFile: options.privacyFile ?? null,
      ...{ operator, log },
    })
    const publicUrl = outside ?? `${LOOPBACK_URL}:${server.port}`
    const { provider } = membership
    const made = createBridge({
      ...{ door, port: link.port, provider, publicUrl, links, webhookSecrets, clock: realClock, log },
    })
    bridge = made
    // The connection may have been faster.
    link.showAgain()
    log.info({ provider, port: server.port, publicUrl, live: door.live }, 'the billing bridge is running')
    const stop = async () => {
      await server.stop()
      await Promise.all([made.stop(), monitor.stop()])
      await link.stop()
      door.close()
      log.info({}, 'the billing bridge has ended')
    }
    return { id: keys.id, provider, port: server.port, publicUrl, live: door.live, stop }
  } catch (error) {
    await Promise.all([link.stop(), monitor.stop()])
    door.close()
    throw error
  }
}

/** Where links for mails begin; null where nobody could follow them, or real money would go by the clear. */
function linkBaseOf(publicUrl: string | null, live: boolean, log: Log): string | null {
  if (publicUrl === null)
    log.warn({}, 'without --public-url no mail has a link by which a payer can change the card')
  else if (live && !publicUrl.startsWith('https://'))
    log.warn(
      { publicUrl },
      'with a live key --public-url has to begin with https://, or no mail has a link by which a payer can change the card',
    )
  else return publicUrl
  return null
}

/** Without a slash at its end. */
function publicUrlOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '')
    throw new Error(`--public-url: expected http(s)://…, found "${text}"`)
  return text.replace(/\/+$/, '')
}

export interface FolderOptions {
  dir: string
  networkKey?: string
  environment?: Record<string, string | undefined>
}

export interface BillingSync {
  /** Sentences, in the order in which it is done; empty: Stripe has it all. */
  steps: string[]
  live: boolean
  /** Does it. Doing it again after a failure goes on where it ended. */
  apply(): Promise<void>
  close(): void
}

/** What has to change in Stripe so that it has the plans of the provider. Rejects with a sentence. */
export async function openBillingSync(options: FolderOptions): Promise<BillingSync> {
  const { dir: directory, environment = process.env } = options
  const { stripeKey, stripeBase } = readStripe(directory, environment)
  const { plans } = await askOnce(directory, networkKeyOf(options.networkKey), (port) => port.state(null))
  const door = openStripe({ key: stripeKey, base: stripeBase })
  try {
    const steps = await planSync(door, plans)
    return {
      steps: steps.map(describeStep),
      live: door.live,
      async apply() {
        for (const step of steps) await doStep(door, step)
      },
      close: () => door.close(),
    }
  } catch (error) {
    door.close()
    throw error
  }
}

/** Looks whether everything is there that charging money needs. */
export function lookAtBilling(options: FolderOptions): Promise<Finding[]> {
  const { dir: directory, environment = process.env } = options
  return checkBilling(directory, networkKeyOf(options.networkKey), environment)
}
