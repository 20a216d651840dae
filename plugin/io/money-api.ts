/** The methods of the operator about money; those of bridges are in billing-api.ts. */
import { refusal } from './commits'
import { method } from './method'

const NO_BRIDGE = 'no billing bridge has joined this provider'

/** All of them, for the plugin's API object. */
export function moneyMethods(): object {
  const refuse = (why: string) =>
    method(async () => {
      throw refusal('refused', why)
    })
  return {
    adminGrant: refuse(NO_BRIDGE),
    adminPermit: refuse(NO_BRIDGE),
    adminMoney: refuse(NO_BRIDGE),
  }
}
