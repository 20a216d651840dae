/**
 * `buttcloud/owner`, provider → self: this feed has given a first valid command and is a customer from now on,
 * so it is replicated by request at every start. Published once per owner, never in public.
 *
 * Example: {"type":"buttcloud/owner","v":1,"owner":"@…","answers":"%request…"}
 */
import { type Check, feedId, literal, messageId, type Of, shape } from '../check'
import type { FeedId, MessageId } from '../ids'

const check = shape({ type: literal('buttcloud/owner'), v: literal(1), owner: feedId, answers: messageId })
export type OwnerMessage = Of<typeof check>
export const checkOwner: Check<OwnerMessage> = check

/** Builds the record of a new owner. */
export function buildOwner(owner: FeedId, answers: MessageId): OwnerMessage {
  return { type: 'buttcloud/owner', v: 1, owner, answers }
}
