/** Whether a hub can't run a pub that it shall run, through no fault of the pub's. Pure. */
import type { FeedId, Millis, PubId } from '../protocol/ids'
import { CANNOT_RUN_AGAIN_MS, STORM_SHARE } from '../protocol/limits-moving'
import type { ObservedMessage } from '../protocol/messages/observed'
import type { PubFact, State } from '../protocol/state'
import { desiredOf } from './change'
import type { MovingFacts } from './look'
import { leaseLeftMs, type Storm } from './moving'
import type { MovingPolicy } from './policy'
import { isWithin } from './within'

export type Trouble = NonNullable<ObservedMessage['trouble']>

/** Since when a hub says so. */
export interface Fault {
  trouble: Trouble
  at: Millis
}

/** What another server may not have. What crashes, or has too little memory, does so everywhere. */
const OF_THE_HUB: ReadonlySet<ObservedMessage['trouble']> = new Set([
  ...(['port-taken', 'no-image', 'disk-full', 'unreachable'] as const),
])
/** True of a trouble that another server may not have. */
export const isOfHub = (trouble: ObservedMessage['trouble']): boolean => OF_THE_HUB.has(trouble)

/** What can befall all servers for one reason: a bad update of the engine, a registry that is away. */
const IN_COMMON: ReadonlySet<Trouble> = new Set(['no-image', 'unreachable'])

/** What keeps its hub from running it as it was last ordered; null where nothing does, or the pub itself. */
export function faultOf(state: State, { pub, record }: PubFact): Fault | null {
  if (record.status !== 'live' || desiredOf(record) !== 'up') return null
  const spec = state.provider.specs.get(pub)
  const author = state.authors.get(record.hub)
  const said = author?.observed.get(pub)
  if (spec === undefined || said === undefined || spec.hub !== record.hub) return null
  const isPresent =
    spec.epoch === record.epoch && said.epoch === spec.epoch && said.revision === spec.revision
  if (!isPresent || (said.phase !== 'failed' && said.phase !== 'down') || !isOfHub(said.trouble)) return null
  return { trouble: said.trouble as Trouble, at: author?.observedAt.get(pub) ?? 0 }
}

/** Hubs that it left within a day because they could not run it, the latest last. */
export function leftLately(state: State, pub: PubId, now: Millis): { hub: FeedId; at: Millis }[] {
  return (state.provider.left.get(pub) ?? []).filter(({ at }) => isWithin(at, CANNOT_RUN_AGAIN_MS, now))
}

/**
 * Whether too many of the hubs that are heard say the same at once: then it is no trouble of one server's, and pubs that go
 * from one to the next meet it there. Null where it is that of a few, or such as hubs have by themselves.
 */
export function inCommon(
  state: State,
  facts: MovingFacts,
  policy: MovingPolicy,
  trouble: Trouble,
): Storm | null {
  if (!IN_COMMON.has(trouble)) return null
  let silent = 0
  let of = 0
  for (const [hub, { status }] of state.provider.hubs) {
    if (status === 'retired' || !facts.heard.has(hub) || leaseLeftMs(facts, policy, hub) <= 0) continue
    of += 1
    const offered = state.authors.get(hub)?.capacity?.trouble
    const says = (id: PubId): boolean => {
      const pub = state.provider.pubs.get(id)
      return pub !== undefined && faultOf(state, pub)?.trouble === trouble
    }
    if (offered === trouble || [...(state.byHub.get(hub) ?? [])].some(says)) silent += 1
  }
  return of > 1 && silent / of >= STORM_SHARE ? { silent, of } : null
}
