/** A story in which alice has a pub and commands it. */
import type { MessageId } from '../../protocol/ids'
import { pubIdOf } from '../../protocol/ids'
import type { PubMessage } from '../../protocol/messages/pub'
import type { SpecMessage } from '../../protocol/messages/spec'
import { alice, outcomes, Story } from './story'
import { aliceHasPub, hubSays } from './story-hub'

export interface Told {
  story: Story
  pub: MessageId
}

export function told(): Told {
  const story = new Story().withHub()
  return { story, pub: aliceHasPub(story) }
}

export const recordOf = ({ story, pub }: Told): PubMessage => {
  const record = story.state.provider.pubs.get(pubIdOf(pub))?.record
  if (record === undefined) throw new Error('no record')
  return record
}
export const specOf = ({ story, pub }: Told): SpecMessage => {
  const spec = story.state.provider.specs.get(pubIdOf(pub))
  if (spec === undefined) throw new Error('no spec')
  return spec
}

/** Asks and settles; gives the outcomes of all answers. */
export const ask = ({ story }: Told, text: string): string[] => {
  story.asks(alice, text)
  return outcomes(story.settle())
}

export function stopped(): Told {
  const one = told()
  ask(one, 'stop alice')
  hubSays(one.story, one.pub, 'down')
  one.story.settle()
  return one
}
