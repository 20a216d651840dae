/** muxrpc calls as promises with an end: a call that gets no answer in time is lost, not waited for. */
import pull from 'pull-stream'
import type { Millis } from '../../protocol/ids'
import { CALL_TIMEOUT_MS } from '../../protocol/limits'

/** Calls an async muxrpc method. Rejects with `try-again:` when no answer came in time or there is no such method. */
export function call(
  method: ((...args: any[]) => void) | undefined,
  args: unknown[],
  what: string,
  timeoutMs: Millis = CALL_TIMEOUT_MS,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    if (typeof method !== 'function') {
      reject(new Error(`try-again: could not ${what}: the other side offers no such call`))
      return
    }
    const timer = setTimeout(
      () => reject(new Error(`try-again: could not ${what}: no answer within ${timeoutMs / 1000} s`)),
      timeoutMs,
    )
    try {
      method(...args, (error: unknown, value: unknown) => {
        clearTimeout(timer)
        if (error) reject(errorOf(error, what))
        else resolve(value)
      })
    } catch (error) {
      clearTimeout(timer)
      reject(errorOf(error, what))
    }
  })
}

/**
 * Reads a source to its end in batches; each batch is taken before the next is read. Rejects when the source fails
 * or nothing arrives for `timeoutMs`.
 */
export async function readAll(
  source: any,
  batchMax: number,
  take: (batch: any[]) => Promise<void>,
  what: string,
  timeoutMs: Millis = CALL_TIMEOUT_MS,
): Promise<void> {
  const next = (): Promise<{ done: boolean; value: unknown }> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`try-again: could not ${what}: nothing came for ${timeoutMs / 1000} s`))
        source(true, () => {})
      }, timeoutMs)
      source(null, (end: unknown, value: unknown) => {
        clearTimeout(timer)
        if (end === true) resolve({ done: true, value: null })
        else if (end) reject(errorOf(end, what))
        else resolve({ done: false, value })
      })
    })
  let batch: unknown[] = []
  for (;;) {
    const { done, value } = await next()
    if (!done) batch.push(value)
    if (batch.length > 0 && (done || batch.length >= batchMax)) {
      await take(batch)
      batch = []
    }
    if (done) return
  }
}

/** Hands over every item of a live source; `ended` once, however it ends. */
export function listen(source: any, onItem: (item: unknown) => void, ended: () => void): void {
  pull(source, pull.drain(onItem, ended))
}

/** Our own errors keep their first word (protocol/rpc.ts REASONS). */
function errorOf(error: unknown, what: string): Error {
  if (error instanceof Error) return error
  const message =
    typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error)
  return new Error(message === 'true' ? `try-again: could not ${what}: the connection ended` : message)
}
