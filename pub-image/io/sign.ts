/** Signs the pub's next message, as ssb-db would have done itself. */
import validate from 'ssb-validate'
import type { FeedId, MessageId } from '../../protocol/ids'
import type { RawValue } from '../../protocol/rpc'
import { useNote } from '../../sbot/use-note'
import type { PubKeys } from '../config'
import type { Fence } from '../fence-state'
import { stock } from './stock'

/** The follow that a redeemed invite brings. Its note lets the provider, who holds the tag, count the use. */
export function useContent(tag: string, member: FeedId): object {
  return { type: 'contact', contact: member, following: true, pub: true, note: useNote(tag, member) }
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
