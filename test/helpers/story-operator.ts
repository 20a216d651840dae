/** What an operator says in a story, as the operator's methods put it on the feed. */
import type { Effect } from '../../plugin/effects'
import { announceDeed, blockDeed, type Deed, haltDeed } from '../../plugin/operator-deeds'
import type { FeedId } from '../../protocol/ids'
import { type BurstPayload, type NoticePayload, noticeKey } from '../../protocol/messages/answer'
import { provider, type Story } from './story'

/** Told and settled; throws the refusal. */
function does(story: Story, deed: Deed<object>): Effect[] {
  if (!deed.ok) throw new Error(deed.why)
  if (deed.say !== null) story.tells(provider, deed.say)
  return story.settle()
}

export const suspends = (story: Story, pub: string, reason: string | null = null): Effect[] =>
  does(story, haltDeed(story.state, { pub, halted: true, reason }, provider))
export const unsuspends = (story: Story, pub: string): Effect[] =>
  does(story, haltDeed(story.state, { pub, halted: false, reason: null }, provider))
export const blocks = (story: Story, feed: FeedId, reason: string | null = null): Effect[] =>
  does(story, blockDeed(story.state, { feed, blocked: true, reason }, provider, new Set()))
export const unblocks = (story: Story, feed: FeedId): Effect[] =>
  does(story, blockDeed(story.state, { feed, blocked: false, reason: null }, provider, new Set()))
export const announces = (story: Story, text: string): Effect[] =>
  does(story, announceDeed(story.state, text, provider, story.now))

/** Why a wish is refused; null where it is not. */
export const why = (deed: { ok: true } | { ok: false; why: string }): string | null =>
  deed.ok ? null : deed.why

type Notice = { owners: FeedId[]; text: string; payload: NoticePayload }

/** The notices of one topic among effects. */
export const noticesOf = (effects: Effect[], topic: NoticePayload['topic']): Notice[] =>
  effects.flatMap((one) => (one.kind === 'notice' && one.payload.topic === topic ? [one] : []))

/** The combined answers among effects. */
export const bursts = (effects: Effect[]): { to: FeedId; text: string; payload: BurstPayload }[] =>
  effects.flatMap((one) => (one.kind === 'burst' ? [one] : []))

/** Those keys that stand twice among notices. */
export function toldTwice(effects: Effect[]): string[] {
  const keys = effects.flatMap((one) => (one.kind === 'notice' ? [noticeKey(one.payload)] : []))
  return keys.filter((key, index) => keys.indexOf(key) !== index)
}
