/** What the operator does about people and their pubs: who there is, stops, blocks, announcements. */
import type { FeedId } from '../../protocol/ids'
import {
  type AnnounceView,
  type BlockView,
  checkAdminAnnounce,
  checkAdminBlock,
  checkAdminSuspend,
  type OwnerView,
  type SuspendView,
} from '../../protocol/rpc-operator'
import { announceDeed, blockDeed, haltDeed, livePubCalled } from '../operator-deeds'
import { announceView, blockView, blockViews, ownerViews, suspendView } from '../operator-view'
import { refusal } from './commits'
import { argumentOf, type Caller, method, writing } from './method'
import type { Provider } from './provider'

export interface OperatorCallers {
  idOf(caller: Caller): FeedId
  /** Rejects for everybody but the operators. */
  asked(caller: Caller): Promise<Provider>
  operators: ReadonlySet<FeedId>
}

/** Part of the plugin's API object. */
export function operatorMethods({ idOf, asked, operators }: OperatorCallers): object {
  const known = writing(asked)
  const worldOf = (one: Provider) => ({ state: one.inbox.state, now: one.now(), policy: one.policy })
  return {
    adminOwners: method<OwnerView[]>(async (from) => ownerViews(worldOf(await known(from)))),
    adminSuspend: method<SuspendView>(async (from, request) => {
      const one = await known(from)
      const wish = argumentOf(checkAdminSuspend, request, 'adminSuspend')
      const { state } = one.inbox
      return one.deeds.ask(async () => {
        await publish(one, haltDeed(state, wish, idOf(from)))
        const pub = livePubCalled(state, wish.pub)
        if (pub === null) throw refusal('unknown', 'it is gone')
        return suspendView(state, pub)
      })
    }),
    adminBlock: method<BlockView[]>(async (from, request) => {
      const one = await known(from)
      const { feed, ...rest } = argumentOf(checkAdminBlock, request, 'adminBlock')
      const { state } = one.inbox
      if (feed === null) return blockViews(state)
      return one.deeds.ask(async () => {
        await publish(one, blockDeed(state, { feed, ...rest }, idOf(from), operators))
        const view = blockView(state, feed)
        return view === null ? [] : [view]
      })
    }),
    adminAnnounce: method<AnnounceView>(async (from, request) => {
      const one = await known(from)
      const { text, send } = argumentOf(checkAdminAnnounce, request, 'adminAnnounce')
      return one.deeds.ask(async () => {
        const world = worldOf(one)
        const deed = announceDeed(world.state, text, idOf(from), world.now)
        if (!deed.ok) throw refusal('refused', deed.why)
        const view = announceView(world, deed.say, send)
        if (send && view.messages === 0) throw refusal('refused', 'nobody has a pub here yet')
        if (send) await publish(one, deed)
        return view
      })
    }),
  }
}

async function publish(
  one: Provider,
  deed: { ok: true; say: object | null } | { ok: false; why: string },
): Promise<void> {
  if (!deed.ok) throw refusal('refused', deed.why)
  if (deed.say !== null) await one.inbox.say(deed.say, [one.sbot.id])
}
