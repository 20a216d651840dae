/**
 * The fence: no message of the pub exists before its provider has stored it. A state machine without I/O: events
 * in, effects out (data). `step` changes the fence it is given, which has one owner (io/fence-plugin.ts).
 *
 *   shut ──attach, restore, open──► open ──sign──► asking ──answer ok──► appending ──appended──► open
 *     ▲                                              │
 *     └───── detached · unsure · no answer in time ──┘   (the caller waits; signed anew after the next open)
 *
 * INVARIANTS
 * - At most one signed message is on its way, and it is the next one after `head`.
 * - Only what was answered `ok`, or restored from the provider, is appended.
 * - A message whose fate is unknown is never followed by another before the provider was asked (open, restore).
 * - Every caller gets exactly one reply: at most COMMIT_WAIT_MS in the queue and as much again on the way.
 */
import type { MessageId, Millis } from '../protocol/ids'
import { COMMIT_WAIT_MS, FENCE_QUEUE_MAX } from '../protocol/limits'
import type { InviteEntry, RawValue } from '../protocol/rpc'
import type { Asked, Fence, FenceEffect, FenceEvent } from './fence-state'
import { contactOwed, evolveOwn, wordOwed } from './own'
import * as words from './words'

/** Takes in one event and says what is to be done, in this order. */
export function step(fence: Fence, event: FenceEvent): FenceEffect[] {
  switch (event.on) {
    case 'asked':
      return [...ask(fence, askedBy(event, { content: event.content })), ...pump(fence)]
    case 'about':
      fence.wanted = event.wanted
      return [...ask(fence, askedBy(event, { about: true })), ...pump(fence)]
    case 'contact':
      return [...ask(fence, askedBy(event, { contact: event.wanted })), ...pump(fence)]
    case 'use': {
      const use = { invite: event.invite, member: event.member }
      return [...ask(fence, askedBy(event, { use })), ...pump(fence)]
    }
    case 'signed':
      return signed(fence, event)
    case 'unsigned': {
      const asked = fence.signing
      if (asked?.id !== event.id) return []
      fence.signing = null
      giveBack(fence, asked)
      return [reply(asked, event.message, null), ...pump(fence)]
    }
    case 'attached':
      return attached(fence, event.attachment)
    case 'detached':
      if (event.attachment !== fence.attachment) return []
      fence.attachment = null
      fence.helloOwed = false
      shut(fence, words.NO_HUB)
      return []
    case 'open':
      return open(fence, event)
    case 'answer':
      return answered(fence, event)
    case 'appended':
      return appended(fence, event.value, event.key)
    case 'unappended':
      // The provider has it and this log refused it: only taking the feed back from the provider can tell.
      return unsure(fence)
    case 'restored':
      return arrived(fence, event.value, event.key)
    case 'invite':
      return invite(fence, event.entry)
    case 'revoke':
      // Who waits with this invite is told so when their turn comes; a use that is on its way is the provider's to judge.
      fence.table?.delete(event.invite)
      return []
    case 'tick':
      return tick(fence, event.now)
    default:
      return event satisfies never
  }
}

function askedBy(event: { id: number; now: Millis }, what: Partial<Asked>): Asked {
  const nothing = { content: null, about: false, contact: null, use: null, keys: [] }
  return { id: event.id, askedAt: event.now, ...nothing, ...what }
}

function reply(asked: Asked, error: string | null, key: MessageId | null): FenceEffect {
  return { do: 'reply', id: asked.id, error, key }
}

function ask(fence: Fence, asked: Asked): FenceEffect[] {
  // While the table is not known anybody could claim to hold an invite; such calls get half of the room at most.
  const { use } = asked
  const strange = use !== null && fence.table?.has(use.invite) !== true
  const room = strange ? FENCE_QUEUE_MAX / 2 : FENCE_QUEUE_MAX
  if (fence.queue.length >= room) return [reply(asked, words.busy(room), null)]
  fence.queue.push(asked)
  return []
}

