/** Calling a hub over the connection that it holds to us. */
import type { FeedId, Millis } from '../../protocol/ids'
import type { HUB_MANIFEST } from '../../protocol/rpc'
import type { Clock } from '../../sbot/loop'
import type { Sbot } from '../../sbot/port'

/** Calls one of the hub's async methods. Rejects with `try-again:` when it is away or does not answer in time. */
export function callHub(
  sbot: Sbot,
  clock: Clock,
  hub: FeedId,
  method: keyof typeof HUB_MANIFEST,
  argument: unknown,
  timeoutMs: Millis,
): Promise<unknown> {
  const peer = sbot.peers().find((one) => one.id === hub)
  if (peer === undefined) return Promise.reject(new Error('try-again: its server is out of reach'))
  const target = (peer.rpc as any).buttcloud?.[method]
  if (typeof target !== 'function')
    return Promise.reject(new Error('refused: its server does not know this call'))
  return new Promise((resolve, reject) => {
    const cancel = clock.after(timeoutMs, () =>
      reject(new Error('try-again: its server did not answer in time')),
    )
    const settle = (error: unknown, value: unknown): void => {
      cancel()
      if (error) reject(new Error(sentenceOf(error)))
      else resolve(value)
    }
    try {
      target(argument, settle)
    } catch (error) {
      settle(error, undefined)
    }
  })
}

/** What came over muxrpc is an object with a message, and the other side's stack, which is nobody's business. */
function sentenceOf(error: unknown): string {
  const carried = (error as { message?: unknown } | null)?.message
  return (typeof carried === 'string' ? carried : String(error)).slice(0, 300)
}
