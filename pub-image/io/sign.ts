/** Signs the pub's next message, as ssb-db would have done itself. */
import { createHmac } from 'node:crypto'
import validate from 'ssb-validate'
import type { FeedId, MessageId } from '../../protocol/ids'
import type { RawValue } from '../../protocol/rpc'
import type { PubKeys } from '../config'
import type { Fence } from '../fence-state'
import { stock } from './stock'

const NOTE_BYTES = 18

/**
 * The follow that a redeemed invite brings. Its note lets the provider count the use, who holds the tag, and tells
 * nobody else which members came by the same invite: base64 of the first 18 bytes of HMAC-SHA256(tag, member).
 */
export function useContent(tag: string, member: FeedId): object {
  const note = createHmac('sha256', tag).update(member).digest().subarray(0, NOTE_BYTES).toString('base64')
  return { type: 'contact', contact: member, following: true, pub: true, note }
}

/** Signs `content` as the message after `head`. Throws ssb-validate's error for content that no feed may hold. */
export function signNext(
  keys: PubKeys,
  head: Fence['head'],
  content: object | string,
  timestamp: number,
): { value: RawValue; key: MessageId } {
  const state = head.key === null ? null : { id: head.key, sequence: head.sequence, timestamp: 0, queue: [] }
  const value = validate.create(state, keys, null, boxed(content), timestamp)
  return { value, key: validate.id(value) }
}

/** Content with recipients is boxed for them, as ssb.publish does. */
function boxed(content: object | string): object | string {
  if (typeof content === 'string' || !('recps' in content) || content.recps === undefined) return content
  const recps = Array.isArray(content.recps) ? content.recps : [content.recps]
  if (recps.length === 0) throw new Error('recps must name somebody; leave it out to publish openly')
  return stock('ssb-keys').box(
    content,
    recps.map((one: unknown) => (typeof one === 'string' ? one : (one as { link?: string } | null)?.link)),
  )
}
