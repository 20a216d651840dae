/** What the operator does with hubs, and with where pubs run; and who may write for a pub. */
import type { FeedId } from '../../protocol/ids'
import {
  checkAdminFenceCheck,
  checkAdminHub,
  checkAdminHubSet,
  checkAdminMove,
  type FenceCheckView,
  type HubDetailView,
  type MoveView,
} from '../../protocol/rpc-fleet'
import type { PubFact } from '../../protocol/state'
import { desiredOf } from '../change'
import { type FleetWorld, fenceCheck, hubCalled, hubDetail, labelOf } from '../fleet-view'
import { hubDeed, moved } from '../move'
import { pubCalled } from '../restore'
import { fleetWords } from '../words-fleet'
import { refusal } from './commits'
import { machineMethods } from './machines/api'
import { argumentOf, type Caller, method, writing } from './method'
import { movingOf } from './moving'
import type { Provider } from './provider'

/** Part of the plugin's API object. `asked` rejects for everybody but the operators. */
export function fleetMethods(
  asked: (caller: Caller) => Promise<Provider>,
  idOf: (caller: Caller) => FeedId,
): object {
  const known = writing(asked)
  return {
    ...machineMethods(asked, idOf),
    adminMove: method<MoveView>(async (from, request) => {
      const one = await known(from)
      const wish = argumentOf(checkAdminMove, request)
      return one.deeds.ask(async () => {
        const world = fleetWorld(one)
        const done = moved(world, wish, idOf(from))
        if (!done.ok) throw refusal('refused', done.why)
        const { record } = done
        await one.inbox.say(record, [one.sbot.id])
        const { pub, name, epoch } = record
        const from_ = labelOf(world.state, record.moved?.from ?? record.hub)
        return {
          pub,
          name,
          from: from_,
          to: labelOf(world.state, record.hub),
          epoch,
          desired: desiredOf(record),
        }
      })
    }),
    adminHub: method<HubDetailView>(async (from, request) => {
      const one = await known(from)
      const { hub, since } = argumentOf(checkAdminHub, request)
      return detailOf(one, hub, since)
    }),
    adminHubSet: method<HubDetailView>(async (from, request) => {
      const one = await known(from)
      const wish = argumentOf(checkAdminHubSet, request)
      return one.deeds.ask(async () => {
        const { state } = one.inbox
        const around = { now: one.now(), policy: one.policy }
        const deed = hubDeed(state, one.connected(), wish, around, idOf(from))
        if (!deed.ok) throw refusal('refused', deed.why)
        if (deed.say !== null) await one.inbox.say(deed.say, [deed.say.hub, one.sbot.id])
        return detailOf(one, wish.hub, one.now())
      })
    }),
    adminFenceCheck: method<FenceCheckView>(async (from, request) => {
      const one = await known(from)
      const wish = argumentOf(checkAdminFenceCheck, request)
      const pub = pubCalled(one.inbox.state, wish.pub)
      if (pub === null) throw refusal('refused', fleetWords.noSuchPub(wish.pub))
      const committed = await lastCommitted(one, pub)
      return fenceCheck(fleetWorld(one), pub, { committed, session: one.sessions.of(pub.pub) })
    }),
  }
}

/** All that the views of a fleet are made of. */
export function fleetWorld(one: Provider): FleetWorld {
  const { inbox, policy, leases, escrow, restored } = one
  return {
    ...{ state: inbox.state, policy, now: one.now(), connected: one.connected(), stuck: one.stuck() },
    moving: movingOf({ inbox, leases, vault: escrow.vault, restored, sessions: one.sessions }),
  }
}

function detailOf(one: Provider, wanted: string, since: number | null): HubDetailView {
  const found = hubCalled(one.inbox.state, wanted)
  if (!found.ok) throw refusal('refused', found.why)
  return hubDetail(fleetWorld(one), found.record, since ?? 0)
}

async function lastCommitted(
  { sbot, commits }: Provider,
  pub: PubFact,
): Promise<FenceCheckView['committed']> {
  const feed = commits.boundFeed(pub)
  if (feed === null) return null
  const head = await sbot.head(feed)
  if (head === null || head.key === null) return null
  const [last] = await sbot.history(feed, head.sequence - 1, 1)
  return { sequence: head.sequence, key: head.key, at: last?.timestamp ?? 0 }
}
