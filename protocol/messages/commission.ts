/**
 * `buttcloud/commission`, provider → self, by the operator: a pub is made for somebody who did not ask for it. The pub's id is
 * the key of this message, as it is the key of the request where somebody asked. It runs on a gift (`buttcloud/grant`).
 *
 * Example: {"type":"buttcloud/commission","v":1,"name":"shed","owners":["@…"],"plan":"tiny",
 *           "size":{"memoryBytes":201326592,"reservedBytes":50331648,"diskBytes":1073741824},"web":false,"hub":"@…","by":"@operator…"}
 */
import { type Check, feedId, flag, list, literal, type Of, shape, text } from '../check'
import { NAME_CHARS_MAX, RECIPIENTS_MAX } from '../limits'
import { checkSize, planName } from '../plan'

const check = shape({
  type: literal('buttcloud/commission'),
  v: literal(1),
  name: text(NAME_CHARS_MAX),
  /** The first is whose it counts as. */
  owners: list(feedId, 1, RECIPIENTS_MAX - 1),
  plan: planName,
  /** What the plan gave when this was said. */
  size: checkSize,
  /** Whether its web pages are on from the start. */
  web: flag,
  /** Where it is made. */
  hub: feedId,
  /** Who said it: the provider itself, or one of the operators its settings name. */
  by: feedId,
})
export type CommissionMessage = Of<typeof check>
export const checkCommission: Check<CommissionMessage> = check

/** Builds the word that a pub is made. */
export function buildCommission(fields: Omit<CommissionMessage, 'type' | 'v'>): CommissionMessage {
  return { type: 'buttcloud/commission', v: 1, ...fields }
}
