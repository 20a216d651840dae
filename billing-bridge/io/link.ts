/** The one connection to the provider: dialled again and again, listened to, and offered as calls. */
import { type Check, describeRefusal } from '../../protocol/check'
import {
  CALL_TIMEOUT_MS,
  PROVIDER_BACKOFF_MAX_MS,
  PROVIDER_BACKOFF_MS,
  PROVIDER_PING_EVERY_MS,
} from '../../protocol/limits'
import { BILLING_METHODS, type OwedItem } from '../../protocol/rpc-billing'
import { connectRemote } from '../../sbot/connect'
import type { Membership } from '../../sbot/membership'
import { asError, drain } from '../../sbot/peers'
import { checkFactAnswer, checkOwedItem, checkPage, checkState } from '../answers'
import type { ProviderPort } from '../port'
import { callWithin } from './call'
import type { Log } from './log'

export interface LinkOptions {
  membership: Membership
  keys: object
  networkKey: string
  log: Log
  /** The provider is there, before the first list. */
  connected(): void
  owed(item: OwedItem): void
}

export interface Link {
  /** The calls; they reject with `try-again:` while the provider is away. */
  port: ProviderPort
  /** How long the provider has been away, in milliseconds; null while it is there. */
  awayMs(): number | null
  /** Tells of the connection and of what is owed once more, where there is one: for who came later. */
  showAgain(): void
  stop(): Promise<void>
}

const AWAY = 'try-again: the provider is out of reach'

/** Starts to dial at once and goes on until stopped. */
export function createLink(options: LinkOptions): Link {
  const { log } = options
  const stopping = new AbortController()
  let rpc: any = null
  let last: OwedItem | null = null
  let awaySince = performance.now()

  const serve = async (): Promise<void> => {
    const { host, port, provider } = options.membership
    const connection = await connectRemote({
      ...{ host, port, key: provider, keys: options.keys, networkKey: options.networkKey },
      manifest: { buttcloud: { ...BILLING_METHODS, whoami: 'async' } },
      timeoutMs: CALL_TIMEOUT_MS,
    })
    const close = () => void connection.close()
    stopping.signal.addEventListener('abort', close)
    // A machine that vanished says nothing: its silence is noticed by asking.
    const ask = (callback: (error: unknown, value: unknown) => void) =>
      connection.rpc.buttcloud.whoami(callback)
    const pings = setInterval(
      () => void callWithin(PROVIDER_PING_EVERY_MS, 'ping the provider', ask).catch(close),
      PROVIDER_PING_EVERY_MS,
    )
    try {
      if (stopping.signal.aborted) return
      // The first list shows that we are admitted; only then is the provider called one that is there.
      await drain(connection.rpc.buttcloud.billingOwed(), (value) => {
        const { odd, ...item } = checked(checkOwedItem, value, 'billingOwed')
        for (const why of odd) log.warn({ why }, 'the provider wants a call that this bridge does not know')
        if (rpc === null) {
          rpc = connection.rpc
          log.info({ provider }, 'connected to the provider')
          options.connected()
        }
        last = item
        options.owed(item)
      })
    } finally {
      if (rpc !== null) awaySince = performance.now()
      rpc = null
      last = null
      clearInterval(pings)
      stopping.signal.removeEventListener('abort', close)
      await connection.close()
    }
  }

  const run = async (): Promise<void> => {
    let backoffMs = PROVIDER_BACKOFF_MS
    let told = ''
    while (!stopping.signal.aborted) {
      const began = Date.now()
      let reason = 'the connection ended'
      try {
        await serve()
      } catch (error) {
        reason = asError(error).message
      }
      if (stopping.signal.aborted) return
      if (reason !== told) log.warn({ reason }, 'the provider is out of reach; dialling on')
      told = reason
      if (Date.now() - began > PROVIDER_BACKOFF_MAX_MS) backoffMs = PROVIDER_BACKOFF_MS
      await pause(backoffMs, stopping.signal)
      backoffMs = Math.min(PROVIDER_BACKOFF_MAX_MS, backoffMs * 2)
    }
  }

  const running = run()
  return {
    port: portOf(() => rpc),
    awayMs: () => (rpc === null ? performance.now() - awaySince : null),
    showAgain() {
      if (last === null) return
      options.connected()
      options.owed(last)
    },
    async stop() {
      stopping.abort()
      await running
    },
  }
}

/** The calls over a connection; `try-again:` while there is none. */
export function portOf(current: () => any): ProviderPort {
  const ask = async (method: keyof typeof BILLING_METHODS, argument: object): Promise<unknown> => {
    const rpc = current()
    if (rpc === null) throw new Error(AWAY)
    return callWithin(CALL_TIMEOUT_MS, `call ${method}`, (callback) =>
      rpc.buttcloud[method](argument, callback),
    )
  }
  return {
    fact: async (fact) => checked(checkFactAnswer, await ask('billingFact', fact), 'billingFact'),
    alert: async (alert) => void (await ask('billingAlert', alert)),
    done: async (done) => void (await ask('billingDone', done)),
    state: async (stripeTime) =>
      checked(checkState, await ask('billingState', { stripeTime }), 'billingState'),
    page: async () => checked(checkPage, await ask('billingPage', {}), 'billingPage'),
  }
}

function checked<T>(check: Check<T>, value: unknown, what: string): T {
  const result = check(value, what)
  if (result.ok) return result.value
  throw new Error(`try-again: the provider's answer makes no sense: ${describeRefusal(result)}`)
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, milliseconds)
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
  })
}
