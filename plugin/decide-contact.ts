/** `follow`, `unfollow`, `block`, `unblock`: an op for the hub; the pub publishes it through the write-ahead. */

import type { FeedId } from '../protocol/ids'
import { OP_DEADLINE_MS } from '../protocol/limits'
import { buildOp, type ContactOp } from '../protocol/messages/op'
import type { PubFact, Request, State } from '../protocol/state'
import { desiredOf } from './change'
import {
  type ContactCommand,
  changedBy,
  contactOpsOf,
  isSameStanding,
  pendingOf,
  standingOf,
} from './contacts'
import { answer, type Look, pubFor } from './look'
import { feedOf, resultOf } from './query'
import { contactWords } from './words-contact'

/** Checks, and owes the op; or the answer where the pub's feed says so already. */
export function beginContact(look: Look, request: Request, { kind, name, feed }: ContactCommand): void {
  const { state } = look.world
  const pub = pubFor(look, request, kind, name)
  if (pub === null) return
  const options = { command: kind, pub: pub.pub }
  const refusal = refusalOf(state, pub, kind, feed)
  if (refusal !== null) return answer(look, request, 'refused', refusal, options)
  // Its new hub would refuse what comes before the order that puts the pub there; this look owes that one.
  const spec = state.provider.specs.get(pub.pub)
  if (spec !== undefined && (spec.hub !== pub.record.hub || spec.epoch !== pub.record.epoch))
    return look.wakeAt(look.world.now)
  const pending = pendingOf(state, pub, feed, look.effects)
  const before = pending?.contact ?? standingOf(state, pub, feed)
  const wanted = changedBy(kind, before)
  if (pending === null && isSameStanding(before, wanted)) {
    const text = contactWords.already(pub.record.name, feed, kind, before)
    return answer(look, request, 'done', text, options)
  }
  const content = buildOp({
    ...{ op: request.key, hub: pub.record.hub, pub: pub.pub },
    ...{ kind: 'contact' as const, contact: { feed, ...wanted } },
  })
  look.owe({ kind: 'order', content })
}

/** Why it can't be done, or null. */
function refusalOf(state: State, pub: PubFact, kind: ContactCommand['kind'], feed: FeedId): string | null {
  const { record } = pub
  const { name } = record
  const own = feedOf(state, pub)
  if (own === null) return contactWords.beingMade(name)
  if (desiredOf(record) === 'down') return contactWords.stopped(name)
  if (feed === own) return contactWords.itself(name, kind)
  const { provider } = state
  // Taking something back is always allowed: it may stem from a time when they were somebody else to this pub.
  const isTakenBack = kind === 'unfollow' || kind === 'unblock'
  if (!isTakenBack && (feed === provider.id || provider.hubs.has(feed)))
    return contactWords.machine(name, kind, feed === provider.id)
  if (kind === 'block' && record.owners.includes(feed)) return contactWords.owner(name, feed)
  return null
}

/** Goes on with an op that is on the feed. */
export function continueContact(look: Look, request: Request, op: ContactOp): void {
  const { state, now } = look.world
  const pub = state.provider.pubs.get(op.pub)
  if (pub === undefined) return
  const { name, status } = pub.record
  const { contact } = op
  const command = contactWords.commandOf(contact, request.text)
  const options = { command, pub: pub.pub }
  const fail = (text: string): void => answer(look, request, 'failed', text, options)
  if (status === 'ended') return fail(contactWords.deleted(name))
  const result = resultOf(state, op)
  if (result?.ok) return answer(look, request, 'done', contactWords.done(name, contact), options)
  if (result !== null) {
    const overtaken = contactOpsOf(state, pub, contact.feed).at(-1) !== op
    const reason = result.reason ?? 'its server gave no reason'
    return fail(
      overtaken ? contactWords.overtaken(name, contact) : contactWords.failed(name, contact, reason),
    )
  }
  // The former server tells nothing any more, and the new one was not asked.
  if (pub.record.hub !== op.hub) return fail(contactWords.moved(name))
  if (desiredOf(pub.record) === 'down') return fail(contactWords.stoppedMeanwhile(name, contact))
  const deadline = look.deadline(request.receivedAt, OP_DEADLINE_MS)
  if (now >= deadline) return fail(contactWords.late(name, contact))
  look.wakeAt(deadline)
}
