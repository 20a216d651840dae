/** `invite NAME [USES]`: an op for the hub, then the code to current owners only. */
import type { FeedId } from '../protocol/ids'
import { INVITES_PER_PUB_MAX, OP_DEADLINE_MS } from '../protocol/limits'
import { buildOp, type InviteOp } from '../protocol/messages/op'
import type { PubFact, Request } from '../protocol/state'
import { answer, clip, type Look, onlyOwnersRead } from './look'
import { addressOf, feedOf, liveInvites, pubNamed, pubsOf, resultOf } from './query'
import { inviteText, words } from './words'

/** Checks and owes the op. */
export function beginInvite(look: Look, request: Request, name: string | null, uses: number | null): void {
  const { state, ledger } = look.world
  const refuse = (text: string): void => answer(look, request, 'refused', text, { command: 'invite' })
  const live = pubsOf(state, request.author).filter((pub) => pub.record.status === 'live')
  const names = live.map((pub) => pub.record.name)
  const pub =
    name === null ? (live.length === 1 ? (live[0] ?? null) : null) : pubNamed(state, request.author, name)
  if (pub === null)
    return refuse(name === null ? words.whichPub('invite', names) : words.noSuchPub(name, names))
  if (pub.record.desired === 'down') return refuse(words.stoppedNoInvite(pub.record.name))
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
  const result = resultOf(state, op)
  if (result !== null) {
    if (result.ok) return deliverInvite(look, request, pub, op, 'invite')
    const text = words.inviteFailed(name, result.reason ?? 'its server gave no reason')
    return answer(look, request, 'failed', text, options)
  }
  if (pub.record.desired === 'down')
    return answer(look, request, 'failed', words.stoppedMeanwhile(name), options)
  const deadline = look.deadline(request.receivedAt + OP_DEADLINE_MS)
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
  const code = inviteCode(look, pub, op)
  const body = inviteText(code, op.invite.uses)
  const head =
    command === 'create'
      ? words.made(record.name, addressOf(state, pub) ?? '')
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
function inviteCode(look: Look, pub: PubFact, op: InviteOp): string {
  const { state, ledger } = look.world
  return `${addressOf(state, pub)}:${feedOf(state, pub)}~${ledger.invite(op.op).seed}`
}
