/** The conversation with a provider, both sides, as `thread` shows it. Pure. */
import type { FeedId, MessageId, Millis } from '../protocol/ids'
import type { Outcome } from '../protocol/messages/answer'
import { inviteCodesIn } from './invite-code'
import { inOrder, type Letter } from './letters'
import { indented, type Paint, plainOf } from './render'

export interface ThreadItem {
  key: MessageId
  root: MessageId | null
  /** The writer's own claim. */
  at: Millis
  author: FeedId
  /** Of the owner's own, what somebody else wrote who owns a pub together with them, or the provider's. */
  who: 'you' | 'provider' | 'owner'
  outcome: Outcome | null
  /** Markdown, as it was written. */
  text: string
}

export interface ThreadWish {
  last: number
  since: Millis | null
}

/** The letters, oldest first, as one conversation. */
export function threadOf(
  letters: Letter[],
  between: { owner: FeedId; provider: FeedId },
  wish: ThreadWish,
): ThreadItem[] {
  return inOrder(letters)
    .filter(({ claimedAt }) => wish.since === null || claimedAt >= wish.since)
    .map(({ key, root, claimedAt, author, payload, text }) => ({
      ...{ key, root, at: claimedAt, author, text },
      who: whoOf(author, between),
      outcome: payload?.kind === 'answer' || payload?.kind === 'burst' ? payload.outcome : null,
    }))
    .slice(-wish.last)
}

const whoOf = (
  author: FeedId,
  { owner, provider }: { owner: FeedId; provider: FeedId },
): ThreadItem['who'] => (author === owner ? 'you' : author === provider ? 'provider' : 'owner')

/** One letter as a terminal shows it. */
export function threadItemText(
  item: ThreadItem,
  view: { width: number; paint: Paint; when(at: Millis): string },
): string {
  const names = { you: 'you', provider: 'provider', owner: `another owner, ${item.author}` }
  const about = item.outcome === null || item.outcome === 'done' ? '' : ` · ${item.outcome}`
  const lines = indented(plainOf(item.text).trim(), view.width).split('\n')
  // What is to be copied shall be found at a glance.
  const shown = lines.map((line) => (inviteCodesIn(line).length > 0 ? view.paint.good(line) : line))
  return `${view.paint.bold(names[item.who])} ${view.paint.dim(`· ${view.when(item.at)}${about}`)}\n${shown.join('\n')}`
}
