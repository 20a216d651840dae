/** The bridge without its walls: everything between a provider's port and Stripe, wired together. */
import type { FeedId, Millis } from '../../protocol/ids'
import { SWEEP_AGAIN_MS, SWEEP_EVERY_MS, SWEEP_RETRY_MS_MAX } from '../../protocol/limits-bridge'
import type { OwedCall, OwedItem } from '../../protocol/rpc-billing'
import { type Clock, createLoop } from '../../sbot/loop'
import { isOfMode } from '../events'
import type { ProviderPort } from '../port'
import { Alerts } from './alerts'
import { Facts } from './facts'
import { handleEvent } from './handle'
import type { Log } from './log'
import { Performer } from './perform'
import type { PortalLinks } from './portal-links'
import type { StripeDoor } from './stripe'
import { Sweep } from './sweep'
import { createWebhook, type Webhook } from './webhook'
import { Worker } from './worker'

export interface BridgeOptions {
  door: StripeDoor
  port: ProviderPort
  provider: FeedId
  /** Where people come back to from Stripe's pages, without a slash at its end. */
  publicUrl: string
  /** Makes the links that payers are mailed. */
  links: PortalLinks
  webhookSecrets: readonly string[]
  clock: Clock
  log: Log
}

export interface Bridge {
  webhook: Webhook
  sweep: Pick<Sweep, 'run'>
  /** Now, and not only when its hour has come: all that is done then. */
  sweepSoon(): void
  /** The provider is there, or there again. */
  connected(): void
  /** Everything that is owed now. */
  owed(item: OwedItem): void
  /** Owed calls that are not made. */
  waiting(): number
  stop(): Promise<void>
}

/** See Bridge. Nothing is done before the first `connected`, but webhooks, which fail until then. */
export function createBridge(options: BridgeOptions): Bridge {
  const { door, port, provider, publicUrl, links, webhookSecrets, clock, log } = options
  const facts = new Facts({ door, port, provider, links, log })
  const alerts = new Alerts({ door, port, provider })
  const now = () => clock.now()
  const sweep = new Sweep({ door, port, facts, alerts, provider, now, log })
  const performer = new Performer({ door, port, facts, provider, publicUrl, links })
  const onRefused = (call: OwedCall, at: Millis) => alerts.refused(call, at)
  const worker = new Worker({ performer, port, onRefused, clock, log })
  let sweptAt = Number.NEGATIVE_INFINITY
  const loop = createLoop({
    look: async () => {
      worker.tryRefused()
      await sweep.run()
      sweptAt = clock.now()
      loop.wakeAt(sweptAt + SWEEP_EVERY_MS)
    },
    onError: (error, pauseMs) => log.warn({ reason: error.message, pauseMs }, 'a sweep failed; trying again'),
    ceilingPauseMs: SWEEP_RETRY_MS_MAX,
    clock,
  })
  return {
    webhook: createWebhook({
      ...{ secrets: webhookSecrets, now, log },
      handle: async (event) => {
        if (isOfMode(event, door.live)) return handleEvent(event, facts, alerts)
        log.warn(
          { live: door.live },
          `a delivery of ${door.live ? 'test' : 'live'} mode came to a bridge with a ${door.live ? 'live' : 'test'} key and is left alone: remove that endpoint in Stripe, and its secret here`,
        )
      },
    }),
    sweep,
    sweepSoon: () => loop.wake(),
    connected() {
      worker.connected()
      if (clock.now() - sweptAt >= SWEEP_AGAIN_MS) loop.wake()
    },
    owed: (item) => worker.take(item),
    waiting: () => worker.waiting(),
    async stop() {
      await Promise.all([loop.stop(), worker.stop()])
    },
  }
}
