/** What an operator's wish becomes: a message for the provider's feed, or a sentence why not. Pure. */
import type { FeedId, Millis, PubId } from '../protocol/ids'
import { ANSWER_BYTES_MAX } from '../protocol/limits'
import { ANNOUNCEMENT_REPEAT_MS, ANNOUNCEMENTS_PER_DAY_MAX } from '../protocol/limits-operator'
import { type AnnouncementMessage, buildAnnouncement } from '../protocol/messages/announcement'
import { type BlockMessage, buildBlock } from '../protocol/messages/block'
import { buildHalt, type HaltMessage } from '../protocol/messages/halt'
import type { AdminBlockRequest, AdminSuspendRequest } from '../protocol/rpc-operator'
import type { PubFact, State } from '../protocol/state'
import { jsonBytes } from './look'
import { grantTarget } from './money-view'
import { blockOf, haltOf } from './operator-facts'
import { isProgram } from './owners'
import { when } from './words'
import { announcementText } from './words-operator'

/** `say`: what goes on the feed; null where it stands there already. */
export type Deed<T> = { ok: true; say: T | null } | { ok: false; why: string }

const no = (why: string): { ok: false; why: string } => ({ ok: false, why })

/** The live pub that an operator means; null where there is none. */
export function livePubCalled(state: State, wanted: string): PubFact | null {
  const target = grantTarget(state, wanted)
  return target?.kind === 'pub' ? (state.provider.pubs.get(target.pub as PubId) ?? null) : null
}

/** Stops a pub on the operator's word, or ends that. */
export function haltDeed(
  state: State,
  { pub: wanted, halted, reason: given }: AdminSuspendRequest,
  by: FeedId,
): Deed<HaltMessage> {
  const pub = livePubCalled(state, wanted)
  if (pub === null)
    return no(`there is no live pub called ${wanted} here; \`buttcloud admin pubs\` lists them`)
  const { name } = pub.record
  const reason = lineOf(given)
  if (!reason.ok) return reason
  const before = haltOf(state, pub.pub)
  if (!halted && before === null) return no(notHalted(pub))
  // Its create waits for it to be up; stopped before that it would count as failed, and end.
  if (halted && state.provider.answers.get(pub.pub as string as never)?.final !== true)
    return no(`${name} is still being made; suspend it when it is up`)
  if (before?.content.halted === halted && before.content.reason === reason.line)
    return { ok: true, say: null }
  return { ok: true, say: buildHalt({ pub: pub.pub, halted, reason: reason.line, by }) }
}

function notHalted({ record: { name, suspended } }: PubFact): string {
  if (!suspended) return `${name} is not suspended`
  return `${name} is not suspended by you, but because it is not paid for: it comes up when somebody pays, or with \`buttcloud admin grant ${name}\``
}

/** Refuses somebody's requests from now on, or takes that back. */
export function blockDeed(
  state: State,
  { feed, blocked, reason: given }: AdminBlockRequest & { feed: FeedId },
  by: FeedId,
  operators: ReadonlySet<FeedId>,
): Deed<BlockMessage> {
  const reason = lineOf(given)
  if (!reason.ok) return reason
  const before = blockOf(state, feed)
  if (!blocked && before === null) return no(`${feed} is not blocked`)
  if (blocked && (feed === by || operators.has(feed)))
    return no('that is an operator of this provider; take them out of `operators` in config.json first')
  if (blocked && (isProgram(state, feed) || state.provider.money.bridges.has(feed)))
    return no('that is one of this provider’s own programs; a bridge is ended with `admin bridge-retire`')
  if (before?.content.blocked === blocked && before.content.reason === reason.line)
    return { ok: true, say: null }
  return { ok: true, say: buildBlock({ feed, blocked, reason: reason.line, by }) }
}

/** Tells all owners something, not too often and not twice. */
export function announceDeed(
  state: State,
  given: string,
  by: FeedId,
  now: Millis,
): { ok: true; say: AnnouncementMessage } | { ok: false; why: string } {
  const text = given.replace(/\r\n?/g, '\n').trim()
  if (text === '') return no('there is no text to announce')
  if (/[^\P{Cc}\n\t]/u.test(text)) return no('the text has control characters in it; nothing was sent')
  const over = jsonBytes(announcementText(text)) - ANSWER_BYTES_MAX
  if (over > 0)
    return no(`the text is ${over} bytes too long for one private message; say less, or link to the rest`)
  const today: Millis[] = []
  for (const { at, content } of state.provider.operator.announcements.values()) {
    if (at <= now - ANNOUNCEMENT_REPEAT_MS) continue
    if (content.text === text) return no(`exactly this was announced at ${when(at)} already`)
    today.push(at)
  }
  if (today.length >= ANNOUNCEMENTS_PER_DAY_MAX)
    return no(
      `${today.length} announcements went out within a day, which is as many as may; the next one from ${when(Math.min(...today) + ANNOUNCEMENT_REPEAT_MS)} on`,
    )
  return { ok: true, say: buildAnnouncement({ text, by }) }
}

/** One line without what moves a cursor; null for none. */
function lineOf(given: string | null): { ok: true; line: string | null } | { ok: false; why: string } {
  const line = (given ?? '').replace(/\s+/g, ' ').trim()
  if (/\p{Cc}/u.test(line)) return no('the reason has control characters in it; nothing was changed')
  return { ok: true, line: line === '' ? null : line }
}
