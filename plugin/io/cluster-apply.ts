/**
 * Makes the changes of a cluster file so. Every one of them is safe to repeat: after a crash in the middle the same file
 * finds the rest. Done between two decisions.
 */
import { type FeedId, pubIdOf } from '../../protocol/ids'
import type { Plan } from '../../protocol/plan'
import type { ClusterHeldView, ClusterView } from '../../protocol/rpc-cluster'
import { amended, endedBy } from '../amend'
import type { ClusterChange, ClusterDeed, Comparison } from '../cluster-compare'
import { policyNow } from '../cluster-policy'
import { commissioned, commissionOwes } from '../commission'
import { machineAdded } from '../machine-deeds'
import { hubDeed, moved } from '../move'
import type { Policy } from '../policy'
import { Places } from '../schedule'
import { fleetWorld } from './fleet-api'
import { machineDeedWorld } from './machines/api'
import type { Provider } from './provider'

type Doer = (one: Provider, changes: ClusterChange[], plans: readonly Plan[], by: FeedId) => Promise<void>

/** In this order: what takes pubs again before what goes there, and what is emptied last. */
const ORDER: readonly ((deed: ClusterDeed) => boolean)[] = [
  ({ kind }) => kind === 'plans',
  ({ kind }) => kind === 'policy',
  (deed) => deed.kind === 'hub' && deed.status !== 'retired',
  ({ kind }) => kind === 'machine',
  ({ kind }) => kind === 'amend',
  ({ kind }) => kind === 'commission',
  ({ kind }) => kind === 'move',
  ({ kind }) => kind === 'end',
  (deed) => deed.kind === 'hub' && deed.status === 'retired',
]

/** What is written once, for all of its changes. */
const AT_ONCE: ReadonlySet<ClusterDeed['kind']> = new Set(['plans', 'policy'])

/** Does them; what can't be, after all, is told and keeps nothing else from being done. */
export async function applyChanges(
  one: Provider,
  { changes }: Comparison,
  plans: readonly Plan[],
  by: FeedId,
): Promise<NonNullable<ClusterView['applied']>> {
  const refused: ClusterHeldView[] = []
  let done = 0
  for (const isNow of ORDER) {
    const due = changes.filter(({ deed }) => isNow(deed))
    const groups = due.some(({ deed }) => AT_ONCE.has(deed.kind)) ? [due] : due.map((change) => [change])
    for (const group of groups) {
      const [first] = group
      if (first === undefined) continue
      try {
        await DOERS[first.deed.kind](one, group, plans, by)
        done += group.length
      } catch (error) {
        const why = (error as Error).message
        for (const { section, name, line } of group) refused.push({ section, name, line, why })
      }
    }
  }
  return { done, refused }
}

const DOERS: Record<ClusterDeed['kind'], Doer> = {
  plans: async (one, _changes, plans, by) => {
    one.home.writePlans(plans, by)
    adopt(one, { plans })
  },
  policy: async (one, changes, _plans, by) => {
    const wanted = new Map<string, number | string>()
    for (const { deed } of changes) if (deed.kind === 'policy') wanted.set(deed.place, deed.value)
    adopt(one, policyNow(one.policy, one.home.writeSettings(wanted, by), wanted.keys()))
  },
  hub: async (one, changes, _plans, by) => {
    for (const { deed } of changes) {
      if (deed.kind !== 'hub') continue
      const around = { now: one.now(), policy: one.policy }
      const told = hubDeed(one.inbox.state, one.connected(), deed, around, by)
      if (!told.ok) throw new Error(told.why)
      if (told.say !== null) await one.inbox.say(told.say, [told.say.hub, one.sbot.id])
    }
  },
  machine: async (one, changes, _plans, by) => {
    for (const { deed } of changes) {
      if (deed.kind !== 'machine') continue
      const told = machineAdded(machineDeedWorld(one), deed.wish, by)
      if (!told.ok) throw new Error(told.why)
      if (told.say !== null) await one.inbox.say(told.say, [one.sbot.id])
    }
  },
  amend: async (one, changes, _plans, by) => {
    for (const { deed } of changes) {
      if (deed.kind !== 'amend') continue
      const pub = one.inbox.state.provider.pubs.get(deed.pub)
      if (pub?.record.status !== 'live') throw new Error('it is gone')
      const told = amended(fleetWorld(one), pub, deed.wish, by)
      if (!told.ok) throw new Error(told.why)
      if (told.record !== null) await one.inbox.say(told.record, [one.sbot.id])
    }
  },
  commission: async (one, changes, _plans, by) => {
    for (const { deed } of changes) {
      if (deed.kind !== 'commission') continue
      const world = fleetWorld(one)
      const { operator } = world.state.provider
      const place = { kind: 'hub' as const, name: deed.hub }
      const told = commissioned(world, new Places(world), { ...deed.wish, place }, by)
      if (!told.ok) throw new Error(told.why)
      const { key } = await one.inbox.say(told.say, [one.sbot.id])
      const word = operator.commissions.get(pubIdOf(key))
      if (word === undefined) continue
      const places = new Places(world)
      // What is said here is counted by the next one; a look finds the same where this is cut off.
      for (const content of commissionOwes(world.state, world.policy, word, () => places.freePort()))
        await one.inbox.say(content, [one.sbot.id])
    }
  },
  end: async (one, changes, _plans, by) => {
    for (const { deed } of changes) {
      if (deed.kind !== 'end') continue
      const pub = one.inbox.state.provider.pubs.get(deed.pub)
      if (pub?.record.status !== 'live') continue
      const told = endedBy(fleetWorld(one), pub, by)
      if (!told.ok) throw new Error(told.why)
      await one.inbox.say(told.record, [one.sbot.id])
    }
  },
  move: async (one, changes, _plans, by) => {
    for (const { deed } of changes) {
      if (deed.kind !== 'move') continue
      const told = moved(fleetWorld(one), deed, by)
      if (!told.ok) throw new Error(told.why)
      await one.inbox.say(told.record, [one.sbot.id])
    }
  },
}

/** Another policy from now on: whatever was reckoned by the former one is reckoned anew. */
function adopt(one: Provider, change: Partial<Policy>): void {
  Object.assign(one.policy, change)
  one.inbox.state.news.everything()
  one.billing.changed()
  one.machines?.wake()
}
