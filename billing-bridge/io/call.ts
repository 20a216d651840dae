/** A muxrpc call as a promise with an end: a call that gets no answer in time is lost, not waited for. */
import type { Millis } from '../../protocol/ids'
import { called } from '../../sbot/peers'

/** Rejects with `try-again:` when no answer came in time. */
export function callWithin(
  timeoutMs: Millis,
  what: string,
  run: (callback: (error: unknown, value: unknown) => void) => void,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`try-again: could not ${what}: no answer within ${timeoutMs / 1_000} s`)),
      timeoutMs,
    )
    called<unknown>(run)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer))
  })
}
