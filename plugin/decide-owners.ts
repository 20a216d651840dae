/**
 * `owners NAME`, `owners NAME add @feed`, `owners NAME remove @feed`: the record says who they are; a new thread begins with
 * the present owners, who is none any more is told alone, and then the answer says how it is.
 */
import { parseCommand } from '../protocol/command'
import type { Command, OwnersChange } from '../protocol/command-kinds'
import type { FeedId, MessageId } from '../protocol/ids'
import { noticeKey } from '../protocol/messages/answer'
import type { ChangeFact, PubFact, Request } from '../protocol/state'
import { oweOrder } from './decide-change'
import { answer, type Look, notify, pubFor } from './look'
import { ownersWithout, whyNotAdd } from './owners'
import { feedOf, usesOf } from './query'
import { changeWords } from './words-change'
import { ownerWords } from './words-people'

/** Lists them, or owes the record with the others. */
export function beginOwners(
  look: Look,
  request: Request,
  { name, change }: Extract<Command, { kind: 'owners' }>,
): void {
  const pub = pubFor(look, request, 'owners', name)
  if (pub === null) return
  const { record } = pub
  const options = { command: 'owners', pub: pub.pub }
  if (change === null)
    return answer(look, request, 'done', ownerWords.list(record.name, record.owners, request.author), options)
  if (look.pubsChanged.has(pub.pub) || look.pubsEnded.has(pub.pub)) return look.wakeAt(look.world.now)
  const { kind, feed } = change
  const isOwner = record.owners.includes(feed)
  if (isOwner === (kind === 'add')) {
    const text = isOwner ? ownerWords.isOneAlready : ownerWords.isNone
    return answer(look, request, 'done', text(record.name, feed, record.owners), options)
  }
  const owners = changed(look, request, pub, change)
  if (owners === null) return
  const wanted = { ...record, owners, answers: request.key }
  look.pubsChanged.add(pub.pub)
  look.owe({ kind: 'record', content: wanted })
  oweOrder(look, wanted)
}

/** The owners as they shall be; null where they can't be so, and that is answered. */
function changed(look: Look, request: Request, pub: PubFact, { kind, feed }: OwnersChange): FeedId[] | null {
  const { state, policy, now } = look.world
  const { name, owners } = pub.record
  const refuse = (text: string): null => {
    answer(look, request, 'refused', text, { command: 'owners', pub: pub.pub })
    return null
  }
  // Its first invite goes to who asked for it; before that it is not theirs to share.
  if (state.provider.answers.get(pub.pub as string as MessageId)?.final !== true)
    return refuse(changeWords.beingMade(name))
  if (kind === 'add') {
    const why = whyNotAdd(state, pub, feed, now)
    return why === null ? [...owners, feed] : refuse(ownerWords.noAdd[why](name, feed))
  }
  if (owners.length === 1) return refuse(ownerWords.last(name))
  return (
    ownersWithout(state, policy, pub, feed) ?? refuse(ownerWords.noRoom(name, feed, policy.pubsPerOwnerMax))
  )
}

/** Goes on with a change of owners that is on the feed; false when this request has made none. */
export function continueOwners(look: Look, request: Request, change: ChangeFact): boolean {
  const command = parseCommand(request.text)
  if (command.kind !== 'owners' || command.change === null) return false
  const { state, now } = look.world
  const pub = state.provider.pubs.get(change.pub)
  if (pub === undefined) return true
  const { name, owners, status } = pub.record
  const options = { command: 'owners', pub: pub.pub }
  if (status === 'ended') {
    answer(look, request, 'failed', changeWords.deleted(name), options)
    return true
  }
  // Who they are, another change of this look decides first.
  if (look.pubsChanged.has(pub.pub) || look.pubsEnded.has(pub.pub)) {
    look.wakeAt(now)
    return true
  }
  const { kind, feed } = command.change
  const by = request.author
  const about = { pub: pub.pub, topic: 'owners' as const, causes: request.key }
  const others = owners.some((id) => id !== by)
  if (others) notify(look, owners, ownerWords.changed(name, by, kind, feed, owners), about)
  const isGone = kind === 'remove' && feed !== by && !owners.includes(feed)
  if (isGone) notify(look, [feed], ownerWords.yourEnd(name, by), { ...about, to: feed })
  const { notices } = state.provider
  const told = !others || notices.has(noticeKey({ causes: request.key, to: null }))
  if (!told || (isGone && !notices.has(noticeKey({ causes: request.key, to: feed })))) return true
  const me = { id: state.provider.id, knows: knows(look, pub, feed) }
  const text = ownerWords.done(name, by, kind, feed, owners, me)
  answer(look, request, 'done', text, options)
  return true
}

/** True when this feed has come to us by an invite, has written to us, or has come into the pub. */
function knows({ world }: Look, pub: PubFact, feed: FeedId): boolean {
  const { state, facts, ledger } = world
  if (state.provider.owners.has(feed) || facts.newcomers.has(feed) || facts.strangers.has(feed)) return true
  if ((state.authors.get(feed)?.requests.size ?? 0) > 0) return true
  const uses = usesOf(state, pub, feedOf(state, pub), ledger)
  return [...uses.values()].some((members) => members.some(({ member }) => member === feed))
}
