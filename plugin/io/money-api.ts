/** The methods of owners about their mail, and of the operator about money; those of bridges are in billing-api.ts. */
import { refusal } from './commits'
import { method } from './method'

const NO_MAIL = 'this provider sends no mail'

/** All of them, for the plugin's API object. */
export function moneyMethods(): object {
  const refuse = (why: string) =>
    method(async () => {
      throw refusal('refused', why)
    })
  return {
    emailSet: refuse(NO_MAIL),
    emailState: refuse(NO_MAIL),
    adminMailTest: refuse(NO_MAIL),
  }
}
