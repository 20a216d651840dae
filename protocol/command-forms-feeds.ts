/** `follow`, `unfollow`, `block`, `unblock` and `owners`: forms with somebody's feed in them. */
import { type Form, type Found, form, said, told } from './command-form'
import type { Reading } from './command-kinds'
import { unclear } from './command-objects'
import { sentence } from './explain'
import type { FeedId } from './ids'

type Contact = 'follow' | 'unfollow' | 'block' | 'unblock'

/** The feed that is meant, or what to answer where it can't be told. */
function feedOf(found: Found, command: string, example: (feed: string) => string): FeedId | Reading {
  const invalid = (reason: string): Reading => ({ kind: 'invalid', command, reason })
  const { mention } = found
  if (mention === null) return invalid(sentence.feedMissing(example('@…=.ed25519')))
  if (mention.id === null) return invalid(sentence.feedUnknown(mention.label.slice(0, 40).replace(/`/g, '')))
  const [first, second] = found.named
  return second === undefined || first === undefined ? mention.id : unclear(example(first), example(second))
}

function contactOf(found: Found, kind: Contact): Reading {
  const plain = (feed: string): string => said(kind, found.name, feed)
  const feed = feedOf(found, kind, plain)
  return typeof feed === 'string' ? told(found, { kind, name: found.name, feed }, plain(feed)) : feed
}
const contact: Form['read'] = (found) => contactOf(found, found.place('verb') as Contact)
const unfollow: Form['read'] = (found) => contactOf(found, 'unfollow')

const owners: Form['read'] = ({ name }) => ({ kind: 'owners', name, change: null })

const change =
  (kind: 'add' | 'remove'): Form['read'] =>
  (found) => {
    const { name } = found
    const plain = (feed: string): string => said('owners', name, kind, feed)
    // What takes a pub from somebody names the pub.
    if (kind === 'remove' && name === null)
      return { kind: 'invalid', command: 'owners', reason: sentence.ownerRemoveNeedsName() }
    const feed = feedOf(found, 'owners', plain)
    if (typeof feed !== 'string') return feed
    // Nor does it come out of a slip of the finger.
    if (
      kind === 'remove' &&
      !/^owners?$|^co-?owner$/.test(found.unit.words.find((word) => /own/.test(word)) ?? '')
    )
      return unclear(plain(feed), 'help owners')
    return told(found, { kind: 'owners', name, change: { kind, feed } }, plain(feed))
  }

/** Something that could mean a change of owners: the exact form is offered. */
const perhaps =
  (kind: 'add' | 'remove'): Form['read'] =>
  (found) => {
    const exact = change(kind)({ ...found, wished: true })
    return exact?.kind === 'owners' && exact.change !== null
      ? unclear(said('owners', exact.name, kind, exact.change.feed), 'help owners')
      : exact
  }

/** Taking a right away, or shutting somebody out: both are offered. */
const twoWays: Form['read'] = ({ name, mention }) => {
  if (name === null || mention?.id == null) return unclear('help owners', 'help block')
  return unclear(`owners ${name} remove ${mention.id}`, `block ${name} ${mention.id}`)
}
const perhapsBlock: Form['read'] = ({ name, mention }) =>
  mention?.id == null ? unclear('help block', 'help') : unclear(said('block', name, mention.id), 'help block')

const OWNER = '(owner|co-owner|coowner)'
export const FEED_FORMS: Form[] = [
  form('VERB [:] FEED', contact),
  form('VERB [:] PUB [:] FEED', contact),
  form('VERB [:] PUB FEED (please|thanks|thank you) .*', contact),
  form('VERB FEED (with|from|as|by|using|for|on|via|through) PUB', contact),
  form('(ban|mute|ignore|banish|kick|kick out) FEED', perhapsBlock),
  form('(ban|mute|ignore|banish|kick|kick out) FEED (on|from|with|for|off) PUB', perhapsBlock),
  form('remove FEED', () => unclear('help owners', 'help block')),
  form('remove FEED from PUB', (found) => twoWays(found)),
  form('VERB', contact),
  form('VERB [:] PUB', contact),
  form('VERB PUB WORD', (found) => ({
    kind: 'invalid',
    command: found.place('verb') ?? 'follow',
    reason: sentence.feedUnknown((found.written('word') ?? '').slice(0, 40).replace(/`/g, '')),
  })),
  form('(let|make|have|tell) PUB [to] VERB FEED', contact),
  form('PUB (should|shall|must) VERB FEED', contact),
  form('stop following FEED', unfollow),
  form('stop following FEED (with|from|as|by|on) PUB', unfollow),
  form('owners', owners),
  form('owners [of|for|:] PUB', owners),
  form('[list] [the] owners [of|for] PUB', owners),
  form('who owns PUB', owners),
  form('who (are|is) [the] owners (of|for) PUB', owners),
  form('PUB owners', (found) => (/'s /.test(found.unit.words.join(' ')) ? owners(found) : null)),
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
  form('share PUB with FEED', perhaps('add')),
  form('give PUB to FEED', perhaps('add')),
  form('give FEED access to PUB', perhaps('add')),
  form('give FEED PUB', perhaps('add')),
  form('FEED (should|shall|may) own PUB', perhaps('add')),
  form('(let|make) FEED own PUB', perhaps('add')),
  form('remove [the] owners FEED from PUB', change('remove')),
  form('owners [of|for|:] PUB (delete|drop|kick) FEED', perhaps('remove')),
  form('owners remove FEED', change('remove')),
  form('owners [of|for|:] PUB [:] remove [:|owner] FEED', change('remove')),
  form('owners [of|for|:] PUB remove', change('remove')),
  form('remove FEED from [the] owners (of|for) PUB', change('remove')),
  form(`remove FEED as [a|an] ${OWNER} (of|from) PUB`, change('remove')),
  form('(delete|drop|kick|take|throw) FEED (from|out of|off) [the] owners (of|for) PUB', perhaps('remove')),
]
