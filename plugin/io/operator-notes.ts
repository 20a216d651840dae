/** Which operator asked from elsewhere for what, in the log: of gifts, permits and tokens the feed does not say who. */
import { type FeedId, isFeedId } from '../../protocol/ids'
import { OPERATOR_CALLS } from '../../protocol/rpc-operator'
import type { Caller } from './method'
import type { Log } from './provider'

type Methods = Record<string, (this: Caller, ...args: unknown[]) => unknown>

/** The same API; what is asked for with stands in no line, because it may be somebody's words. */
export function noted(api: object, operators: ReadonlySet<FeedId>, log: Log): object {
  const methods = { ...api } as Methods
  for (const name of OPERATOR_CALLS) {
    const asked = methods[name]
    if (asked === undefined) throw new Error(`there is no ${name} in the API`)
    methods[name] = function (...args) {
      const id = this?.id
      if (isFeedId(id) && operators.has(id))
        log('info', 'an operator asks from elsewhere', { operator: id, method: name })
      return asked.apply(this, args)
    }
  }
  return methods
}
