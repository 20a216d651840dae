/** Which addresses a pub had, and which one its owners know. */
import type { PubMessage } from '../protocol/messages/pub'
import type { HostFact, PubFact, State } from '../protocol/state'
import { hostAt, placeOf } from './query'

/** By which hosts its present hub has said that it is reached; null before it was up there. */
export function hostsOf(state: State, { pub, hub }: Pick<PubMessage, 'pub' | 'hub'>): HostFact | null {
  return state.authors.get(hub)?.hosts.get(pub) ?? null
}

/** True when people may know it by another host than the one that it has by this record. */
export function isReaddressed(state: State, record: PubMessage): boolean {
  const host = hostAt(state, placeOf(record))
  const places = state.provider.places.get(record.pub) ?? []
  const wasElsewhere = places.some((place) => hostAt(state, place) !== host)
  return wasElsewhere || hadOtherHosts(state, record)
}

/** True when its present hub has said one host of it and then another. */
export function hadOtherHosts(state: State, record: Pick<PubMessage, 'pub' | 'hub'>): boolean {
  return (hostsOf(state, record)?.all.length ?? 0) > 1
}

/** The host by which its owners know it: as they were last told, else the first that it had where they know it to be. */
export function hostKnown(state: State, pub: PubFact): string | null {
  const told = state.provider.hostsTold.get(pub.pub) ?? null
  if (told !== null) return told
  const place = state.provider.known.get(pub.pub) ?? placeOf(pub.record)
  const first = hostsOf(state, { pub: pub.pub, hub: place.hub })?.all[0]
  return place.host ?? first ?? hostAt(state, place)
}
