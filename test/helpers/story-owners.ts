/** A story in which alice's pub has other owners, too. */
import type { Effect } from '../../plugin/effects'
import { pubsOf } from '../../plugin/query'
import type { FeedId } from '../../protocol/ids'
import { alice, type Story } from './story'
import { recordOf, type Told, told } from './story-change'

/** One command and all that comes of it. */
export const does = (story: Story, text: string, author: FeedId = alice, recps?: FeedId[]): Effect[] => {
  story.asks(author, text, recps === undefined ? {} : { recps })
  return story.settle()
}
export const notices = (effects: Effect[]) => effects.flatMap((one) => (one.kind === 'notice' ? [one] : []))
export const ownersOf = (one: Told): FeedId[] => recordOf(one).owners
/** The names of the pubs that somebody owns. */
export const names = ({ story }: Told, owner: FeedId): string[] =>
  pubsOf(story.state, owner).map(({ record }) => record.name)

/** alice's pub, with these besides her. */
export function with_(...others: FeedId[]): Told {
  const one = told()
  for (const other of others) does(one.story, `owners alice add ${other}`)
  return one
}
