/** A pub that an operator has made for somebody, in a story. */
import { commissioned } from '../../plugin/commission'
import type { Effect } from '../../plugin/effects'
import { Places } from '../../plugin/schedule'
import type { MessageId } from '../../protocol/ids'
import { feed, oscar, provider, type Story } from './story'
import { hubSays, opDone } from './story-hub'

export const carol = feed('carol')

/** The word of an operator, on the feed; nothing has followed. */
export function says(story: Story, more: object = {}): MessageId {
  const { state, policy, now, connected } = story
  const world = { state, policy, now, connected }
  const wish = { name: 'shed', owners: [carol], plan: null, place: null, web: false, ...more }
  const done = commissioned(world, new Places(world), wish, oscar)
  if (!done.ok) throw new Error(done.why)
  return story.tells(provider, done.say)
}

/** Up, with its invite made. */
export function comesUp(story: Story, key: MessageId): Effect[] {
  hubSays(story, key, 'up')
  opDone(story, key, key)
  return story.settle()
}
