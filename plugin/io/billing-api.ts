/** The methods of the billing bridge, and of the operator about bridges. */
import type { FeedId } from '../../protocol/ids'
import type { AdminHubTokenAnswer, BridgeView } from '../../protocol/rpc'
import type { BillingPage, BillingState } from '../../protocol/rpc-billing'
import { billingPage } from '../billing-view'
import type { Billing } from './billing'
import { bridgeViews, retireBridge } from './bridges'
import { type Caller, currentSoon, fieldOf, method } from './method'
import type { Provider } from './provider'
import { laterSource } from './sources'

/** Part of the plugin's API object. `operator` throws for everybody but the provider's own key. */
export function billingMethods(
  idOf: (caller: Caller) => FeedId,
  operator: (caller: Caller) => void,
  provider: () => Promise<Provider>,
): object {
  /** Who is a bridge is known once our own feed is, and nothing may be published before that. */
  const known = async (): Promise<Provider> => {
    const one = await provider()
    await currentSoon(one)
    return one
  }
  const forBridge = <T>(work: (one: Provider, caller: FeedId, request: unknown) => T | Promise<T>) =>
    method<T>(async (from, request) => {
      const one = await known()
      one.billing.admit(idOf(from))
      return work(one, idOf(from), request)
    })
  const told = (name: 'done' | 'fact' | 'alert') =>
    forBridge<unknown>(({ billing }, caller, request) => (billing as Billing)[name](caller, request))
  return {
    billingOwed(this: Caller) {
      const caller = idOf(this)
      return laterSource(known().then(({ billing }) => billing.owed(caller)))
    },
    billingDone: told('done'),
    billingFact: told('fact'),
    billingAlert: told('alert'),
    billingState: forBridge<BillingState>(({ billing }, caller, request) => billing.state(caller, request)),
    billingPage: forBridge<BillingPage>((one) => billingPage(one.inbox.state, one.policy, one.connected())),
    adminBridgeToken: method<AdminHubTokenAnswer>(async (from, options) => {
      operator(from)
      const one = await provider()
      const wanted = fieldOf(options, 'label')
      const label = typeof wanted === 'string' && wanted !== '' ? wanted : null
      const { seed, expiresAt } = await one.door.token(label, 'bridge')
      return { token: `${one.address()}:${one.sbot.id}~${seed}`, expiresAt }
    }),
    adminBridges: method<BridgeView[]>(async (from) => {
      operator(from)
      return bridgeViews(await provider())
    }),
    adminBridgeRetire: method<BridgeView>(async (from, request) => {
      operator(from)
      return retireBridge(await provider(), fieldOf(request, 'bridge'))
    }),
  }
}
