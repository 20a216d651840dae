/** What the muxrpc methods have in common: whoever calls may send anything, and gets an answer or a sentence. */
import { type Check, describeRefusal } from '../../protocol/check'
import { gateOf } from '../../sbot/detect'
import { refusal } from './commits'
import type { Provider } from './provider'

/** `this` of a method: who calls, which SHS has proven. */
export type Caller = { id?: unknown } | undefined

/** Shorter than callers wait, and than the 5 s after which a stock server ends a silent connection. */
const CURRENT_WAIT_MS = 3_000

/** Rejects, with what the boot gate waits for, before a caller would take the silence for a broken connection. */
export async function currentSoon(one: Provider): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const { why } = gateOf(one.sbot).status()
      reject(refusal('try-again', `the provider does not write yet: ${why}`))
    }, CURRENT_WAIT_MS)
  })
  await Promise.race([one.current(), late]).finally(() => clearTimeout(timer))
}

/** The provider for callers whom `asked` lets through, once it writes and knows its own feed. */
export function writing(asked: (caller: Caller) => Promise<Provider>): (caller: Caller) => Promise<Provider> {
  return async (caller) => {
    const one = await asked(caller)
    await currentSoon(one)
    return one
  }
}

/** What was sent, checked; throws what is wrong with it. `name` stands before the field in that. */
export function argumentOf<T>(check: Check<T>, sent: unknown, name = ''): T {
  const checked = check(sent, name)
  if (checked.ok) return checked.value
  throw refusal('bad-argument', describeRefusal(checked))
}

/**
 * An async method over whatever a caller sends. Anybody may send any number of arguments of any kind, and muxrpc hands
 * them over as they are: the callback is the last one, and what stands before it may be no request at all.
 */
export function method<T>(work: (caller: Caller, request: unknown) => Promise<T>) {
  return function (this: Caller, ...args: unknown[]): void {
    const cb = args.at(-1)
    if (typeof cb !== 'function') throw refusal('bad-argument', 'this method answers once, to a callback')
    work(this, args.length > 1 ? args[0] : undefined).then(
      (value) => cb(null, value),
      (error: unknown) => cb(error instanceof Error ? error : new Error(String(error))),
    )
  }
}

/** A field of whatever was sent; undefined where there is none. */
export function fieldOf(value: unknown, field: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, field)) return undefined
  return (value as Record<string, unknown>)[field]
}
