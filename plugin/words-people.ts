/** What the provider says about owners and invites. Facts in, sentences out. */
import type { FeedId, Millis } from '../protocol/ids'
import {
  OWNED_PUBS_MAX,
  OWNER_ADDS_PER_DAY_MAX,
  OWNER_ADDS_PER_PUB_DAY_MAX,
  OWNERS_MAX,
} from '../protocol/limits'
import type { NoAdd } from './owners'
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
  onlyTheirs: (asked: FeedId[]): string =>
    `It is the word of ${people(asked, 'or')} that counts here; who became an owner less than a day ago can't say it.`,
  tooNew: (name: string, command: string): string =>
    `You have been an owner of **${name}** for less than a day, and others have been for longer, so I take \`${command}\` from one of them, with another one's \`yes\`. From tomorrow on you can ask for it, too. Nothing was changed.`,
  othersAreAsked: (name: string): string =>
    `**${name}** has several owners, and it's another one's \`yes\` that is needed here, not yours. Nothing was changed.`,
  ownerNoMore: (name: string): string =>
    `You are not an owner of **${name}** any more, so your \`yes\` does not count. Nothing was changed.`,
  askAgain: (name: string, command: string): string =>
    `**${name}** has several owners by now, so this needs another one's \`yes\`. Please send the \`${command}\` again, then I ask them.`,
  declined: (name: string, command: string): string =>
    `Fine, the ${command} of **${name}** is off and nothing was changed. Whoever still wants it sends it again.`,
} as const

type AddOrRemove = 'add' | 'remove'

const ownersAre = (name: string, owners: FeedId[]): string =>
  owners.length === 1
    ? `The only owner of **${name}** is ${people(owners)}.`
    : `The owners of **${name}** are ${people(owners)}.`

export const ownerWords = {
  list: (name: string, owners: FeedId[], asking: FeedId): string =>
    owners.length === 1 && owners[0] === asking
      ? `**${name}** is yours alone. \`owners ${name} add @feed\` makes somebody else an owner, too.`
      : `${ownersAre(name, owners)} Each of them can command it; \`delete\` needs a second one's \`yes\`. It counts as ${person(owners[0] ?? asking)}'s where pubs are counted.`,
  isOneAlready: (name: string, feed: FeedId, owners: FeedId[]): string =>
    `${person(feed)} is an owner of **${name}** already. ${ownersAre(name, owners)}`,
  isNone: (name: string, feed: FeedId, owners: FeedId[]): string =>
    `${person(feed)} is no owner of **${name}** anyway. ${ownersAre(name, owners)}`,
  last: (name: string): string =>
    `You are the only owner of **${name}**, and it needs one. Add somebody else first, or send \`delete ${name}\`.`,
  noRoom: (name: string, feed: FeedId, max: number): string =>
    `**${name}** counts as ${person(feed)}'s, and none of its other owners has room for it: each may have ${max} that count as theirs. One of them has to delete one first.`,
  noAdd: {
    program: (_name: string, feed: FeedId): string =>
      `${person(feed)} is one of my own programs and can't own a pub.`,
    blocked: (_name: string, feed: FeedId): string => `This provider takes no requests from ${person(feed)}.`,
    full: (name: string): string =>
      `**${name}** has ${OWNERS_MAX} owners, which is as many as one private message reaches together with me. Remove one first.`,
    'many-pubs': (_name: string, feed: FeedId): string =>
      `${person(feed)} is an owner of ${OWNED_PUBS_MAX} pubs already, which is as many as one may be.`,
    'called-often': (_name: string, feed: FeedId): string =>
      `${person(feed)} has been made an owner ${OWNER_ADDS_PER_DAY_MAX} times within a day, and each time calls them. Please try again tomorrow.`,
    'changed-often': (name: string): string =>
      `**${name}** has got ${OWNER_ADDS_PER_PUB_DAY_MAX} other owners within a day, which is as many as it may. Please try again tomorrow.`,
    'many-guests': (): string =>
      'So many people were made owners here and have never written to me that I take no more of them in just now. Please let them redeem my invite and write `list` to me first.',
  } satisfies Record<NoAdd, (name: string, feed: FeedId) => string>,
  /** To the present owners, in a new thread. */
  changed: (name: string, by: FeedId, kind: AddOrRemove, feed: FeedId, owners: FeedId[]): string => {
    const what =
      kind === 'add'
        ? `made ${person(feed)} an owner of **${name}**`
        : feed === by
          ? `is no owner of **${name}** any more, as they wished`
          : `removed ${person(feed)} from the owners of **${name}**`
    return `${person(by)} ${what}. ${ownersAre(name, owners)}\n\nThis is the thread for all of you: each of you can command **${name}** here or in a thread with me alone. Older threads stay as they are, with the people who are in them. Who does not want to be an owner sends \`owners ${name} remove\` and their own @name.`
  },
  /** The invite was asked for by somebody who is no owner by now. */
  inviteVoid: (name: string): string =>
    `You are not an owner of **${name}** any more, so the invite that you asked for is void.`,
  /** To who is none any more, alone. */
  yourEnd: (name: string, by: FeedId): string =>
    `${person(by)} has removed you from the owners of **${name}**. You can't command it any more, and get no more messages about it from me. If you are a member of the pub, you are one still.`,
  done: (
    name: string,
    by: FeedId,
    kind: AddOrRemove,
    feed: FeedId,
    owners: FeedId[],
    provider: { id: FeedId; knows: boolean },
  ): string => {
    const now = ownersAre(name, owners)
    if (kind === 'remove' && feed === by) return `You are no owner of **${name}** any more. ${now}`
    const thread = owners.length > 1 ? ' I have begun a new private thread with all of them.' : ''
    if (kind === 'remove')
      return `${person(feed)} is no owner of **${name}** any more and was told so. ${now}${thread}`
    const reach = `send them an invite of mine, or let them follow \`${provider.id}\``
    const remark = provider.knows
      ? `Where they don't hear of it: their client has to know me, so ${reach}.`
      : `I have never heard of them, so please look whether that is their id: \`${feed}\`. Their client has to know me before they hear of it, so ${reach}.`
    return `${person(feed)} is an owner of **${name}** now. ${now}${thread} ${remark}`
  },
} as const
