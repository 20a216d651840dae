/** A story with two hubs of which one has alice's pub, and with what only a running provider knows of leases and keys. */
import type { FleetWorld } from '../../plugin/fleet-view'
import type { MovingFacts } from '../../plugin/look'
import type { FeedId, Millis } from '../../protocol/ids'
import { buildHub } from '../../protocol/messages/hub'
import { buildObserved } from '../../protocol/messages/observed'
import type { PubFact } from '../../protocol/state'
import { feed, hub, provider, type Story } from './story'
import { recordOf, specOf, type Told, told } from './story-change'
import { PUB_FEED } from './story-hub'

export const SECOND = feed('second hub')

export interface Leases {
  silence: Map<FeedId, Millis>
  heard: Set<FeedId>
  key: 'held' | 'none' | 'closed'
  waits: boolean
}

export interface Moving extends Told {
  leases: Leases
}

/** alice's pub is up on hub-1; second is there and empty; both have asked for their leases. */
export function twoHubs(one: Told = told()): Moving {
  one.story.withHub(SECOND, 4 * 1024 ** 3, 'second')
  return {
    ...one,
    leases: { silence: new Map(), heard: new Set([hub, SECOND]), key: 'held', waits: false },
  }
}

export function movingFacts({ leases }: Moving): MovingFacts {
  return {
    silence: leases.silence,
    heard: leases.heard,
    keyFeedOf: () => (leases.key === 'none' ? null : PUB_FEED),
    keyOpens: () => leases.key === 'held',
    isWaitedFor: () => leases.waits,
  }
}

export function fleetOf(one: Moving): FleetWorld {
  const { state, policy, now, connected } = one.story
  return { state, policy, now, connected, moving: movingFacts(one), stuck: [] }
}

export function pubOf(one: Moving): PubFact {
  const fact = one.story.state.provider.pubs.get(recordOf(one).pub)
  if (fact === undefined) throw new Error('no pub')
  return fact
}

export function hubIs(
  story: Story,
  id: FeedId,
  status: 'admitted' | 'cordoned' | 'draining' | 'retired',
): void {
  const label = story.state.provider.hubs.get(id)?.label ?? ''
  story.tells(provider, buildHub({ hub: id, status, label, token: null }))
}

/** What a hub that had the pub says of its run there. */
export function formerSays(one: Moving, former: FeedId, phase: 'up' | 'removed'): void {
  const spec = specOf(one)
  const base = { pub: spec.pub, revision: spec.revision, epoch: spec.epoch, feed: PUB_FEED, port: spec.port }
  const rest = { reason: null, trouble: null, version: null, reverted: null, host: 'pubs.example' } as const
  one.story.tells(former, buildObserved({ ...base, ...rest, phase }))
}
