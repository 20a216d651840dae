/**
 * What follows from the operator's words: a pub that they stop is suspended and its owners are told, once and after it;
 * who is blocked is refused; announcements go out. Each word stands on the feed before anything comes of it.
 */
import type { FeedId } from '../protocol/ids'
import { ANNOUNCED_AT_ONCE_MAX, BLOCKED_ANSWER_EVERY_MS } from '../protocol/limits-operator'
import type { HaltMessage } from '../protocol/messages/halt'
import type { PubFact, Request } from '../protocol/state'
import type { Told } from '../protocol/state-money'
import { type Look, notify } from './look'
import { blockOf, shallBeSuspended } from './operator-facts'
import { livePubsOf } from './owners'
import { announcementText, blockedText, haltNotice } from './words-operator'

/** Owes what the operator's stops, and their ends, make of pubs. */
export function oweHalts(look: Look): void {
  const { provider } = look.world.state
  for (const [id, halt] of provider.operator.halts) {
    const pub = provider.pubs.get(id)
    // What a command makes of its record comes first; the next look goes on from there.
    if (pub === undefined || look.pubsChanged.has(id) || look.pubsEnded.has(id)) continue
    if (pub.record.status === 'live') oweHalt(look, pub, halt)
  }
}

function oweHalt(look: Look, { pub, record }: PubFact, { key, content }: Told<HaltMessage>): void {
  const { state } = look.world
  const suspended = shallBeSuspended(state, pub)
  const follows = content.halted || !suspended
  if (follows && record.suspended !== suspended) {
    look.owe({ kind: 'record', content: { ...record, suspended, answers: key } })
    return
  }
  const dues = state.provider.money.dues.get(pub)?.content ?? null
  const text = haltNotice(record, content, dues)
  notify(look, record.owners, text, { pub, topic: 'operator', causes: key })
}

/** Owes the present owners of each set that was not told yet what the operator announces; not all at once. */
export function oweAnnouncements(look: Look): void {
  const { operator, pubs } = look.world.state.provider
  let room = ANNOUNCED_AT_ONCE_MAX
  for (const { key, content, owed } of operator.announcements.values())
    for (const pub of owed) {
      const owners = pubs.get(pub)?.record.owners
      if (owners === undefined) continue
      if (room === 0) return
      room -= 1
      notify(look, owners, announcementText(content.text), { pub, topic: 'announcement', causes: key })
    }
}

/**
 * Everything that a blocked author wrote up to a sequence is refused together: at once after the block, then at most
 * once a day. What was begun before goes on to its own answer.
 */
export function refuseBlocked(look: Look, author: FeedId, upTo: number, last: Request | null): void {
  const { state, now } = look.world
  const block = blockOf(state, author)
  const before = state.provider.bursts.get(author)
  if (block === null || upTo <= (before?.upTo ?? 0)) return
  // What was answered together before the block was another matter, and what a wrong clock has dated ahead waits for nobody.
  const saidAt =
    before === undefined || before.lastAt < block.at || before.lastAt > now ? null : before.lastAt
  const due = saidAt === null ? now : saidAt + BLOCKED_ANSWER_EVERY_MS
  if (now < due) return look.wakeAt(due)
  look.owe({
    kind: 'burst',
    thread: last === null ? null : { root: last.root ?? last.key, branch: last.key },
    to: author,
    text: blockedText(
      block.content,
      livePubsOf(state, author).map((pub) => pub.record.name),
    ),
    payload: { v: 1, kind: 'burst', author, upTo, outcome: 'refused', known: true },
  })
}
