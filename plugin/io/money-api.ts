/** The methods of the billing bridge, and of the operator about money. */
import { BILLING_METHODS } from '../../protocol/rpc-billing'
import { refusal } from './commits'
import { method } from './method'
import { refusedSource } from './sources'

const NO_BRIDGE = 'no billing bridge has joined this provider'

/** All of them, for the plugin's API object. */
export function moneyMethods(): object {
  const refuse = (why: string) =>
    method(async () => {
      throw refusal('refused', why)
    })
  const billing = Object.entries(BILLING_METHODS).map(([name, kind]) => [
    name,
    kind === 'source' ? () => refusedSource(refusal('refused', NO_BRIDGE)) : refuse(NO_BRIDGE),
  ])
  return {
    ...Object.fromEntries(billing),
    adminBridgeToken: refuse(NO_BRIDGE),
    adminBridges: refuse(NO_BRIDGE),
    adminBridgeRetire: refuse(NO_BRIDGE),
    adminGrant: refuse(NO_BRIDGE),
    adminPermit: refuse(NO_BRIDGE),
    adminMoney: refuse(NO_BRIDGE),
  }
}
