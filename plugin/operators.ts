/** `operators` in config.json: who may do from elsewhere what the provider's own key may. */
import { type FeedId, isFeedId } from '../protocol/ids'
import { OPERATORS_MAX } from '../protocol/limits-operator'

/** Throws a sentence for what can't be meant: a slip here must let nobody in. */
export function operatorsOf(setting: unknown): ReadonlySet<FeedId> {
  if (setting === undefined) return new Set()
  if (!Array.isArray(setting) || setting.length > OPERATORS_MAX)
    throw new Error(`buttcloud.operators must be a list of at most ${OPERATORS_MAX} feed ids`)
  const operators = new Set<FeedId>()
  for (const [index, one] of (setting as unknown[]).entries()) {
    if (!isFeedId(one))
      throw new Error(
        `buttcloud.operators[${index}] must be a feed id like @…=.ed25519, not ${JSON.stringify(one)?.slice(0, 80)}`,
      )
    operators.add(one)
  }
  return operators
}
