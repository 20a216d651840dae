/**
 * Of which pubs and hubs something was said lately, for whoever keeps what it has reckoned out of a state and wants to reckon
 * only what changed. No part of what the state means: two states of the same messages may have other news.
 */
import type { FeedId, PubId } from './ids'
import { NEWS_MAX } from './limits-placing'

export class News {
  /** Who has read under another number begins anew. */
  generation = 0
  readonly pubs: PubId[] = []
  readonly hubs: FeedId[] = []

  pub(id: PubId): void {
    if (this.pubs.push(id) > NEWS_MAX) this.everything()
  }

  hub(id: FeedId): void {
    if (this.hubs.push(id) > NEWS_MAX) this.everything()
  }

  /** All may be otherwise. */
  everything(): void {
    this.pubs.length = 0
    this.hubs.length = 0
    this.generation += 1
  }

  /** So that states are compared by what they mean. */
  toJSON(): undefined {
    return undefined
  }
}