/** Why this write can never be done, or null. Asked when its turn comes, so that what came before it counts. */
function refusalOf(fence: Fence, asked: Asked): string | null {
  if (asked.use === null) return null
  // A follow would take the block back, which is for the owners alone to do.
  if (fence.own.blocking.has(asked.use.member)) return words.BLOCKED
  const entry = fence.table?.get(asked.use.invite)
  return entry === undefined || entry.left <= 0 ? words.EXPIRED : null
}

function pump(fence: Fence): FenceEffect[] {
  const effects: FenceEffect[] = []
  while (fence.open && fence.signing === null && fence.pending === null) {
    const asked = fence.queue.shift()
    if (asked === undefined) break
    // Whoever is followed already has what the invite was for: mostly somebody whose answer got lost and who tries
    // again. Stock refuses them, and then their client never follows the pub, so to them the invite is burnt.
    if (asked.use !== null && fence.own.following.get(asked.use.member) === true) {
      effects.push(reply(asked, null, null))
      continue
    }
    // What it shall say may have changed, or been said, while this waited.
    if (asked.about) asked.content = wordOwed(fence.own, fence.feed, fence.wanted)
    if (asked.contact !== null) asked.content = contactOwed(fence.own, asked.contact)
    if (asked.use === null && asked.content === null) {
      effects.push(reply(asked, null, null))
      continue
    }
    const refusal = refusalOf(fence, asked)
    if (refusal !== null) {
      effects.push(reply(asked, refusal, null))
      continue
    }
    // Taken while it is on its way, so that parallel uses never exceed what is left.
    const entry = asked.use === null ? undefined : fence.table?.get(asked.use.invite)
    if (entry !== undefined) entry.left -= 1
    fence.signing = asked
    effects.push({ do: 'sign', asked, tag: entry?.tag ?? null, head: fence.head })
  }
  return effects
}

function signed(fence: Fence, event: Extract<FenceEvent, { on: 'signed' }>): FenceEffect[] {
  const asked = fence.signing
  if (asked?.id !== event.id) return []
  fence.signing = null
  fence.commits += 1
  asked.keys.push(event.key)
  const { value, key } = event
  fence.pending = { commit: fence.commits, asked, value, key, sentAt: event.now, stage: 'asking' }
  return [
    { do: 'send', item: { kind: 'commit', id: fence.commits, value, invite: asked.use?.invite ?? null } },
  ]
}

function giveBack(fence: Fence, asked: Asked): void {
  const entry = asked.use === null ? undefined : fence.table?.get(asked.use.invite)
  if (entry !== undefined) entry.left += 1
}

/** Lets nothing through. What was on its way goes back to the front of the queue; its fate is not known. */
function shut(fence: Fence, why: string): void {
  fence.open = false
  fence.why = why
  const asked = fence.pending?.stage === 'asking' ? fence.pending.asked : fence.signing
  if (asked === null) return
  if (fence.pending?.asked === asked) fence.pending = null
  fence.signing = null
  giveBack(fence, asked)
  fence.queue.unshift(asked)
}

function unsure(fence: Fence): FenceEffect[] {
  if (fence.pending?.stage === 'appending') fence.pending.stage = 'asking'
  shut(fence, words.UNSURE)
  return fence.attachment === null
    ? []
    : [{ do: 'send', item: { kind: 'resync', head: fence.head.sequence } }]
}

function hello(fence: Fence): FenceEffect {
  fence.helloOwed = false
  const { feed, epoch } = fence
  return { do: 'send', item: { kind: 'hello', feed, head: fence.head.sequence, epoch } }
}

function attached(fence: Fence, attachment: number): FenceEffect[] {
  const former = fence.attachment
  shut(fence, fence.table === null ? words.NEVER_OPENED : words.UNSURE)
  fence.attachment = attachment
  const effects: FenceEffect[] = former === null ? [] : [{ do: 'end', attachment: former }]
  // While a message is being appended the head is about to move: hello says where it ends up.
  if (fence.pending !== null) fence.helloOwed = true
  else effects.push(hello(fence))
  return effects
}

