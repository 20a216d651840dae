/** `follow`, `unfollow`, `block`, `unblock` and `owners`: forms with somebody's feed in them. */
import { type Form, type Found, form } from './command-form'
import type { Command, Reading } from './command-kinds'
import { isMark, mentionOf } from './command-mentions'
import { unclear } from './command-objects'
import { sentence } from './explain'
import type { FeedId } from './ids'

type Contact = Extract<Command, { kind: 'follow' }>['kind']

/** The feed that is meant, or what to answer where it can't be told. */
function feedOf(found: Found, command: string, example: (feed: string) => string): FeedId | Reading {
  const invalid = (reason: string): Reading => ({ kind: 'invalid', command, reason })
  const { mention, unit } = found
  if (mention === null) return invalid(sentence.feedMissing(example('@…=.ed25519')))
  if (mention.id === null) return invalid(sentence.feedUnknown(mention.label.slice(0, 40).replace(/`/g, '')))
  const named = new Set<FeedId>()
  for (const word of unit.marked.slice(headAt(unit.marked))) {
    const other = isMark(word) ? mentionOf(word, unit.mentions) : null
    if (other?.id !== null && other !== null) named.add(other.id)
  }
  const [first, second] = [...named]
  return second === undefined || first === undefined ? mention.id : unclear(example(first), example(second))
}

/** Whoever stands before the first other word is spoken to, and not about. */
const headAt = (marked: string[]): number => marked.findIndex((word) => !isMark(word))

const contact: Form['read'] = (found) => {
  const kind = found.place('verb') as Contact
  const plain = (feed: string): string => [kind, found.name, feed].filter((word) => word !== null).join(' ')
  const feed = feedOf(found, kind, plain)
  if (typeof feed !== 'string') return feed
  return doubted(found, plain(feed)) ?? { kind, name: found.name, feed }
}

const unfollow: Form['read'] = (found) => {
  const plain = (feed: string): string =>
    ['unfollow', found.name, feed].filter((word) => word !== null).join(' ')
  const feed = feedOf(found, 'unfollow', plain)
  if (typeof feed !== 'string') return feed
  return doubted(found, plain(feed)) ?? { kind: 'unfollow', name: found.name, feed }
}

/** A mere question, or a wish for later, is asked back. */
function doubted({ unit, wished }: Found, plain: string): Reading | null {
  const later = unit.words.some((word) => /^(?:tonight|soon|today|tomorrow|later)$/.test(word))
  return (unit.asks && !wished) || later ? unclear(plain, `help ${plain.split(' ')[0]}`) : null
}

const owners: Form['read'] = ({ name }) => ({ kind: 'owners', name, change: null })

const change =
  (kind: 'add' | 'remove'): Form['read'] =>
  (found) => {
    const { name } = found
    const plain = (feed: string): string =>
      ['owners', name, kind, feed].filter((word) => word !== null).join(' ')
    // What takes a pub from somebody names the pub.
    if (kind === 'remove' && name === null)
      return { kind: 'invalid', command: 'owners', reason: sentence.ownerRemoveNeedsName() }
    const feed = feedOf(found, 'owners', plain)
    if (typeof feed !== 'string') return feed
    return doubted(found, plain(feed)) ?? { kind: 'owners', name, change: { kind, feed } }
  }

/** Something that could mean a change of owners: the exact form is offered. */
const perhaps =
  (kind: 'add' | 'remove'): Form['read'] =>
  (found) => {
    const exact = change(kind)({ ...found, wished: true })
    return exact?.kind === 'owners' && exact.change !== null
      ? unclear(
          ['owners', exact.name, kind, exact.change.feed].filter((word) => word !== null).join(' '),
          'help owners',
        )
      : exact
  }

const OWNER = '(owner|co-owner|coowner)'
export const FEED_FORMS: Form[] = [
  form('VERB [:] FEED', contact),
  form('VERB [:] PUB [:] FEED', contact),
  form('VERB [:] PUB FEED (please|thanks|thank you) .*', contact),
  form('VERB FEED (with|from|as|by|using|for|on|via|through) PUB', contact),
  form('VERB', contact),
  form('VERB [:] PUB', contact),
  form('(let|make|have|tell) PUB [to] VERB FEED', contact),
  form('PUB (should|shall|must) VERB FEED', contact),
  form('stop following FEED', unfollow),
  form('stop following FEED (with|from|as|by|on) PUB', unfollow),
  form('owners', owners),
  form('owners [of|for|:] PUB', owners),
  form('[list] [the] owners [of|for] PUB', owners),
  form('who owns PUB', owners),
  form('who (are|is) [the] owners (of|for) PUB', owners),
  form('owners add FEED', change('add')),
  form('owners FEED', perhaps('add')),
  form('owners [of|for|:] PUB [:] add [:|owner] FEED', change('add')),
  form('owners add', change('add')),
  form('owners [of|for|:] PUB add', change('add')),
  form('owners [of|for|:] PUB FEED', perhaps('add')),
  form('add FEED to [the] owners (of|for) PUB', change('add')),
  form(`add FEED as [a|an] ${OWNER} (of|to|for) PUB`, change('add')),
  form(`add [a|an] owner to PUB : FEED`, change('add')),
  form(`add [an] owners FEED to PUB`, change('add')),
  form(`make FEED [a|an] ${OWNER} of PUB`, change('add')),
  form('owners remove FEED', change('remove')),
  form('owners [of|for|:] PUB [:] remove [:|owner] FEED', change('remove')),
  form('owners [of|for|:] PUB remove', change('remove')),
  form('remove FEED from [the] owners (of|for) PUB', change('remove')),
  form(`remove FEED as [a|an] ${OWNER} (of|from) PUB`, change('remove')),
  form('(delete|drop|kick|take|throw) FEED (from|out of|off) [the] owners (of|for) PUB', perhaps('remove')),
]
