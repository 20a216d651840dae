/** What the owners of a pub that was put elsewhere have to know of its address, with its invites as they are good from now on. */
import type { PubFact } from '../protocol/state'
import { inviteCode } from './decide-invite'
import { inviteIds, inviteViews } from './invite-list'
import type { World } from './look'
import { feedOf, hostAt, hostOf, invitesOf } from './query'
import type { Readdress } from './words-address'

/**
 * To be said to the owners alone, because there are invites in it; null where the address is the one that they know. For a
 * pub that is there where it shall be: before, its invites can't be used.
 */
export function readdressOf(
  { state, ledger }: Pick<World, 'state' | 'ledger'>,
  pub: PubFact,
): Readdress | null {
  const from = state.provider.known.get(pub.pub) ?? pub.record
  const [before, now] = [hostAt(state, from), hostOf(state, pub)]
  if (now === null || before === now || feedOf(state, pub) === null) return null
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
