/** A billing bridge that a test tells what to say: real connection, real calls, no Stripe. */
import pull from 'pull-stream'
import ssbKeys from 'ssb-keys'
import { joinText, PROVIDER_MANIFEST } from '../../protocol/rpc'
import type { BillingFact, BillingFactAnswer, OwedCall, OwedItem } from '../../protocol/rpc-billing'
import { until } from './machine'
import type { TestProvider } from './provider'
import { partsOf } from './redeem'
import { call, dial } from './stock'

const MANIFEST = { buttcloud: PROVIDER_MANIFEST }

export interface TestBridge {
  keys: any
  rpc: any
  /** What is owed now, as told last. */
  owed(): OwedCall[]
  /** Waits for a call that fits. */
  until<K extends OwedCall['kind']>(
    kind: K,
    fits?: (call: Extract<OwedCall, { kind: K }>) => boolean,
  ): Promise<Extract<OwedCall, { kind: K }>>
  done(id: string, more?: object): Promise<unknown>
  fact(fact: BillingFact): Promise<BillingFactAnswer['outcome']>
  /** Why the list of what is owed ended; null while it goes on. */
  ended(): string | null
  stop(): void
}

/** Joins with a token as whoever has these keys; rejects with the provider's sentence. */
export async function joinAs(
  networkKey: string,
  token: string,
  keys: any,
  field: 'bridge' | 'hub' = 'bridge',
): Promise<unknown> {
  const { address, keys: tokenKeys } = partsOf(token)
  const rpc = await dial(tokenKeys, address, networkKey, MANIFEST)
  try {
    const proof = ssbKeys.sign(keys, joinText(tokenKeys.id, keys.id))
    return await call(rpc, 'buttcloud.join', { [field]: keys.id, proof })
  } finally {
    rpc.close(true, () => {})
  }
}

/** Joins, and listens to what is owed. */
export async function startBridge(provider: TestProvider, networkKey: string): Promise<TestBridge> {
  const { token } = await provider.admin<{ token: string }>('adminBridgeToken', { label: 'billing' })
  const keys = ssbKeys.generate()
  await joinAs(networkKey, token, keys)
  const rpc = await dial(keys, provider.address, networkKey, MANIFEST)
  let calls: OwedCall[] = []
  let ended: string | null = null
  pull(
    rpc.buttcloud.billingOwed(),
    pull.drain(
      (item: OwedItem) => {
        calls = item.calls
      },
      (error: unknown) => {
        ended = String((error as Error | null)?.message ?? error)
      },
    ),
  )
  const find = (kind: OwedCall['kind'], fits: (call: any) => boolean): any =>
    calls.find((one) => one.kind === kind && fits(one))
  return {
    ...{ keys, rpc },
    owed: () => calls,
    ended: () => ended,
    until: async (kind, fits = () => true) => {
      await until(`the provider to owe ${kind}`, () => find(kind, fits) !== undefined, 30_000)
      return find(kind, fits)
    },
    done: (id, more = {}) => {
      const nothing = { reason: null, checkout: null, portal: null, stripeTime: Date.now() }
      return call(rpc, 'buttcloud.billingDone', { id, outcome: 'done', ...nothing, ...more })
    },
    fact: async (fact) => {
      const answer = await call<BillingFactAnswer>(rpc, 'buttcloud.billingFact', fact)
      return answer.outcome
    },
    stop: () => rpc.close(true, () => {}),
  }
}
