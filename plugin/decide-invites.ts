/** `invites NAME` lists what was handed out; `uninvite NAME ID` takes an invite back. */

import { UNINVITE_AWAY_MS, UNINVITE_WAIT_MS } from '../protocol/limits'
import { buildOp, type InviteOp, type RevokeOp } from '../protocol/messages/op'
import type { PubFact, Request } from '../protocol/state'
import { desiredOf } from './change'
import { inviteIds, inviteViews } from './invite-list'
import { answer, type Look, pubFor } from './look'
import { feedOf, invitesOf, resultOf, usesOf } from './query'
import { invitesText, inviteWords } from './words-invites'

/** The list; nothing changes. */
export function listInvites(look: Look, request: Request, name: string | null): void {
  const pub = pubFor(look, request, 'invites', name)
  if (pub === null) return
  const views = inviteViews(look.world.state, pub, look.world.ledger)
  answer(look, request, 'done', invitesText(pub.record.name, views), { command: 'invites', pub: pub.pub })
}

/** Checks and owes the op, from which on the invite is void. */
export function beginUninvite(look: Look, request: Request, name: string | null, id: string): void {
  const { state, ledger, now } = look.world
  const pub = pubFor(look, request, 'uninvite', name)
  if (pub === null) return
  const options = { command: 'uninvite', pub: pub.pub }
  const refuse = (text: string): void => answer(look, request, 'refused', text, options)
  // Whose pub it is, a change of this look decides first.
  if (look.pubsChanged.has(pub.pub) || look.pubsEnded.has(pub.pub)) return look.wakeAt(now)
  const wanted = id.toLowerCase()
  const view = inviteViews(state, pub, ledger).find((one) => one.id === wanted)
  const op = inviteWith(look, pub, wanted)
  if (view === undefined || op === null) return refuse(inviteWords.unknown(pub.record.name, id))
  if (view.status === 'used-up') return refuse(inviteWords.usedUp(pub.record.name, view))
  if (view.status === 'taken-back')
    return answer(look, request, 'done', inviteWords.takenBackAlready(pub.record.name, view), options)
  const { key } = op.invite
  const isOwed = look.effects.some(
    (one) => one.kind === 'order' && 'revoke' in one.content && one.content.revoke.key === key,
  )
  if (isOwed) return look.wakeAt(now)
  const feed = feedOf(state, pub)
  const after = feed === null ? 0 : (state.authors.get(feed)?.sequence ?? 0)
  const content = buildOp({
    op: request.key,
    hub: pub.record.hub,
    pub: pub.pub,
    kind: 'revoke',
    revoke: { key, after },
  })
  look.owe({ kind: 'order', content })
}

function inviteWith(look: Look, pub: PubFact, id: string): InviteOp | null {
  const invites = invitesOf(look.world.state, pub.pub)
  const ids = inviteIds(invites)
  return invites.find(({ op }) => ids.get(op) === id) ?? null
}

/**
 * Goes on with an invite that is void: the answer waits a little for the word that the pub does not know it any more,
 * and says how it is where that word does not come. Uses that were committed before the op count, and no others.
 */
export function continueUninvite(look: Look, request: Request, op: RevokeOp): void {
  const { state, ledger, now, facts } = look.world
  const pub = state.provider.pubs.get(op.pub)
  const invites = invitesOf(state, op.pub)
  const invite = invites.find((one) => one.invite.key === op.revoke.key)
  if (pub === undefined || invite === undefined) return
  const { name, status, hub } = pub.record
  const done = (how: string): void => {
    const id = inviteIds(invites).get(invite.op) ?? ''
    const used = usesOf(state, pub, feedOf(state, pub), ledger).get(invite.op) ?? []
    const members = used.map(({ member }) => member)
    const text = inviteWords.takenBack(name, id, invite.invite.uses, members)
    answer(look, request, 'done', how === '' ? text : `${text} ${how}`, { command: 'uninvite', pub: pub.pub })
  }
  const result = resultOf(state, op)
  if (result?.ok || status === 'ended') return done('')
  if (result !== null) return done(inviteWords.voidAnyway(name, result.reason ?? 'it gave no reason'))
  if (desiredOf(pub.record) === 'down') return done(inviteWords.voidStopped(name))
  const isAway = !facts.connected.has(op.hub)
  const at = state.provider.opTimes.get(op.op) ?? now
  const deadline = look.deadline(at, isAway ? UNINVITE_AWAY_MS : UNINVITE_WAIT_MS)
  if (now < deadline) return look.wakeAt(deadline)
  const label = state.provider.hubs.get(hub)?.label ?? 'its server'
  done(isAway ? inviteWords.voidAway(name, label) : inviteWords.voidSilent(name))
}
