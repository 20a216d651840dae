/** A letter to the provider, shaped as Patchwork writes one. */
import type { FeedId, MessageId } from '../protocol/ids'
import { openingText } from './letters'

export interface NewLetter {
  provider: FeedId
  /** Plain words; a new thread gets the mention in front. */
  text: string
  /** Null opens a new thread. */
  thread: { root: MessageId; branch: MessageId } | null
}

const PROVIDER_NAME = 'provider'

/** The content to be boxed for `[owner, provider]`: own id first, as Patchwork has it. */
export function letterContent(letter: NewLetter, owner: FeedId): { content: object; recps: FeedId[] } {
  const recps = [owner, letter.provider]
  const common = { type: 'post', recps, mentions: [{ link: letter.provider, name: PROVIDER_NAME }] }
  if (letter.thread === null)
    return {
      content: { ...common, text: openingText({ id: letter.provider, name: PROVIDER_NAME }, letter.text) },
      recps,
    }
  return { content: { ...common, text: letter.text, ...letter.thread }, recps }
}