function open(fence: Fence, event: Extract<FenceEvent, { on: 'open' }>): FenceEffect[] {
  const refuse = (error: string): FenceEffect[] => [{ do: 'refuse', error }]
  if (fence.attachment === null) return refuse(words.NOT_ATTACHED)
  if (event.epoch !== fence.epoch) return refuse(words.staleEpoch(event.epoch, fence.epoch))
  if (fence.pending?.stage === 'appending') return refuse(words.STILL_APPENDING)
  if (event.head !== fence.head.sequence) return refuse(words.headGap(event.head, fence.head.sequence))
  shut(fence, words.UNSURE)
  fence.table = new Map(event.invites.map((entry) => [entry.key, { left: entry.left, tag: entry.tag }]))
  fence.open = true
  const owed = wordOwed(fence.own, fence.feed, fence.wanted) !== null
  if (owed && !fence.queue.some((asked) => asked.about))
    fence.queue.push(askedBy({ id: 0, now: event.now }, { about: true }))
  return pump(fence)
}

function answered(fence: Fence, event: Extract<FenceEvent, { on: 'answer' }>): FenceEffect[] {
  const pending = fence.pending
  if (pending === null || pending.commit !== event.commit || pending.stage !== 'asking')
    return [{ do: 'refuse', error: words.unknownCommit(event.commit) }]
  if (event.ok) {
    pending.stage = 'appending'
    return [{ do: 'append', value: pending.value }]
  }
  // After a gap another message stands at this place at the provider: perhaps an earlier try of this very write.
  if (event.reason === 'try-again' || event.reason === 'gap' || event.reason === null) return unsure(fence)
  fence.pending = null
  giveBack(fence, pending.asked)
  const refused = reply(pending.asked, words.refusedWrite(event.message ?? event.reason), null)
  if (event.reason === 'stale-epoch') {
    shut(fence, words.REPLACED)
    return [refused]
  }
  return [refused, ...pump(fence)]
}

function appended(fence: Fence, value: RawValue, key: MessageId): FenceEffect[] {
  const pending = fence.pending
  fence.pending = null
  const effects = arrived(fence, value, key)
  if (pending !== null) {
    if (isMoreOwed(fence, pending.asked)) fence.queue.unshift(pending.asked)
    else effects.unshift(reply(pending.asked, null, key))
  }
  if (fence.helloOwed) effects.push(hello(fence))
  return [...effects, ...pump(fence)]
}

/** What a pub shall say of itself may take two messages; who asked for it hears of the last. */
function isMoreOwed(fence: Fence, asked: Asked): boolean {
  return asked.about && wordOwed(fence.own, fence.feed, fence.wanted) !== null
}

/** The feed has grown by this message; whoever waits for it gets it. */
function arrived(fence: Fence, value: RawValue, key: MessageId): FenceEffect[] {
  fence.head = { sequence: fence.head.sequence + 1, key }
  evolveOwn(fence.own, fence.feed, value.content)
  const at = fence.queue.findIndex((asked) => asked.keys.includes(key) && !isMoreOwed(fence, asked))
  const [asked] = at < 0 ? [] : fence.queue.splice(at, 1)
  return asked === undefined ? [] : [reply(asked, null, key)]
}

function invite(fence: Fence, entry: InviteEntry): FenceEffect[] {
  // Before the first open the whole table is still to come, this entry with it.
  const known = fence.table?.get(entry.key)
  // Uses only go down; a use that is on its way is already taken off what is known here.
  const left = known === undefined ? entry.left : Math.min(known.left, entry.left)
  fence.table?.set(entry.key, { left, tag: entry.tag })
  return []
}

function tick(fence: Fence, now: Millis): FenceEffect[] {
  const late = (since: Millis): boolean => now - since >= COMMIT_WAIT_MS
  const effects: FenceEffect[] = []
  if (fence.pending?.stage === 'asking' && late(fence.pending.sentAt)) effects.push(...unsure(fence))
  const why = fence.open ? 'its provider has not yet answered' : fence.why
  for (const asked of fence.queue.filter((one) => late(one.askedAt)))
    effects.push(reply(asked, words.tooLong(why), null))
  fence.queue = fence.queue.filter((one) => !late(one.askedAt))
  return effects
}
