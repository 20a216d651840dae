/** What the provider says about following and blocking. Facts in, sentences out. */
import { parseCommand } from '../protocol/command'
import type { FeedId } from '../protocol/ids'
import type { ContactCommand, Standing } from './contacts'
import { person } from './words-people'

type Kind = ContactCommand['kind']
type Contact = Standing & { feed: FeedId }

const KINDS: ReadonlySet<string> = new Set(['follow', 'unfollow', 'block', 'unblock'])

/** What is to be so, as the end of "it is to …". */
const goalOf = ({ feed, following, blocking }: Contact): string => {
  if (blocking) return `block ${person(feed)}`
  return following ? `follow ${person(feed)}` : `neither follow nor block ${person(feed)}`
}

export const contactWords = {
  /** The command's word, for programs; where a later version reads the text otherwise, what the op says. */
  commandOf: ({ following, blocking }: Contact, text: string): Kind => {
    const { kind } = parseCommand(text)
    if (KINDS.has(kind)) return kind as Kind
    return blocking ? 'block' : following ? 'follow' : 'unfollow'
  },
  done: (name: string, contact: Contact): string => {
    const who = person(contact.feed)
    if (contact.blocking)
      return `**${name}** now blocks ${who}, in public: it takes no connection of theirs and fetches nothing new that they write. What it holds of them already, others may still get from it. \`unblock\` takes it back.`
    if (contact.following)
      return `**${name}** now follows ${who}, in public: it fetches what they write and passes it on. \`unfollow\` takes it back.`
    return `**${name}** now neither follows nor blocks ${who}.`
  },
  already: (name: string, feed: FeedId, kind: Kind, { following, blocking }: Standing): string => {
    const who = person(feed)
    if (kind === 'follow') return `**${name}** follows ${who} already.`
    if (kind === 'block') return `**${name}** blocks ${who} already.`
    if (kind === 'unfollow')
      return `**${name}** does not follow ${who}${blocking ? '; it blocks them' : ''}. Nothing was changed.`
    return `**${name}** does not block ${who}${following ? '; it follows them' : ''}. Nothing was changed.`
  },
  beingMade: (name: string): string =>
    `**${name}** is still being made. Please send that again when it is up; your invite tells you.`,
  stopped: (name: string): string =>
    `**${name}** is stopped, so it can publish nothing. Send \`start ${name}\` first.`,
  itself: (name: string, kind: Kind): string => `That is **${name}** itself; it can't ${kind} itself.`,
  machine: (name: string, kind: Kind, isProvider: boolean): string => {
    const whose = isProvider ? 'That is me' : 'That is one of the servers that pubs run on'
    return kind === 'block'
      ? `${whose}. **${name}** would cut itself off from what keeps it running, so I don't do that.`
      : `${whose}. It writes nothing in public that **${name}** could pass on, and a follow would show everybody where it is hosted, so I don't do that.`
  },
  owner: (name: string, feed: FeedId): string =>
    `${person(feed)} is an owner of **${name}**, and a pub does not shut out its owners. Take them off the owners first.`,
  deleted: (name: string): string => `**${name}** was deleted meanwhile.`,
  failed: (name: string, contact: Contact, why: string): string =>
    `**${name}** could not ${goalOf(contact)}: ${why}.`,
  overtaken: (name: string, contact: Contact): string =>
    `A later command about ${person(contact.feed)} took the place of this one; the answer to that one says how it is with **${name}**.`,
  moved: (name: string): string =>
    `**${name}** was moved to another server before that was done. Please send it again.`,
  stoppedMeanwhile: (name: string, contact: Contact): string =>
    `**${name}** was stopped before that was done. It is to ${goalOf(contact)} at its next start, unless you say otherwise then.`,
  late: (name: string, contact: Contact): string =>
    `**${name}** or its server is out of reach, so that is not done yet. It is still to ${goalOf(contact)}: its server goes on trying.`,
} as const
