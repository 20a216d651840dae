/** A pub that was put elsewhere: its owners are told once where it is, with its invites as they are good from now on. */
import type { Place, PubFact } from '../protocol/state'
import { desiredOf } from './change'
import { isBeingMade } from './decide-change'
import { inviteCode } from './decide-invite'
import { inviteIds, inviteViews } from './invite-list'
import { type Look, notify, type World } from './look'
import { addressOf, hostAt, hostOf, invitesOf, observationOf } from './query'
import { addressWords, movedText, type Readdress } from './words-address'

/** Owes the owners of every pub that is settled where it was put the word of it. */
export function tellMoves(look: Look): void {
  const { state } = look.world
  for (const [id, { key, from }] of state.provider.moves) {
    const pub = state.provider.pubs.get(id)
    if (pub === undefined || pub.record.status !== 'live' || isBeingMade(look, pub)) continue
    // Whose pub it is, a change of this look decides first.
    if (look.pubsEnded.has(id) || look.pubsChanged.has(id)) continue
    const { record } = pub
    if (observationOf(state, pub)?.phase !== desiredOf(record) || addressOf(state, pub) === null) continue
    const said = from.hub === record.hub ? null : addressWords.elsewhere(record.name)
    const text = movedText(said, readdressOf(look.world, pub, from))
    notify(look, record.owners, text, { pub: id, topic: 'moved', causes: key })
  }
}

/**
 * What its owners have to know of a pub's address, when they last knew it to be at `from`; null where it has the one that
 * it had. To be said to its owners alone: there are invites in it. For a pub whose feed is known.
 */
export function readdressOf(
  { state, ledger }: Pick<World, 'state' | 'ledger'>,
  pub: PubFact,
  from: Place,
): Readdress | null {
  const [before, now] = [hostAt(state, from), hostOf(state, pub)]
  if (now === null || before === now) return null
  const issued = invitesOf(state, pub.pub)
  const ids = inviteIds(issued)
  const views = new Map(inviteViews(state, pub, ledger).map((view) => [view.id, view]))
  const invites = issued.flatMap((op) => {
    const view = views.get(ids.get(op.op) ?? '')
    if (view?.status !== 'open') return []
    // Made under a key of ours that is gone: nobody can say its code any more.
    if (ledger.invite(op.op).key !== op.invite.key) return []
    return [{ code: inviteCode({ state, ledger }, pub, op), left: view.left, note: view.note }]
  })
  const { name, port } = pub.record
  return {
    ...{ name, address: `${now}:${port}`, former: before === null ? null : `${before}:${port}` },
    invites: invites.reverse(),
  }
}
