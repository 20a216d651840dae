/** What the owners of a pub whose address is another one have to know of it, with its invites as they are good from now on. */
import type { MessageId } from '../protocol/ids'
import type { PubFact } from '../protocol/state'
import { hostKnown, hostsOf } from './addresses'
import { inviteCode } from './decide-invite'
import { inviteIds, inviteViews } from './invite-list'
import { type Look, notify, type World } from './look'
import { feedOf, hostOf, invitesOf, observationOf } from './query'
import { addressWords, movedText, type Readdress } from './words-address'

/**
 * To be said to the owners alone, because there are invites in it; null where the address is the one that they know. For a
 * pub that is there where it shall be: before, its invites can't be used.
 */
export function readdressOf(
  { state, ledger }: Pick<World, 'state' | 'ledger'>,
  pub: PubFact,
): Readdress | null {
  const [before, now] = [hostKnown(state, pub), hostOf(state, pub)]
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

/** Owes the owners of every pub whose hub has been given another host the notice of it, once, when it is up by that one. */
export function tellAddresses(look: Look): void {
  look.each('addresses', (id) => {
    const pub = look.world.state.provider.pubs.get(id)
    return pub === undefined || tellAddress(look, pub)
  })
}

/** True where there is nothing to tell until something is said of the pub. */
function tellAddress(look: Look, pub: PubFact): boolean {
  const { state } = look.world
  const { record } = pub
  const { provider } = state
  // Of a move its own notice tells; a pub that is being made is told of in the answer.
  if (record.status === 'ended' || provider.moves.has(pub.pub)) return true
  if (provider.answers.get(pub.pub as string as MessageId)?.final !== true) return true
  // What a notice from before 0.2 said is not known any more, so nobody can say that it is otherwise now.
  if (provider.hostsTold.get(pub.pub) === null) return true
  const observed = observationOf(state, pub)
  const hosts = hostsOf(state, record)
  if (observed?.phase !== 'up' || hosts === null || observed.host !== hosts.now) return true
  const readdress = readdressOf(look.world, pub)
  if (readdress === null) return true
  if (look.pubsChanged.has(pub.pub) || look.pubsEnded.has(pub.pub)) return false
  const text = movedText(addressWords.server(record.name), readdress)
  notify(look, record.owners, text, { pub: pub.pub, topic: 'moved', causes: hosts.key })
  return false
}
