/**
 * The bridge's HTTP server as a process of its own, with the real check of signatures and a handler that only counts: told
 * by its parent over IPC. Sends `{port}`, and answers every message with its figures.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createWebhook } from '../../billing-bridge/io/webhook'
import { startTestServer } from './bridge-http'

export const WEBHOOK_SECRET = 'whsec_aliceandbob'

export interface ServerFigures {
  rssBytes: number
  /** Deliveries whose signature held, each event once. */
  kept: number
  refused: number
  /** Since the last question. */
  loopDelayP99Ms: number
}

async function run(): Promise<void> {
  let kept = 0
  let refused = 0
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  const log = { info() {}, warn() {}, error() {} }
  const webhook = createWebhook({
    secrets: [WEBHOOK_SECRET],
    now: () => Date.now(),
    log,
    handle: async () => {
      kept += 1
    },
  })
  const server = await startTestServer({
    webhook: async (raw, headers) => {
      const answer = await webhook(raw, headers)
      if (answer.status === 400) refused += 1
      return answer
    },
  })
  process.on('message', () => {
    const figures: ServerFigures = {
      rssBytes: process.memoryUsage.rss(),
      kept,
      refused,
      loopDelayP99Ms: delay.percentile(99) / 1e6,
    }
    delay.reset()
    process.send?.(figures)
  })
  process.once('disconnect', () => process.exit(0))
  process.send?.({ port: server.port })
}

if (require.main === module)
  run().catch((error: Error) => {
    console.error(error)
    process.exit(1)
  })
