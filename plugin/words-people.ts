/** What the provider says about owners and invites. Facts in, sentences out. */
import type { FeedId, Millis } from '../protocol/ids'
import { when } from './words'

/** Somebody as readers can click on; clients show the name that they know. */
export function person(feed: FeedId): string {
  return `[@${feed.slice(1, 9)}](${feed})`
}

/** `a, b and c`. */
export function listed(items: string[], and = 'and'): string {
  if (items.length < 2) return items.join('')
  return `${items.slice(0, -1).join(', ')} ${and} ${items[items.length - 1]}`
}

const people = (feeds: FeedId[], and?: string): string => listed(feeds.map(person), and)

export const peopleWords = {
  askDelete: (name: string, by: FeedId, until: Millis): string =>
    `${person(by)} wants to delete **${name}**. It would go off at once and its invites stop working; its data would be removed a week later. It has several owners, so this needs another one's word: if you agree, answer \`yes\` here, before ${when(until)}; \`no\` ends the question.`,
  askedElsewhere: (name: string, asked: FeedId[], until: Millis): string =>
    `**${name}** has several owners, so this needs a \`yes\` of another one, too. I have asked ${people(asked, 'or')} in the private thread that I keep with all its owners; the question is open until ${when(until)}. Until then nothing is changed.`,
  othersAreAsked: (name: string): string =>
    `**${name}** has several owners, and it's another one's \`yes\` that is needed here, not yours. Nothing was changed.`,
  ownerNoMore: (name: string): string =>
    `You are not an owner of **${name}** any more, so your \`yes\` does not count. Nothing was changed.`,
  askAgain: (name: string, command: string): string =>
    `**${name}** has several owners by now, so this needs another one's \`yes\`. Please send the \`${command}\` again, then I ask them.`,
  declined: (name: string, command: string): string =>
    `Fine, the ${command} of **${name}** is off and nothing was changed. Whoever still wants it sends it again.`,
} as const
