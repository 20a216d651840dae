/**
 * Questions to hubs, over the connections they hold to us. Nothing of it is on disk: what a crash loses is asked again,
 * because the request that caused it has no answer yet.
 */
import type { FeedId, MessageId } from '../../protocol/ids'
import { ASK_TIMEOUT_MS, RUN_SHOWN_BYTES_MAX } from '../../protocol/limits'
import type { HubRunRequest } from '../../protocol/rpc'
import type { Clock } from '../../sbot/loop'
import type { Sbot } from '../../sbot/port'
import type { Ask, Effect, Reply, RunResult } from '../effects'
import { cutTo } from '../look'
import type { PrivateBlobs } from './private-blobs'

type AskEffect = Extract<Effect, { kind: 'ask' }>
type Askers = {
  [K in Ask['kind']]: (call: HubCall, ask: Extract<Ask, { kind: K }>, blobs: PrivateBlobs) => Promise<unknown>
}
/** Calls one of the hub's methods. */
type HubCall = (method: string, argument: unknown) => Promise<unknown>

const ASKERS: Askers = {
  run: async (call, { pub, method, args }, blobs) => {
    const answer = await call('hubRun', { pub, method, args } satisfies HubRunRequest)
    return runResultOf(answer, method, blobs)
  },
}

export class Asks {
  private readonly known = new Map<MessageId, Reply>()

  constructor(
    private readonly sbot: Sbot,
    private readonly clock: Clock,
    /** Where replies go that are too long for a message. */
    private readonly blobs: PrivateBlobs,
    /** A reply has come. */
    private readonly wake: () => void,
  ) {}

  /** What is known by now, to be handed to a look. */
  replies(): ReadonlyMap<MessageId, Reply> {
    return this.known
  }

  /** Forgets what belongs to requests that are answered. */
  forget(isOpen: (request: MessageId) => boolean): void {
    for (const request of this.known.keys()) if (!isOpen(request)) this.known.delete(request)
  }

  /** Asks, without waiting for the reply. What was asked already is not asked again. */
  start({ request, hub, ask }: AskEffect): void {
    if (this.known.has(request)) return
    this.known.set(request, { state: 'waiting' })
    const settle = (reply: Reply): void => {
      if (this.known.get(request)?.state !== 'waiting') return
      this.known.set(request, reply)
      this.wake()
    }
    const timer = this.clock.after(ASK_TIMEOUT_MS, () =>
      settle({ state: 'failed', reason: 'its server did not answer in time' }),
    )
    const asker = ASKERS[ask.kind] as (call: HubCall, ask: Ask, blobs: PrivateBlobs) => Promise<unknown>
    asker((method, argument) => this.call(hub, method, argument), ask, this.blobs)
      .then(
        (value) => settle({ state: 'done', ask: ask.kind, value }),
        (error: unknown) => settle({ state: 'failed', reason: reasonOfCall(error) }),
      )
      .finally(() => timer())
  }

  private call(hub: FeedId, method: string, argument: unknown): Promise<unknown> {
    const peer = this.sbot.peers().find((one) => one.id === hub)
    if (peer === undefined) return Promise.reject(new Error('its server is out of reach'))
    const target = (peer.rpc as any).buttcloud?.[method]
    if (typeof target !== 'function') return Promise.reject(new Error('its server does not know this call'))
    return new Promise((resolve, reject) => {
      target(argument, (error: unknown, value: unknown) => (error ? reject(error) : resolve(value)))
    })
  }
}

/** The sentence of an error that came over muxrpc, without our word for programs at its front. */
function reasonOfCall(error: unknown): string {
  const carried = (error as { message?: unknown } | null)?.message
  const message = typeof carried === 'string' ? carried : String(error)
  return message.replace(/^[a-z-]+: /, '').slice(0, 300)
}

/** Shown in full where it fits, else begun in the message and whole in a blob. */
async function runResultOf(answer: unknown, method: string, blobs: PrivateBlobs): Promise<RunResult> {
  if (typeof answer !== 'object' || answer === null || !('value' in answer))
    throw new Error('its server gave an answer that makes no sense')
  const more = (answer as { more?: unknown }).more === true
  const text = JSON.stringify(answer.value, null, 2) ?? 'null'
  const shown = cutTo(text, RUN_SHOWN_BYTES_MAX)
  if (shown === text) return { shown, whole: null, more }
  const blob = await blobs.put(Buffer.from(text))
  return { shown, whole: blob.markdownLink(`${method}.json`), more }
}
