/** `invite NAME [USES] [note TEXT]`: an op for the hub, then the code to current owners only. */

import type { Command } from '../protocol/command-kinds'
import type { FeedId } from '../protocol/ids'
import { INVITES_PER_PUB_MAX, OP_DEADLINE_MS } from '../protocol/limits'
import { buildNote } from '../protocol/messages/note'
import { buildOp, type InviteOp } from '../protocol/messages/op'
import type { PubFact, Request } from '../protocol/state'
import { desiredOf } from './change'
import { answer, clip, type Look, onlyOwnersRead, pubFor, type World } from './look'
import { addressOf, feedOf, liveInvites, resultOf } from './query'
import { inviteText, words } from './words'
import { importWords } from './words-import'
import { ownerWords } from './words-people'

type Wanted = Extract<Command, { kind: 'invite' }>

/** Checks and owes the op, and what its owner noted on it. */
export function beginInvite(look: Look, request: Request, wanted: Wanted): void {
  const { state, ledger } = look.world
  const { name, uses, note } = wanted
  const refuse = (text: string): void => answer(look, request, 'refused', text, { command: 'invite' })
  const pub = pubFor(look, request, 'invite', name)
  if (pub === null) return
  // Whose pub it is, a change of this look decides first.
  if (look.pubsChanged.has(pub.pub)) return look.wakeAt(look.world.now)
  if (desiredOf(pub.record) === 'down') return refuse(words.stoppedNoInvite(pub.record.name))
  const planned = look.effects.filter(
    (one) => one.kind === 'order' && one.content.type === 'buttcloud/op' && one.content.pub === pub.pub,
  ).length
  if (liveInvites(state, pub, feedOf(state, pub), ledger).length + planned >= INVITES_PER_PUB_MAX)
    return refuse(words.tooManyInvites(pub.record.name, INVITES_PER_PUB_MAX))
  const { key, tag } = ledger.invite(request.key)
  const content = buildOp({
    op: request.key,
    hub: pub.record.hub,
    pub: pub.pub,
    kind: 'invite',
    invite: { key, uses: uses ?? 1, tag },
  })
  if (note !== null && !state.provider.notes.has(request.key))
    look.owe({ kind: 'record', content: buildNote({ invite: request.key, pub: pub.pub, text: note }) })
  look.owe({ kind: 'order', content })
}

/** Goes on with an invite whose op is on the feed. */
export function continueInvite(look: Look, request: Request, op: InviteOp): void {
  const { state, now } = look.world
  const pub = state.provider.pubs.get(op.pub)
  if (pub === undefined) return
  const options = { command: 'invite', pub: pub.pub }
  const { name } = pub.record
  if (pub.record.status === 'ended') return answer(look, request, 'failed', words.goneAlready, options)
  // Whose pub it is, a change of this look decides first.
  if (look.pubsChanged.has(pub.pub)) return look.wakeAt(now)
  if (!pub.record.owners.includes(request.author) && !state.provider.delivered.has(request.key))
    return answer(look, request, 'failed', ownerWords.inviteVoid(name), options)
  const result = resultOf(state, op)
  if (result !== null) {
    if (result.ok) return deliverInvite(look, request, pub, op, 'invite')
    const text = words.inviteFailed(name, result.reason ?? 'its server gave no reason')
    return answer(look, request, 'failed', text, options)
  }
  if (desiredOf(pub.record) === 'down')
    return answer(look, request, 'failed', words.stoppedMeanwhile(name), options)
  const deadline = look.deadline(request.receivedAt, OP_DEADLINE_MS)
  if (now >= deadline) return answer(look, request, 'failed', words.inviteTooLate(name), options)
  look.wakeAt(deadline)
}

/**
 * The invite code goes to current owners only: in this thread when nobody else reads it, else in a new one, first,
 * so that the final answer is true when it says so.
 */
export function deliverInvite(
  look: Look,
  request: Request,
  pub: PubFact,
  op: InviteOp,
  command: string,
): void {
  const { state, ledger } = look.world
  const { record } = pub
  const code = inviteCode(look.world, pub, op)
  const body = inviteText(code, op.invite.uses)
  const made = words.made(record.name, addressOf(state, pub) ?? '')
  const head =
    command === 'create'
      ? made
      : command === 'import'
        ? `${made} ${importWords.came(record.name)}`
        : words.inviteReady(record.name)
  const options = { command, pub: pub.pub }
  // The seed in the code is made anew from the request; were it another one than the op's, the code would be dead.
  if (ledger.invite(request.key).key !== op.invite.key) {
    const text = words.inviteFailed(record.name, 'my own key has changed since you asked')
    return answer(look, request, 'failed', text, options)
  }
  if (onlyOwnersRead(request, record.owners, state.provider.id))
    return answer(look, request, 'done', `${head}\n\n${body}`, options)
  if (!state.provider.delivered.has(request.key)) {
    const recps: FeedId[] = [...record.owners, state.provider.id]
    look.owe({
      kind: 'bearer',
      recps,
      to: request.author,
      text: clip(`${words.inviteThread(record.name)}\n\n${body}`),
      payload: { v: 1, kind: 'bearer', delivers: request.key, pub: pub.pub },
    })
    // The answer is owed once this stands on the feed, so that it is true when it says so.
    return
  }
  answer(look, request, 'done', `${head} ${words.inviteElsewhere}`, options)
}

/** The classic code of a pub invite: `host:port:@key.ed25519~seed` (ssb-invite). */
export function inviteCode(
  { state, ledger }: Pick<World, 'state' | 'ledger'>,
  pub: PubFact,
  op: InviteOp,
): string {
  return `${addressOf(state, pub)}:${feedOf(state, pub)}~${ledger.invite(op.op).seed}`
}
